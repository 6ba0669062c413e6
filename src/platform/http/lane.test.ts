import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVirtualClock } from '../../../test/support/virtual-clock.ts';
import { createBreaker } from './breaker.ts';
import { type Bucket, createBucket } from './bucket.ts';
import { createConnectionBudget, createLane, type EnterOptions, type LaneParts } from './lane.ts';
import { createFixedLimiter } from './limiter.ts';

const OK = { kind: 'answered', latencyMs: 1, shape: '' } as const;
const patient: EnterOptions = {
  first: false,
  patienceMs: 120_000,
  closed: () => new Error('the way is closed'),
};
const never = new AbortController().signal;

function aLane(overrides: Partial<LaneParts> & { slots?: number; clock?: never } = {}) {
  const clock = createVirtualClock();
  const parts = {
    limiter: createFixedLimiter(overrides.slots ?? 1),
    bucket: createBucket({ limits: [], clock }),
    breaker: createBreaker({ failures: 2, openMs: 60_000, clock }),
    budget: createConnectionBudget(100),
    ...overrides,
    clock,
  };
  return { ...parts, lane: createLane(parts) };
}

test('who comes first goes first, and a retry goes before what has not started', async () => {
  const { lane } = aLane();
  const order: string[] = [];
  const go = async (name: string, first: boolean) => {
    const permit = await lane.enter(never, { ...patient, first });
    order.push(name);
    permit.leave(OK);
  };
  const holding = await lane.enter(never, patient);
  const all = [go('a', false), go('b', false), go('retry', true)];

  holding.leave(OK);
  await Promise.all(all);

  assert.deepEqual(order, ['retry', 'a', 'b']);
});

test('giving up in line takes effect at once and takes nothing from the others', async () => {
  const { lane } = aLane();
  const holding = await lane.enter(never, patient);
  const control = new AbortController();
  const impatient = lane.enter(control.signal, patient);
  const other = lane.enter(never, patient);

  control.abort(new Error('enough'));
  await assert.rejects(impatient, /enough/);
  holding.leave(OK);

  (await other).leave(OK);
  assert.equal(lane.limiter.inFlight + lane.waiting, 0);
});

test('giving up while the rate is awaited leaves no timer behind', async () => {
  const { lane, bucket, clock } = aLane({ slots: 5 });
  await bucket.learn({ refused: true, advice: { retryAfterMs: 50_000 }, inFlight: 0 });
  const control = new AbortController();
  const waiting = lane.enter(control.signal, patient);
  await clock.advance(10);
  const before = clock.sleeping;

  control.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  await clock.advance(0);

  assert.deepEqual([before, clock.sleeping], [1, 0]);
});

test('a signal that is aborted already never gets in line', async () => {
  await assert.rejects(aLane().lane.enter(AbortSignal.abort(new Error('before')), patient), /before/);
});

test('leaving twice gives one slot back', async () => {
  const { lane, budget } = aLane();
  const permit = await lane.enter(never, patient);

  permit.leave(OK);
  permit.leave(OK);

  assert.deepEqual([lane.limiter.inFlight, budget.inUse], [0, 0]);
});

test('lanes that share connections wait for each other', async () => {
  const budget = createConnectionBudget(1);
  const [one, two] = [aLane({ budget, slots: 5 }), aLane({ budget, slots: 5 })];
  const first = await one.lane.enter(never, patient);
  let entered = false;
  const second = two.lane.enter(never, patient).then((permit) => {
    entered = true;
    return permit;
  });
  await two.clock.advance(0);
  const before = entered;

  first.leave(OK);
  (await second).leave(OK);

  assert.equal(before, false);
  assert.equal(budget.inUse, 0);
});

test('while the way is closed the patient wait for the trial, and only one goes', async () => {
  const { lane, clock } = aLane({ slots: 5 });
  for (let i = 0; i < 2; i++) (await lane.enter(never, patient)).leave({ kind: 'failed' });
  const entered: number[] = [];
  const waiting = [1, 2, 3].map(async (n) => {
    const permit = await lane.enter(never, patient);
    entered.push(n);
    return permit;
  });

  await clock.advance(59_999);
  const early = entered.length;
  await clock.advance(1);
  const trial = entered.length;
  (await waiting[0]!).leave(OK);
  await Promise.all(waiting);

  assert.deepEqual([early, trial, entered], [0, 1, [1, 2, 3]]);
});

test('the impatient are refused at once while the way is closed, and while the trial runs', async () => {
  const { lane, clock } = aLane({ slots: 5 });
  const impatient = { ...patient, patienceMs: 0 };
  for (let i = 0; i < 2; i++) (await lane.enter(never, patient)).leave({ kind: 'failed' });

  await assert.rejects(lane.enter(never, impatient), /the way is closed/);
  await clock.advance(60_000);
  const trial = await lane.enter(never, impatient);

  await assert.rejects(lane.enter(never, impatient), /the way is closed/);
  trial.leave(OK);
  (await lane.enter(never, impatient)).leave(OK);
});

test('patience with a closed way ends', async () => {
  const { lane, clock } = aLane({ slots: 5 });
  for (let i = 0; i < 2; i++) (await lane.enter(never, patient)).leave({ kind: 'failed' });
  const trial = lane.enter(never, patient);
  const other = assert.rejects(lane.enter(never, { ...patient, patienceMs: 70_000 }), /the way is closed/);
  await clock.advance(60_000);

  (await trial).leave({ kind: 'failed' });

  await other;
});

test('a shared bucket that cannot be asked is everybody’s error, and the next caller asks again', async () => {
  let broken = true;
  const bucket: Bucket = {
    async take() {
      if (broken) throw new Error('redis is away');
      return 0;
    },
    async learn() {},
  };
  const { lane } = aLane({ bucket });

  await Promise.all([1, 2].map(() => assert.rejects(lane.enter(never, patient), /redis is away/)));
  broken = false;

  (await lane.enter(never, patient)).leave(OK);
});
