/** Empty stores for tests, of each kind, at the price of a wipe rather than of a new database. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { openPostgresStore } from '../postgres/open.ts';
import { openSqliteStore } from '../sqlite/open.ts';
import type { Store } from '../store.ts';
import type { OpenStore } from './recording.ts';

export interface Stores extends AsyncDisposable {
  readonly openStore: OpenStore;
}

/** One store in a temporary folder that goes when these are disposed; each opening finds it empty again. */
export async function sqliteStores(): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-stores-'));
  const path = join(folder, 'store.db');
  const store = await openSqliteStore({ path, readers: 1 });
  const db = new DatabaseSync(path, { timeout: 5000 });
  const tables = db
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('schema_version', 'sqlite_sequence')`,
    )
    .all()
    .map(({ name }) => String(name));
  const wipe = `BEGIN IMMEDIATE; ${tables.map((name) => `DELETE FROM "${name}";`).join(' ')} COMMIT`;
  return {
    openStore: async (): Promise<Store> => {
      db.exec(wipe);
      return { ...store, close: async () => {} };
    },
    [Symbol.asyncDispose]: async () => {
      db.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One store in this database; each opening finds it empty again. */
export async function postgresStores(url: string): Promise<Stores> {
  const store = await openPostgresStore({ url, connections: 4 });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const wipe = await wipingStatement(client);
  return {
    openStore: async (): Promise<Store> => {
      await client.query(wipe);
      return { ...store, close: async () => {} };
    },
    [Symbol.asyncDispose]: async () => {
      await client.end();
      await store.close();
    },
  };
}

/** Small tables are deleted from much faster than they are truncated. */
async function wipingStatement(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_version'`,
  );
  return rows.map(({ name }) => `DELETE FROM "${name}"`).join(';');
}
