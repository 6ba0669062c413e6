import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Life } from '../../src/domain/statement.ts';
import {
  aCoverage,
  anAdvisory,
  anEntry,
  component,
  DAY_MS,
  type EntryFacts,
  HOUR_MS,
  NOON,
  TRIVY,
  VENDOR,
} from '../../src/store/contract/statements.ts';
import { script } from './generators.ts';
import { findingsOf, openAt } from './reference-model.ts';
import { worldOf } from './script.ts';
import { EMPTY_WORLD, type RecordedRun, type World } from './world.ts';

function aRun(at: number, says: readonly EntryFacts[], facts: Partial<RecordedRun> = {}): RecordedRun {
  return {
    stream: TRIVY,
    holdMs: 0,
    observedAt: at,
    state: 'complete',
    coverage: aCoverage({ observedAt: at }),
    statements: says.map(anEntry),
    rejected: [],
    ...facts,
  };
}

function aWorld(...runs: readonly RecordedRun[]): World {
  return { ...EMPTY_WORLD, runs };
}

function episodesOf(world: World) {
  return findingsOf(world).map(({ episodes }) =>
    episodes.map(({ openedAt, closedAt }) => [openedAt, closedAt]),
  );
}

/** As a vendor tells it a day after noon. */
function toldOf(life: Life) {
  return episodesOf(aWorld(aRun(NOON + DAY_MS, [{ life }], { stream: VENDOR })));
}

describe('reference model', () => {
  it('opens with the first mention and closes with the first silence', () => {
    const world = aWorld(aRun(NOON, [{}]), aRun(NOON + 1, []), aRun(NOON + 2, []));

    assert.deepEqual(episodesOf(world), [[[NOON, NOON + 1]]]);
  });

  it('leaves a silent run without effect when it is not complete', () => {
    const silences = (['partial', 'failed', 'running'] as const).map((state) =>
      aRun(NOON + 1, [], { state }),
    );

    assert.deepEqual(episodesOf(aWorld(aRun(NOON, [{}]), ...silences)), [[[NOON, undefined]]]);
  });

  it('takes runs by when they observed, not by when they arrived', () => {
    const runs = [aRun(NOON, [{}]), aRun(NOON + 1, []), aRun(NOON + 2, [{}])];

    assert.deepEqual(episodesOf(aWorld(...runs.toReversed())), episodesOf(aWorld(...runs)));
  });

  it('lets the later recorded of two runs of one moment have the last word', () => {
    const [says, silent] = [aRun(NOON, [{}]), aRun(NOON, [])];

    assert.deepEqual(episodesOf(aWorld(says, silent)), [[[NOON, NOON]]]);
    assert.deepEqual(episodesOf(aWorld(silent, says)), [[[NOON, undefined]]]);
  });

  it('joins what lies no further apart than the hold time of its stream', () => {
    const back = (gapMs: number) =>
      episodesOf(
        aWorld(
          ...[aRun(NOON, [{}]), aRun(NOON + 1, []), aRun(NOON + 1 + gapMs, [{}])].map((run) => ({
            ...run,
            holdMs: HOUR_MS,
          })),
        ),
      );

    assert.deepEqual(back(HOUR_MS), [[[NOON, undefined]]]);
    assert.deepEqual(back(HOUR_MS + 1), [
      [
        [NOON, NOON + 1],
        [NOON + HOUR_MS + 2, undefined],
      ],
    ]);
  });

  it('believes what a source states of the past, and nothing of the future', () => {
    const [first, later] = [NOON, NOON + HOUR_MS];

    assert.deepEqual(toldOf({ state: 'resolved', firstSeenAt: first, resolvedAt: later }), [
      [[first, later]],
    ]);
    assert.deepEqual(toldOf({ state: 'resolved', resolvedAt: later }), [[[later, later]]]);
    assert.deepEqual(toldOf({ state: 'open', firstSeenAt: NOON + 2 * DAY_MS }), [
      [[NOON + DAY_MS, undefined]],
    ]);
    const reopened = { state: 'open', firstSeenAt: first, resolvedAt: later, reopenedAt: later + 1 } as const;
    assert.deepEqual(toldOf(reopened), [
      [
        [first, later],
        [later + 1, undefined],
      ],
    ]);
  });

  it('makes one finding of the claims of several sources, open while one of them is', () => {
    const world = aWorld(
      aRun(NOON, [{}]),
      aRun(NOON, [{ key: 'P-1', severity: 'high' }], { stream: VENDOR }),
      aRun(NOON + 1, []),
    );

    const [finding, ...others] = findingsOf(world);

    assert.equal(others.length, 0);
    assert.deepEqual(
      [finding?.state, finding?.severity, finding?.sources],
      ['open', 'high', [VENDOR.source]],
    );
    assert.deepEqual(openAt(world, NOON - 1), []);
    assert.equal(openAt(world, NOON).length, 1);
  });

  it('joins names by edges, and drops an edge that its advisory took back', () => {
    const says = [{ names: [['CVE-2024-0001', 'GHSA-1']] as const }, { names: [['GHSA-1']] as const }];
    const states = anAdvisory({ id: 'GHSA-1', aliases: ['CVE-2024-0001'], modifiedAt: 1 });
    const retracts = anAdvisory({ id: 'GHSA-1', modifiedAt: 2 });
    const namesGiven = (...advisories: World['advisories']) =>
      findingsOf({ ...aWorld(aRun(NOON, says)), advisories }).map(({ names }) => names.join('='));

    assert.deepEqual(namesGiven(), ['CVE-2024-0001=GHSA-1']);
    assert.deepEqual(namesGiven(retracts, states), ['CVE-2024-0001', 'GHSA-1']);
  });

  it('keeps apart what differs in component', () => {
    const world = aWorld(aRun(NOON, [{}, { subject: component('other') }]));

    assert.equal(findingsOf(world).length, 2);
  });

  it('does not depend on the order of arrival', () => {
    fc.assert(
      fc.property(script({ maxEvents: 8, distinctMoments: true }), (events) => {
        assert.deepEqual(findingsOf(worldOf(events.toReversed())), findingsOf(worldOf(events)));
      }),
    );
  });

  it('generates worlds in which things happen', () => {
    const seen = new Set<string>();
    for (const events of fc.sample(script({ maxEvents: 7 }), { numRuns: 600, seed: 1 })) {
      for (const { names, severity, state, episodes, sources, observations, intelligence } of findingsOf(
        worldOf(events),
      )) {
        seen.add(state);
        if (names.length > 1) seen.add('several names');
        if (intelligence?.epss !== undefined) seen.add('a probability');
        if (intelligence?.kev !== undefined) seen.add('in the catalogue');
        if (severity !== 'unknown' && observations.every((one) => one.severity === 'unknown'))
          seen.add('a severity that only an advisory knows');
        if (episodes.length > 1) seen.add('several episodes');
        if (sources.length > 1) seen.add('several sources');
        if (observations.length > 1) seen.add('several observations');
        for (const { reason } of episodes) if (reason !== undefined) seen.add(reason);
      }
    }

    assert.deepEqual([...seen].sort(), [
      'a probability',
      'a severity that only an advisory knows',
      'absent',
      'in the catalogue',
      'no-longer-named',
      'open',
      'resolved',
      'several episodes',
      'several names',
      'several observations',
      'several sources',
      'stated',
    ]);
  });
});
