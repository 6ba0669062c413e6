/** One run of one source into the store: page by page, resumable, complete or said so. */
import { type ErrorCode, type GatehouseError, isGatehouseError } from '../domain/errors.ts';
import type { KeyedStatement } from '../domain/keyed.ts';
import type { RunSummary } from '../domain/run.ts';
import type { Coverage, Rejected, Statement, StreamRef } from '../domain/statement.ts';
import { createNormaliser, type Normaliser } from '../normalise/normaliser.ts';
import type { HttpClient } from '../platform/http/client.ts';
import type { AnySource } from '../sources/registry.ts';
import type { Detail, Page, Pass, Seen, SourceScope } from '../sources/source.ts';
import type { RunWriter, Store } from '../store/store.ts';

/** A run interrupted longer ago than this is not continued: its frozen window has grown too old to speak for now. */
const RESUMABLE_MS = 6 * 3_600_000;

export interface CollectJob {
  readonly store: Store;
  readonly source: AnySource;
  /** The source's name in configuration. */
  readonly name: string;
  readonly settings: unknown;
  readonly scope: SourceScope;
  readonly wants: ReadonlySet<Detail>;
  readonly pass: Pass;
  /** Already pacing, retrying and signing for this source; the caller closes it. */
  readonly http: HttpClient;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onPage?: ((progress: CollectProgress) => void) | undefined;
}

export interface CollectProgress {
  readonly observations: number;
  readonly details: number;
  readonly rejected: number;
  readonly total: number | undefined;
}

export interface Collected {
  readonly source: string;
  readonly state: 'complete' | 'partial' | 'interrupted';
  /** Undefined when nothing could be read at all, or the run was interrupted. */
  readonly summary: RunSummary | undefined;
  readonly reasons: readonly string[];
  /** Why an interrupted run stopped. */
  readonly error?: { readonly code: ErrorCode; readonly message: string } | undefined;
}

/** Never throws for what the other side does: an interrupted run is a value, and the next call continues it. */
export async function collectSource(job: CollectJob): Promise<Collected> {
  const stream: StreamRef = { source: job.name, category: '', channel: '' };
  const { run: resumed, cursor } = await whereToBegin(job, stream);
  const pages = job.source.collect({
    sourceId: job.name,
    settings: job.settings,
    scope: job.scope,
    wants: job.wants,
    pass: job.pass,
    after: cursor,
    seen: seenIn(job.store, stream),
    http: job.http,
    now: job.now,
    signal: job.signal,
  });
  const walk: Walk = {
    run: resumed,
    cursor: undefined,
    staged: undefined,
    observations: 0,
    details: 0,
    rejected: 0,
  };
  try {
    const coverage = await storePages(job, stream, pages, walk);
    walk.run ??= await begin(job, stream, coverage.observedAt);
    const summary = await walk.run.finish(coverage, walk.cursor);
    const state = summary.state === 'complete' ? 'complete' : 'partial';
    return { source: job.name, state, summary, reasons: summary.reasons };
  } catch (error) {
    if (!isGatehouseError(error) || OURS.has(error.code)) throw error;
    return await interrupted(job, walk, stream, error);
  }
}

/** Mistakes on this side of the wire: nothing that a later run could go on from. */
const OURS: ReadonlySet<ErrorCode> = new Set(['store-unavailable', 'config-invalid']);

interface Walk {
  run: RunWriter | undefined;
  /** Of the last page given. */
  cursor: string | undefined;
  /** Of a page that is staged and not committed. */
  staged: string | undefined;
  observations: number;
  details: number;
  rejected: number;
}

/** The interrupted run and its cursor, or where the last finished run ended. */
async function whereToBegin(
  job: CollectJob,
  stream: StreamRef,
): Promise<{ readonly run: RunWriter | undefined; readonly cursor: unknown }> {
  const finished = parseCursor(job.source, await job.store.reader.cursor(job.name));
  const run = await job.store.writer.resumeRun(stream);
  if (run === undefined) return { run, cursor: finished };
  // Stopped before its first page: it begins where any run would.
  if (run.cursor === undefined) return { run, cursor: finished };
  const cursor = parseCursor(job.source, run.cursor);
  if (cursor !== undefined && job.now() - run.recordedAt < RESUMABLE_MS) return { run, cursor };
  await run.abandon('it was interrupted too long ago to be continued');
  return { run: undefined, cursor: finished };
}

/** A cursor that no longer parses means starting over. */
function parseCursor(source: AnySource, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  const parsed = source.cursor.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

function seenIn(store: Store, stream: StreamRef): (key: string) => Promise<Seen | undefined> {
  let wanted = new Map<string, ((seen: Seen | undefined) => void)[]>();
  const ask = async (): Promise<void> => {
    const batch = wanted;
    wanted = new Map();
    const entries = await store.reader.seen(stream, [...batch.keys()]);
    const byKey = new Map(entries.map((entry) => [entry.key, entry]));
    for (const [key, waiting] of batch) for (const answer of waiting) answer(byKey.get(key));
  };
  return (key) =>
    new Promise((resolve, reject) => {
      // Asked one by one, answered together.
      if (wanted.size === 0) setImmediate(() => void ask().catch(reject));
      wanted.set(key, [...(wanted.get(key) ?? []), resolve]);
    });
}

async function begin(job: CollectJob, stream: StreamRef, observedAt: number): Promise<RunWriter> {
  const holdMs = job.source.holdMs(job.settings);
  return await job.store.writer.beginRun({
    stream,
    holdMs,
    observedAt,
    recordedAt: job.now(),
    visibility: 'paged',
  });
}

async function storePages(
  job: CollectJob,
  stream: StreamRef,
  pages: AsyncGenerator<Page<unknown>, Coverage>,
  walk: Walk,
): Promise<Coverage> {
  const normaliser = createNormaliser();
  let unstored: string | undefined;
  for (;;) {
    const next = await pages.next();
    // The last page is stored together with the end of the run: a crash between the two would leave a cursor that
    // says the pass is done and a run that never closed what it no longer mentions.
    if (next.done) return next.value;
    if (unstored !== undefined) await walk.run?.commitPage(unstored);
    unstored = await stagePage(job, stream, next.value, normaliser, walk);
    if (next.value.isLast === false) {
      await walk.run?.commitPage(unstored);
      unstored = undefined;
      walk.staged = undefined;
    }
  }
}

async function stagePage(
  job: CollectJob,
  stream: StreamRef,
  page: Page<unknown>,
  normaliser: Normaliser,
  walk: Walk,
): Promise<string> {
  const { statements, rejected, cursor, total, observedAt } = page;
  walk.run ??= await begin(job, stream, observedAt ?? job.now());
  const keyed = keyAll(statements, normaliser);
  await walk.run.stage(keyed.statements, [...rejected, ...keyed.rejected]);
  walk.cursor = JSON.stringify(cursor);
  walk.staged = walk.cursor;
  for (const { kind } of statements) {
    if (kind === 'observation') walk.observations += 1;
    else if (kind === 'detail') walk.details += 1;
  }
  walk.rejected += rejected.length + keyed.rejected.length;
  const { observations, details } = walk;
  job.onPage?.({ observations, details, rejected: walk.rejected, total });
  return walk.cursor;
}

function keyAll(
  statements: readonly Statement[],
  normaliser: Normaliser,
): { readonly statements: readonly KeyedStatement[]; readonly rejected: readonly Rejected[] } {
  const keyed: KeyedStatement[] = [];
  const rejected: Rejected[] = [];
  for (const statement of statements) {
    if (statement.kind === 'advisory') throw new TypeError('a source of findings stated an advisory');
    try {
      keyed.push(
        statement.kind === 'detail' ? normaliser.detail(statement) : normaliser.observation(statement, {}),
      );
    } catch (error) {
      if (!isGatehouseError(error)) throw error;
      rejected.push({ at: statement.key ?? 'entry', reason: error.message, key: statement.key });
    }
  }
  return { statements: keyed, rejected };
}

/** What was committed stays; the run waits to be continued, and evidence knows it as partial. */
async function interrupted(
  job: CollectJob,
  walk: Walk,
  stream: StreamRef,
  error: GatehouseError,
): Promise<Collected> {
  const run = walk.run ?? (await begin(job, stream, job.now()));
  if (walk.staged !== undefined) await run.commitPage(walk.staged);
  await run.interrupt(error.message);
  const { code, message } = error;
  return {
    source: job.name,
    state: 'interrupted',
    summary: undefined,
    reasons: [message],
    error: { code, message },
  };
}
