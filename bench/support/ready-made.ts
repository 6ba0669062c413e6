/** The least that an import could cost: its rows, made already, put into the same tables in one transaction. */
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { columnsOf, TABLES, type TableName } from '../../src/store/schema.ts';

type Row = readonly Value[];
type Value = string | number | null | Uint8Array;

function cellOf(stored: SQLOutputValue | undefined): Value {
  return typeof stored === 'bigint' ? Number(stored) : (stored ?? null);
}

/** By which column the rows that an import added are told: ids and run ids only grow. */
function growingColumn(table: TableName): string | undefined {
  const columns = columnsOf(table);
  return ['id', 'run_id', 'finding_id', 'observation_id', 'asset_id'].find((column) =>
    columns.includes(column),
  );
}

/** Inserts into `freshPath` what `importedPath`, a copy of it that an import went into, has more; the time in ms. */
export function insertReadyMade(importedPath: string, freshPath: string): number {
  const fresh = new DatabaseSync(freshPath);
  // The import, too, copies its log after it has answered.
  fresh.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384');
  fresh.exec('PRAGMA wal_autocheckpoint = 0');
  const added = addedRows(importedPath, fresh);
  const startedAt = performance.now();
  fresh.exec('BEGIN IMMEDIATE');
  for (const [table, rows] of added) {
    const columns = columnsOf(table);
    const insert = fresh.prepare(
      `INSERT INTO ${table} (${columns.join(',')}) VALUES (${columns.map(() => '?').join(',')})`,
    );
    for (const row of rows) insert.run(...row);
  }
  fresh.exec('COMMIT');
  const ms = performance.now() - startedAt;
  fresh.close();
  return ms;
}

function addedRows(importedPath: string, fresh: DatabaseSync): ReadonlyMap<TableName, readonly Row[]> {
  const imported = new DatabaseSync(importedPath, { readOnly: true });
  const added = new Map<TableName, readonly Row[]>();
  for (const table of Object.keys(TABLES) as TableName[]) {
    const column = growingColumn(table);
    if (column === undefined) continue;
    const known = fresh.prepare(`SELECT coalesce(max(${column}), 0) AS last FROM ${table}`).get();
    const select = imported.prepare(
      `SELECT ${columnsOf(table).join(',')} FROM ${table} WHERE ${column} > ? ORDER BY ${column}`,
    );
    const columns = columnsOf(table);
    const rows = select.all(Number(known?.last));
    added.set(
      table,
      rows.map((row) => columns.map((name) => cellOf(row[name]))),
    );
  }
  imported.close();
  return added;
}
