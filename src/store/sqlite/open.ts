import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GatehouseError } from '../../domain/errors.ts';
import type { Finding, RunId } from '../../domain/finding.ts';
import type { RunSummary } from '../../domain/run.ts';
import { slicesOf } from '../core/intelligence.ts';
import type { IdPage } from '../read/findings.ts';
import type {
  FindingPage,
  FindingQuery,
  RunStart,
  RunWriter,
  Store,
  StoreReader,
  StoreWriter,
} from '../store.ts';
import { startThread, type Thread } from './rpc.ts';
import type { RunHandle } from './run-handle.ts';

export interface SqliteStoreOptions {
  /** The database file; its folder is made when it is not there. */
  readonly path: string;
  /** Threads that read, started when first needed. */
  readonly readers?: number | undefined;
}

/**
 * One thread writes, some read; the calling thread never touches the file. Throws `store-unavailable` when the file
 * cannot be opened or belongs to a later Gatehouse.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { path, readers = 2 } = options;
  await makeFolder(path);
  const writer = startThread(entryOf('writer-thread'), { path }, WRITER_NURSERY_MB);
  // Whoever opens a store reads from it soon: both threads compile their code at the same time.
  const pool = readerPool(path, readers);
  pool.next();
  try {
    await writer.call('ready');
  } catch (error) {
    await Promise.allSettled([pool.close(), writer.close()]);
    throw error;
  }
  return {
    writer: writerOver(writer),
    reader: readerOver(pool.next),
    close: async () => {
      await pool.close();
      await writer.close();
    },
  };
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatehouseError('store-unavailable', `cannot make a folder for the store ${path}: ${why}`, {
      cause,
    });
  }
}

/** An import makes and drops a hundred thousand rows; with half of this it takes a third longer. */
const WRITER_NURSERY_MB = 16;
const READER_NURSERY_MB = 8;

/** From a checkout the thread is this folder's TypeScript; in a bundle it lies beside it. */
function entryOf(name: string): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./${name}.${extension}`, import.meta.url);
}

function readerPool(path: string, size: number): { next: () => Thread; close: () => Promise<void> } {
  const threads: Thread[] = [];
  let turn = 0;
  return {
    next: () => {
      const index = turn++ % size;
      threads[index] ??= startThread(entryOf('reader-thread'), { path }, READER_NURSERY_MB);
      return threads[index];
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

const READS = [
  'findings',
  'count',
  'finding',
  'explanation',
  'episodes',
  'triage',
  'triaged',
  'history',
  'learned',
  'intelligence',
  'namesWith',
  'openAt',
  'findingsAt',
  'assets',
  'owners',
  'latestRuns',
  'statedLabels',
  'run',
  'cursor',
  'seen',
  'rejects',
  'verdict',
  'verdicts',
  'baselines',
  'artefact',
  'waivers',
  'vexDocuments',
  'decisionTables',
  'resolveId',
] as const satisfies readonly (keyof StoreReader)[];

function readerOver(next: () => Thread): StoreReader {
  const calls = READS.map((method) => [
    method,
    (...args: readonly unknown[]) => next().call('read', method, args),
  ]);
  const one = Object.fromEntries(calls) as StoreReader;
  return {
    ...one,
    findings: (query) => (query.limit > SHARE ? findingsInShares(next, query) : one.findings(query)),
  };
}

/** Findings that one reader loads at a time: a larger page is loaded by all of them at once. */
const SHARE = 500;

async function findingsInShares(next: () => Thread, query: FindingQuery): Promise<FindingPage> {
  const page = await next().call<IdPage>('listIds', query);
  const shares = Array.from({ length: Math.ceil(page.ids.length / SHARE) }, (_, share) =>
    page.ids.slice(share * SHARE, (share + 1) * SHARE),
  );
  const loaded = await Promise.all(shares.map((ids) => next().call<readonly Finding[]>('loadFindings', ids)));
  return { findings: loaded.flat(), next: page.next };
}

function writerOver(thread: Thread): StoreWriter {
  return {
    beginRun: async (start: RunStart) => runOver(thread, await thread.call<RunHandle>('beginRun', start)),
    resumeRun: async (stream) => {
      const handle = await thread.call<RunHandle | undefined>('resumeRun', stream);
      return handle === undefined ? undefined : runOver(thread, handle);
    },
    recordAdvisories: (source, advisories, recordedAt) =>
      thread.call('recordAdvisories', source, advisories, recordedAt),
    recordIntelligence: async (facts, recordedAt) => {
      // Copied to the thread piece by piece: a day's hundreds of thousands at once would hold up whoever else calls.
      for (const some of slicesOf(facts)) await thread.call('recordIntelligence', some, recordedAt);
    },
    addTriage: (finding, note, recordedAt) => thread.call('addTriage', finding, note, recordedAt),
    recordWaiver: (event, recordedAt) => thread.call('recordWaiver', event, recordedAt),
    recordVex: (document, recordedAt) => thread.call('recordVex', document, recordedAt),
    saveDecisionTable: (name, table, recordedAt) => thread.call('saveDecisionTable', name, table, recordedAt),
    setAsset: (asset, facts, validAt, recordedAt) =>
      thread.call('setAsset', asset, facts, validAt, recordedAt),
    saveCursor: (source, cursor) => thread.call('saveCursor', source, cursor),
    takeCalls: (key, calls, spacingMs, now) => thread.call('takeCalls', key, calls, spacingMs, now),
    holdCalls: (key, holdMs, now) => thread.call('holdCalls', key, holdMs, now),
    saveVerdict: (verdict) => thread.call('saveVerdict', verdict),
    saveBaseline: (baseline) => thread.call('saveBaseline', baseline),
    finishTogether: (ends) =>
      thread.call(
        'finishTogether',
        ends.map(({ run, coverage }) => ({ id: run.id, coverage })),
      ),
  };
}

function runOver(thread: Thread, handle: RunHandle): RunWriter {
  return {
    ...handle,
    id: handle.id as RunId,
    stage: (statements, rejected = []) =>
      thread.transfer(
        'bytes' in statements ? [statements.bytes.buffer] : [],
        'stage',
        handle.id,
        statements,
        rejected,
      ),
    commitPage: (cursor) => thread.call('commitPage', handle.id, cursor),
    finish: (coverage, cursor) => thread.call<RunSummary>('finish', handle.id, coverage, cursor),
    interrupt: (reason) => thread.call('interrupt', handle.id, reason),
    abandon: (reason) => thread.call('abandon', handle.id, reason),
  };
}
