import { createWriter } from '../core/writer.ts';
import { createReader } from '../read/reader.ts';
import type { Store } from '../store.ts';
import { openSqliteDb } from './db.ts';

/** The same store without a file, in the calling thread: for judging a few scans at once, not for serving. */
export function openMemoryStore(): Promise<Store> {
  return openStoreHere(':memory:');
}

/**
 * A store whose file is worked on in the calling thread, which stands still meanwhile: for a command that asks a
 * little and ends. It has its answer before threads would have started.
 */
export async function openStoreHere(path: string): Promise<Store> {
  const db = await openSqliteDb({ path, readOnly: false });
  return { writer: createWriter(db), reader: createReader(db), close: () => db.close() };
}
