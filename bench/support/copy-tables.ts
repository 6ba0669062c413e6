import type { Db, Value } from '../../src/store/db.ts';
import { columnsOf, TABLES, type TableName, tableOf } from '../../src/store/schema.ts';

const BATCH = 5000;

/** All rows of one store into the empty tables of another. */
export async function copyTables(from: Db, to: Db): Promise<void> {
  for (const table of Object.keys(TABLES) as TableName[]) await copyTable(from, to, table);
}

async function copyTable(from: Db, to: Db, table: TableName): Promise<void> {
  const columns = columnsOf(table);
  const key = tableOf(table).primaryKey ?? ['id'];
  const order = key.join(', ');
  const marks = key.map(() => '?').join(', ');
  let last: readonly Value[] | undefined;
  for (;;) {
    const where = last === undefined ? '' : `WHERE (${order}) > (${marks})`;
    const rows = await from.all<Record<string, Value>>(
      `SELECT ${columns.join(', ')} FROM ${table} ${where} ORDER BY ${order} LIMIT ${BATCH}`,
      last ?? [],
    );
    if (rows.length === 0) return;
    await to.insert(
      table,
      rows.map((row) => columns.map((column) => row[column] ?? null)),
    );
    const end = rows.at(-1);
    last = key.map((column) => end?.[column] ?? null);
  }
}
