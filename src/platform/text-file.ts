/** Small files that people write (configurations, policies, tokens), read whole, and what is wrong with them in words. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type ErrorCode, GatehouseError } from '../domain/errors.ts';
import { reasonOf } from './reason.ts';

export interface TextFileOptions {
  /** Of the error, whatever is wrong. */
  readonly code: ErrorCode;
  /** As it is called to people; the path when not given. */
  readonly name?: string | undefined;
  readonly maxBytes?: number | undefined;
}

/** Nobody writes so much by hand. */
const MAX_BYTES = 16_000_000;

/** A pipe gives what it has once; whoever reads it again is told the same. */
const fromPipes = new Map<string, Uint8Array>();

/**
 * The text, without a byte order mark. Throws GatehouseError with that code and a sentence that names the file; its
 * fact `missing` is true where there is none.
 */
export async function readTextFile(path: string, options: TextFileOptions): Promise<string> {
  const { code, name = path } = options;
  const fail = (what: string, cause?: unknown): GatehouseError =>
    new GatehouseError(code, `${name}${what}`, { cause, facts: { path, missing: isMissing(cause) } });
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(path, options.maxBytes ?? MAX_BYTES, fail);
  } catch (cause) {
    if (cause instanceof GatehouseError)
      throw cause.code === code ? cause : new GatehouseError(code, cause.message);
    throw fail(`: cannot be read: ${reasonOf(cause)}`, cause);
  }
  if (bytes.includes(0)) throw fail(' holds binary data, and is no text');
  if (!isUtf8(bytes)) throw fail(` is not valid UTF-8 (line ${lineOfBadByte(bytes)}); save it as UTF-8`);
  return new TextDecoder().decode(bytes);
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

async function readBytes(
  path: string,
  maxBytes: number,
  fail: (what: string) => GatehouseError,
): Promise<Uint8Array> {
  const known = fromPipes.get(path);
  if (known !== undefined) return known;
  const status = await stat(path);
  if (status.isDirectory()) throw fail(' is a folder; name a file in it');
  if (status.isSocket()) throw fail(' is a socket, and no file');
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of status.isFIFO() ? await fromPipe(path) : createReadStream(path)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) throw fail(` is larger than ${maxBytes} bytes, which no such file is`);
  }
  const bytes = Buffer.concat(chunks);
  if (status.isFIFO()) fromPipes.set(path, bytes);
  return bytes;
}

async function fromPipe(path: string): Promise<AsyncIterable<Uint8Array>> {
  const { pipeBytes } = await import('./named-pipe.ts');
  return pipeBytes(path);
}

function lineOfBadByte(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    line += 1;
    start = end + 1;
  }
}
