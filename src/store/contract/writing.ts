/** What is visible when, what survives, and what is refused. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { isGatehouseError } from '../../domain/errors.ts';
import type { FindingId } from '../../domain/finding.ts';
import type { RunStart, RunWriter, Store } from '../store.ts';
import {
  findingsIn,
  type OpenStore,
  RECORDED_AT,
  record,
  statesIn,
  testsOf,
  theFinding,
} from './recording.ts';
import { aCoverage, aDetail, anEntry, component, HOUR_MS, NOON, TRIVY, VENDOR } from './statements.ts';

const STAGED: RunStart = {
  stream: TRIVY,
  holdMs: 0,
  observedAt: NOON,
  recordedAt: RECORDED_AT,
  visibility: 'staged',
};
const PAGED: RunStart = { ...STAGED, stream: VENDOR, visibility: 'paged' };

const [FIRST, SECOND] = [anEntry({ key: 'P-1' }), anEntry({ key: 'P-2', subject: component('b') })];

const isCode = (code: string) => (error: unknown) => isGatehouseError(error) && error.code === code;

async function firstPage(store: Store): Promise<RunWriter> {
  const run = await store.writer.beginRun(PAGED);
  await run.stage([FIRST]);
  await run.commitPage('after the first');
  return run;
}

export function writingContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('writing', () => {
    test('of a staged run nothing is visible before it ends', async (store) => {
      const run = await store.writer.beginRun(STAGED);
      await run.stage([FIRST]);
      await run.stage([SECOND]);
      const before = await findingsIn(store);

      await run.finish(aCoverage({ observedAt: NOON }));

      assert.deepEqual(before, []);
      assert.equal((await findingsIn(store)).length, 2);
    });

    test('a staged run that is abandoned never was', async (store) => {
      await record(store, { says: [FIRST] });
      const before = await findingsIn(store);

      const run = await store.writer.beginRun({ ...STAGED, observedAt: NOON + HOUR_MS });
      await run.stage([SECOND], [{ at: '$', reason: 'unreadable' }]);
      await run.abandon('the file ends too early');

      assert.deepEqual(await findingsIn(store), before);
      assert.equal(await store.reader.run(run.id), undefined);
    });

    test('a staged run speaks of the moment that its coverage says', async (store) => {
      const run = await store.writer.beginRun(STAGED);
      await run.stage([FIRST]);

      const summary = await run.finish(aCoverage({ observedAt: NOON - HOUR_MS }));

      assert.equal((await theFinding(store)).openedAt, NOON - HOUR_MS);
      assert.equal((await store.reader.run(summary.run))?.observedAt, NOON - HOUR_MS);
    });

    test('a page is visible once committed, and what is only staged is not', async (store) => {
      const run = await firstPage(store);
      await run.stage([SECOND]);

      assert.equal((await findingsIn(store)).length, 1);
      await run.finish(aCoverage({ observedAt: NOON }));
      assert.equal((await findingsIn(store)).length, 2);
    });

    test('an interrupted run goes on after its last page, in a process that knows nothing of it', async (store) => {
      const interrupted = await firstPage(store);
      await interrupted.stage([SECOND]);

      const resumed = await store.writer.resumeRun(VENDOR);
      assert.deepEqual([resumed?.id, resumed?.cursor], [interrupted.id, 'after the first']);
      assert.equal((await findingsIn(store)).length, 1, 'what was staged and not committed is lost');
      await resumed?.stage([SECOND]);
      const summary = await resumed?.finish(aCoverage({ observedAt: NOON }), 'the end');

      assert.deepEqual([summary?.observations, summary?.findings, summary?.changes.created], [2, 2, 2]);
      assert.equal(await store.reader.cursor(VENDOR.source), 'the end');
      assert.equal(await store.writer.resumeRun(VENDOR), undefined);
    });

    test('what was committed before an interruption counts as mentioned', async (store) => {
      await record(store, { stream: VENDOR, at: NOON - HOUR_MS, says: [FIRST, SECOND] });
      await firstPage(store);

      const resumed = await store.writer.resumeRun(VENDOR);
      const summary = await resumed?.finish(aCoverage({ observedAt: NOON }));

      const states = Object.fromEntries((await findingsIn(store)).map((one) => [one.component, one.state]));
      assert.deepEqual(states, { 'pkg:npm/lodash': 'open', 'pkg:npm/b': 'resolved' });
      assert.equal(summary?.changes.closed, 1);
    });

    test('a finding is counted once in a run, however often it was interrupted', async (store) => {
      await firstPage(store);
      const resumed = await store.writer.resumeRun(VENDOR);
      await resumed?.stage([aDetail({ key: 'P-1', occurrences: [{ entity: 'HOST-1' }] })]);

      const summary = await resumed?.finish(aCoverage({ observedAt: NOON }));

      assert.equal(summary?.findings, 1);
      assert.deepEqual(summary?.changes, { created: 1, updated: 0, unchanged: 0, reopened: 0, closed: 0 });
    });

    test('a paged run that is abandoned keeps its pages and is failed, with the reason', async (store) => {
      const run = await firstPage(store);

      await run.abandon('the vendor went away');

      const { state, reasons } = (await store.reader.run(run.id)) ?? {};
      assert.deepEqual([state, reasons], ['failed', ['the vendor went away']]);
      assert.equal((await findingsIn(store)).length, 1);
      assert.equal(await store.writer.resumeRun(VENDOR), undefined);
    });

    test('a paged run that was interrupted says why and can be continued', async (store) => {
      const run = await firstPage(store);

      await run.interrupt('told to stop');

      assert.deepEqual((await store.reader.run(run.id))?.reasons, ['told to stop']);
      assert.equal((await store.writer.resumeRun(VENDOR))?.id, run.id);
    });

    test('what a page changed and a later one closed is counted as closed, whoever ends the run', async (store) => {
      await record(store, { stream: VENDOR, at: NOON - HOUR_MS, says: [FIRST] });
      const run = await store.writer.beginRun(PAGED);
      await run.stage([aDetail({ key: 'P-1', occurrences: [{ entity: 'HOST-1' }] })]);
      await run.commitPage('after its details');
      await run.stage([anEntry({ key: 'P-1', life: { state: 'resolved' } })]);
      await run.commitPage('after its end');

      const resumed = await store.writer.resumeRun(VENDOR);
      const summary = await resumed?.finish(aCoverage({ observedAt: NOON }));

      assert.equal(summary?.changes.closed, 1);
    });

    test('what was resolved before a run is not counted as closed by whoever resumes it', async (store) => {
      const life = { state: 'resolved' } as const;
      await record(store, { stream: VENDOR, says: [anEntry({ key: 'P-1', names: [['CVE-2024-1']], life })] });
      const run = await store.writer.beginRun(PAGED);
      await run.stage([anEntry({ key: 'P-1', names: [['CVE-2024-2']] })]);
      await run.commitPage('after the first');

      const resumed = await store.writer.resumeRun(VENDOR);
      await resumed?.stage([aDetail({ key: 'P-1' })]);
      const summary = await resumed?.finish(aCoverage({ observedAt: NOON, assets: [] }));

      assert.deepEqual([summary?.changes.created, summary?.changes.closed], [1, 0]);
    });

    test('what was called the same in a word that was corrected stays one vulnerability', async (store) => {
      const says = [
        anEntry({ key: 'P-1', names: [['GHSA-aaaa-bbbb-cccc', 'CVE-2024-1001']] }),
        anEntry({ key: 'P-1', names: [['CVE-2024-1001']], severity: 'low' }),
        anEntry({ key: 'P-2', names: [['GHSA-aaaa-bbbb-cccc']], severity: 'low' }),
      ];

      const { observations } = await record(store, { says });

      assert.equal(observations, 2);
      const { aliases, severity } = await theFinding(store);
      assert.deepEqual([aliases, severity], [['GHSA-aaaa-bbbb-cccc'], 'low']);
    });

    test('details count wherever they stand beside what they are details of', async (store) => {
      const hosts = [{ entity: 'HOST-1' }, { entity: 'HOST-2' }];
      const said = aDetail({ key: 'P-2', occurrences: hosts });

      const { rejected } = await record(store, { says: [said, FIRST, FIRST, said, SECOND] });

      assert.equal(rejected, 0);
      const second = (await findingsIn(store)).find(({ component: purl }) => purl === 'pkg:npm/b');
      assert.equal(second?.occurrences, 2);
    });

    test('the same page once more changes nothing', async (store) => {
      await firstPage(store);
      const resumed = await store.writer.resumeRun(VENDOR);
      await resumed?.stage([FIRST]);

      const summary = await resumed?.finish(aCoverage({ observedAt: NOON }));

      assert.deepEqual([summary?.observations, summary?.findings], [1, 1]);
      assert.equal((await theFinding(store)).observations.length, 1);
    });

    test('of two things that one run says of one key the later counts', async (store) => {
      await record(store, {
        says: [
          anEntry({ key: 'P-1', names: [['CVE-2024-1']], severity: 'low' }),
          anEntry({ key: 'P-1', names: [['CVE-2024-2']], severity: 'high' }),
        ],
      });

      assert.deepEqual(await statesIn(store), { 'CVE-2024-2': 'open' });
    });

    test('a late run after a run that corrected itself is taken', async (store) => {
      const correction = [['CVE-2024-1'], ['CVE-2024-2']] as const;
      await record(store, { says: correction.map((name) => anEntry({ key: 'P-1', names: [name] })) });

      await record(store, { at: NOON - HOUR_MS, says: [anEntry({ key: 'P-1', names: [['CVE-2024-2']] })] });

      assert.deepEqual(await statesIn(store), { 'CVE-2024-2': 'open' });
    });

    test('runs of several streams are written side by side', async (store) => {
      const streams = [TRIVY, { ...TRIVY, category: 'nightly' }, VENDOR];
      const runs = await Promise.all(streams.map((stream) => store.writer.beginRun({ ...STAGED, stream })));
      for (const [n, run] of runs.entries())
        await run.stage([
          anEntry({ key: `K-${n}`, names: [[`CVE-2024-${n + 1}`]] }),
          anEntry({ key: 'shared' }),
        ]);

      await Promise.all(runs.toReversed().map((run) => run.finish(aCoverage({ observedAt: NOON }))));

      const findings = await findingsIn(store);
      assert.equal(findings.length, 4);
      const shared = findings.find(({ vulnerability }) => vulnerability === 'CVE-2024-1000');
      assert.equal(shared?.observations.length, 3);
    });

    test('a run that has ended takes nothing more', async (store) => {
      const run = await store.writer.beginRun(STAGED);
      await run.finish(aCoverage({ observedAt: NOON }));

      await assert.rejects(run.stage([FIRST]), isCode('input-invalid'));
      await assert.rejects(run.finish(aCoverage({ observedAt: NOON })), isCode('input-invalid'));
    });

    test('a staged run has no pages to commit', async (store) => {
      const run = await store.writer.beginRun(STAGED);

      await assert.rejects(run.commitPage('1'), isCode('input-invalid'));
    });

    test('details of an entry that was never listed are rejected, and the run is partial', async (store) => {
      const summary = await record(store, { stream: VENDOR, says: [aDetail({ key: 'P-9' })] });

      assert.deepEqual([summary.state, summary.rejected], ['partial', 1]);
      assert.deepEqual(
        (await store.reader.rejects(summary.run)).map(({ key }) => key),
        ['P-9'],
      );
    });

    test('a judgement of nothing, or one that lacks its reason, is refused', async (store) => {
      await record(store, { says: [FIRST] });
      const { id } = await theFinding(store);
      const nobody = 4711 as FindingId;
      const note = { state: 'accepted', by: 'ann', validAt: NOON } as const;

      await assert.rejects(store.writer.addTriage(nobody, note, RECORDED_AT), isCode('not-found'));
      await assert.rejects(
        store.writer.addTriage(id, { ...note, state: 'not-affected' }, RECORDED_AT),
        isCode('input-invalid'),
      );
      assert.equal((await store.reader.triage(id)).state, undefined);
    });
  });
}
