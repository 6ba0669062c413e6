/** Revision ids of a page, in order, as zigzag-coded differences in base-128: about one byte each. */

export function encodeMembers(ids: readonly number[]): Uint8Array {
  let bytes = new Uint8Array(ids.length * 2 + 16);
  let length = 0;
  let previous = 0;
  for (const id of ids) {
    if (length + 10 > bytes.length) {
      const larger = new Uint8Array(bytes.length * 2);
      larger.set(bytes);
      bytes = larger;
    }
    const difference = id - previous;
    previous = id;
    let rest = difference >= 0 ? difference * 2 : -difference * 2 - 1;
    while (rest >= 128) {
      bytes[length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    bytes[length++] = rest;
  }
  return bytes.slice(0, length);
}

export function decodeMembers(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  let previous = 0;
  let value = 0;
  let weight = 1;
  for (const byte of bytes) {
    value += (byte & 127) * weight;
    if (byte >= 128) {
      weight *= 128;
      continue;
    }
    previous += value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    ids.push(previous);
    value = 0;
    weight = 1;
  }
  return ids;
}
