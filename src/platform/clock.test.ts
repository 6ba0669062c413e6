import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVirtualClock } from '../../test/support/virtual-clock.ts';
import { type Clock, systemClock } from './clock.ts';

const clocks: [string, () => { clock: Clock; pass: (work: Promise<unknown>) => Promise<unknown> }][] = [
  ['the system clock', () => ({ clock: systemClock, pass: (work) => work })],
  [
    'the virtual clock',
    () => {
      const clock = createVirtualClock();
      return { clock, pass: (work) => clock.run(work) };
    },
  ],
];

for (const [name, make] of clocks) {
  test(`${name}: sleeping lets that much time pass`, async () => {
    const { clock, pass } = make();
    const before = clock.monotonic();

    await pass(clock.sleep(10));

    assert.ok(clock.monotonic() - before >= 9);
  });

  test(`${name}: an aborted sleep ends at once with the reason`, async () => {
    const { clock, pass } = make();
    const control = new AbortController();
    const sleep = clock.sleep(60_000, control.signal);

    control.abort(new Error('enough'));

    await assert.rejects(pass(sleep), /enough/);
  });

  test(`${name}: sleeping with a signal that is aborted already never begins`, async () => {
    const { clock, pass } = make();

    await assert.rejects(pass(clock.sleep(60_000, AbortSignal.abort(new Error('before')))), /before/);
  });
}

test('a wait longer than a timer can hold does not end at once', async () => {
  const control = new AbortController();
  let ended = false;
  const sleep = systemClock.sleep(2 ** 40, control.signal).finally(() => {
    ended = true;
  });

  await systemClock.sleep(5);
  const endedEarly = ended;
  control.abort(new Error('stop'));

  assert.equal(endedEarly, false);
  await assert.rejects(sleep, /stop/);
});

test('a jump of the wall clock does not change durations', () => {
  const clock = createVirtualClock();
  const before = clock.monotonic();

  clock.jump(-3_600_000);

  assert.equal(clock.monotonic(), before);
});
