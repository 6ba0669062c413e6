/** What a store holds, row by row, to compare before and after. */

import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Which ids are given next, and how fast a vendor may be called, is no content. */
const BESIDE = ['sequence', 'rate_bucket'];

/** Read from a copy, so that nothing is locked. `without`: tables that are left out. Undefined: there is no such file. */
export async function storeRows(
  path: string,
  without: readonly string[] = [],
): Promise<Readonly<Record<string, readonly unknown[]>> | undefined> {
  if (!existsSync(path)) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-rows-'));
  const copy = join(folder, 'copy.db');
  await cp(path, copy);
  if (existsSync(`${path}-wal`)) await cp(`${path}-wal`, `${copy}-wal`);
  const database = new DatabaseSync(copy);
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    return Object.fromEntries(
      tables
        .map(({ name }) => String(name))
        .filter((name) => ![...BESIDE, ...without].includes(name))
        .map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all()]),
    );
  } finally {
    database.close();
    await rm(folder, { recursive: true });
  }
}
