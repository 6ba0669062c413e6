/** What a finding shows when several observations speak of it. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Store } from '../store.ts';
import { type OpenStore, RECORDED_AT, record, testsOf, theFinding } from './recording.ts';
import { aDetail, anEntry, type EntryFacts, HOUR_MS, NOON, SHOP, TRIVY, VENDOR } from './statements.ts';

async function bothSay(store: Store, scan: EntryFacts, vendor: EntryFacts): Promise<void> {
  await record(store, { stream: TRIVY, says: [anEntry(scan)] });
  await record(store, { stream: VENDOR, says: [anEntry({ key: 'P-1', ...vendor })] });
}

export function valuesContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('values', () => {
    test('the worst known severity counts, with the highest score that was given for it', async (store) => {
      await bothSay(store, { severity: 'high', score: 7.1 }, { severity: 'medium', score: 9.9 });

      const finding = await theFinding(store);
      assert.deepEqual([finding.severity, finding.score], ['high', 7.1]);
    });

    test('unknown gives way to what is known, and never counts as low', async (store) => {
      await bothSay(store, { severity: 'unknown' }, { severity: 'info' });
      assert.equal((await theFinding(store)).severity, 'info');

      await record(store, { stream: VENDOR, at: NOON + HOUR_MS });

      assert.equal((await theFinding(store)).severity, 'unknown');
    });

    test('as long as one observation is live the others do not speak; once none is, all do', async (store) => {
      await bothSay(store, { severity: 'critical' }, { severity: 'low' });

      await record(store, { stream: TRIVY, at: NOON + HOUR_MS });
      const half = await theFinding(store);
      await record(store, { stream: VENDOR, at: NOON + HOUR_MS });

      assert.deepEqual([half.severity, half.sources], ['low', [VENDOR.source]]);
      const none = await theFinding(store);
      assert.deepEqual([none.severity, none.sources], ['critical', [VENDOR.source, TRIVY.source]]);
    });

    test('of each runtime fact the worst counts', async (store) => {
      await bothSay(
        store,
        { assessment: { functionUsage: 'not-in-use', exposure: 'not-detected', exploit: 'available' } },
        { assessment: { functionUsage: 'not-available', exposure: 'public' } },
      );

      const { assessment } = await theFinding(store);
      assert.equal(assessment.functionUsage, 'not-available');
      assert.equal(assessment.exposure, 'public');
      assert.equal(assessment.dataAssets, undefined);
      assert.equal(assessment.exploit, 'available');
    });

    test('the earliest deadline, every fix and all occurrences count', async (store) => {
      await bothSay(
        store,
        { dueAt: NOON + 2, fix: { versions: ['2.0.0'] }, occurrences: [{ path: 'a' }, { path: 'b' }] },
        { dueAt: NOON + 1, fix: { versions: ['1.5.0', '2.0.0'] } },
      );

      const finding = await theFinding(store);
      assert.equal(finding.dueAt, NOON + 1);
      assert.deepEqual(finding.fixVersions, ['1.5.0', '2.0.0']);
      assert.equal(finding.occurrences, 3);
    });

    test('the title is of the worst observation that has one', async (store) => {
      await bothSay(store, { severity: 'critical' }, { severity: 'low', about: { title: 'Pollution' } });

      assert.equal((await theFinding(store)).title, 'Pollution');
    });

    test('what only the details know is shown', async (store) => {
      await record(store, {
        stream: VENDOR,
        says: [
          anEntry({ key: 'P-1' }),
          aDetail({
            key: 'P-1',
            about: { title: 'Pollution', description: 'of prototypes' },
            fix: { versions: ['2.0.0'] },
            occurrences: [{ entity: 'HOST-1' }, { entity: 'HOST-2' }],
            labels: [{ kind: 'host', id: 'HOST-1' }],
          }),
        ],
      });

      const { id } = await theFinding(store);
      const finding = await store.reader.finding(id);
      assert.deepEqual([finding?.title, finding?.description], ['Pollution', 'of prototypes']);
      assert.deepEqual([finding?.fixVersions, finding?.occurrences], [['2.0.0'], 2]);
      assert.deepEqual(
        finding?.where.map(({ entity }) => entity),
        ['HOST-1', 'HOST-2'],
      );
      assert.deepEqual(
        finding?.observations[0]?.labels.map((label) => label.id),
        ['HOST-1'],
      );
    });

    test('a shown value says which observation it is from', async (store) => {
      await bothSay(store, { severity: 'high' }, { severity: 'low', about: { description: 'long' } });

      const { id } = await theFinding(store);
      const origin = (await store.reader.finding(id))?.origin ?? {};
      assert.ok(origin.severity?.startsWith(TRIVY.source), `severity is from ${origin.severity}`);
      assert.ok(origin.description?.startsWith(VENDOR.source), `description is from ${origin.description}`);
    });

    test('what the source itself set aside stays open and visible, with who and why', async (store) => {
      const setAside = [{ kind: 'vendor-mute', issuer: 'ann@example.com', reason: 'accepted' }] as const;

      await record(store, { stream: VENDOR, says: [anEntry({ key: 'P-1', setAside })] });

      const finding = await theFinding(store);
      assert.equal(finding.state, 'open');
      assert.deepEqual(
        finding.observations
          .flatMap((view) => view.setAside)
          .map(({ issuer, reason }) => ({ issuer, reason })),
        [{ issuer: 'ann@example.com', reason: 'accepted' }],
      );
    });

    test('triage is what was said last, by when it held, whatever order it arrived in', async (store) => {
      await record(store, { says: [anEntry({})] });
      const { id } = await theFinding(store);

      await store.writer.addTriage(id, { state: 'accepted', by: 'ann', validAt: NOON + 2 }, RECORDED_AT);
      await store.writer.addTriage(
        id,
        { state: 'affected', assignee: 'bob', by: 'bob', validAt: NOON + 1 },
        RECORDED_AT + 1,
      );

      const { state, assignee } = await store.reader.triage(id);
      assert.deepEqual([state, assignee], ['accepted', 'bob']);
      const kinds = (await store.reader.history(id)).map(({ kind }) => kind);
      assert.deepEqual(kinds, ['created', 'triaged', 'triaged']);
    });

    test('a retired asset leaves lists and counts, and nothing is resolved by it', async (store) => {
      await record(store, { says: [anEntry({})] });
      const { id } = await theFinding(store);

      await store.writer.setAsset(SHOP, { state: 'retired' }, NOON, RECORDED_AT);

      const named = { op: 'asset', in: [SHOP] } as const;
      const all = { op: 'all', of: [] } as const;
      assert.equal((await store.reader.count(all)).total, 0);
      assert.equal((await store.reader.findings({ filter: all, limit: 9 })).findings.length, 0);
      assert.equal((await store.reader.count(named)).total, 1);
      assert.equal((await store.reader.finding(id))?.state, 'open');

      await store.writer.setAsset(SHOP, { state: 'active' }, NOON + 1, RECORDED_AT + 1);
      assert.equal((await store.reader.count(all)).total, 1);
    });

    test('of an asset what was said last of each fact holds', async (store) => {
      await record(store, { says: [anEntry({})] });

      await store.writer.setAsset(SHOP, { owner: 'team-b' }, NOON + 1, RECORDED_AT);
      await store.writer.setAsset(SHOP, { owner: 'team-a', criticality: 'high' }, NOON, RECORDED_AT + 1);

      const [asset] = await store.reader.assets();
      assert.deepEqual(
        [asset?.asset, asset?.owner, asset?.criticality, asset?.state, asset?.open],
        [SHOP, 'team-b', 'high', 'active', 1],
      );
      assert.deepEqual(await store.reader.owners(), [[asset?.id, 'team-b']]);
    });
  });
}
