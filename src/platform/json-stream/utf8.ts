import { isAscii, isUtf8 } from 'node:buffer';
import { GatehouseError } from '../../domain/errors.ts';

/**
 * The start of a file as text, without byte order mark: UTF-8 or UTF-16 as `toUtf8` knows it. What cannot be decoded
 * (a character cut in two, bytes that are no text) becomes U+FFFD.
 */
export function decodeHead(head: Uint8Array): string {
  const encoding = sniffEncoding(head);
  return new TextDecoder(encoding === 'utf-32' ? 'utf-8' : encoding).decode(head);
}

/** The text of bytes[start, end), or undefined where they are not valid UTF-8. */
export function decodeUtf8(bytes: Buffer, start: number, end: number): string | undefined {
  const slice = bytes.subarray(start, end);
  // One-byte strings are made and parsed about twice as fast, and most scans are plain ASCII.
  if (isAscii(slice)) return slice.toString('latin1');
  return isUtf8(slice) ? slice.toString('utf8') : undefined;
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32';

const SNIFFED_BYTES = 4;

/**
 * The same text as UTF-8 without a byte order mark. UTF-16 is known by its mark or, since JSON starts with an ASCII
 * character, by where its NUL bytes are. PowerShell's `>` writes such files.
 */
export async function* toUtf8(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = bytes[Symbol.asyncIterator]();
  try {
    let head: Uint8Array = new Uint8Array(0);
    while (head.length < SNIFFED_BYTES) {
      const next = await chunks.next();
      if (next.done) break;
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    }
    const rest = { [Symbol.asyncIterator]: () => chunks };
    const encoding = sniffEncoding(head);
    if (encoding === 'utf-8') {
      yield startsWith(head, [0xef, 0xbb, 0xbf]) ? head.subarray(3) : head;
      yield* rest;
    } else yield* transcode(head, rest, encoding);
  } finally {
    await chunks.return?.();
  }
}

function sniffEncoding(head: Uint8Array): Encoding {
  if (startsWith(head, [0xff, 0xfe, 0, 0]) || startsWith(head, [0, 0, 0xfe, 0xff])) return 'utf-32';
  if (startsWith(head, [0xff, 0xfe])) return 'utf-16le';
  if (startsWith(head, [0xfe, 0xff])) return 'utf-16be';
  // Of at most two characters every second byte is NUL; UTF-8 has no NUL where JSON may begin.
  const isNul = Array.from(head.subarray(0, SNIFFED_BYTES), (byte) => byte === 0);
  if (isNul.length < 2 || isNul.length === 3) return 'utf-8';
  if (isNul.every((nul, index) => nul === (index % 2 === 1))) return 'utf-16le';
  if (isNul.every((nul, index) => nul === (index % 2 === 0))) return 'utf-16be';
  return isNul.filter((nul) => nul).length === 3 ? 'utf-32' : 'utf-8';
}

async function* transcode(
  head: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<Uint8Array> {
  if (encoding === 'utf-32') throw notText('UTF-32 text is not supported; convert the file to UTF-8');
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (chunk?: Uint8Array): Uint8Array => {
    try {
      return Buffer.from(chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true }));
    } catch (cause) {
      throw notText(`the text is not valid ${encoding.toUpperCase()}; the file is damaged or cut off`, cause);
    }
  };
  yield decode(head);
  for await (const chunk of rest) yield decode(chunk);
  yield decode();
}

function notText(message: string, cause?: unknown): GatehouseError {
  return new GatehouseError('input-invalid', message, { cause, facts: { byte: 0, path: '$' } });
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, index) => bytes[index] === byte);
}
