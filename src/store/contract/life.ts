/** When a finding was open, by the sources' clocks, and what was learned when. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Episode } from '../../domain/finding.ts';
import type { Life } from '../../domain/statement.ts';
import type { Store } from '../store.ts';
import { type OpenStore, RECORDED_AT, record, statesIn, testsOf, theFinding } from './recording.ts';
import { anEntry, DAY_MS, HOUR_MS, NOON, VENDOR } from './statements.ts';

async function episodesIn(store: Store): Promise<readonly Episode[]> {
  const { id } = await theFinding(store);
  const episodes = await store.reader.episodes(id);
  return episodes.map(({ openedAt, closedAt, reason }) =>
    closedAt === undefined ? { openedAt } : { openedAt, closedAt, reason },
  );
}

/** Seen at noon, gone an hour later, back after `gapMs` more. */
async function goneFor(store: Store, gapMs: number, holdMs: number): Promise<void> {
  await record(store, { holdMs, says: [anEntry({})] });
  await record(store, { holdMs, at: NOON + HOUR_MS });
  await record(store, { holdMs, at: NOON + HOUR_MS + gapMs, says: [anEntry({})] });
}

async function vendorSays(store: Store, at: number, life: Life): Promise<void> {
  await record(store, { stream: VENDOR, holdMs: DAY_MS, at, says: [anEntry({ key: 'P-1', life })] });
}

export function lifeContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('life', () => {
    test('gone and back is two episodes when the source has no hold time', async (store) => {
      await goneFor(store, 1, 0);

      assert.deepEqual(await episodesIn(store), [
        { openedAt: NOON, closedAt: NOON + HOUR_MS, reason: 'absent' },
        { openedAt: NOON + HOUR_MS + 1 },
      ]);
      assert.equal((await theFinding(store)).openedAt, NOON + HOUR_MS + 1);
    });

    test('back at the end of the hold time is one episode', async (store) => {
      await goneFor(store, DAY_MS, DAY_MS);

      assert.deepEqual(await episodesIn(store), [{ openedAt: NOON }]);
    });

    test('back just after the hold time is two episodes', async (store) => {
      await goneFor(store, DAY_MS + 1, DAY_MS);

      assert.equal((await episodesIn(store)).length, 2);
    });

    test('a new hold time counts for what was before it, too', async (store) => {
      await goneFor(store, HOUR_MS, 0);
      assert.equal((await episodesIn(store)).length, 2);

      await record(store, { holdMs: DAY_MS, at: NOON + DAY_MS, coverage: { closes: false } });

      assert.deepEqual(await episodesIn(store), [{ openedAt: NOON }]);
    });

    test('the hold time of a run that was abandoned never counted', async (store) => {
      await goneFor(store, HOUR_MS, 0);
      const start = { stream: { source: 'scan:trivy/Trivy', category: '', channel: 'production' } };

      const run = await store.writer.beginRun({
        ...start,
        holdMs: DAY_MS,
        observedAt: NOON + DAY_MS,
        recordedAt: RECORDED_AT,
        visibility: 'staged',
      });
      await run.abandon('changed my mind');

      assert.equal((await episodesIn(store)).length, 2);
    });

    test('a source that states when it was open is believed', async (store) => {
      await vendorSays(store, NOON, {
        state: 'resolved',
        firstSeenAt: NOON - 3 * DAY_MS,
        resolvedAt: NOON - DAY_MS,
      });

      assert.deepEqual(await episodesIn(store), [
        { openedAt: NOON - 3 * DAY_MS, closedAt: NOON - DAY_MS, reason: 'stated' },
      ]);
    });

    test('resolved and reopened by the source, further apart than its hold time, is two episodes', async (store) => {
      await vendorSays(store, NOON, {
        state: 'open',
        firstSeenAt: NOON - 9 * DAY_MS,
        resolvedAt: NOON - 5 * DAY_MS,
        reopenedAt: NOON - 2 * DAY_MS,
      });

      assert.deepEqual(await episodesIn(store), [
        { openedAt: NOON - 9 * DAY_MS, closedAt: NOON - 5 * DAY_MS, reason: 'stated' },
        { openedAt: NOON - 2 * DAY_MS },
      ]);
    });

    test('hearing again that it is resolved opens nothing', async (store) => {
      await vendorSays(store, NOON, { state: 'resolved' });

      await vendorSays(store, NOON + 5 * DAY_MS, { state: 'resolved' });

      assert.deepEqual(await episodesIn(store), [{ openedAt: NOON, closedAt: NOON, reason: 'stated' }]);
    });

    test('a defect that its entry no longer names is resolved, the others stay open', async (store) => {
      await record(store, { says: [anEntry({ key: 'P-1', names: [['CVE-2024-1'], ['CVE-2024-2']] })] });

      await record(store, { at: NOON + HOUR_MS, says: [anEntry({ key: 'P-1', names: [['CVE-2024-2']] })] });

      assert.deepEqual(await statesIn(store), { 'CVE-2024-1': 'resolved', 'CVE-2024-2': 'open' });
    });

    test('an entry whose defects were all replaced ends like any other', async (store) => {
      await record(store, { says: [anEntry({ key: 'P-1', names: [['CVE-2024-1']] })] });
      await record(store, { at: NOON + HOUR_MS, says: [anEntry({ key: 'P-1', names: [['CVE-2024-2']] })] });

      const { changes } = await record(store, { at: NOON + 2 * HOUR_MS });

      assert.deepEqual(await statesIn(store), { 'CVE-2024-1': 'resolved', 'CVE-2024-2': 'resolved' });
      assert.equal(changes.closed, 1);
    });

    test('what an entry once named and no longer does is not mentioned by it', async (store) => {
      await record(store, { says: [anEntry({ key: 'P-1', names: [['CVE-2024-1']] })] });
      const says = [anEntry({ key: 'P-1', names: [['CVE-2024-2']] })];
      const changed = await record(store, { at: NOON + HOUR_MS, says });

      const same = await record(store, { at: NOON + 2 * HOUR_MS, says });

      assert.deepEqual([changed.findings, same.findings], [1, 1]);
    });

    test('an older run that arrives late fills in the past and leaves today as it was', async (store) => {
      await record(store, { at: NOON, says: [anEntry({ severity: 'high' })] });

      const { changes } = await record(store, {
        at: NOON - DAY_MS,
        recordedAt: RECORDED_AT + HOUR_MS,
        says: [anEntry({ severity: 'low' })],
      });

      const finding = await theFinding(store);
      assert.deepEqual([finding.severity, finding.openedAt], ['high', NOON - DAY_MS]);
      assert.equal(changes.created + changes.updated + changes.unchanged + changes.reopened, 1);
    });

    test('a closing run that arrives late closes what it would have closed in time', async (store) => {
      await record(store, { at: NOON, says: [anEntry({})] });
      await record(store, { at: NOON + 2 * DAY_MS, says: [anEntry({})] });

      await record(store, { at: NOON + DAY_MS });

      assert.deepEqual(await episodesIn(store), [
        { openedAt: NOON, closedAt: NOON + DAY_MS, reason: 'absent' },
        { openedAt: NOON + 2 * DAY_MS },
      ]);
    });

    test('as of a moment: open from its first moment until just before its last', async (store) => {
      await record(store, { says: [anEntry({})] });
      await record(store, { at: NOON + HOUR_MS });
      const { id } = await theFinding(store);

      const at = async (moment: number) => (await store.reader.openAt(moment)).map(({ finding }) => finding);

      assert.deepEqual(await at(NOON - 1), []);
      assert.deepEqual(await at(NOON), [id]);
      assert.deepEqual(await at(NOON + HOUR_MS - 1), [id]);
      assert.deepEqual(await at(NOON + HOUR_MS), []);
    });

    test('as of a moment it has the severity it had then', async (store) => {
      await record(store, { says: [anEntry({ severity: 'low' })] });
      await record(store, { at: NOON + HOUR_MS, says: [anEntry({ severity: 'critical' })] });

      const severityAt = async (moment: number) => (await store.reader.openAt(moment))[0]?.severity;

      assert.deepEqual([await severityAt(NOON), await severityAt(NOON + HOUR_MS)], ['low', 'critical']);
    });

    test('within a gap shorter than its hold time it has the severity it last had', async (store) => {
      const back = { state: 'open', firstSeenAt: NOON, resolvedAt: NOON + HOUR_MS } as const;
      await record(store, {
        stream: VENDOR,
        holdMs: DAY_MS,
        at: NOON + 6 * HOUR_MS,
        says: [
          anEntry({ key: 'P-1', severity: 'info', life: back }),
          anEntry({ key: 'P-2', severity: 'critical' }),
        ],
      });
      const { id } = await theFinding(store);

      for (const [hours, severity] of [
        [0, 'info'],
        [2, 'info'],
        [6, 'critical'],
      ] as const) {
        const at = NOON + hours * HOUR_MS;
        assert.equal((await store.reader.openAt(at))[0]?.severity, severity);
        assert.equal((await store.reader.findingsAt([id], at))[0]?.severity, severity);
      }
    });

    test('as of a moment it stands with what its sources then said of it', async (store) => {
      const mute = { kind: 'vendor-mute', issuer: 'ann', reason: 'later' } as const;
      await record(store, {
        says: [anEntry({ severity: 'low', assessment: { functionUsage: 'not-in-use' } })],
      });
      await record(store, {
        at: NOON + HOUR_MS,
        says: [
          anEntry({
            severity: 'critical',
            assessment: { functionUsage: 'in-use' },
            setAside: [mute],
            fix: { versions: ['2.0.0'] },
          }),
        ],
      });
      await record(store, { at: NOON + 2 * HOUR_MS });
      const { id } = await theFinding(store);

      const stoodAt = async (moment: number): Promise<unknown> => {
        const [stood] = await store.reader.findingsAt([id], moment);
        const { state, severity, assessment, fixVersions, observations } = stood ?? {};
        return {
          state,
          severity,
          usage: assessment?.functionUsage,
          fixVersions,
          setAside: observations?.[0]?.setAside,
        };
      };

      const nothing = { state: undefined, severity: undefined, usage: undefined };
      assert.deepEqual(await stoodAt(NOON - 1), { ...nothing, fixVersions: undefined, setAside: undefined });
      assert.deepEqual(await stoodAt(NOON), {
        ...{ state: 'open', severity: 'low', usage: 'not-in-use', fixVersions: [], setAside: [] },
      });
      assert.deepEqual(await stoodAt(NOON + HOUR_MS), {
        ...{ state: 'open', severity: 'critical', usage: 'in-use', fixVersions: ['2.0.0'], setAside: [mute] },
      });
      assert.deepEqual(await store.reader.findingsAt([id], NOON + 2 * HOUR_MS), []);
    });

    test('history says when each change was so and when it was learned', async (store) => {
      await record(store, { recordedAt: RECORDED_AT, says: [anEntry({})] });
      await record(store, { at: NOON + HOUR_MS, recordedAt: RECORDED_AT + 1 });
      await record(store, { at: NOON + 2 * HOUR_MS, recordedAt: RECORDED_AT + 2, says: [anEntry({})] });
      const { id } = await theFinding(store);

      const history = await store.reader.history(id);

      assert.deepEqual(
        history.map(({ kind, validAt, recordedAt }) => ({ kind, validAt, recordedAt })),
        [
          { kind: 'created', validAt: NOON, recordedAt: RECORDED_AT },
          { kind: 'closed', validAt: NOON + HOUR_MS, recordedAt: RECORDED_AT + 1 },
          { kind: 'reopened', validAt: NOON + 2 * HOUR_MS, recordedAt: RECORDED_AT + 2 },
        ],
      );
    });

    test('what was learned in a stretch of time is listed page by page, with both its ends', async (store) => {
      const says = (...names: readonly string[]) => names.map((name) => anEntry({ names: [[name]] }));
      await record(store, { says: says('CVE-2024-1', 'CVE-2024-2', 'CVE-2024-3') });
      await record(store, {
        at: NOON + HOUR_MS,
        recordedAt: RECORDED_AT + 1,
        says: says('CVE-2024-3', 'CVE-2024-4'),
      });
      await record(store, { at: NOON + 2 * HOUR_MS, recordedAt: RECORDED_AT + 2 });
      const learned = async (from: number, to: number): Promise<readonly string[]> => {
        const all: string[] = [];
        let after: string | undefined;
        do {
          const window = { from: RECORDED_AT + from, to: RECORDED_AT + to, limit: 2, after };
          const { entries, findings, next } = await store.reader.learned(window);
          const names = new Map(findings.map(({ id, vulnerability = '' }) => [id, vulnerability]));
          all.push(...entries.map(({ kind, finding }) => `${kind} ${names.get(finding)}`));
          after = next;
        } while (after !== undefined);
        return all.sort();
      };

      assert.deepEqual(await learned(0, 0), [
        'created CVE-2024-1',
        'created CVE-2024-2',
        'created CVE-2024-3',
      ]);
      assert.deepEqual(await learned(1, 1), ['closed CVE-2024-1', 'closed CVE-2024-2', 'created CVE-2024-4']);
      assert.deepEqual(await learned(2, 9), ['closed CVE-2024-3', 'closed CVE-2024-4']);
      assert.equal((await learned(0, 2)).length, 8);
      assert.deepEqual(await learned(3, 9), []);
    });

    test('a run says what it did: created, updated, unchanged, reopened, closed', async (store) => {
      const entry = (name: string, severity: 'low' | 'high' = 'low') =>
        anEntry({ names: [[name]], severity });
      await record(store, {
        says: ['CVE-2024-1', 'CVE-2024-2', 'CVE-2024-3', 'CVE-2024-4'].map((name) => entry(name)),
      });
      await record(store, {
        at: NOON + HOUR_MS,
        says: ['CVE-2024-1', 'CVE-2024-2', 'CVE-2024-3'].map((name) => entry(name)),
      });

      const { changes, findings } = await record(store, {
        at: NOON + 2 * HOUR_MS,
        says: [entry('CVE-2024-1'), entry('CVE-2024-2', 'high'), entry('CVE-2024-4'), entry('CVE-2024-5')],
      });

      assert.deepEqual(changes, { created: 1, updated: 1, unchanged: 1, reopened: 1, closed: 1 });
      assert.equal(findings, 4);
    });
  });
}
