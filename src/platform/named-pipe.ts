/** Named pipes, and those that a shell makes for `<(…)`: read without standing still where nobody writes. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatehouseError } from '../domain/errors.ts';

/** A writer that is started in the same moment is there by then. */
const PATIENCE_MS = 2_000;
const LOOK_EVERY_MS = 20;
const CHUNK_BYTES = 64 * 1024;

/**
 * What is written into the pipe, until its writers have gone.
 *
 * @throws GatehouseError `input-invalid` when nobody comes to write
 */
export async function* pipeBytes(path: string, patienceMs: number = PATIENCE_MS): AsyncGenerator<Uint8Array> {
  // Opened the usual way, a pipe without a writer holds a thread for good, and with it the process.
  const pipe = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  let socket: Socket | undefined;
  try {
    const first = await firstBytes(path, pipe, patienceMs);
    socket = new Socket({ fd: pipe, readable: true, writable: false });
    if (first.length > 0) yield first;
    yield* socket;
  } finally {
    if (socket === undefined) closeSync(pipe);
    else socket.destroy();
  }
}

/** Nothing: somebody has it open and has not written yet. */
async function firstBytes(path: string, pipe: number, patienceMs: number): Promise<Uint8Array> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let waited = 0; waited <= patienceMs; waited += LOOK_EVERY_MS) {
    const length = readNow(pipe, chunk);
    if (length === undefined) return chunk.subarray(0, 0);
    if (length > 0) return chunk.subarray(0, length);
    await sleep(LOOK_EVERY_MS);
  }
  throw new GatehouseError(
    'input-invalid',
    `${path} is a pipe that nobody writes into; give the name of a file, or pipe it in and name it -`,
    { facts: { path } },
  );
}

/** 0: nobody writes. Undefined: somebody will. */
function readNow(pipe: number, chunk: Uint8Array): number | undefined {
  try {
    return readSync(pipe, chunk);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
}
