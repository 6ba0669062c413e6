/** A store that knows one scan, and what the gate says of it. */
import { writeFile } from 'node:fs/promises';
import type { Finding } from '../../src/domain/finding.ts';
import { EVERYTHING } from '../../src/domain/scope.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { type GateJob, gateStore } from '../../src/flows/gate.ts';
import { importScan } from '../../src/flows/import.ts';
import { readableFile } from '../../src/platform/spooled-file.ts';
import { readPolicy } from '../../src/policy/read-policy.ts';
import { openMemoryStore } from '../../src/store/sqlite/memory.ts';
import type { Store } from '../../src/store/store.ts';
import { makeFolder } from './cli.ts';
import { type TrivyEntry, trivyScan } from './trivy-scan.ts';

export const JUDGED_AT = Date.UTC(2026, 5, 1, 12);

export interface JudgedStore extends AsyncDisposable {
  readonly store: Store;
  findings(): Promise<readonly Finding[]>;
  judge(job?: Partial<GateJob>): Promise<Verdict>;
}

export async function judgedStore(entries: readonly TrivyEntry[]): Promise<JudgedStore> {
  await using folder = await makeFolder();
  await writeFile(folder.file('scan.json'), trivyScan({ entries }));
  const file = await readableFile(folder.file('scan.json'), process.stdin);
  const store = await openMemoryStore();
  const signal = new AbortController().signal;
  await importScan({ store, file, options: {}, now: () => JUDGED_AT, signal });
  const { reader } = store;
  return {
    store,
    findings: async () =>
      (await reader.findings({ filter: { op: 'all', of: [] }, order: 'id', limit: 100 })).findings,
    judge: (job) =>
      gateStore(reader, {
        release: 'shop',
        policy: readPolicy({}),
        scope: EVERYTHING,
        now: JUDGED_AT,
        ...job,
      }),
    [Symbol.asyncDispose]: () => store.close(),
  };
}
