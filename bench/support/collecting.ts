/** Collecting and deciding as a user does: the command line, from an empty folder. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { type CliResult, runCli } from '../../test/support/cli.ts';
import type { Emulator, Vendor } from './emulator.ts';

const SOURCE = 'certification';
const REPORTER = new URL('./cpu-reporter.ts', import.meta.url).href;

export interface SourceSettings {
  readonly requestsPerSecond?: number;
  readonly scope?: { readonly zones: readonly string[] };
}

export interface Workplace extends AsyncDisposable {
  run(args: readonly string[]): Promise<Finished>;
  /** Which of these problems the store does not hold; with `details`, also those whose details it does not hold. */
  lost(ids: readonly string[], details: boolean): Promise<readonly string[]>;
}

export interface Finished extends CliResult {
  /** Of all threads of the process. */
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** A folder with a configuration and nothing else: no store, no compiled code. */
export async function makeWorkplace({ emulator }: Vendor, settings: SourceSettings): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-collect-'));
  const usage = join(folder, 'usage.json');
  await writeFile(join(folder, 'gatehouse.yaml'), configurationOf(emulator, settings));
  return {
    run: async (args) => {
      const result = await runCli(args, {
        cwd: folder,
        env: {
          BENCH_TOKEN: emulator.token,
          NODE_OPTIONS: `--import ${REPORTER}`,
          GATEHOUSE_BENCH_USAGE: usage,
        },
      });
      return { ...result, ...JSON.parse(await readFile(usage, 'utf8')) };
    },
    lost: async (ids, details) => {
      const store = await openSqliteStore({ path: join(folder, '.gatehouse', 'gatehouse.db') });
      try {
        const seen = await store.reader.seen({ source: SOURCE, category: '', channel: '' }, ids);
        const held = seen.filter((one) => (details ? one.detailRevision : one.revision) !== undefined);
        const keys = new Set(held.map(({ key }) => key));
        return ids.filter((id) => !keys.has(id));
      } finally {
        await store.close();
      }
    },
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

function configurationOf({ url, environmentId }: Emulator, settings: SourceSettings): string {
  const source = {
    name: SOURCE,
    kind: 'dynatrace',
    url: `${url}/e/${environmentId}`,
    token: { env: 'BENCH_TOKEN' },
    allowPrivate: true,
    ...settings,
  };
  // JSON is YAML.
  return JSON.stringify({ sources: [source] });
}

/** The calls of a collection, made by a client that does nothing else. */
export interface BareCalls {
  readonly ids: readonly string[];
  /** So many start each second, whatever becomes of them. */
  readonly perSecond?: number;
  /** So many are under way at any time. */
  readonly inFlight?: number;
}

/** Returns the milliseconds until the last answer, and how many were not 200. */
export async function callBare(
  { url, token, environmentId }: Emulator,
  { ids, perSecond, inFlight = ids.length }: BareCalls,
): Promise<{ readonly ms: number; readonly refused: number }> {
  const startedAt = performance.now();
  let refused = 0;
  const call = async (id: string): Promise<void> => {
    const answer = await fetch(`${url}/e/${environmentId}/api/v2/securityProblems/${id}`, {
      headers: { authorization: `Api-Token ${token}` },
    });
    await answer.arrayBuffer();
    if (answer.status !== 200) refused += 1;
  };
  const rest = ids.entries();
  const worker = async (): Promise<void> => {
    for (const [nth, id] of rest) {
      const dueAt = perSecond === undefined ? 0 : startedAt + (nth * 1000) / perSecond;
      await sleep(Math.max(0, dueAt - performance.now()));
      await call(id);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { ms: performance.now() - startedAt, refused };
}
