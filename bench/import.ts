/**
 * 100,000 findings in one scan of about 200 MB, into a store that holds 1,000,000. The limit is what nobody could
 * avoid, done one after the other in the same run: reading the scan to keyed observations, and putting the same rows,
 * ready made, into the same tables in one transaction. Beside it, without a target: how fast each format is read and keyed.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, type BenchContext, type Figure, figure, median, shown } from './harness.ts';
import { runChild, type Watched } from './support/child.ts';
import type { FormatRate } from './support/formats-child.ts';
import { fullStoreFile, largeScanFile, SCAN_FINDINGS, smallScanFile } from './support/million.ts';

const ROUNDS = 3;
const SMALL_SCANS = 12;
const WARMED_UP = 4;

interface Round {
  readonly parseMs: number;
  readonly insertMs: number;
  readonly first: ImportStep;
  readonly again: ImportStep;
}

type ImportStep = Watched<{
  readonly findings: number;
  readonly changes: { readonly created: number; readonly unchanged: number };
}>;

async function run(context: BenchContext): Promise<readonly Figure[]> {
  const [scan, small, store] = [await largeScanFile(), await smallScanFile(), await fullStoreFile()];
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-import-'));
  try {
    const rounds: Round[] = [];
    for (let n = 0; n < ROUNDS; n++) {
      const round = await measure(folder, scan, store, context.slowdown);
      context.say(describe(round));
      rounds.push(round);
    }
    const smallMs = await measureSmall(folder, small, store, context.slowdown);
    const rates = await runChild<readonly FormatRate[]>('./formats-child.ts', [String(context.slowdown)]);
    return [...figuresOf(rounds, smallMs), ...rates.map(rateOf)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, scan: string, store: string, slowdown: number): Promise<Round> {
  const imported = join(folder, 'imported.db');
  const fresh = join(folder, 'fresh.db');
  await copyFile(store, imported);
  const step = (...args: readonly string[]): Promise<ImportStep> => runChild('./import-child.ts', args);
  const { ms: parseMs } = await step('parse', scan);
  const first = await step('import', scan, imported, '0', String(slowdown));
  await copyFile(store, fresh);
  const { ms: insertMs } = await step('insert', imported, fresh);
  const again = await step('import', scan, imported, '1', String(slowdown));
  for (const path of [imported, fresh]) {
    for (const suffix of ['', '-wal', '-shm']) await rm(`${path}${suffix}`, { force: true });
  }
  if (first.result.changes.created !== SCAN_FINDINGS || again.result.changes.unchanged !== SCAN_FINDINGS) {
    throw new Error(`the import did something else: ${JSON.stringify([first.result, again.result])}`);
  }
  return { parseMs, insertMs, first, again };
}

async function measureSmall(folder: string, scan: string, store: string, slowdown: number): Promise<number> {
  const path = join(folder, 'small.db');
  await copyFile(store, path);
  const args = ['small', scan, path, String(SMALL_SCANS), String(slowdown)];
  const { timesMs } = await runChild<{ timesMs: readonly number[] }>('./import-child.ts', args);
  return median(timesMs.slice(WARMED_UP));
}

function figuresOf(rounds: readonly Round[], smallMs: number): readonly Figure[] {
  const of = (value: (round: Round) => number): number => median(rounds.map(value));
  const perSecond = (ms: number): number => SCAN_FINDINGS / (ms / 1000);
  const parseMs = of((round) => round.parseMs);
  const bareMs = of((round) => round.parseMs + round.insertMs);
  const rate = perSecond(of(({ first }) => first.ms));
  const againMs = of(({ again }) => again.ms);
  const peakMb = of(({ first, again }) => Math.max(first.peakMb, again.peakMb));
  const stallMs = of(({ first, again }) => Math.max(first.stallMs, again.stallMs));
  return [
    figure(
      { name: 'imported', value: rate, unit: 'findings/s', limit: perSecond(bareMs) },
      { atLeast: 20_000, ratioAtLeast: 0.4 },
    ),
    figure(
      { name: 'the same scan again, unchanged', value: againMs, unit: 'ms', limit: parseMs },
      { atMost: 6000, ratioAtMost: 1.5 },
    ),
    figure({ name: 'memory of the process', value: peakMb, unit: 'MB' }, { atMost: 300 }),
    figure({ name: 'longest stall of the serving thread', value: stallMs, unit: 'ms' }, { atMost: 20 }),
    figure({ name: 'a scan of 50 findings', value: smallMs, unit: 'ms' }, { atMost: 50 }),
  ];
}

/** Read and keyed, nothing stored: a format is to blame for no more. */
function rateOf({ kind, observations, bytes, ms }: FormatRate): Figure {
  const size = `${observations} observations in ${(bytes / 1e6).toFixed(1)} MB`;
  return shown({
    name: `read and keyed: ${kind}, ${size}`,
    value: observations / (ms / 1000),
    unit: 'findings/s',
  });
}

function describe({ parseMs, insertMs, first, again }: Round): string {
  const ms = (value: number): string => `${Math.round(value)} ms`;
  const parts = [
    `parse ${ms(parseMs)}`,
    `rows ${ms(insertMs)}`,
    `import ${ms(first.ms)}`,
    `again ${ms(again.ms)}`,
  ];
  const memory = `${Math.round(first.peakMb)} and ${Math.round(again.peakMb)} MB`;
  return `${parts.join(', ')}; ${memory}; stalls ${ms(first.stallMs)} and ${ms(again.stallMs)}`;
}

export const bench: Bench = { name: 'import', run };
