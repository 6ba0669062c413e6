/** From nothing to a first verdict: the configured sources, or a sample estate when nothing is configured. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Scope } from '../domain/scope.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Collected } from '../flows/collect.ts';
import { gateStore } from '../flows/gate.ts';
import { type ImportedFile, importScan } from '../flows/import.ts';
import { readableFile } from '../platform/spooled-file.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { toVerdictJson } from '../reports/json/index.ts';
import { terminalReport } from '../reports/terminal/index.ts';
import { type SampleEnvironment, type SampleEstate, startSampleEstate } from '../sandbox/estate/estate.ts';
import { dynatrace } from '../sources/dynatrace/index.ts';
import type { Store } from '../store/store.ts';
import { collectedLines } from './collected-lines.ts';
import { collectAll } from './collecting.ts';
import type { ExitCode, Io } from './command.ts';
import { ageLimits, type Configuration, type ConfiguredSource, scopeNamed } from './configuration.ts';
import { toJsonLine } from './json-line.ts';
import { withStore } from './stores.ts';

interface FirstRun {
  /** Nothing was configured: it is about the sample estate. */
  readonly isSample: boolean;
  readonly sources: readonly Collected[];
  readonly scans: readonly ImportedFile[];
  readonly verdict: Verdict;
}

/** Its verdict is shown and decides nothing: the exit code is 0 unless something failed. */
export async function showFirstRun(configuration: Configuration, isJson: boolean, io: Io): Promise<ExitCode> {
  // People are told as it goes, machines all at the end.
  const say = isJson ? () => undefined : (text: string) => void io.stdout.write(text);
  const isSample = configuration.sources.length === 0;
  const run = isSample ? await overSample(say, io) : await overConfigured(configuration, say, io);
  if (isJson) io.stdout.write(toJsonLine(toJson(run)));
  else {
    print(run.verdict, io);
    if (isSample) io.stdout.write(NEXT);
  }
  return run.sources.some(({ state }) => state === 'interrupted') ? 2 : 0;
}

function toJson({ isSample, sources, scans, verdict }: FirstRun) {
  return { sample: isSample, sources, files: scans, verdict: toVerdictJson(verdict) };
}

type Say = (text: string) => void;

async function overConfigured(configuration: Configuration, say: Say, io: Io): Promise<FirstRun> {
  return await withStore(configuration.store, async (store) => {
    const collected = await collectAll(
      store,
      configuration.sources,
      { pass: 'incremental', wants: EVERY_DETAIL },
      io,
    );
    for (const one of collected) say(collectedLines(one));
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
      feeds: ageLimits(configuration),
      now: io.now().getTime(),
    });
    return { isSample: false, sources: collected, scans: [], verdict };
  });
}

const EVERY_DETAIL = new Set(['occurrences', 'entity-names'] as const);

async function overSample(say: Say, io: Io): Promise<FirstRun> {
  say('No gatehouse.yaml here: this run uses a sample estate, two emulated environments and two scans.\n\n');
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-first-run-'));
  const estate = await startSampleEstate({ at: io.now().getTime() });
  try {
    return await withStore(`sqlite:${join(folder, 'gatehouse.db')}`, (store) =>
      fillAndDecide(store, estate, say, io),
    );
  } finally {
    await estate.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fillAndDecide(store: Store, estate: SampleEstate, say: Say, io: Io): Promise<FirstRun> {
  const sources = [
    sampleSource('certification', estate.certification),
    sampleSource('production', estate.production),
  ];
  const env = { ...io.env, ...Object.fromEntries(sources.map(({ variable, token }) => [variable, token])) };
  const collected = await collectAll(store, sources, { pass: 'full', wants: EVERY_DETAIL }, { ...io, env });
  for (const one of collected) say(collectedLines(one));
  const scans: ImportedFile[] = [];
  for (const path of estate.scans) {
    await using file = await readableFile(path, io.stdin);
    const now = (): number => io.now().getTime();
    const options = { channel: 'certification' };
    const imported = await importScan({ store, file, options, now, signal: io.signal });
    scans.push(imported);
    say(`${path.split('/').at(-1)}: ${imported.format}, ${imported.findings} findings\n`);
  }
  say('\n');
  const sourcesOfScans = scans.flatMap(({ runs }) => runs.map(({ source }) => source));
  const verdict = await gateStore(store.reader, {
    release: 'checkout-api 4.2.0-rc1',
    policy: readPolicy({ preset: 'strict', mode: 'compare' }),
    scope: Scope.parse({ name: 'certification', sources: ['certification', ...sourcesOfScans] }),
    baselineScope: Scope.parse({ name: 'production', sources: ['production'] }),
    now: io.now().getTime(),
  });
  return { isSample: true, sources: collected, scans, verdict };
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
