/** A pass from its first page to its coverage. */
import * as z from 'zod';
import { GatehouseError } from '../../domain/errors.ts';
import type { AssetRef, Coverage, Label } from '../../domain/statement.ts';
import type { Job, Page } from '../source.ts';
import { readAddress } from './addresses.ts';
import { beginOrResume } from './begin.ts';
import { type Chunk, type ChunkRead, type ChunkReader, readChunk } from './chunk.ts';
import type { Depth, DynatraceCursor, PassUnderWay } from './cursor.ts';
import { createEntityBook } from './entities.ts';
import { environmentBehind } from './environment.ts';
import { type ListPage, listPages, ORDERS } from './list.ts';
import { ahead, createBell, createTurnstile } from './pipeline.ts';
import { advance, coverageOf, doubted, finished } from './progress.ts';
import { digestOf } from './records.ts';
import { narrowed, selectorsOf } from './selector.ts';
import { type DynatraceSettings, labelsOfScope } from './settings.ts';
import { doubtsAboutScope } from './zones.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Problems whose details are given to the store together; a crash repeats no more than these. */
const CHUNK = 100;
/** Calls handed to the client at a time: more than it can have under way, few enough that a page's call gets through. */
const HANDED_OUT = 256;
/** Below so many details in line, the next page is read: about one page, so the line never runs dry. */
const LOW_WATER = 500;
/** Chunks read ahead of a slow store. */
const MAX_UNREAD = 24;

type DynatraceJob = Job<DynatraceSettings, DynatraceCursor>;

export async function* collect(job: DynatraceJob): AsyncGenerator<Page<DynatraceCursor>, Coverage> {
  const { settings } = job;
  const wanted = narrowed(labelsOfScope(settings), job.scope.labels);
  const selectors = selectorsOf(wanted);
  const asset = assetOf(settings);
  const { cursor, pass: begun } = beginOrResume(job.after, {
    pass: job.pass,
    depth: depthOf(job),
    scope: digestOf([asset.name, selectors, settings.windowDays, settings.affectedDays]),
    fullPassMs: settings.fullPassHours * HOUR_MS,
    now: job.now(),
  });
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  const bell = createBell();
  const reader = readerOf(job, begun, cursor, signal, bell.ring);
  const pages = listPages({
    environment: reader.environment,
    selectors,
    order: ORDERS[begun.kind],
    from: reader.listFrom,
    start: begun,
    isEnough: (records) => reader.since !== undefined && reachesBefore(records, reader.since),
    signal,
  });
  const chunks = ahead(inChunks(pages, begun), (chunk) => readChunk(reader, chunk), {
    bell,
    hasRoom: (unread) => reader.turnstile.waiting < LOW_WATER && unread < MAX_UNREAD,
    stop,
  });
  const tally = createTally(begun);
  let pass: PassUnderWay = begun;
  for await (const chunk of chunks) {
    if (job.signal.aborted) throw cancelled(job);
    const distinct = tally(chunk);
    pass = advance(pass, chunk, { wanted, distinct, now: job.now() });
    const isDone = chunk.isLast && chunk.page.next === undefined;
    if (isDone && pass.kind === 'full') pass = doubted(pass, await scopeDoubts(reader, wanted, pass));
    // Rows that did not change since the last pass make no page of their own.
    if (!isDone && chunk.statements.length + chunk.rejected.length === 0) continue;
    yield {
      statements: chunk.statements,
      rejected: chunk.rejected,
      cursor: isDone ? finished(cursor, pass) : { ...cursor, pass },
      observedAt: pass.observedAt,
      isLast: isDone,
      total: selectors.length === 1 && reader.since === undefined ? chunk.page.total : undefined,
    };
  }
  return coverageOf(pass, wanted, reader.asset, job.now());
}

function scopeDoubts(
  { environment, listFrom, signal }: ChunkReader,
  wanted: readonly Label[],
  { labels }: PassUnderWay,
): Promise<string[]> {
  return doubtsAboutScope({ environment, wanted, found: labels, from: listFrom, signal });
}

function cancelled({ sourceId, signal }: DynatraceJob): GatehouseError {
  return new GatehouseError('cancelled', `${sourceId}: the run was cancelled`, { cause: signal.reason });
}

function readerOf(
  job: DynatraceJob,
  pass: PassUnderWay,
  cursor: DynatraceCursor,
  signal: AbortSignal,
  onChange: () => void,
): ChunkReader {
  const { settings, sourceId, http, seen } = job;
  const environment = environmentBehind(http, sourceId, URL.parse(settings.url)?.host ?? '');
  const listFrom = `now-${settings.windowDays}d`;
  const mark = pass.kind === 'incremental' ? cursor.watermark : undefined;
  return {
    environment,
    asset: assetOf(settings),
    depth: pass.depth,
    since: mark === undefined ? undefined : mark - settings.overlapMinutes * MINUTE_MS,
    listFrom,
    detailFrom: `now-${settings.affectedDays ?? settings.windowDays}d`,
    seen,
    readHere: new Map(),
    book: createEntityBook({ environment, from: listFrom, signal }),
    turnstile: createTurnstile(Math.max(HANDED_OUT, 2 * (settings.maxConcurrency ?? 0)), onChange),
    signal,
  };
}

function assetOf(settings: DynatraceSettings): AssetRef {
  const address = readAddress(settings.url);
  if (typeof address === 'string') throw new TypeError(`url ${address}`);
  return { kind: 'environment', name: address.environmentId };
}

function depthOf({ wants }: DynatraceJob): Depth {
  if (!wants.has('occurrences')) return 'list';
  return wants.has('entity-names') ? 'names' : 'occurrences';
}

async function* inChunks(pages: AsyncIterable<ListPage>, begun: PassUnderWay): AsyncGenerator<Chunk> {
  let { behind } = begun;
  for await (const page of pages) {
    const skipped = behind === undefined || page.startedOver ? 0 : 1 + positionOf(behind, page.records);
    behind = undefined;
    const left = page.records.length - skipped;
    const size = begun.depth === 'list' ? Math.max(1, left) : CHUNK;
    const count = Math.max(1, Math.ceil(left / size));
    for (let n = 0; n < count; n += 1) {
      const offset = skipped + n * size;
      const records = page.records.slice(offset, offset + size);
      yield { page, offset, records, skipped: n === 0 ? skipped : 0, isLast: n === count - 1 };
    }
  }
}

/** -1 where it is no longer there: everything is given again then, which harms nobody. */
function positionOf(key: string, records: readonly unknown[]): number {
  return records.findIndex((record) => Keyed.safeParse(record).data?.securityProblemId === key);
}

const Keyed = z.object({ securityProblemId: z.string() });
const Change = z.object({ lastUpdatedTimestamp: z.number() });

/**
 * Newest first, a row from before the mark ends the pass. Only when the page is in that order: else a vendor that
 * sorts otherwise would make us stop before what we came for.
 */
export function reachesBefore(records: readonly unknown[], since: number): boolean {
  const times = records.flatMap((record) => Change.safeParse(record).data?.lastUpdatedTimestamp ?? []);
  const isInOrder = times.every((time, at) => at === 0 || time <= times[at - 1]!);
  return isInOrder && times.length > 0 && times.at(-1)! < since;
}

/** Counts the different records of the selector that is being read, on from where a resumed pass had come. */
function createTally(begun: PassUnderWay): (chunk: ChunkRead) => number {
  const keys = new Set<string>();
  let others = begun.read;
  return (chunk) => {
    if (chunk.offset === 0 && chunk.page.at.key === undefined) {
      keys.clear();
      others = 0;
    }
    others += chunk.skipped;
    for (const key of chunk.keys) {
      if (key === undefined) others += 1;
      else keys.add(key);
    }
    return others + keys.size;
  };
}
