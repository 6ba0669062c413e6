import { createWriter } from '../core/writer.ts';
import { createReader } from '../read/reader.ts';
import type { Store } from '../store.ts';
import { openSqliteDb } from './db.ts';

/** The same store without a file, in the calling thread: for judging a few scans at once, not for serving. */
export async function openMemoryStore(): Promise<Store> {
  const db = await openSqliteDb({ path: ':memory:', readOnly: false });
  return { writer: createWriter(db), reader: createReader(db), close: () => db.close() };
}
