import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { GatehouseError } from '../../domain/errors.ts';
import type { Db, ListValue, Spill, Value } from '../db.ts';
import { columnsOf, type TableName, tableOf } from '../schema.ts';

export interface PostgresOptions {
  readonly url: string;
  /** Most connections of this process. */
  readonly connections: number;
}

const BIGINT = 20;
const NUMERIC = 1700;
/** Serialises writers of all processes: publishing is short, and identities are then never made twice. */
const WRITER_LOCK = 7_291_846_113;

export function openPostgresDb({ url, connections }: PostgresOptions): Db {
  const types = {
    getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
      oid === BIGINT || oid === NUMERIC
        ? Number
        : pg.types.getTypeParser(
            oid,
            format === 'binary' ? 'binary' : 'text',
          )) as typeof pg.types.getTypeParser,
  };
  const pool = new pg.Pool({ connectionString: url, max: connections, types });
  // A connection that breaks while idle is replaced at its next use, which then says what is wrong.
  pool.on('error', () => undefined);
  return new PostgresDb(pool);
}

type Client = Pick<pg.PoolClient, 'query'>;

const CASTS = { id: 'bigint', int: 'bigint', real: 'double precision', text: 'text', blob: 'bytea' } as const;

class PostgresDb implements Db {
  readonly #pool: pg.Pool;
  readonly #inside = new AsyncLocalStorage<pg.PoolClient>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async all<T>(sql: string, parameters: readonly ListValue[] = []): Promise<T[]> {
    return (await this.#query(numbered(sql), parameters)).rows as T[];
  }

  async run(sql: string, parameters: readonly ListValue[] = []): Promise<void> {
    await this.#query(numbered(sql), parameters);
  }

  list(type: 'int' | 'text'): string {
    return `(SELECT unnest(?::${type === 'int' ? 'bigint' : 'text'}[]))`;
  }

  listValue(values: readonly (number | string)[]): ListValue {
    return [...values];
  }

  async insert(table: TableName, rows: readonly (readonly Value[])[]): Promise<void> {
    const columns = columnsOf(table);
    await this.#inBulk(rows, async (some) => {
      const source = unnest(table, columns);
      await this.#query(
        `INSERT INTO ${table} (${columns.join(',')}) SELECT * FROM ${source}`,
        byColumn(columns, some),
      );
    });
  }

  async update(
    table: TableName,
    key: string,
    columns: readonly string[],
    rows: readonly (readonly Value[])[],
  ): Promise<void> {
    const all = [key, ...columns];
    const sets = columns.map((column) => `${column} = v.${column}`).join(', ');
    await this.#inBulk(rows, async (some) => {
      const source = `${unnest(table, all)} AS v(${all.join(',')})`;
      await this.#query(
        `UPDATE ${table} t SET ${sets} FROM ${source} WHERE t.${key} = v.${key}`,
        byColumn(all, some),
      );
    });
  }

  async find<T>(
    table: TableName,
    by: readonly string[],
    columns: readonly string[],
    keys: readonly (readonly Value[])[],
  ): Promise<(T | undefined)[]> {
    const found: (T | undefined)[] = new Array(keys.length);
    const match = by.map((column) => `t.${column} = v.${column}`).join(' AND ');
    const wanted = columns.map((column) => `t.${column}`).join(', ');
    for (let start = 0; start < keys.length; start += BULK) {
      const some = keys.slice(start, start + BULK);
      const { rows } = await this.#query(
        `SELECT v.ord, ${wanted} FROM ${unnest(table, by)} WITH ORDINALITY AS v(${by.join(',')}, ord)
         JOIN ${table} t ON ${match}`,
        byColumn(by, some),
      );
      for (const { ord, ...row } of rows) found[start + Number(ord) - 1] = row as T;
    }
    return found;
  }

  async select<T>(
    table: TableName,
    by: string,
    columns: readonly string[],
    keys: readonly number[],
  ): Promise<T[]> {
    const rows: T[] = [];
    for (let start = 0; start < keys.length; start += BULK) {
      const some = keys.slice(start, start + BULK);
      const sql = `SELECT ${columns.join(',')} FROM ${table} WHERE ${by} = ANY($1::bigint[])`;
      rows.push(...((await this.#query(sql, [some])).rows as T[]));
    }
    return rows;
  }

  async remove(table: TableName, by: string, keys: readonly number[]): Promise<void> {
    if (keys.length > 0) await this.#query(`DELETE FROM ${table} WHERE ${by} = ANY($1::bigint[])`, [keys]);
  }

  async allocate(table: TableName, count: number): Promise<number> {
    const { rows } = await this.#query(
      `INSERT INTO sequence (name, next) VALUES ($1, $2::bigint + 1)
       ON CONFLICT (name) DO UPDATE SET next = sequence.next + $2::bigint RETURNING next - $2::bigint AS first`,
      [table, count],
    );
    return Number(rows[0]?.first);
  }

  transaction<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#transact(work));
    this.#queue = result.then(ignore, ignore);
    return result;
  }

  async #transact<T>(work: () => Promise<T>): Promise<T> {
    const client = await this.#connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_xact_lock($1)', [WRITER_LOCK]);
      const result = await this.#inside.run(client, work);
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      // A connection that cannot even roll back is thrown away; the server then rolls back by itself.
      const rolledBack = await client.query('ROLLBACK').then(
        () => true,
        () => false,
      );
      client.release(!rolledBack);
      throw asStoreError(error);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw asStoreError(error);
    }
  }

  /** A temporary table lives as long as its connection: the spill keeps one for itself. */
  async openSpill(): Promise<Spill> {
    const client = await this.#connect();
    await client.query(
      'CREATE TEMP TABLE IF NOT EXISTS spill (id BIGSERIAL PRIMARY KEY, bytes BYTEA NOT NULL)',
    );
    await client.query('TRUNCATE spill RESTART IDENTITY');
    return {
      add: async (bytes) => {
        await client.query('INSERT INTO spill (bytes) VALUES ($1)', [Buffer.from(bytes)]);
      },
      read: async function* () {
        for (let last = 0; ; ) {
          const { rows } = await client.query(
            'SELECT id, bytes FROM spill WHERE id > $1 ORDER BY id LIMIT 1',
            [last],
          );
          const [row] = rows as { id: string; bytes: Buffer }[];
          if (row === undefined) return;
          last = Number(row.id);
          yield new Uint8Array(row.bytes);
        }
      },
      drop: async () => {
        await client.query('TRUNCATE spill');
        client.release();
      },
    };
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#pool.end();
  }

  async #query(sql: string, parameters: readonly unknown[]): Promise<pg.QueryResult> {
    const client: Client = this.#inside.getStore() ?? this.#pool;
    try {
      return await client.query(sql, [...parameters]);
    } catch (error) {
      throw asStoreError(error);
    }
  }

  async #inBulk(
    rows: readonly (readonly Value[])[],
    write: (some: readonly (readonly Value[])[]) => Promise<void>,
  ): Promise<void> {
    for (let start = 0; start < rows.length; start += BULK) await write(rows.slice(start, start + BULK));
  }
}

const BULK = 5000;

/** `?` is written once for both databases; none of our statements holds one in a literal. */
function numbered(sql: string): string {
  let n = 0;
  return sql.replace(/\?/g, () => `$${++n}`);
}

function unnest(table: TableName, columns: readonly string[]): string {
  const types = tableOf(table).columns;
  const parts = columns.map((column, index) => {
    const type = types[column]?.replace('?', '') as keyof typeof CASTS;
    return `$${index + 1}::${CASTS[type]}[]`;
  });
  return `unnest(${parts.join(', ')})`;
}

function byColumn(columns: readonly string[], rows: readonly (readonly Value[])[]): readonly unknown[] {
  return columns.map((_, index) => rows.map((row) => bytes(row[index] ?? null)));
}

function bytes(value: Value): Value | Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}

const NOT_PERMITTED = '42501';

/** What the database says of itself (away, full, refused) is the store's state; a statement it rejects is our bug. */
function asStoreError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof GatehouseError) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code === NOT_PERMITTED)
    return new GatehouseError(
      'store-unavailable',
      `the PostgreSQL store refuses this user: ${error.message}; name the user who made its tables in the address, or give this one the right`,
      { cause: error },
    );
  const isOurs = code.startsWith('42') || code.startsWith('22') || code.startsWith('23') || code === '';
  if (isOurs) return error;
  return new GatehouseError('store-unavailable', `the PostgreSQL store does not answer: ${error.message}`, {
    cause: error,
  });
}

function ignore(): void {}
