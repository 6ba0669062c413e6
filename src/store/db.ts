/** What the store needs of a database. The two files that implement it are the only ones that know a dialect. */
import type { TableName } from './schema.ts';

export type Value = string | number | null | Uint8Array;

/** A list parameter as its database takes it. */
export type ListValue = Value | readonly (number | string)[];

export interface Db {
  /** Placeholders are `?`; a list parameter is written `IN ${db.list('int')}` and passed through `db.listValue`. */
  all<T>(sql: string, parameters?: readonly ListValue[]): Promise<T[]>;
  run(sql: string, parameters?: readonly ListValue[]): Promise<void>;
  list(type: 'int' | 'text'): string;
  listValue(values: readonly (number | string)[]): ListValue;
  /** Rows hold every column of the table, in the order of the schema. */
  insert(table: TableName, rows: readonly (readonly Value[])[]): Promise<void>;
  /** Each row: the value of `key`, then those of `columns`. */
  update(
    table: TableName,
    key: string,
    columns: readonly string[],
    rows: readonly (readonly Value[])[],
  ): Promise<void>;
  /** Point look-ups by a unique key; the answer is in the order of `keys`, undefined where there is no row. */
  find<T>(
    table: TableName,
    by: readonly string[],
    columns: readonly string[],
    keys: readonly (readonly Value[])[],
  ): Promise<(T | undefined)[]>;
  /** Every row whose `by` is among the keys, in no order. */
  select<T>(table: TableName, by: string, columns: readonly string[], keys: readonly number[]): Promise<T[]>;
  remove(table: TableName, by: string, keys: readonly number[]): Promise<void>;
  /** Reserves `count` ids of a table and returns the first. Inside a transaction. */
  allocate(table: TableName, count: number): Promise<number>;
  /** One at a time: a second call waits for the first. Rolled back when `work` throws. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** A place for bytes that nobody else sees and a crash forgets. */
  openSpill(): Promise<Spill>;
  close(): Promise<void>;
}

export interface Spill {
  add(bytes: Uint8Array): Promise<void>;
  /** In the order added. */
  read(): AsyncGenerator<Uint8Array<ArrayBuffer>>;
  drop(): Promise<void>;
}
