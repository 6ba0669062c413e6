import { mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isGatehouseError } from '../../domain/errors.ts';
import type { StoreState } from '../store-state.ts';
import { isNoDatabase, notAStore, ownerOf } from './ownership.ts';
import { storeTrouble } from './trouble.ts';

const BUSY_MS = 2000;

export async function inspectSqlite(path: string): Promise<StoreState> {
  if (!(await isThere(path))) return { schemaVersion: undefined, readOnly: await whyNotMade(path) };
  return { schemaVersion: versionOf(path), readOnly: whyNotWritten(path) };
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** Tried where it would be made, in the nearest folder that is there. */
async function whyNotMade(path: string): Promise<string | undefined> {
  const folder = await nearestFolder(dirname(path));
  try {
    await rmdir(await mkdtemp(join(folder, '.gatehouse-')));
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

async function nearestFolder(folder: string): Promise<string> {
  const above = dirname(folder);
  return above === folder || (await isThere(folder)) ? folder : await nearestFolder(above);
}

/** Undefined: it is empty. */
function versionOf(path: string): number | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    const owner = ownerOf(database);
    if (owner === 'another program') throw notAStore(path, 'another program made this database');
    if (owner === 'nobody' || !hasTables(database)) return undefined;
    const version = database.prepare('SELECT version FROM schema_version').get()?.version;
    return version === undefined ? undefined : Number(version);
  } catch (cause) {
    if (isGatehouseError(cause)) throw cause;
    if (isNoDatabase(cause)) throw notAStore(path, 'it is no SQLite database', cause);
    throw storeTrouble(cause, path);
  } finally {
    database?.close();
  }
}

/** It is ours before it has tables, if whoever began to make them was ended. */
function hasTables(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'").get() !== undefined;
}

/** Another process may be writing: that is no reason. */
function whyNotWritten(path: string): string | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: BUSY_MS });
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return undefined;
  } catch (error) {
    const reason = reasonOf(error);
    return /locked|busy/i.test(reason) ? undefined : reason;
  } finally {
    database?.close();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
