import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** With gzip, to be read with `zcat`, too. */
export async function packText(text: string): Promise<Uint8Array> {
  return await promisify(gzip)(text);
}

/** Packed or as it is. Rejects when it cannot be unpacked, or would be larger than `mostBytes`. */
export async function unpackText(bytes: Uint8Array, mostBytes: number): Promise<string> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return Buffer.from(bytes).toString();
  return (await promisify(gunzip)(bytes, { maxOutputLength: mostBytes })).toString();
}
