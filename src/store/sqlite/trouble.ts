import { statSync } from 'node:fs';
import { GatehouseError } from '../../domain/errors.ts';

/** How long another process is waited for, ms. */
export const PATIENCE_MS = 10_000;

const LOCKED = `is locked by another process, which did not let go of it in ${PATIENCE_MS / 1000} s; wait for it, or end it`;

/** What SQLite says by number, as people read it: https://sqlite.org/rescode.html. */
const SENTENCES: ReadonlyMap<number, string> = new Map([
  [5, LOCKED],
  [6, LOCKED],
  [8, 'may not be written; check its permissions and those of its folder'],
  [10, 'cannot be read or written by its disk; check that, and then the store with a copy'],
  [11, 'is damaged; put a copy in its place'],
  [13, 'is on a disk that is full; make room and do it again: what was stored before is kept'],
  [14, 'cannot be opened; check that its folder is there and may be written'],
]);

/** A database's error as a state of the store; whatever else it is, as it is. */
export function storeTrouble(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  const sentence = isFolder(path) ? 'is a folder; name a file' : SENTENCES.get(error.errcode & 0xff);
  return new GatehouseError(
    'store-unavailable',
    `the store ${path} ${sentence ?? `failed: ${error.message}`}`,
    {
      cause: error,
    },
  );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
