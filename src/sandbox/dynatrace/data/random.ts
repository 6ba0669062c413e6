/**
 * Seeded randomness of our own, so that the same seed gives the same estate, latencies and faults on every
 * machine and Node version. Not for anything secret.
 */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, limit). */
  below(limit: number): number;
  /** A whole number in [low, high]. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** `count` different items (fewer when there are not so many), in random order. */
  sample<T>(items: readonly T[], count: number): T[];
  weighted<T>(table: readonly (readonly [T, number])[]): T;
  /** Standard normal, by Box and Muller. */
  normal(): number;
  /** Characters drawn from `alphabet`. */
  text(alphabet: string, length: number): string;
  /** An independent stream: what is drawn from it never shifts what is drawn from this one. */
  fork(label: string | number): Random;
}

export function makeRandom(seed: string | number): Random {
  const name = String(seed);
  const next = xoshiro(name);
  const below = (limit: number) => Math.floor(next() * limit);
  const pick = <T>(items: readonly T[]): T => {
    if (items.length === 0) throw new RangeError('pick from an empty list');
    return items[below(items.length)]!;
  };
  return {
    next,
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (probability) => next() < probability,
    pick,
    sample(items, count) {
      const rest = [...items];
      const taken = [];
      while (taken.length < count && rest.length > 0) {
        const at = below(rest.length);
        taken.push(rest[at]!);
        rest[at] = rest[rest.length - 1]!;
        rest.pop();
      }
      return taken;
    },
    weighted(table) {
      let left = next() * table.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of table) {
        left -= weight;
        if (left < 0) return value;
      }
      return table[table.length - 1]![0];
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    text: (alphabet, length) => Array.from({ length }, () => alphabet[below(alphabet.length)]).join(''),
    fork: (label) => makeRandom(`${name}/${label}`),
  };
}

/** 32 bits of a text, well mixed (murmur-style finish over FNV-1a). */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** 64 bits of a text as 16 upper-case hexadecimal digits. */
export function hash64Hex(text: string): string {
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');
  return hex(hash32(`${text}#high`)) + hex(hash32(`${text}#low`));
}

/** In [0, 1), the same for the same text: for decisions that must not depend on call order. */
export function hashShare(text: string): number {
  return hash32(text) / 0x1_0000_0000;
}

function xoshiro(seed: string): () => number {
  let [a, b, c, d] = [hash32(`${seed}:a`), hash32(`${seed}:b`), hash32(`${seed}:c`), hash32(`${seed}:d`) | 1];
  return () => {
    const mixed = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return mixed / 0x1_0000_0000;
  };
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
