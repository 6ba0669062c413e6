/** A thread that reads. Started by `open.ts`. */
import { workerData } from 'node:worker_threads';
import type { Db } from '../db.ts';
import { listIds, loadFindings } from '../read/findings.ts';
import { createReader } from '../read/reader.ts';
import type { FindingQuery } from '../store.ts';
import { openSqliteDb } from './db.ts';
import { serve } from './rpc.ts';

const { path } = workerData as { readonly path: string };
/** Opened when first asked: the thread is started while the writer may still be making the file. */
let opening: Promise<Db> | undefined;

function db(): Promise<Db> {
  opening ??= openSqliteDb({ path, readOnly: true });
  return opening;
}

serve(path, {
  read: async (method: string, args: readonly unknown[]) => {
    const reader = createReader(await db());
    const query = reader[method as keyof typeof reader] as (...args: readonly unknown[]) => Promise<unknown>;
    return await query(...args);
  },
  listIds: async (query: FindingQuery) => await listIds(await db(), query),
  loadFindings: async (ids: readonly number[]) => await loadFindings(await db(), ids),
  close: async () => {
    await (await opening)?.close();
  },
});
