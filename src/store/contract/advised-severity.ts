/** Severity that advisories say, where no observation knows it: which revision counts, when, and of what. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { ANY_FINDING } from '../../domain/filter.ts';
import type { Store } from '../store.ts';
import {
  findingsIn,
  type OpenStore,
  RECORDED_AT,
  record,
  shownOf,
  testsOf,
  theFinding,
} from './recording.ts';
import { anAdvisory, anEntry, component, DAY_MS, NOON } from './statements.ts';

const CVE = 'CVE-2024-1000';
const GHSA = 'GHSA-aaaa-bbbb-cccc';

const day = (n: number): number => NOON + n * DAY_MS;

async function shown(store: Store): Promise<readonly unknown[]> {
  const { severity, score } = await theFinding(store);
  return [severity, score];
}

/** What is shown after an advisory said it. */
async function says(
  store: Store,
  modifiedAt: number,
  facts: Partial<Parameters<typeof anAdvisory>[0]>,
): Promise<readonly unknown[]> {
  const advisory = anAdvisory({ id: GHSA, aliases: [CVE], modifiedAt, ...facts });
  await store.writer.recordAdvisories('osv', [advisory], RECORDED_AT);
  return await shown(store);
}

function unknown(facts: Parameters<typeof anEntry>[0] = {}): ReturnType<typeof anEntry> {
  return anEntry({ severity: 'unknown', ...facts });
}

export function advisedSeverityContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('a severity that no observation knows', () => {
    test('is what an advisory says, whichever came first, until it says otherwise or is withdrawn', async (store) => {
      await record(store, { says: [unknown()] });

      assert.deepEqual(await says(store, day(2), { severity: 'high', score: 8.1 }), ['high', 8.1]);
      assert.deepEqual(await says(store, day(3), { severity: 'medium' }), ['medium', undefined]);
      assert.deepEqual(await says(store, day(1), { severity: 'low' }), ['medium', undefined]);
      assert.deepEqual(await says(store, day(4), { severity: 'critical', withdrawnAt: day(4) }), [
        'unknown',
        undefined,
      ]);
      await says(store, day(5), { severity: 'info', score: 0 });
      const other = unknown({ key: 'b', subject: component('other') });
      await record(store, { says: [unknown(), other], at: day(6) });
      assert.deepEqual(
        (await findingsIn(store)).map(({ severity, score }) => [severity, score]),
        [
          ['info', 0],
          ['info', 0],
        ],
      );
    });

    test('gives way to an observation that knows, milder or not, and comes back after it', async (store) => {
      await record(store, { says: [unknown()] });
      await says(store, day(0), { severity: 'critical', score: 9.9 });

      await record(store, { says: [unknown({ severity: 'low', score: 2 })], at: day(1) });
      assert.deepEqual(await shown(store), ['low', 2]);
      await record(store, { says: [unknown()], at: day(2) });
      assert.deepEqual(await shown(store), ['critical', 9.9]);
    });

    test('is the worst of several advisories, and follows its name when names part', async (store) => {
      await record(store, {
        says: [unknown({ key: 'a', names: [[CVE]] }), unknown({ key: 'b', names: [[GHSA]] })],
      });
      await says(store, day(1), { severity: 'high' });
      await store.writer.recordAdvisories(
        'osv',
        [anAdvisory({ id: CVE, modifiedAt: day(1), severity: 'medium', score: 5 })],
        RECORDED_AT,
      );
      assert.deepEqual(await shown(store), ['high', undefined]);

      await store.writer.recordAdvisories(
        'osv',
        [anAdvisory({ id: GHSA, modifiedAt: day(2), severity: 'high' })],
        RECORDED_AT,
      );

      assert.deepEqual(await shownOf(store, ({ severity, score }) => [severity, score]), {
        [CVE]: ['medium', 5],
        [GHSA]: ['high', undefined],
      });
    });

    test('is counted, filtered and told with its advisory, and its change is in the history', async (store) => {
      await record(store, { says: [unknown()] });
      await says(store, day(1), { severity: 'high', score: 8.1 });
      const { id } = await theFinding(store);

      const high = await store.reader.findings({ filter: { op: 'severity', in: ['high'] }, limit: 9 });
      assert.deepEqual(
        high.findings.map((finding) => finding.id),
        [id],
      );
      assert.equal((await store.reader.count(ANY_FINDING)).bySeverity.high, 1);
      const { origin, observations } = (await store.reader.finding(id)) ?? {};
      assert.deepEqual([origin?.severity, origin?.score], [`advisory ${GHSA}`, `advisory ${GHSA}`]);
      assert.deepEqual(
        observations?.map(({ severity }) => severity),
        ['unknown'],
      );
      const history = await store.reader.history(id);
      assert.deepEqual(
        history.map(({ kind, validAt }) => [kind, (validAt - NOON) / DAY_MS]),
        [
          ['created', 0],
          ['updated', 1],
        ],
      );
    });

    test('stands at a past moment as it did, and before its first word as that', async (store) => {
      await record(store, { says: [unknown({ names: [[GHSA]] })] });
      await says(store, day(4), { severity: 'critical' });
      await says(store, day(2), { severity: 'low', score: 3 });
      await says(store, day(6), { severity: 'high', withdrawnAt: day(6) });

      const { id } = await theFinding(store);
      for (const [n, expected] of [
        [1, 'low'],
        [2, 'low'],
        [4, 'critical'],
        [6, 'unknown'],
      ] as const) {
        assert.deepEqual(
          (await store.reader.openAt(day(n))).map(({ severity }) => severity),
          [expected],
        );
        assert.deepEqual(
          (await store.reader.findingsAt([id], day(n))).map(({ severity }) => severity),
          [expected],
        );
      }
    });

    test('is not said of a rule that happens to be called the same', async (store) => {
      await record(store, { says: [unknown({ rules: [GHSA], names: [], class: 'code' })] });

      assert.deepEqual(await says(store, day(1), { severity: 'high' }), ['unknown', undefined]);
    });
  });
}
