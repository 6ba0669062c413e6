import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { isGatehouseError } from '../../domain/errors.ts';
import { stretchesOf } from '../core/id-set.ts';
import type { Db, Spill, Value } from '../db.ts';
import { migrate } from '../migrations.ts';
import { columnsOf, type TableName } from '../schema.ts';
import { APPLICATION_ID, isNoDatabase, notAStore, ownerOf } from './ownership.ts';
import { PATIENCE_MS, storeTrouble } from './trouble.ts';

export interface SqliteOptions {
  readonly path: string;
  readonly readOnly: boolean;
}

/** `node:sqlite` is synchronous: this runs in a thread of its own, never in one that serves. */
export async function openSqliteDb({ path, readOnly }: SqliteOptions): Promise<Db> {
  const database = connect(path, readOnly);
  const db = new SqliteDb(database);
  if (readOnly) return db;
  try {
    await migrate(db, 'sqlite', `the store ${path}`);
    return db;
  } catch (cause) {
    database.close();
    throw storeTrouble(cause, path);
  }
}

function connect(path: string, readOnly: boolean): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly, timeout: PATIENCE_MS });
    if (!readOnly) {
      // Nothing is written to a file, not even how it keeps its log, before it is known to be ours.
      claim(database, path);
      database.exec('PRAGMA journal_mode = WAL');
    }
    database.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = FILE');
    // Each connection has its own; the system's cache of the file is behind them all.
    database.exec(`PRAGMA cache_size = -${readOnly ? 8192 : 16_384}`);
    return database;
  } catch (cause) {
    database?.close();
    if (isGatehouseError(cause)) throw cause;
    if (isNoDatabase(cause)) throw notAStore(path, 'it is no SQLite database', cause);
    throw storeTrouble(cause, path);
  }
}

/** A new file becomes ours; a database that another program made is left as it is. */
function claim(database: DatabaseSync, path: string): void {
  const owner = ownerOf(database);
  if (owner === 'another program') throw notAStore(path, 'another program made this database');
  if (owner === 'nobody') database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
}

class SqliteDb implements Db {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();
  #queue: Promise<unknown> = Promise.resolve();
  #spills = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async all<T>(sql: string, parameters: readonly Value[] = []): Promise<T[]> {
    return this.#prepare(sql).all(...parameters) as T[];
  }

  async run(sql: string, parameters: readonly Value[] = []): Promise<void> {
    this.#prepare(sql).run(...parameters);
  }

  list(): string {
    return '(SELECT value FROM json_each(?))';
  }

  listValue(values: readonly (number | string)[]): Value {
    return JSON.stringify(values);
  }

  async insert(table: TableName, rows: readonly (readonly Value[])[]): Promise<void> {
    if (rows.length === 0) return;
    const columns = columnsOf(table);
    const marks = columns.map(() => '?').join(',');
    const statement = this.#prepare(`INSERT INTO ${table} (${columns.join(',')}) VALUES (${marks})`);
    for (const row of rows) statement.run(...row);
  }

  async update(
    table: TableName,
    key: string,
    columns: readonly string[],
    rows: readonly (readonly Value[])[],
  ): Promise<void> {
    if (rows.length === 0) return;
    const sets = columns.map((column, index) => `${column} = ?${index + 2}`).join(', ');
    const statement = this.#prepare(`UPDATE ${table} SET ${sets} WHERE ${key} = ?1`);
    for (const row of rows) statement.run(...row);
  }

  async find<T>(
    table: TableName,
    by: readonly string[],
    columns: readonly string[],
    keys: readonly (readonly Value[])[],
  ): Promise<(T | undefined)[]> {
    const where = by.map((column) => `${column} = ?`).join(' AND ');
    const statement = this.#prepare(`SELECT ${columns.join(',')} FROM ${table} WHERE ${where}`);
    return keys.map((key) => statement.get(...key) as T | undefined);
  }

  /** Keys in a row are read in one go: what was written together mostly is. */
  async select<T>(
    table: TableName,
    by: string,
    columns: readonly string[],
    keys: readonly number[],
  ): Promise<T[]> {
    const from = `SELECT ${columns.join(',')} FROM ${table} WHERE ${by}`;
    const one = this.#prepare(`${from} = ?`);
    const some = this.#prepare(`${from} BETWEEN ? AND ?`);
    const rows: T[] = [];
    for (const [first, last] of stretchesOf(keys)) {
      const found = (first === last ? one.all(first) : some.all(first, last)) as T[];
      for (const row of found) rows.push(row);
    }
    return rows;
  }

  async remove(table: TableName, by: string, keys: readonly number[]): Promise<void> {
    const statement = this.#prepare(`DELETE FROM ${table} WHERE ${by} = ?`);
    for (const key of keys) statement.run(key);
  }

  async allocate(table: TableName, count: number): Promise<number> {
    const [row] = await this.all<{ first: number }>(
      `INSERT INTO sequence (name, next) VALUES (?1, ?2 + 1)
       ON CONFLICT (name) DO UPDATE SET next = sequence.next + ?2 RETURNING next - ?2 AS first`,
      [table, count],
    );
    if (row === undefined) throw new Error(`no ids could be reserved for ${table}`);
    return row.first;
  }

  transaction<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#transact(work));
    this.#queue = result.then(ignore, ignore);
    return result;
  }

  async #transact<T>(work: () => Promise<T>): Promise<T> {
    this.#database.exec('BEGIN IMMEDIATE');
    const before = this.#changes();
    try {
      const result = await work();
      const isLarge = this.#changes() - before > CHANGES_TO_COPY_LATER;
      if (isLarge) this.#database.exec('PRAGMA wal_autocheckpoint = 0');
      this.#database.exec('COMMIT');
      if (isLarge) setImmediate(() => this.#copyLog());
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #changes(): number {
    const row = this.#prepare('SELECT total_changes() AS n').get();
    return Number(row?.n);
  }

  /** What a large transaction logged is copied to its place after whoever waits for it was answered. */
  #copyLog(): void {
    if (!this.#database.isOpen) return;
    this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    this.#database.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
  }

  async openSpill(): Promise<Spill> {
    const table = `temp.spill_${this.#spills++}`;
    this.#database.exec(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)`);
    const insert = this.#database.prepare(`INSERT INTO ${table} (bytes) VALUES (?)`);
    const next = this.#database.prepare(`SELECT id, bytes FROM ${table} WHERE id > ? ORDER BY id LIMIT 1`);
    return {
      add: async (bytes) => {
        insert.run(bytes);
      },
      read: async function* () {
        for (let last = 0; ; ) {
          const row = next.get(last) as { id: number; bytes: Uint8Array<ArrayBuffer> } | undefined;
          if (row === undefined) return;
          last = row.id;
          yield row.bytes;
        }
      },
      drop: async () => {
        this.#database.exec(`DROP TABLE IF EXISTS ${table}`);
      },
    };
  }

  async close(): Promise<void> {
    await this.#queue;
    this.#prepared.clear();
    this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }
}

/** Rows written in one transaction from which on the copying is worth putting off. */
const CHANGES_TO_COPY_LATER = 20_000;
/** SQLite's own default: the log is copied when it is about 4 MB long. */
const LOG_PAGES = 1000;

function ignore(): void {}
