import { createWriter } from '../core/writer.ts';
import { migrate } from '../migrations.ts';
import { createReader } from '../read/reader.ts';
import type { Store } from '../store.ts';
import { openPostgresDb } from './db.ts';

export interface PostgresStoreOptions {
  /** `postgres://user@host:port/database` */
  readonly url: string;
  /** Most connections of this process; 6 when not given. */
  readonly connections?: number | undefined;
}

/** Throws `store-unavailable` when the server is away, refuses, or holds the schema of a later Gatehouse. */
export async function openPostgresStore({ url, connections = 6 }: PostgresStoreOptions): Promise<Store> {
  const db = openPostgresDb({ url, connections });
  try {
    await migrate(db, 'postgres');
  } catch (error) {
    await db.close();
    throw error;
  }
  return { writer: createWriter(db), reader: createReader(db), close: () => db.close() };
}
