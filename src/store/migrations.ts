import { GatehouseError } from '../domain/errors.ts';
import type { Db } from './db.ts';
import { type Index, TABLES, type TableName, tableOf } from './schema.ts';

type Dialect = 'sqlite' | 'postgres';

/** Counts the steps of `migrate`; a store made by a later Gatehouse is refused, never touched. */
export const SCHEMA_VERSION = 1;

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

export function ddlOf(name: TableName, dialect: Dialect): readonly string[] {
  const table = tableOf(name);
  const columns = Object.entries(table.columns).map(([column, type]) => {
    const base = TYPES[dialect][type.replace('?', '') as keyof (typeof TYPES)[Dialect]];
    const collation = dialect === 'postgres' && base === 'TEXT' ? ' COLLATE "C"' : '';
    return `${column} ${base}${collation}${type.endsWith('?') || type === 'id' ? '' : ' NOT NULL'}`;
  });
  const key = table.primaryKey === undefined ? [] : [`PRIMARY KEY (${table.primaryKey.join(', ')})`];
  const tail = dialect === 'sqlite' && table.primaryKey !== undefined ? ' WITHOUT ROWID' : '';
  return [
    `CREATE TABLE ${name} (${[...columns, ...key].join(', ')})${tail}`,
    ...(table.unique ?? []).map((on) => indexDdl(name, { on }, 'UNIQUE INDEX')),
    ...(table.indexes ?? []).map((index) => indexDdl(name, index, 'INDEX')),
  ];
}

function indexDdl(table: TableName, index: Index, kind: string): string {
  const where = index.where === undefined ? '' : ` WHERE ${index.where}`;
  return `CREATE ${kind} ${table}_by_${index.on.join('_').replaceAll(' DESC', '')} ON ${table} (${index.on.join(', ')})${where}`;
}

/** Brings a store of any earlier version to this one, in one transaction. */
export async function migrate(
  db: Db,
  ddl: (table: TableName) => readonly string[],
  name = 'the store',
): Promise<void> {
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
    for (const table of Object.keys(TABLES) as TableName[]) {
      for (const statement of ddl(table)) await db.run(statement);
    }
    await db.run('INSERT INTO schema_version (version) VALUES (?)', [SCHEMA_VERSION]);
  });
}
