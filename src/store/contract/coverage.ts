/** What ends a finding, and all that does not. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Coverage, StreamRef } from '../../domain/statement.ts';
import { type OpenStore, RECORDED_AT, record, statesIn, testsOf, theFinding } from './recording.ts';
import { aDetail, anEntry, CART, component, HOUR_MS, NOON, SHOP, TRIVY, VENDOR } from './statements.ts';

interface Harmless {
  readonly what: string;
  readonly stream?: StreamRef;
  readonly coverage?: Partial<Coverage>;
  readonly at?: number;
}

/** Runs that do not mention the one entry there is, and may not end it. */
const HARMLESS: readonly Harmless[] = [
  { what: 'another tool', stream: { ...TRIVY, source: 'scan:grype/grype' } },
  { what: 'another category or profile', stream: { ...TRIVY, category: 'nightly' } },
  { what: 'another channel', stream: { ...TRIVY, channel: 'certification' } },
  { what: 'a scan of another asset', coverage: { assets: [CART] } },
  { what: 'a scan of no asset', coverage: { assets: [] } },
  { what: 'a scan of another class', coverage: { classes: ['secret'] } },
  { what: 'a run asked for another zone', coverage: { labels: [{ kind: 'zone', id: 'z2' }] } },
  { what: 'a run asked for one of its zones', coverage: { labels: [{ kind: 'zone', id: 'z1' }] } },
  { what: 'a run asked by a label it does not carry', coverage: { labels: [{ kind: 'host', id: 'h1' }] } },
  { what: 'a partial run', coverage: { complete: false } },
  { what: 'an inventory or incremental run', coverage: { closes: false } },
  { what: 'an older run arriving late', at: NOON - HOUR_MS },
];

const ZONES = [
  { kind: 'zone', id: 'z1' },
  { kind: 'zone', id: 'z3' },
] as const;

export function coverageContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('coverage', () => {
    for (const { what, stream = TRIVY, coverage = {}, at = NOON + HOUR_MS } of HARMLESS) {
      test(`${what} never closes`, async (store) => {
        await record(store, { says: [anEntry({ labels: ZONES })] });

        const { changes } = await record(store, { stream, coverage, at });

        const finding = await theFinding(store);
        assert.deepEqual([finding.state, finding.openedAt, changes.closed], ['open', NOON, 0]);
      });
    }

    test('a run that gave up, or never ended, closes nothing', async (store) => {
      await record(store, { says: [anEntry({})] });
      const start = { stream: TRIVY, holdMs: 0, recordedAt: RECORDED_AT, visibility: 'paged' } as const;

      const failed = await store.writer.beginRun({ ...start, observedAt: NOON + HOUR_MS });
      await failed.stage([anEntry({ names: [['CVE-2024-2']] })]);
      await failed.commitPage('1');
      await failed.abandon('the vendor went away');
      const running = await store.writer.beginRun({ ...start, observedAt: NOON + 2 * HOUR_MS });
      await running.stage([anEntry({ names: [['CVE-2024-3']] })]);
      await running.commitPage('1');

      const states = { 'CVE-2024-1000': 'open', 'CVE-2024-2': 'open', 'CVE-2024-3': 'open' };
      assert.deepEqual(await statesIn(store), states);
      assert.equal((await store.reader.run(failed.id))?.state, 'failed');
      assert.equal((await store.reader.run(running.id))?.state, 'running');
    });

    test('a later complete run that includes it and no longer mentions it closes it', async (store) => {
      await record(store, { says: [anEntry({ labels: ZONES }), anEntry({ asset: CART })] });

      const { changes } = await record(store, {
        at: NOON + HOUR_MS,
        coverage: { assets: [SHOP], classes: ['vulnerability'], labels: ZONES },
      });

      assert.equal(changes.closed, 1);
      const { findings } = await store.reader.findings({ filter: { op: 'asset', in: [SHOP] }, limit: 9 });
      const [closed] = findings;
      assert.deepEqual([closed?.state, closed?.closedAt], ['resolved', NOON + HOUR_MS]);
      assert.deepEqual(closed && (await store.reader.episodes(closed.id)), [
        { openedAt: NOON, closedAt: NOON + HOUR_MS, reason: 'absent' },
      ]);
    });

    test('labels that came with the details count for what a run asked for', async (store) => {
      const labels = [{ kind: 'zone', id: 'z1' }] as const;
      await record(store, {
        stream: VENDOR,
        says: [anEntry({ key: 'P-1' }), aDetail({ key: 'P-1', labels })],
      });

      await record(store, { stream: VENDOR, at: NOON + HOUR_MS, coverage: { labels } });

      assert.equal((await theFinding(store)).state, 'resolved');
    });

    test('it is open as long as one source sees it, and resolved when none does', async (store) => {
      await record(store, { says: [anEntry({})] });
      await record(store, { stream: VENDOR, says: [anEntry({ key: 'P-1' })] });

      await record(store, { at: NOON + HOUR_MS });
      const half = await theFinding(store);
      await record(store, { stream: VENDOR, at: NOON + 2 * HOUR_MS });

      const none = await theFinding(store);
      assert.deepEqual([half.state, half.sources], ['open', [VENDOR.source]]);
      assert.deepEqual([none.state, none.closedAt], ['resolved', NOON + 2 * HOUR_MS]);
    });

    test('a newer version of an image supersedes the older one in its channel and nowhere else', async (store) => {
      const elsewhere = { ...TRIVY, channel: 'certification' };
      const old = anEntry({ occurrences: [{ imageVersion: '1.2' }] });
      for (const stream of [TRIVY, elsewhere]) await record(store, { stream, says: [old] });

      await record(store, {
        at: NOON + HOUR_MS,
        says: [anEntry({ subject: component('new'), occurrences: [{ imageVersion: '1.3' }] })],
        coverage: { assets: [SHOP] },
      });

      const { findings } = await store.reader.findings({
        filter: { op: 'component', in: ['pkg:npm/lodash'] },
        limit: 9,
      });
      const live = findings.flatMap((one) => one.observations.filter((view) => view.live));
      assert.deepEqual(
        live.map(({ channel }) => channel),
        ['certification'],
      );
    });

    test('an entry that cannot be read is kept as rejected, and its run is partial and closes nothing', async (store) => {
      await record(store, {
        says: [anEntry({ key: 'P-1' }), anEntry({ key: 'P-2', subject: component('b') })],
      });
      const rejected = [{ at: '$[0]', reason: 'severity is missing', key: 'P-1' }];

      const summary = await record(store, { at: NOON + HOUR_MS, rejected });

      assert.deepEqual([summary.state, summary.rejected, summary.changes.closed], ['partial', 1, 0]);
      assert.deepEqual(await store.reader.rejects(summary.run), rejected);
      assert.ok(summary.reasons.length > 0, 'it says why it is partial');
    });

    test('which labels a source states is known of all it ever found and of what it was narrowed to', async (store) => {
      const zone = (id: string, name: string) => ({ kind: 'zone', id, name }) as const;
      const wanted = [
        { kind: 'zone', anyOf: ['Shop', '18', 'Old', 'Nowhere'] },
        { kind: 'tag', anyOf: ['a'] },
      ] as const;
      const ask = () =>
        store.reader.statedLabels(wanted.map(({ kind, anyOf }) => ({ kind, anyOf: [...anyOf] })));
      await record(store, { stream: VENDOR, says: [anEntry({ key: 'gone', labels: [zone('16', 'Old')] })] });
      assert.deepEqual(await ask(), [
        { source: VENDOR.source, kinds: ['zone'], known: [{ kind: 'zone', value: 'Old' }] },
      ]);

      await record(store, { stream: TRIVY, says: [anEntry({})] });
      await record(store, {
        stream: VENDOR,
        at: NOON + 1,
        says: [anEntry({ key: 'a', labels: [zone('17', 'Shop')] })],
        coverage: { labels: [zone('17', 'Shop'), zone('18', 'Cart')] },
      });

      assert.deepEqual(await ask(), [
        {
          source: VENDOR.source,
          kinds: ['zone'],
          known: ['Shop', '18', 'Old'].map((value) => ({ kind: 'zone', value })),
        },
        { source: TRIVY.source, kinds: [], known: [] },
      ]);
    });

    test('of two runs of one moment the later recorded corrects the earlier', async (store) => {
      await record(store, { says: [anEntry({ severity: 'low' }), anEntry({ names: [['CVE-2024-2']] })] });

      await record(store, { recordedAt: RECORDED_AT + 1, says: [anEntry({ severity: 'high' })] });

      assert.deepEqual(await statesIn(store), { 'CVE-2024-1000': 'open', 'CVE-2024-2': 'resolved' });
      const { findings } = await store.reader.findings({
        filter: { op: 'severity', in: ['high'] },
        limit: 9,
      });
      assert.equal(findings.length, 1);
    });
  });
}
