import { GatehouseError } from '../domain/errors.ts';
import type { Db } from './db.ts';
import { columnsOf, type Index, TABLES, type Table, type TableName, tableOf } from './schema.ts';

type Dialect = 'sqlite' | 'postgres';

/** One more with every change of `schema.ts`. A store made by a later Gatehouse is refused, never touched. */
export const SCHEMA_VERSION = 2;

/**
 * What is worked out again, from what they hold, for stores made before a version. By then their tables are those of
 * today: a version that only adds what stays empty has no step. Loaded when needed, as hardly any opening does.
 */
const STEPS: Readonly<Record<number, (db: Db) => Promise<void>>> = {
  // Severities that advisories say, and what each of their revisions said.
  2: async (db) => (await import('./core/advisories-again.ts')).recordAdvisoriesAgain(db),
};

const TYPES = {
  sqlite: { id: 'INTEGER PRIMARY KEY', int: 'INTEGER', real: 'REAL', text: 'TEXT', blob: 'BLOB' },
  postgres: {
    id: 'BIGINT PRIMARY KEY',
    int: 'BIGINT',
    real: 'DOUBLE PRECISION',
    text: 'TEXT',
    blob: 'BYTEA',
  },
} as const;

/** The table, then its indexes. */
export function ddlOf(name: TableName, dialect: Dialect): readonly [string, ...string[]] {
  const table = tableOf(name);
  const columns = Object.keys(table.columns).map((column) => columnDdl(table, column, dialect));
  const key = table.primaryKey === undefined ? [] : [`PRIMARY KEY (${table.primaryKey.join(', ')})`];
  const tail = dialect === 'sqlite' && table.primaryKey !== undefined ? ' WITHOUT ROWID' : '';
  return [
    `CREATE TABLE ${name} (${[...columns, ...key].join(', ')})${tail}`,
    ...(table.unique ?? []).map((on) => indexDdl(name, { on }, 'UNIQUE INDEX')),
    ...(table.indexes ?? []).map((index) => indexDdl(name, index, 'INDEX')),
  ];
}

function columnDdl(table: Table, column: string, dialect: Dialect): string {
  const type = table.columns[column] ?? 'text?';
  const base = TYPES[dialect][type.replace('?', '') as keyof (typeof TYPES)[Dialect]];
  const collation = dialect === 'postgres' && base === 'TEXT' ? ' COLLATE "C"' : '';
  return `${column} ${base}${collation}${type.endsWith('?') || type === 'id' ? '' : ' NOT NULL'}`;
}

function indexDdl(table: TableName, index: Index, kind: string): string {
  const where = index.where === undefined ? '' : ` WHERE ${index.where}`;
  return `CREATE ${kind} IF NOT EXISTS ${table}_by_${index.on.join('_').replaceAll(' DESC', '')} ON ${table} (${index.on.join(', ')})${where}`;
}

/**
 * Brings a store of any earlier version to this one, in one transaction: whatever goes wrong, it stays of its version. Who
 * opens it meanwhile waits.
 */
export async function migrate(db: Db, dialect: Dialect, name = 'the store'): Promise<void> {
  await db.transaction(async () => {
    await db.run('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)');
    const [row] = await db.all<{ version: number }>('SELECT version FROM schema_version');
    const version = row?.version ?? 0;
    if (version > SCHEMA_VERSION) {
      throw new GatehouseError(
        'store-unavailable',
        `${name} was made by a newer Gatehouse (schema version ${version}, this one knows ${SCHEMA_VERSION}); use that one`,
      );
    }
    if (version === SCHEMA_VERSION) return;
    await makeWhole(db, dialect);
    // A new store holds nothing that anything could follow from.
    if (version > 0) for (const step of stepsAfter(version)) await step(db);
    await db.run('DELETE FROM schema_version');
    await db.run('INSERT INTO schema_version (version) VALUES (?)', [SCHEMA_VERSION]);
  });
}

function stepsAfter(version: number): readonly ((db: Db) => Promise<void>)[] {
  return Object.entries(STEPS).flatMap(([of, step]) => (Number(of) > version ? [step] : []));
}

/** Makes the tables, columns and indexes that are not there. What is added to a table may be null. */
async function makeWhole(db: Db, dialect: Dialect): Promise<void> {
  const there = Map.groupBy(await db.all<Column>(COLUMNS_THERE[dialect]), ({ table }) => table);
  for (const name of Object.keys(TABLES) as TableName[]) {
    const [table, ...indexes] = ddlOf(name, dialect);
    const known = there.get(name);
    if (known === undefined) await db.run(table);
    else for (const column of missingIn(name, known)) await addColumn(db, name, column, dialect);
    for (const index of indexes) await db.run(index);
  }
}

interface Column {
  readonly table: string;
  readonly column: string;
}

const COLUMNS_THERE = {
  sqlite: `SELECT t.name AS "table", c.name AS "column" FROM sqlite_schema t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table'`,
  postgres: `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
    WHERE table_schema = current_schema()`,
} as const;

function missingIn(name: TableName, known: readonly Column[]): readonly string[] {
  const there = new Set(known.map(({ column }) => column));
  return columnsOf(name).filter((column) => !there.has(column));
}

async function addColumn(db: Db, name: TableName, column: string, dialect: Dialect): Promise<void> {
  await db.run(`ALTER TABLE ${name} ADD COLUMN ${columnDdl(tableOf(name), column, dialect)}`);
}
