import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GatehouseError } from '../domain/errors.ts';
import { fileBytesLimits } from './file-bytes.ts';

/** A file that can be read as often as needed. Disposing it removes what was made for it, never the caller's own. */
export interface ReadableFile extends AsyncDisposable {
  /** What to call it to people; `stdin` for `-`. */
  readonly name: string;
  readonly path: string;
}

/**
 * Makes an argument of the command line readable more than once: a file is taken as it is; `-` (standard input) and
 * pipes such as `<(trivy …)` are first copied, still packed, to a temporary file that only its owner may read.
 * Throws GatehouseError `input-invalid` when a pipe gives more than `maxBytes`; what is wrong with a file itself is
 * said by `openBytes`.
 */
export async function readableFile(
  argument: string,
  stdin: AsyncIterable<Uint8Array>,
  maxBytes: number = fileBytesLimits.maxBytes,
): Promise<ReadableFile> {
  if (argument === '-') return await spool('stdin', stdin, maxBytes);
  const isPipe = await stat(argument).then(
    (status) => status.isFIFO(),
    () => false,
  );
  if (isPipe) {
    const { pipeBytes } = await import('./named-pipe.ts');
    return await spool(argument, pipeBytes(argument), maxBytes);
  }
  return { name: argument, path: argument, async [Symbol.asyncDispose]() {} };
}

async function spool(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<ReadableFile> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-'));
  const remove = async (): Promise<void> => await rm(folder, { recursive: true, force: true });
  const path = join(folder, 'input');
  try {
    await pipeline(bounded(name, bytes, maxBytes), createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    await remove();
    throw error;
  }
  return { name, path, [Symbol.asyncDispose]: remove };
}

async function* bounded(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let given = 0;
  for await (const chunk of bytes) {
    given += chunk.length;
    if (given > maxBytes) {
      throw new GatehouseError('input-invalid', `${name} gives more than ${maxBytes} bytes`, {
        facts: { path: name },
      });
    }
    yield chunk;
  }
}
