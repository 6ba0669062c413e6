/** What becomes of findings when a scan of any format is imported again. `npm run soak -- sequences` tries more. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Changes } from '../../src/domain/run.ts';
import { formats } from '../../src/formats/registry.ts';
import { DESK_OPENS_AT, HOUR_MS, openDesk, optionsFor } from './desk.ts';
import { firstEntries, importing, trySequence } from './sequences.ts';
import { type Entry, isRefusedScan, type Scan, type Writer } from './writer.ts';
import { WRITERS } from './writers.ts';

const NOTHING: Changes = { created: 0, updated: 0, unchanged: 0, closed: 0, reopened: 0 };
const FOUR = firstEntries(4);
const TWO = FOUR.slice(0, 2);
const each = (change: Partial<Entry> | ((entry: Entry) => Partial<Entry>)): readonly Entry[] =>
  FOUR.map((entry) => ({ ...entry, ...(typeof change === 'function' ? change(entry) : change) }));

interface Step extends Partial<Scan> {
  readonly expected: Partial<Changes>;
  /** Given with `--observed-at`: hours since the first import. */
  readonly observedAt?: number;
}

type Case = (writer: Writer) => readonly Step[] | undefined;

const updatedIf = (isTold: boolean): Partial<Changes> => (isTold ? { updated: 4 } : { unchanged: 4 });

const CASES: Readonly<Record<string, Case>> = {
  'the same file changes nothing': () => [{ expected: { unchanged: 4 } }],
  'another severity updates': ({ tells }) => [
    {
      entries: each(({ isSevere }) => ({ isSevere: !isSevere })),
      expected: updatedIf(tells.includes('isSevere')),
    },
  ],
  'lines that moved are the same findings': ({ tells }) => [
    { entries: each(({ line }) => ({ line: line + 40 })), expected: updatedIf(tells.includes('line')) },
  ],
  'another title updates': ({ tells }) => [
    { entries: each({ title: 'Called otherwise' }), expected: updatedIf(tells.includes('title')) },
  ],
  'another version with the same defect updates': ({ tells, isNeverWhole }) => [
    { entries: each({ version: '1.0.1' }), expected: updatedIf(tells.includes('version')) },
    // Of what is never whole, the first version is still said too.
    { expected: updatedIf(tells.includes('version') && isNeverWhole !== true) },
  ],
  'another order changes nothing': () => [{ entries: FOUR.toReversed(), expected: { unchanged: 4 } }],
  'a scan of another asset closes nothing': () => [
    { entries: TWO, asset: 'cart', expected: { created: 2 } },
    { expected: { unchanged: 4 } },
  ],
  'what a scan no longer mentions is closed, and comes back': ({ isNeverWhole }) =>
    isNeverWhole
      ? [{ entries: TWO, expected: { unchanged: 2 } }]
      : [
          { entries: TWO, expected: { unchanged: 2, closed: 2 } },
          { expected: { unchanged: 2, reopened: 2 } },
        ],
  'an empty scan closes all': ({ isNeverWhole, isPartialWhenEmpty }) =>
    isNeverWhole || isPartialWhenEmpty
      ? [{ entries: [], expected: {} }]
      : [
          { entries: [], expected: { closed: 4 } },
          { entries: [], expected: {} },
          { expected: { reopened: 4 } },
        ],
  'a scan that failed closes nothing': ({ failure }) =>
    failure === undefined
      ? undefined
      : [
          { entries: TWO, isFailed: true, expected: failure === 'partial' ? { unchanged: 2 } : {} },
          { entries: [], isFailed: true, expected: {} },
          { expected: { unchanged: 4 } },
        ],
  'an older scan that arrives late closes nothing': () => [
    { entries: TWO, observedAt: -24, expected: { unchanged: 2 } },
    { expected: { unchanged: 4 } },
  ],
};

for (const writer of WRITERS) {
  const { kind, variant } = writer;
  describe(`scans of ${kind}${variant === undefined ? '' : ` (${variant})`}, imported again`, () => {
    for (const [sentence, stepsFor] of Object.entries(CASES)) {
      const steps = stepsFor(writer);
      if (steps === undefined) continue;
      test(sentence, async () => {
        await using desk = await openDesk();
        const take = async ({ observedAt, expected: _, ...change }: Step, hour: number) => {
          const at = new Date(DESK_OPENS_AT + hour * HOUR_MS);
          const scan: Scan = { entries: FOUR, asset: 'shop', at, isFailed: false, ...change };
          const options = {
            ...optionsFor(writer, scan),
            ...(observedAt !== undefined && { observedAt: DESK_OPENS_AT + observedAt * HOUR_MS }),
          };
          const isRefused = isRefusedScan(writer, scan);
          return await importing(desk.import(writer.write(scan), options), isRefused);
        };
        await take({ expected: {} }, 0);

        for (const [index, step] of steps.entries()) {
          const changes = await take(step, index + 1);

          assert.deepEqual(changes, { ...NOTHING, ...step.expected }, `import ${index + 1}`);
        }
      });
    }

    test('30 imports count what a naive model counts', async () => {
      await trySequence(writer, 20_991_121, 30);
    });
  });
}

test('every format is imported again', () => {
  const written = new Set(WRITERS.map(({ kind }) => kind));

  assert.deepEqual(
    formats.map(({ kind }) => kind).filter((kind) => !written.has(kind)),
    [],
  );
});
