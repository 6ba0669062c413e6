/** Every fault the vendor can have: never GO, nothing lost or doubled, and the reason said. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { command as collect } from '../../src/main/commands/collect.ts';
import { command as gate } from '../../src/main/commands/gate.ts';
import { makeEstate } from '../../src/sandbox/dynatrace/data/estate.ts';
import { type DynatraceEmulator, startDynatraceEmulator } from '../../src/sandbox/dynatrace/emulator.ts';
import type { EmulatorOptions, Fault } from '../../src/sandbox/dynatrace/options.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { snapshotOf } from '../model/snapshot.ts';
import { makeFolder } from '../support/cli.ts';
import { trialIo } from '../support/trial-io.ts';

const AT = Date.UTC(2026, 4, 1);
const SOME_ID = makeEstate({ seed: 3, problems: 130, at: AT }).certification.problems[7]?.id ?? '';
/** Nothing in it would block under this policy: only missing evidence can keep it from GO. */
const POLICY = { preset: 'development', rules: { severity: 'off', 'vulnerable-function': 'off' } };

interface Outcome {
  readonly collectCode: number;
  readonly collected: string;
  readonly verdict: string;
  readonly reasons: readonly { readonly message: string }[];
  readonly shown: readonly unknown[];
}

async function outcomeOf(
  options: Partial<EmulatorOptions>,
  settings: Readonly<Record<string, unknown>> = {},
  between?: (emulator: DynatraceEmulator) => void,
): Promise<Outcome> {
  await using folder = await makeFolder();
  const { certification } = makeEstate({ seed: 3, problems: 130, at: AT });
  const emulator = await startDynatraceEmulator({ tenant: certification, clock: 'frozen', ...options });
  try {
    const url = `${emulator.url}/e/${emulator.environmentId}`;
    const source = {
      name: 'dt',
      kind: 'dynatrace',
      url,
      token: { env: 'TOKEN' },
      allowPrivate: true,
      ...settings,
    };
    await writeFile(folder.file('gatehouse.yaml'), JSON.stringify({ sources: [source], policy: POLICY }));
    const given = { cwd: folder.path, env: { TOKEN: emulator.token }, now: () => new Date(AT) };
    const first = trialIo(given);
    let collectCode = await collect.run({ details: true, full: true }, first.io, []);
    let collected = first.stdout() + first.stderr();
    if (between !== undefined) {
      between(emulator);
      const second = trialIo(given);
      collectCode = await collect.run({ details: true, full: true }, second.io, []);
      collected = second.stdout() + second.stderr();
    }
    const judged = trialIo(given);
    await gate.run({ format: 'json' }, judged.io, []);
    const { verdict, reasons } = JSON.parse(judged.stdout()) as Pick<Outcome, 'verdict' | 'reasons'>;
    const store = await openSqliteStore({ path: folder.file('.gatehouse/gatehouse.db'), readers: 1 });
    try {
      return { collectCode, collected, verdict, reasons, shown: (await snapshotOf(store.reader)).findings };
    } finally {
      await store.close();
    }
  } finally {
    await emulator.close();
  }
}

const calm = await outcomeOf({});

test('undisturbed, the whole estate is read and the verdict is GO', () => {
  assert.equal(calm.verdict, 'GO', JSON.stringify(calm.reasons));
  assert.ok(calm.shown.length >= 130);
});

describe('faults that pass are retried, and nothing is lost or doubled', { concurrency: 4 }, () => {
  const passing: readonly (readonly [string, readonly Fault[]])[] = [
    ['a burst of 503', [{ kind: 'status', status: 503, times: 3 }]],
    ['a burst of 500 on details', [{ kind: 'status', status: 500, on: ['detail'], times: 3 }]],
    ['429 without headers', [{ kind: 'status', status: 429, times: 3 }]],
    ['429 with Retry-After', [{ kind: 'status', status: 429, retryAfterSeconds: 0, times: 3 }]],
    ['connections that are reset', [{ kind: 'reset', times: 3 }]],
    ['bodies that are cut', [{ kind: 'truncate', times: 3 }]],
    ['chunked bodies that break off', [{ kind: 'truncate', how: 'chunked', times: 3 }]],
    ['a slow drip', [{ kind: 'drip', on: ['detail'], times: 3, everyMs: 5, chunkBytes: 512 }]],
    ['HTML now and then', [{ kind: 'html', times: 2 }]],
    ['a record doubled across pages', [{ kind: 'duplicate-record', on: ['list'] }]],
    [
      'unknown words for enumerations',
      [{ kind: 'unknown-enum', on: ['list'], property: 'technology', share: 0 }],
    ],
  ];
  for (const [name, faults] of passing) {
    test(name, async () => {
      const outcome = await outcomeOf({ faults: [...faults] });

      assert.equal(outcome.collectCode, 0, outcome.collected);
      assert.deepEqual(outcome.shown, calm.shown);
      assert.equal(outcome.verdict, 'GO', JSON.stringify(outcome.reasons));
    });
  }
});

describe('faults that stay keep the verdict from GO, and the reason is said', { concurrency: 4 }, () => {
  const staying: readonly (readonly [string, readonly Fault[], RegExp])[] = [
    ['an expired token', [{ kind: 'expired-token' }], /401|token/i],
    ['a token that expires on the way', [{ kind: 'expired-token', from: 20 }], /401|token/i],
    ['a missing scope', [{ kind: 'missing-scope' }], /403|scope/i],
    ['HTML instead of JSON', [{ kind: 'html', on: ['list'] }], /HTML|JSON/i],
    ['JSON that is none', [{ kind: 'invalid-json', on: ['list'] }], /JSON/],
    [
      'another shape of JSON',
      [{ kind: 'wrong-shape', on: ['list'], shape: 'array' }],
      /list|shape|JSON|object/i,
    ],
    ['an answer without its list', [{ kind: 'no-list', on: ['list'] }], /list|securityProblems/i],
    ['a garbage record', [{ kind: 'garbage-record', on: ['list'] }], /unreadable/i],
    [
      'one detail that never loads',
      [{ kind: 'status', status: 500, on: ['detail'], ids: [SOME_ID] }],
      /unreadable/i,
    ],
    [
      'a list that never answers',
      [{ kind: 'status', status: 503, on: ['list'] }],
      /503|unavailable|breaker|answer/i,
    ],
  ];
  for (const [name, faults, said] of staying) {
    test(name, async () => {
      const outcome = await outcomeOf({ faults: [...faults] });

      assert.notEqual(outcome.verdict, 'GO');
      assert.match(JSON.stringify(outcome.reasons), said);
      assert.match(outcome.collected, said);
    });
  }
});

test('after an interrupted run the next one completes it: the same store, and GO', async () => {
  const faults: Fault[] = [{ name: 'away', kind: 'expired-token', from: 60 }];

  const outcome = await outcomeOf({ faults }, {}, (emulator) => emulator.control.removeFault('away'));

  assert.equal(outcome.collectCode, 0, outcome.collected);
  assert.deepEqual(outcome.shown, calm.shown);
  assert.equal(outcome.verdict, 'GO', JSON.stringify(outcome.reasons));
});
