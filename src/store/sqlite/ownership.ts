import type { DatabaseSync } from 'node:sqlite';
import { GatehouseError } from '../../domain/errors.ts';

/** "Gate", where SQLite keeps whose file it is. */
export const APPLICATION_ID = 0x47617465;

/** `nobody`: the file is new and empty. */
export function ownerOf(database: DatabaseSync): 'us' | 'nobody' | 'another program' {
  // In one statement: another process may be making its tables at this moment.
  const file = database
    .prepare(
      'SELECT application_id AS owner, (SELECT count(*) FROM sqlite_schema) AS tables FROM pragma_application_id',
    )
    .get();
  if (file?.owner === APPLICATION_ID) return 'us';
  return file?.owner === 0 && file.tables === 0 ? 'nobody' : 'another program';
}

export function notAStore(path: string, why: string, cause?: unknown): GatehouseError {
  return new GatehouseError(
    'store-unavailable',
    `${path} is not a Gatehouse store: ${why}; name another file as the store, or move this one away`,
    { cause },
  );
}

const SQLITE_NOTADB = 26;

export function isNoDatabase(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_NOTADB;
}
