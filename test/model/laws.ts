/**
 * What holds for every store after any sequence of runs, advisories and intelligence. Stores are used through their contract only,
 * and each is held to the reference model.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { matches } from '../../src/domain/filter.ts';
import { noSeverities } from '../../src/domain/severity.ts';
import type { Coverage } from '../../src/domain/statement.ts';
import { aCoverage, anAdvisory, HOUR_MS } from '../../src/store/contract/statements.ts';
import { filters } from './filters.ts';
import { assertAddsUp, assertShows, type Law, type LawOptions, law } from './holds.ts';
import { openAt } from './reference-model.ts';
import {
  EMPTY_PAGE,
  type Page,
  play,
  playAll,
  type RunEvent,
  recordedAtOf,
  type ScriptEvent,
  worldOf,
} from './script.ts';
import { MOMENTS, STREAMS } from './small-world.ts';
import { assertStandsAsShown, listed, openAtOf, snapshotOf } from './snapshot.ts';

const NOTHING_MORE = fc.constant(undefined);
const PRIORITIES = fc.array(fc.nat(100), { minLength: 8, maxLength: 8 });
const LAST_MOMENT = Math.max(...MOMENTS);
/** Longer than any hold time and whatever vendors say of the future. */
const AFTER_ALL_MS = 1000 * HOUR_MS;

/** By the sentence each one is. */
export const LAWS: Readonly<Record<string, Law>> = {
  'a store shows what the reference model works out, whatever happened': law(
    { maxEvents: 7 },
    fc.tuple(fc.constantFrom(...MOMENTS), fc.nat(5 * HOUR_MS)),
    async (store, events, [moment, later]) => {
      for (const [n, event] of events.entries()) {
        const summary = await play(store, event, recordedAtOf(n));

        const world = worldOf(events.slice(0, n + 1));
        const snapshot = await assertShows(store, world);
        for (const at of [moment, moment + later])
          assert.deepEqual(await openAtOf(store.reader, snapshot, at), openAt(world, at));
        await assertStandsAsShown(store.reader, LAST_MOMENT + AFTER_ALL_MS);
        if (summary !== undefined && event.kind === 'run')
          assertAddsUp(summary, event, worldOf(events.slice(0, n)), world);
      }
    },
  ),

  'a page is visible once committed, and of a staged run nothing before its end': law(
    { maxEvents: 4 },
    NOTHING_MORE,
    async (store, events) => {
      for (const [n, event] of events.entries()) {
        const before = worldOf(events.slice(0, n));

        await play(store, event, recordedAtOf(n), async (visible) => {
          const runs = visible === undefined ? before.runs : [...before.runs, visible];
          await assertShows(store, { ...before, runs });
        });

        await assertShows(store, worldOf(events.slice(0, n + 1)));
      }
    },
  ),

  'the order in which runs, advisories and intelligence arrive changes nothing': law(
    { maxEvents: 7, distinctMoments: true },
    PRIORITIES,
    async (store, events, priorities) => {
      const free = events.map(withoutForeignDetails);
      const shuffled = [...free].sort(
        (a, b) => (priorities[free.indexOf(a)] ?? 0) - (priorities[free.indexOf(b)] ?? 0),
      );

      await playAll(store, shuffled);

      await assertShows(store, worldOf(free));
    },
  ),

  'of two things that one run says of one key the later counts': law(
    { maxEvents: 4, correctsItself: true },
    NOTHING_MORE,
    async (store, events) => {
      await playAll(store, events);

      await assertShows(store, worldOf(events));
    },
  ),

  'a source whose clock is ahead is believed up to the moment of its run': law(
    { maxEvents: 5, clockIsAhead: true },
    NOTHING_MORE,
    async (store, events) => {
      await playAll(store, events);

      await assertShows(store, worldOf(events));
    },
  ),

  'the same run once more changes nothing': law({ maxEvents: 5 }, NOTHING_MORE, async (store, events) => {
    const last = events
      .map(atOneMoment)
      .findLast((event) => event.kind === 'run' && event.end.how === 'finish');
    if (last === undefined) return;
    await playAll(store, [...events, last]);
    const before = await snapshotOf(store.reader);

    const again = await play(store, last, recordedAtOf(events.length + 1));

    assert.deepEqual(await snapshotOf(store.reader), before);
    const { findings } = again ?? { findings: 0 };
    const nothing = { created: 0, updated: 0, unchanged: findings, reopened: 0, closed: 0 };
    assert.deepEqual(again?.changes, nothing);
  }),

  'a run interrupted after every page and resumed each time is the run undisturbed': law(
    { maxEvents: 4 },
    NOTHING_MORE,
    async (store, events) => {
      const always = events.map((event) =>
        event.kind === 'run' ? { ...event, diesAfter: [...event.pages.keys()] } : event,
      );

      await playAll(store, always);

      await assertShows(store, worldOf(events));
    },
  ),

  'details collected later end in the same state as details collected at once': law(
    { maxEvents: 5, distinctMoments: true },
    NOTHING_MORE,
    async (store, events) => {
      const everywhere = events.map(withoutCoverageByLabel);

      await playAll(store, [...everywhere.map(withoutDetails), ...everywhere.flatMap(detailsAlone)]);

      await assertShows(store, worldOf(everywhere));
    },
  ),

  'another tool, category, channel or asset closes nothing': law(
    { maxEvents: 5 },
    fc.tuple(fc.constantFrom(...STREAMS), fc.constantFrom('source', 'category', 'channel')),
    async (store, events, [on, part]) => {
      await playAll(store, events);
      const before = await snapshotOf(store.reader);
      const other = { ...on, stream: { ...on.stream, [part]: 'another' } };
      const elsewhere = { assets: [{ kind: 'image', name: 'elsewhere' }] } as const;

      const ends = [
        await play(store, emptyRun(other, {}), recordedAtOf(events.length)),
        await play(store, emptyRun(on, elsewhere), recordedAtOf(events.length + 1)),
      ];

      assert.deepEqual(await snapshotOf(store.reader), before);
      assert.deepEqual(
        ends.map((end) => end?.changes.closed),
        [0, 0],
      );
    },
  ),

  'a partial run, or one that may not close, changes nothing that it does not mention': law(
    { maxEvents: 5 },
    fc.tuple(fc.constantFrom(...STREAMS), fc.constantFrom({ complete: false }, { closes: false })),
    async (store, events, [on, limit]) => {
      await playAll(store, events);
      const before = await snapshotOf(store.reader);

      await play(store, emptyRun(on, limit), recordedAtOf(events.length));

      assert.deepEqual(await snapshotOf(store.reader), before);
    },
  ),

  'names that an advisory joins and then parts are as if never joined': law(
    { maxEvents: 5 },
    fc.tuple(fc.nat(50), fc.nat(50)),
    async (store, events, [first, second]) => {
      await playAll(store, events);
      const { findings: before } = await snapshotOf(store.reader);
      const named = before.filter(({ isRule }) => !isRule).map(({ names }) => names[0] ?? '');
      if (named.length === 0) return;
      const aliases = [...new Set([first, second].map((n) => named[n % named.length] ?? ''))];
      const joins = anAdvisory({ id: 'GHSA-zzzz-zzzz-zzzz', aliases, modifiedAt: 1 });
      const parts = anAdvisory({ id: 'GHSA-zzzz-zzzz-zzzz', modifiedAt: 2 });

      await store.writer.recordAdvisories('osv', [joins], recordedAtOf(events.length));
      const world = worldOf(events);
      await assertShows(store, { ...world, advisories: [...world.advisories, joins] });
      await store.writer.recordAdvisories('osv', [parts], recordedAtOf(events.length + 1));

      assert.deepEqual((await snapshotOf(store.reader)).findings, before);
    },
  ),

  'a filter means the same to the store and in memory': law(
    { maxEvents: 5 },
    filters,
    async (store, events, filter) => {
      await playAll(store, events);
      const expected = (await listed(store.reader)).filter((finding) => matches(finding, filter));

      const { findings } = await store.reader.findings({ filter, order: 'id', limit: 500 });
      const count = await store.reader.count(filter);

      assert.deepEqual(
        findings.map(({ id }) => id),
        expected.map(({ id }) => id),
      );
      const bySeverity = noSeverities();
      for (const { severity } of expected) bySeverity[severity] += 1;
      assert.deepEqual(count, { total: expected.length, bySeverity });
    },
  ),
};

export function storeLaws(store: string, options: LawOptions): void {
  describe(`laws of the ${store} store`, () => {
    for (const [sentence, holds] of Object.entries(LAWS)) it(sentence, () => holds(options));
  });
}

/** A run whose pages speak of the moment that its coverage speaks of. */
function atOneMoment(event: ScriptEvent): ScriptEvent {
  if (event.kind !== 'run' || event.end.how !== 'finish') return event;
  return { ...event, observedAt: event.end.coverage.observedAt };
}

/** A run after all others that mentions nothing; complete, closing and unlimited, but for what is said. */
function emptyRun(on: Pick<RunEvent, 'stream' | 'holdMs'>, limits: Partial<Coverage>): RunEvent {
  const observedAt = LAST_MOMENT + 100 * HOUR_MS;
  return {
    kind: 'run',
    stream: on.stream,
    holdMs: on.holdMs,
    visibility: 'staged',
    observedAt,
    pages: [],
    rest: EMPTY_PAGE,
    diesAfter: [],
    end: { how: 'finish', coverage: aCoverage({ observedAt, ...limits }) },
  };
}

/** Labels come with details too, so a run limited by label may have to know them: that is not what is at stake. */
function withoutCoverageByLabel(event: ScriptEvent): ScriptEvent {
  if (event.kind !== 'run' || event.end.how !== 'finish') return event;
  return { ...event, end: { how: 'finish', coverage: { ...event.end.coverage, labels: 'all' } } };
}

/** A detail is only taken when its entry is known: one of an entry that another run lists binds their order. */
function withoutForeignDetails(event: ScriptEvent): ScriptEvent {
  if (event.kind !== 'run') return event;
  const listed = new Set<string>();
  const part = ({ statements, rejected }: Page): Page => {
    for (const { part, key } of statements) if (part === 'main') listed.add(key);
    return { statements: statements.filter(({ part, key }) => part === 'main' || listed.has(key)), rejected };
  };
  return { ...event, pages: event.pages.map(part), rest: part(event.rest) };
}

function withoutDetails(event: ScriptEvent): ScriptEvent {
  const part = ({ statements, rejected }: Page): Page => ({
    statements: statements.filter((statement) => statement.part === 'main'),
    rejected,
  });
  return event.kind === 'run' ? { ...event, pages: event.pages.map(part), rest: part(event.rest) } : event;
}

/** The details of a run as a run of their own, a little after it, that closes nothing. */
function detailsAlone(event: ScriptEvent): readonly ScriptEvent[] {
  if (event.kind !== 'run') return [];
  const part = ({ statements }: Page): Page => ({
    statements: statements.filter((statement) => statement.part === 'detail'),
    rejected: [],
  });
  const observedAt = event.observedAt + 1;
  const coverage = aCoverage({ observedAt, closes: false });
  const end = event.end.how === 'finish' ? { how: 'finish' as const, coverage } : event.end;
  return [{ ...event, observedAt, pages: event.pages.map(part), rest: part(event.rest), end }];
}
