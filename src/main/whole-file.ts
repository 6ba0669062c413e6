import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GatehouseError, isGatehouseError } from '../domain/errors.ts';
import { pipeBytes } from '../platform/named-pipe.ts';
import { reasonOf } from '../platform/reason.ts';
import type { Io } from './command.ts';

/**
 * The bytes of a file, or of standard input for `-`, read whole.
 *
 * @throws GatehouseError `not-found` when it cannot be read, `input-invalid` when it is larger than `mostBytes`, or a
 * pipe that nobody writes into
 */
export async function readWhole(name: string, io: Io, mostBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of await bytesOf(name, io)) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes);
      length += bytes.length;
      if (length > mostBytes) break;
    }
  } catch (cause) {
    io.signal.throwIfAborted();
    if (isGatehouseError(cause)) throw cause;
    throw new GatehouseError('not-found', `${name}: cannot be read: ${reasonOf(cause)}`, { cause });
  }
  if (length <= mostBytes) return Buffer.concat(chunks);
  throw new GatehouseError('input-invalid', `${name}: larger than ${mostBytes} bytes, which no such file is`);
}

async function bytesOf(name: string, io: Io): Promise<AsyncIterable<Uint8Array>> {
  if (name === '-') return io.stdin;
  const path = resolve(io.cwd, name);
  return (await stat(path)).isFIFO() ? pipeBytes(path) : createReadStream(path, { signal: io.signal });
}
