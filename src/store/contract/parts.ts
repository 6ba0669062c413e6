/** The parts of one file: runs of their own, that end together. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { RunStart } from '../store.ts';
import { findingsIn, type OpenStore, RECORDED_AT, testsOf } from './recording.ts';
import { aCoverage, anEntry, component, NOON, TRIVY } from './statements.ts';

const STAGED: RunStart = {
  stream: TRIVY,
  holdMs: 0,
  observedAt: NOON,
  recordedAt: RECORDED_AT,
  visibility: 'staged',
};

const [FIRST, SECOND] = [anEntry({ key: 'P-1' }), anEntry({ key: 'P-2', subject: component('b') })];

export function partsContract(openStore: OpenStore): void {
  const test = testsOf(openStore);

  describe('parts of one file', () => {
    test('the parts of one file become visible together', async (store) => {
      const runs = await Promise.all(
        ['a', 'b'].map((category) => store.writer.beginRun({ ...STAGED, stream: { ...TRIVY, category } })),
      );
      for (const [n, run] of runs.entries()) await run.stage([n === 0 ? FIRST : SECOND]);

      const ends = runs.map((run) => ({ run, coverage: aCoverage({ observedAt: NOON }) }));
      const summaries = await store.writer.finishTogether(ends);

      assert.deepEqual(
        summaries.map(({ run, findings }) => [run, findings]),
        runs.map(({ id }) => [id, 1]),
      );
      assert.equal((await findingsIn(store)).length, 2);
    });

    test('what several parts of one file mention is counted once, with the first of them', async (store) => {
      const importParts = async (observedAt: number, ...parts: readonly (typeof FIRST)[][]) => {
        const ends = await Promise.all(
          parts.map(async (statements, n) => {
            const stream = { ...TRIVY, category: String(n) };
            const run = await store.writer.beginRun({ ...STAGED, stream });
            await run.stage(statements);
            return { run, coverage: aCoverage({ observedAt }) };
          }),
        );
        const summaries = await store.writer.finishTogether(ends);
        return summaries.map(({ findings, vulnerabilities, changes }) => [
          findings,
          vulnerabilities,
          changes,
        ]);
      };
      const none = { created: 0, updated: 0, unchanged: 0, reopened: 0, closed: 0 };

      assert.deepEqual(await importParts(NOON, [FIRST], [FIRST, SECOND]), [
        [1, 1, { ...none, created: 1 }],
        // Of the same vulnerability as the first.
        [1, 0, { ...none, created: 1 }],
      ]);
      assert.deepEqual(await importParts(NOON + 1, [FIRST], [FIRST]), [
        [1, 1, { ...none, unchanged: 1 }],
        [0, 0, { ...none, closed: 1 }],
      ]);
      assert.deepEqual(await importParts(NOON + 2, [], [FIRST]), [
        [1, 1, { ...none, updated: 1 }],
        [0, 0, none],
      ]);
      assert.deepEqual(await importParts(NOON + 3, [], []), [
        [0, 0, none],
        [0, 0, { ...none, closed: 1 }],
      ]);
    });
  });
}
