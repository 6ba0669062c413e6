/** From nothing to a first verdict: the configured sources, or a sample estate when nothing is configured. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Scope } from '../domain/scope.ts';
import type { Verdict } from '../domain/verdict.ts';
import { gateStore } from '../flows/gate.ts';
import { importScan } from '../flows/import.ts';
import { readableFile } from '../platform/spooled-file.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { terminalReport } from '../reports/terminal/index.ts';
import { type SampleEnvironment, type SampleEstate, startSampleEstate } from '../sandbox/estate/estate.ts';
import { dynatrace } from '../sources/dynatrace/index.ts';
import type { Store } from '../store/store.ts';
import { collectAll } from './collecting.ts';
import type { ExitCode, Io } from './command.ts';
import { tell } from './commands/collect.ts';
import { type Configuration, type ConfiguredSource, scopeNamed } from './configuration.ts';
import { withStore } from './stores.ts';

/** Its verdict is shown and decides nothing: the exit code is 0 unless something failed. */
export async function showFirstRun(configuration: Configuration, io: Io): Promise<ExitCode> {
  return configuration.sources.length === 0 ? await overSample(io) : await overConfigured(configuration, io);
}

async function overConfigured(configuration: Configuration, io: Io): Promise<ExitCode> {
  return await withStore(configuration.store, async (store) => {
    const collected = await collectAll(
      store,
      configuration.sources,
      { pass: 'incremental', wants: EVERY_DETAIL },
      io,
    );
    for (const one of collected) tell(io, one);
    const { release } = configuration;
    const scope =
      release?.scope === undefined ? { name: 'everything' } : scopeNamed(configuration, release.scope);
    const verdict = await gateStore(store.reader, {
      release: release?.name ?? scope.name,
      policy: configuration.policy,
      scope,
      baselineScope:
        release?.baseline === undefined ? undefined : scopeNamed(configuration, release.baseline),
      required: release?.required,
      expected: configuration.sources.map(({ name }) => name),
      now: io.now().getTime(),
    });
    print(verdict, io);
    return collected.some(({ state }) => state === 'interrupted') ? 2 : 0;
  });
}

const EVERY_DETAIL = new Set(['occurrences', 'entity-names'] as const);

async function overSample(io: Io): Promise<ExitCode> {
  io.stdout.write(
    'No gatehouse.yaml here: this run uses a sample estate, two emulated environments and two scans.\n\n',
  );
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-first-run-'));
  const estate = await startSampleEstate({ at: io.now().getTime() });
  try {
    const verdict = await withStore(`sqlite:${join(folder, 'gatehouse.db')}`, (store) =>
      fillAndDecide(store, estate, io),
    );
    print(verdict, io);
    io.stdout.write(NEXT);
    return 0;
  } finally {
    await estate.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fillAndDecide(store: Store, estate: SampleEstate, io: Io): Promise<Verdict> {
  const sources = [
    sampleSource('certification', estate.certification),
    sampleSource('production', estate.production),
  ];
  const env = { ...io.env, ...Object.fromEntries(sources.map(({ variable, token }) => [variable, token])) };
  const collected = await collectAll(store, sources, { pass: 'full', wants: EVERY_DETAIL }, { ...io, env });
  for (const one of collected) tell(io, one);
  const scans: string[] = [];
  for (const path of estate.scans) {
    await using file = await readableFile(path, io.stdin);
    const now = (): number => io.now().getTime();
    const options = { channel: 'certification' };
    const imported = await importScan({ store, file, options, now, signal: io.signal });
    scans.push(...imported.runs.map(({ source }) => source));
    io.stdout.write(`${path.split('/').at(-1)}: ${imported.format}, ${imported.findings} findings\n`);
  }
  io.stdout.write('\n');
  return await gateStore(store.reader, {
    release: 'checkout-api 4.2.0-rc1',
    policy: readPolicy({ preset: 'strict', mode: 'compare' }),
    scope: Scope.parse({ name: 'certification', sources: ['certification', ...scans] }),
    baselineScope: Scope.parse({ name: 'production', sources: ['production'] }),
    now: io.now().getTime(),
  });
}

function sampleSource(
  name: string,
  { url, environmentId, token }: SampleEnvironment,
): ConfiguredSource & { readonly variable: string; readonly token: string } {
  const variable = `GATEHOUSE_SAMPLE_${name.toUpperCase()}`;
  const settings = dynatrace.settings.parse({
    url: `${url}/e/${environmentId}`,
    token: { env: variable },
    allowPrivate: true,
  });
  return { name, source: dynatrace, settings, variable, token };
}

function print(verdict: Verdict, io: Io): void {
  io.stdout.write(
    terminalReport.render(verdict, {
      colour: io.hasColour,
      width: io.columns,
      findingsShown: 5,
      explain: false,
    }),
  );
}

const NEXT = `
What to do next
  your own scans     npm run -s gatehouse -- gate --scan trivy.json
  your own sources   write gatehouse.yaml (docs/reference/configuration.md), then: npm run -s gatehouse -- start
  try the vendors    npm run -s gatehouse -- sandbox
`;
