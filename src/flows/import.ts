/** Scans into the store: streamed, staged, and visible at once, or not at all. */
import { stat } from 'node:fs/promises';
import type { Changes, RunSummary } from '../domain/run.ts';
import { type BySeverity, noSeverities, SEVERITIES } from '../domain/severity.ts';
import type { AssetRef, Coverage, Rejected, StreamRef } from '../domain/statement.ts';
import type { PartIdentity, ScanPart } from '../formats/format.ts';
import type { ReadableFile } from '../platform/spooled-file.ts';
import type { RunEnd, RunWriter, Store } from '../store/store.ts';
import { notAhead } from './dated-ahead.ts';
import { readApart } from './read-apart.ts';
import {
  coverageOf,
  joinCoverages,
  type KeyedBatch,
  openScan,
  type ScanOptions,
  speaksOfNothing,
  streamOf,
} from './read-scan.ts';

export interface ImportedFile {
  readonly file: string;
  readonly format: string;
  readonly observations: number;
  readonly findings: number;
  readonly vulnerabilities: number;
  /** By observation. */
  readonly bySeverity: BySeverity;
  readonly rejected: number;
  readonly changes: Changes;
  /** It lists components and states no vulnerabilities: it decides nothing. */
  readonly isInventory: boolean;
  /** One per part of the file: a tool's run, complete or not, and why. */
  readonly runs: readonly ImportedRun[];
}

export interface ImportedRun {
  readonly source: string;
  readonly state: RunSummary['state'];
  readonly assets: readonly AssetRef[];
  readonly observedAt: number;
  readonly reasons: readonly string[];
  readonly rejects: readonly Rejected[];
}

export interface ImportJob {
  readonly store: Store;
  readonly file: ReadableFile;
  readonly options: ScanOptions;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onProgress?: ((observations: number) => void) | undefined;
}

/** From this size on (also when packed) a thread of its own costs less than it spares the one that serves. */
const LARGE_BYTES = 1_000_000;

/** Throws `input-invalid` for a file that must be refused; it then leaves nothing behind. */
export async function importScan(job: ImportJob): Promise<ImportedFile> {
  const { store, file, options, now } = job;
  const scan = await openScan(file, options);
  const isLarge = (await stat(file.path)).size >= LARGE_BYTES;
  const recordedAt = now();
  // Two runs of one tool and category in a file are one stream: together they speak for it.
  const parts = new Map<string, OpenPart>();
  const partFor = async (part: PartIdentity): Promise<OpenPart> => {
    const stream = streamOf(scan.format, part, options);
    const key = JSON.stringify(stream);
    const known = parts.get(key);
    if (known !== undefined) return known;
    const run = await store.writer.beginRun({
      stream,
      holdMs: 0,
      observedAt: recordedAt,
      recordedAt,
      visibility: 'staged',
    });
    const open: OpenPart = { run, source: stream.source, assets: new Map(), coverages: [] };
    parts.set(key, open);
    return open;
  };
  try {
    const facts = await stageAll(job, isLarge ? readApart(file, options) : scan.read(), partFor);
    for (const part of facts) {
      const { assets, coverages } = await partFor(part);
      const coverage = coverageOf(part, file, options, [...assets.values()], recordedAt);
      const observedAt = goesByOurClock(part, options, recordedAt)
        ? await afterAllHeard(store.reader, streamOf(scan.format, part, options), coverage)
        : coverage.observedAt;
      coverages.push({ ...coverage, observedAt });
    }
    const open = [...parts.values()];
    const ends = open.map(({ run, coverages }): RunEnd => ({ run, coverage: joinCoverages(coverages) }));
    const summaries = await store.writer.finishTogether(ends);
    const sources = open.map(({ source }) => source);
    const isInventory = facts.length > 0 && facts.every(speaksOfNothing);
    return { ...summarise(file.name, scan.format, sources, summaries), isInventory };
  } catch (error) {
    for (const { run } of parts.values()) await run.abandon('the file was refused');
    throw error;
  }
}

function goesByOurClock({ observedAt }: ScanPart, options: ScanOptions, now: number): boolean {
  if (options.observedAt !== undefined) return false;
  return observedAt === undefined || notAhead(observedAt, now) !== observedAt;
}

/** From so many on, asking for all of a stream is the shorter question. */
const FEW_ASSETS = 20;

/** A clock that was set back would make what is read now older than what it was read after, and hide it. */
async function afterAllHeard(
  reader: Store['reader'],
  stream: StreamRef,
  { assets, observedAt: now }: Coverage,
): Promise<number> {
  const few = assets === 'all' || assets.length > FEW_ASSETS ? undefined : assets;
  const runs = await reader.latestRuns({ sources: [stream.source], assets: few });
  const own = runs.filter(
    (run) => run.stream.category === stream.category && run.stream.channel === stream.channel,
  );
  const latest = Math.max(...own.map(({ observedAt }) => observedAt), Number.NEGATIVE_INFINITY);
  return latest > now ? latest + 1 : now;
}

interface OpenPart {
  readonly run: RunWriter;
  readonly source: string;
  /** Assets that observations named. */
  readonly assets: Map<string, AssetRef>;
  readonly coverages: Coverage[];
}

/** Batches handed to the store while the next ones are read: enough to keep both busy. */
const STAGED_AHEAD = 4;

async function stageAll(
  job: ImportJob,
  batches: AsyncGenerator<KeyedBatch, readonly ScanPart[]>,
  partFor: (part: PartIdentity) => Promise<OpenPart>,
): Promise<readonly ScanPart[]> {
  let staged = 0;
  const underway: Promise<void>[] = [];
  try {
    for (;;) {
      job.signal.throwIfAborted();
      const next = await batches.next();
      if (next.done) {
        await Promise.all(underway);
        return next.value;
      }
      const { part, statements, count, assets, rejected } = next.value;
      const { run, assets: known } = await partFor(part);
      for (const asset of assets) known.set(`${asset.kind} ${asset.name}`, asset);
      if (underway.length >= STAGED_AHEAD) await underway.shift();
      underway.push(run.stage(statements, rejected));
      staged += count;
      job.onProgress?.(staged);
    }
  } finally {
    // Interrupted, or the store failed: the thread that reads would wait for ever to be asked for more.
    await batches.return([]);
    // A file refused half way: what is still being staged must end before the runs are abandoned.
    await Promise.allSettled(underway);
  }
}

function summarise(
  file: string,
  format: string,
  sources: readonly string[],
  summaries: readonly RunSummary[],
): Omit<ImportedFile, 'isInventory'> {
  const sum = (of: (summary: RunSummary) => number): number =>
    summaries.reduce((total, one) => total + of(one), 0);
  const bySeverity = noSeverities();
  for (const severity of SEVERITIES) bySeverity[severity] = sum((one) => one.bySeverity[severity]);
  return {
    file,
    format,
    observations: sum((one) => one.observations),
    findings: sum((one) => one.findings),
    vulnerabilities: sum((one) => one.vulnerabilities),
    bySeverity,
    rejected: sum((one) => one.rejected),
    changes: {
      created: sum((one) => one.changes.created),
      updated: sum((one) => one.changes.updated),
      unchanged: sum((one) => one.changes.unchanged),
      closed: sum((one) => one.changes.closed),
      reopened: sum((one) => one.changes.reopened),
    },
    runs: summaries.map(({ state, coverage, reasons, rejects }, index) => ({
      source: sources[index] ?? '',
      state,
      assets: coverage.assets === 'all' ? [] : coverage.assets,
      observedAt: coverage.observedAt,
      reasons,
      rejects,
    })),
  };
}
