/** What a store holds, row by row, to compare before and after. */

import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Which ids are given next, and how fast a vendor may be called, is no content. */
const BESIDE = ['sequence', 'rate_bucket'];

/**
 * Read in one transaction, which keeps nobody from reading or writing beside it. `without`: tables that are left out.
 * Undefined: there is no such file.
 */
export function storeRows(
  path: string,
  without: readonly string[] = [],
): Readonly<Record<string, readonly unknown[]>> | undefined {
  if (!existsSync(path)) return undefined;
  const database = new DatabaseSync(path, { timeout: 10_000 });
  try {
    database.exec('BEGIN');
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    return Object.fromEntries(
      tables
        .map(({ name }) => String(name))
        .filter((name) => ![...BESIDE, ...without].includes(name))
        .map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all()]),
    );
  } finally {
    database.close();
  }
}
