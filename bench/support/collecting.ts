/** Collecting and deciding as a user does, by the command line, or in this process. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVERYTHING } from '../../src/domain/scope.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { type Collected, collectSource } from '../../src/flows/collect.ts';
import { gateStore } from '../../src/flows/gate.ts';
import { clientsSharing } from '../../src/flows/shared-bucket.ts';
import type { HttpStats } from '../../src/platform/http/client.ts';
import { readPolicy } from '../../src/policy/read-policy.ts';
import { sourceOfKind } from '../../src/sources/registry.ts';
import type { Detail, Pass } from '../../src/sources/source.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type CliResult, runCli } from '../../test/support/cli.ts';
import type { Emulator, Vendor } from './emulator.ts';

const SOURCE = 'certification';
const TOKEN = 'BENCH_TOKEN';
const REPORTER = new URL('./usage-reporter.ts', import.meta.url).href;

export interface SourceSettings {
  readonly requestsPerSecond?: number;
  readonly scope?: { readonly zones: readonly string[] };
}

export interface Finished extends CliResult {
  /** Of all threads of the process. */
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** A folder with a configuration and nothing else: no store, no compiled code. */
export interface Workplace extends AsyncDisposable {
  /** Runs the command line there. Throws when it ends with 2, an error. */
  run(...args: readonly string[]): Promise<Finished>;
  lost(vendor: Vendor, part: Part): Promise<number>;
}

type Part = 'list' | 'details';

export async function makeWorkplace({ emulator }: Vendor, settings: SourceSettings): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-collect-'));
  const usage = join(folder, 'usage.json');
  const source = { name: SOURCE, kind: 'dynatrace', ...settingsFor(emulator, settings) };
  // JSON is YAML.
  await writeFile(join(folder, 'gatehouse.yaml'), JSON.stringify({ sources: [source] }));
  return {
    run: async (...args) => {
      const result = await runCli(args, {
        cwd: folder,
        env: {
          [TOKEN]: emulator.token,
          NODE_OPTIONS: `--import ${REPORTER}`,
          GATEHOUSE_BENCH_USAGE: usage,
        },
      });
      if (result.code === 2 || result.code === null) {
        throw new Error(`gatehouse ${args.join(' ')} failed: ${result.stderr}${result.stdout}`);
      }
      return { ...result, ...JSON.parse(await readFile(usage, 'utf8')) };
    },
    lost: async (vendor, part) => {
      const store = await openSqliteStore({ path: join(folder, '.gatehouse', 'gatehouse.db') });
      try {
        return await lostIn(store, vendor, part);
      } finally {
        await store.close();
      }
    },
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

function settingsFor({ url, environmentId }: Emulator, settings: SourceSettings): object {
  return { url: `${url}/e/${environmentId}`, token: { env: TOKEN }, allowPrivate: true, ...settings };
}

/** How many problems (or details of problems) of the vendor the store does not hold. */
async function lostIn(store: Store, { truth }: Vendor, part: Part): Promise<number> {
  const seen = await store.reader.seen({ source: SOURCE, category: '', channel: '' }, truth.ids);
  const held = seen.filter((one) => (part === 'details' ? one.detailRevision : one.revision) !== undefined);
  return truth.ids.length - new Set(held.map(({ key }) => key)).size;
}

/** A store that stays open in this process, as the server's does: without what starting a command costs. */
export interface Desk extends AsyncDisposable {
  collect(wish: CollectWish): Promise<CollectedHere>;
  gate(): Promise<Verdict>;
  lost(part: Part): Promise<number>;
}

export interface CollectWish {
  readonly pass: Pass;
  readonly wants: readonly Detail[];
  readonly maxWorkers?: number;
}

export interface CollectedHere {
  readonly collected: Collected;
  readonly ms: number;
  readonly cpuMs: number;
  readonly http: HttpStats;
}

export async function openDesk(vendor: Vendor, given: SourceSettings): Promise<Desk> {
  const { emulator } = vendor;
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-desk-'));
  const store = await openSqliteStore({ path: join(folder, 'gatehouse.db') });
  const source = sourceOfKind('dynatrace');
  if (source === undefined) throw new Error('there is no source dynatrace');
  const settings = source.settings.parse(settingsFor(emulator, given));
  return {
    collect: async ({ pass, wants, maxWorkers }) => {
      const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
      const http = await source.connect(settings, {
        sourceId: SOURCE,
        environment: { [TOKEN]: emulator.token },
        createClient: clientsSharing(store.writer),
        maxWorkers,
      });
      const collected = await collectSource({
        store,
        source,
        name: SOURCE,
        settings,
        scope: { labels: [] },
        wants: new Set(wants),
        pass,
        http,
        now: Date.now,
        signal: new AbortController().signal,
      });
      await http.close();
      const { user, system } = process.cpuUsage(cpuBefore);
      const ms = performance.now() - startedAt;
      return { collected, ms, cpuMs: (user + system) / 1000, http: http.stats() };
    },
    gate: async () =>
      await gateStore(store.reader, {
        release: 'bench',
        policy: readPolicy({}),
        scope: EVERYTHING,
        expected: [SOURCE],
        now: Date.now(),
      }),
    lost: async (part) => await lostIn(store, vendor, part),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
