/**
 * A script is what happens to a store, as data: it can be played on a store through its contract, told to the
 * reference model, and printed for people.
 */
import assert from 'node:assert/strict';
import type { IntelligenceFact } from '../../src/domain/intelligence.ts';
import type { KeyedAdvisory, KeyedStatement } from '../../src/domain/keyed.ts';
import type { RunSummary } from '../../src/domain/run.ts';
import type { Coverage, Rejected, StreamRef } from '../../src/domain/statement.ts';
import type { RunWriter, Store } from '../../src/store/store.ts';
import { EMPTY_WORLD, type RecordedRun, type World } from './world.ts';

export interface Page {
  readonly statements: readonly KeyedStatement[];
  readonly rejected: readonly Rejected[];
}

export interface RunEvent {
  readonly kind: 'run';
  readonly stream: StreamRef;
  readonly holdMs: number;
  readonly visibility: 'staged' | 'paged';
  /** As given at the beginning; the coverage's replaces it at the end. */
  readonly observedAt: number;
  /** A paged run commits each; a staged one only stages it. */
  readonly pages: readonly Page[];
  /** Staged and never committed as a page: `finish` takes it along, any other end loses it. */
  readonly rest: Page;
  /** After these pages the process dies with the next page half staged, and another one resumes the run. */
  readonly diesAfter: readonly number[];
  readonly end: { readonly how: 'finish'; readonly coverage: Coverage } | { readonly how: 'abandon' | 'die' };
}

export interface AdvisoryEvent {
  readonly kind: 'advisories';
  readonly source: string;
  readonly advisories: readonly KeyedAdvisory[];
}

export interface IntelligenceEvent {
  readonly kind: 'intelligence';
  readonly facts: readonly IntelligenceFact[];
}

export type ScriptEvent = RunEvent | AdvisoryEvent | IntelligenceEvent;

export const EMPTY_PAGE: Page = { statements: [], rejected: [] };

/** What is recorded once all of it has happened. */
export function worldOf(script: readonly ScriptEvent[]): World {
  return script.reduce(worldAfter, EMPTY_WORLD);
}

function worldAfter(world: World, event: ScriptEvent): World {
  if (event.kind === 'advisories')
    return { ...world, advisories: [...world.advisories, ...event.advisories] };
  if (event.kind === 'intelligence')
    return { ...world, intelligence: [...world.intelligence, ...event.facts] };
  const run = visiblePartOf(event);
  return run === undefined ? world : { ...world, runs: [...world.runs, run] };
}

export function visiblePartOf(event: RunEvent): RecordedRun | undefined {
  const { stream, holdMs, end } = event;
  if (end.how !== 'finish' && event.visibility === 'staged') return undefined;
  const pages = end.how === 'finish' ? [...event.pages, event.rest] : event.pages;
  const statements = pages.flatMap((page) => page.statements);
  const rejected = pages.flatMap((page) => page.rejected);
  const said = { stream, holdMs, statements, rejected };
  if (end.how !== 'finish')
    return { ...said, observedAt: event.observedAt, state: end.how === 'die' ? 'running' : 'failed' };
  const { coverage } = end;
  const isWhole = coverage.complete && rejected.length === 0;
  return { ...said, observedAt: coverage.observedAt, state: isWhole ? 'complete' : 'partial', coverage };
}

/** Called while a run is being written, with what of it should be visible at that moment. */
export type OnStep = (visible: RecordedRun | undefined) => Promise<void>;

/** Gives a summary when a run was finished; a process that dies leaves a paged run `running`. */
export async function play(
  store: Store,
  event: ScriptEvent,
  recordedAt: number,
  onStep: OnStep = async () => {},
): Promise<RunSummary | undefined> {
  if (event.kind === 'advisories') {
    await store.writer.recordAdvisories(event.source, event.advisories, recordedAt);
    return undefined;
  }
  if (event.kind === 'intelligence') {
    await store.writer.recordIntelligence(event.facts, recordedAt);
    return undefined;
  }
  const { stream, holdMs, observedAt, visibility, end } = event;
  let run = await store.writer.beginRun({ stream, holdMs, observedAt, recordedAt, visibility });
  for (const [n, page] of event.pages.entries()) {
    await run.stage(page.statements, page.rejected);
    await onStep(visiblePartOf({ ...event, pages: event.pages.slice(0, n), end: { how: 'die' } }));
    if (visibility === 'staged') continue;
    await run.commitPage(`page ${n}`);
    await onStep(visiblePartOf({ ...event, pages: event.pages.slice(0, n + 1), end: { how: 'die' } }));
    if (event.diesAfter.includes(n)) run = await afterDeath(store, run, event, n);
  }
  await run.stage(event.rest.statements, event.rest.rejected);
  if (end.how === 'finish') return await run.finish(end.coverage);
  if (end.how === 'abandon') await run.abandon('told to');
  return undefined;
}

/** What the dead process had staged of its next page must leave no trace. */
async function afterDeath(store: Store, run: RunWriter, event: RunEvent, n: number): Promise<RunWriter> {
  const next = event.pages[n + 1] ?? event.rest;
  await run.stage(next.statements.slice(0, 1), next.rejected.slice(0, 1));
  const resumed = await store.writer.resumeRun(event.stream);
  assert.equal(resumed?.id, run.id, 'the run that was interrupted is the one resumed');
  assert.equal(resumed?.cursor, `page ${n}`, 'it goes on after its last page');
  if (resumed === undefined) throw new Error('nothing to resume');
  return resumed;
}

export async function playAll(store: Store, script: readonly ScriptEvent[]): Promise<void> {
  for (const [n, event] of script.entries()) await play(store, event, recordedAtOf(n));
}

/** The n-th thing to be recorded: long after anything the sources speak of, a minute apart. */
export function recordedAtOf(n: number): number {
  return Date.UTC(2026, 5, 1) + n * 60_000;
}
