/** How a client deals with a server that fails, throttles or stays away, in virtual time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aClient, failureOf } from '../../../test/support/invented-server.ts';
import { TransportError } from './trouble.ts';

const OK = { json: { ok: true } };

for (const trouble of [500, 502, 503, 504, 429]) {
  test(`${trouble} is asked again after a growing, jittered wait`, async () => {
    const { get, sent } = aClient([{ status: trouble }, { status: trouble }, OK]);

    const { attempts } = await get();

    assert.equal(attempts, 3);
    assert.deepEqual(
      sent.map(({ atMs }) => atMs),
      [0, 510, 1520],
    );
  });
}

for (const kind of ['connect', 'network', 'truncated', 'timeout'] as const) {
  test(`trouble of kind ${kind} is asked again`, async () => {
    const { get, sent } = aClient([new TransportError(kind, 'broken'), OK]);

    await get();

    assert.equal(sent.length, 2);
  });
}

test('a body that claims to be JSON and is not is asked again', async () => {
  const { get, sent } = aClient([{ text: '{"cut":', headers: { 'content-type': 'application/json' } }, OK]);

  assert.deepEqual((await get()).body, { ok: true });
  assert.equal(sent.length, 2);
});

test('a web page in place of JSON is unavailable in the end, and its title is told', async () => {
  const page = {
    text: '<!DOCTYPE html><title>Log in\nhere</title>',
    headers: { 'content-type': 'text/html' },
  };
  const { get, sent } = aClient([page]);

  const error = await failureOf(get());

  assert.equal(error.code, 'source-unavailable');
  assert.match(error.message, /web page titled "Log in here".*base URL/);
  assert.equal(sent.length, 4);
});

test('an empty answer has no body', async () => {
  assert.equal((await aClient([{ status: 204 }]).get()).body, undefined);
});

test('Retry-After is waited for by every call', async () => {
  const { client, clock, sent } = aClient([{ status: 429, headers: { 'retry-after': '7' } }, OK]);

  await clock.run(client.getJson('/a'));

  assert.ok(sent[1]!.atMs >= 7010, String(sent[1]!.atMs));
});

test('a Retry-After beyond reason is cut, and beyond the total time ends the call at once', async () => {
  const headers = { 'retry-after': '86400' };
  const patient = aClient([{ status: 429, headers }, OK]);
  const hasty = aClient([{ status: 429, headers }], { timeouts: { totalMs: 20_000 } });

  await patient.get();
  const error = await failureOf(hasty.get());

  assert.ok(patient.sent[1]!.atMs < 62_000);
  assert.equal(error.code, 'rate-limited');
  assert.ok(hasty.clock.monotonic() < 1000);
});

test('a call that is refused for its rate to the end is rate-limited, and the breaker stays closed', async () => {
  const { get, events, sent } = aClient([{ status: 429 }]);

  const error = await failureOf(get());

  assert.equal(error.code, 'rate-limited');
  assert.ok(sent.length > 5);
  assert.ok(!events.some((event) => event.kind === 'breaker'));
});

test('a 429 and a 503 are logged with what they cost, and so is a call over five seconds', async () => {
  const { get, logged } = aClient([
    { status: 429, afterMs: 100 },
    { status: 503, afterMs: 200 },
    { ...OK, afterMs: 5001 },
  ]);

  await get('/slow');

  const where = { host: 'vendor.example', path: '/api/slow' };
  assert.deepEqual(logged, [
    { message: 'vendor-main: 429, trying again', facts: { ...where, costMs: 600, waitMs: 500 } },
    { message: 'vendor-main: 503, trying again', facts: { ...where, costMs: 700, waitMs: 500 } },
    { message: 'vendor-main: slow call', facts: { ...where, costMs: 5001 } },
  ]);
});

test('a call of exactly five seconds is not logged', async () => {
  const { get, logged } = aClient([{ ...OK, afterMs: 5000 }]);

  await get();

  assert.deepEqual(logged, []);
});

test('an attempt that takes too long is ended and made again', async () => {
  const { get, sent } = aClient([{ ...OK, afterMs: 40_000 }, OK]);

  await get();

  assert.deepEqual(
    sent.map(({ atMs }) => atMs),
    [0, 30_500],
  );
});

test('a call ends when its total time is up, and says what the last trouble was', async () => {
  const { get, clock } = aClient([{ status: 500 }, { ...OK, afterMs: 1e9 }], {
    timeouts: { attemptMs: 90_000, totalMs: 60_000 },
  });

  const error = await failureOf(get());

  assert.equal(error.code, 'source-unavailable');
  assert.match(error.message, /within 60000 ms, last trouble: 500/);
  assert.equal(clock.monotonic(), 60_000);
});

test('waiting in line does not count against the total time', async () => {
  const { client, clock } = aClient([{ ...OK, afterMs: 9000 }], {
    limits: { maxWorkers: 1 },
    timeouts: { totalMs: 10_000 },
  });

  await clock.run(Promise.all(Array.from({ length: 5 }, (_, i) => client.getJson(`/${i}`))));

  assert.equal(clock.monotonic(), 45_000);
});

test('retries end when their budget is spent', async () => {
  const { client, clock, sent } = aClient([{ status: 500 }], { breaker: { enabled: false } });

  await clock.run(Promise.allSettled(Array.from({ length: 200 }, (_, i) => client.getJson(`/${i}`))));

  assert.ok(sent.length <= 200 + 20 + 40, `${sent.length} sent, ${4 * 200} without a budget`);
  assert.ok(sent.length > 200);
});

test('what changes something is sent once, unless the server cannot have seen it', async () => {
  const failing = aClient([{ status: 500 }]);
  const refused = aClient([
    new TransportError('connect', 'ECONNREFUSED'),
    { status: 429 },
    { status: 201, json: { id: 1 } },
  ]);
  const post = { method: 'POST', path: '/x', json: { a: 1 } };

  await failureOf(failing.clock.run(failing.client.request(post)));
  const { status } = await refused.clock.run(refused.client.request(post));

  assert.equal(failing.sent.length, 1);
  assert.deepEqual([status, refused.sent.length], [201, 3]);
  assert.deepEqual(
    [refused.sent[0]?.body, refused.sent[0]?.headers['content-type']],
    ['{"a":1}', 'application/json'],
  );
});

test('five failures in a row close the way; a run waits for the trial and goes on', async () => {
  const { client, clock, sent, events } = aClient((_call, count) => (count <= 5 ? { status: 500 } : OK), {
    limits: { maxWorkers: 1 },
  });

  const answers = await clock.run(Promise.all(Array.from({ length: 6 }, (_, i) => client.getJson(`/${i}`))));

  assert.equal(answers.length, 6);
  assert.ok(sent[5]!.atMs - sent[4]!.atMs >= 60_000);
  assert.deepEqual(
    events.flatMap((event) => (event.kind === 'breaker' ? [event.state] : [])),
    ['open', 'half-open', 'closed'],
  );
});

test('a door where somebody waits is told at once that the way is closed', async () => {
  const { client, clock, sent } = aClient([{ status: 500 }], {
    retries: { attempts: 1 },
    breaker: { whileOpen: 'fail' },
  });
  for (let i = 0; i < 5; i++) await failureOf(clock.run(client.getJson('/x')));
  const before = clock.monotonic();

  const error = await failureOf(clock.run(client.getJson('/x')));

  assert.match(error.message, /was not sent.*failed too often.*60 s/);
  assert.deepEqual([sent.length, clock.monotonic()], [5, before]);
});

test('a host that stays away is told of within twice the total time', async () => {
  const { client, clock, sent } = aClient([new TransportError('connect', 'ECONNREFUSED')]);

  const outcomes = await clock.run(
    Promise.allSettled(Array.from({ length: 100 }, (_, i) => client.getJson(`/${i}`))),
  );

  assert.ok(
    outcomes.every(
      (outcome) => outcome.status === 'rejected' && outcome.reason.code === 'source-unavailable',
    ),
  );
  assert.ok(clock.monotonic() <= 240_000, `${clock.monotonic()} ms`);
  assert.ok(sent.length <= 60, `${sent.length} sent to a dead host`);
});

test('a rate known from the server’s headers is kept by all calls', async () => {
  const { client, clock, sent } = aClient([
    { ...OK, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9' } },
    OK,
  ]);
  await clock.run(client.getJson('/a'));

  await clock.run(Promise.all([client.getJson('/b'), client.getJson('/c')]));

  assert.ok(sent.slice(1).every(({ atMs }) => atMs >= 9010));
});

test('a shared bucket that cannot take what the server said loses no answer', async () => {
  const { get, logged } = aClient(
    [{ ...OK, headers: { 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '9' } }],
    {
      limits: {
        bucket: {
          take: async () => 0,
          learn: async () => {
            throw new Error('redis is away');
          },
        },
      },
    },
  );

  assert.deepEqual((await get()).body, { ok: true });
  assert.match(logged[0]?.message ?? '', /shared rate/);
});

test('a clock that jumps does not stretch a wait', async () => {
  const { client, clock, sent } = aClient([{ status: 429, headers: { 'retry-after': '5' } }, OK]);
  const call = client.getJson('/x');
  await clock.advance(100);

  clock.jump(-86_400_000);
  await clock.run(call);

  assert.ok(sent[1]!.atMs < 6000);
});
