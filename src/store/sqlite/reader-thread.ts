/** A thread that reads. Started by `open.ts`. */
import { workerData } from 'node:worker_threads';
import { listIds, loadFindings } from '../read/findings.ts';
import { createReader } from '../read/reader.ts';
import type { FindingQuery } from '../store.ts';
import { openSqliteDb } from './db.ts';
import { serve } from './rpc.ts';

const { path } = workerData as { readonly path: string };
const opening = openSqliteDb({ path, readOnly: true });
opening.catch(() => undefined);

serve({
  read: async (method: string, args: readonly unknown[]) => {
    const reader = createReader(await opening);
    const query = reader[method as keyof typeof reader] as (...args: readonly unknown[]) => Promise<unknown>;
    return await query(...args);
  },
  listIds: async (query: FindingQuery) => await listIds(await opening, query),
  loadFindings: async (ids: readonly number[]) => await loadFindings(await opening, ids),
  close: async () => {
    await (await opening).close();
  },
});
