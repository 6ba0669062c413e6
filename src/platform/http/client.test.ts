/** One client against an invented server, in virtual time. What needs a real socket is in network.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVirtualClock } from '../../../test/support/virtual-clock.ts';
import { GatehouseError, isGatehouseError } from '../../domain/errors.ts';
import type { Log, LogFacts } from '../log.ts';
import { createHttpClient, type HttpClientOptions, type HttpEvent } from './client.ts';
import { TransportError } from './trouble.ts';
import type { Incoming, Outgoing } from './wire.ts';

type Reply =
  | { status?: number; json?: unknown; text?: string; headers?: Record<string, string>; afterMs?: number }
  | Error;

/** Replies in order, the last one for ever; a function may look at the call. */
function aClient(
  replies: Reply[] | ((call: Outgoing, count: number) => Reply),
  options: Partial<HttpClientOptions> = {},
) {
  const clock = createVirtualClock();
  const sent: (Outgoing & { atMs: number })[] = [];
  const logged: { message: string; facts: LogFacts }[] = [];
  const events: HttpEvent[] = [];
  const note = (message: string, facts: LogFacts = {}) => void logged.push({ message, facts });
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const client = createHttpClient({
    name: 'vendor-main',
    baseUrl: 'https://vendor.example/api',
    clock,
    random: () => 0.5,
    log,
    onEvent: (event) => events.push(event),
    transport: {
      async send(outgoing, signal) {
        sent.push({ ...outgoing, atMs: clock.monotonic() });
        const reply =
          typeof replies === 'function'
            ? replies(outgoing, sent.length)
            : replies[Math.min(sent.length, replies.length) - 1]!;
        if (!(reply instanceof Error)) return answer(reply, signal);
        throw reply;
      },
      close: async () => undefined,
    },
    ...options,
  });
  async function answer(reply: Exclude<Reply, Error>, signal: AbortSignal): Promise<Incoming> {
    await clock.sleep(reply.afterMs ?? 10, signal);
    const body = Buffer.from(reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json)));
    return { status: reply.status ?? 200, headers: reply.headers ?? {}, body };
  }
  const get = (path = '/x') => clock.run(client.getJson(path));
  return { client, clock, sent, logged, events, get };
}

async function failureOf(work: Promise<unknown>): Promise<GatehouseError> {
  const error = await work.then(
    () => undefined,
    (caught) => caught,
  );
  assert.ok(isGatehouseError(error), String(error));
  return error;
}

const OK = { json: { ok: true } };

test('an answer comes parsed, with status, headers and the time it was received', async () => {
  const { get } = aClient([{ json: { a: 1 }, headers: { 'x-id': '7' } }]);

  const answer = await get();

  assert.deepEqual(answer.body, { a: 1 });
  assert.equal(answer.headers['x-id'], '7');
  assert.deepEqual(
    [answer.status, answer.receivedAt, answer.attempts, answer.fromCache],
    [200, 1_700_000_000_010, 1, false],
  );
});

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

const final: [number, string, RegExp][] = [
  [400, 'input-invalid', /parameters/],
  [401, 'unauthenticated', /token/],
  [403, 'unauthenticated', /token/],
  [404, 'not-found', /does not exist/],
  [410, 'not-found', /does not exist/],
  [409, 'input-invalid', /rejected \(409\)/],
  [422, 'input-invalid', /rejected \(422\)/],
  [501, 'source-unavailable', /failed \(501\)/],
];

for (const [status, code, message] of final) {
  test(`${status} is never asked again and ends as ${code}`, async () => {
    const { get, sent } = aClient([{ status }]);

    const error = await failureOf(get());

    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.equal(error.facts.status, status);
    assert.equal(sent.length, 1);
  });
}

test('an error names source, host, path and what the vendor said, and no query, token or line break', async () => {
  const { client, clock } = aClient(
    [{ status: 400, json: { error: { message: 'bad\nselector for tok-12345' } } }],
    { credential: { sign: async () => ({ headers: { authorization: 'Api-Token tok-12345' } }) } },
  );

  const error = await failureOf(clock.run(client.getJson('/problems', { query: { apiKey: 'sesame' } })));

  assert.equal(
    error.message,
    'vendor-main: GET vendor.example/api/problems was rejected (400): "bad selector for ***"; check the parameters of the call',
  );
  assert.ok(!JSON.stringify(error.facts).includes('sesame'));
});

test('a refused token is told with the hint of the source', async () => {
  const { get } = aClient([{ status: 403 }], { accessHint: 'check the scope securityProblems.read' });

  assert.match(
    (await failureOf(get())).message,
    /denied access \(403\); check the scope securityProblems\.read$/,
  );
});

test('a token that was revoked is renewed once, and the call made again', async () => {
  let minted = 0;
  const { get, sent, client } = aClient(
    (call) => (call.headers.authorization === 'Bearer 2' ? OK : { status: 401 }),
    {
      credential: { sign: async () => ({ headers: { authorization: `Bearer ${++minted}` } }) },
    },
  );

  await get();

  assert.deepEqual(
    sent.map(({ headers }) => headers.authorization),
    ['Bearer 1', 'Bearer 2'],
  );
  assert.equal(client.stats().renewals, 1);
});

test('a new token that is refused too ends the call', async () => {
  let minted = 0;
  const { get, sent } = aClient([{ status: 401 }], {
    credential: { sign: async () => ({ headers: { authorization: `Bearer ${++minted}` } }) },
  });

  assert.equal((await failureOf(get())).code, 'unauthenticated');
  assert.equal(sent.length, 2);
});

test('a token that cannot change is not sent twice', async () => {
  const { get, sent } = aClient([{ status: 401 }], {
    credential: { sign: async () => ({ headers: { authorization: 'Api-Token same' } }) },
  });

  await failureOf(get());

  assert.equal(sent.length, 1);
});

test('many calls refused at once mint one token', async () => {
  let minted = 0;
  const { client, clock } = aClient(
    (call) => (call.headers.authorization === 'Bearer 2' ? OK : { status: 401 }),
    {
      credential: { sign: async () => ({ headers: { authorization: `Bearer ${++minted}` } }) },
    },
  );

  await clock.run(Promise.all(Array.from({ length: 30 }, (_, i) => client.getJson(`/${i}`))));

  assert.equal(minted, 2);
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

test('an aborted call ends at once wherever it is, and leaves no timer and no slot', async () => {
  const control = new AbortController();
  const { client, clock } = aClient([{ status: 429 }, { ...OK, afterMs: 1e6 }], {
    limits: { maxWorkers: 2 },
  });
  const calls = ['backing off', 'under way', 'in line', 'in line too'].map((path) =>
    failureOf(client.getJson([path], { signal: control.signal })),
  );
  await clock.advance(100);

  control.abort();
  const errors = await Promise.all(calls);
  await clock.advance(0);

  assert.deepEqual(new Set(errors.map((error) => error.code)), new Set(['cancelled']));
  assert.equal(clock.sleeping, 0);
  assert.deepEqual([client.stats().inFlight, client.stats().waiting, client.stats().cancelled], [0, 0, 4]);
});

test('a signal that is aborted already sends nothing', async () => {
  const { client, sent } = aClient([OK]);

  const error = await failureOf(client.getJson('/x', { signal: AbortSignal.abort() }));

  assert.deepEqual([error.code, sent.length], ['cancelled', 0]);
});

test('a credential that cannot be had is its own error, and the slot comes back', async () => {
  const { get, client, sent } = aClient([OK], {
    credential: {
      async sign() {
        throw new GatehouseError('config-invalid', 'secret: environment variable T is not set');
      },
    },
  });

  assert.equal((await failureOf(get())).code, 'config-invalid');
  assert.deepEqual([sent.length, client.stats().inFlight], [0, 0]);
});

test('an answer with an ETag is asked for again only whether it changed', async () => {
  const { get, sent, client } = aClient((call) =>
    call.headers['if-none-match'] === '"v1"'
      ? { status: 304 }
      : { json: { big: true }, headers: { etag: '"v1"' } },
  );
  await get();

  const again = await get();

  assert.deepEqual([again.body, again.status, again.fromCache], [{ big: true }, 200, true]);
  assert.equal(sent.length, 2);
  assert.equal(client.stats().unchanged, 1);
});

test('a caller that keeps an ETag itself gets the 304', async () => {
  const { client, clock, sent } = aClient([{ status: 304 }]);

  const answer = await clock.run(client.getJson('/x', { etag: '"mine"' }));

  assert.deepEqual(
    [answer.status, answer.body, sent[0]?.headers['if-none-match']],
    [304, undefined, '"mine"'],
  );
});

test('a 304 that nobody asked for is no answer', async () => {
  assert.equal((await failureOf(aClient([{ status: 304 }]).get())).code, 'source-unavailable');
});

test('a redirect within the origin is followed with the token, one to a configured origin without', async () => {
  const { client, clock, sent } = aClient(
    (call) => {
      if (call.url.pathname === '/api/a') return { status: 302, headers: { location: '/api/b' } };
      if (call.url.pathname === '/api/b')
        return { status: 307, headers: { location: 'https://files.example/c?s=1' } };
      return OK;
    },
    {
      origins: ['https://files.example'],
      credential: { sign: async () => ({ headers: { authorization: 'Bearer t' } }) },
      headers: { Cookie: 'id=1', 'User-Agent': 'gatehouse' },
    },
  );

  await clock.run(client.getJson('/a'));

  assert.deepEqual(
    sent.map(({ url, headers }) => [url.href, headers.authorization, headers.cookie, headers['user-agent']]),
    [
      ['https://vendor.example/api/a', 'Bearer t', 'id=1', 'gatehouse'],
      ['https://vendor.example/api/b', 'Bearer t', 'id=1', 'gatehouse'],
      ['https://files.example/c?s=1', undefined, undefined, 'gatehouse'],
    ],
  );
});

test('a redirect to a host that is not configured is refused', async () => {
  const { get, sent } = aClient([{ status: 302, headers: { location: 'http://169.254.169.254/latest' } }]);

  assert.equal((await failureOf(get())).code, 'forbidden');
  assert.equal(sent.length, 1);
});

test('a circle of redirects and a redirected POST end', async () => {
  const { get, client, clock, sent } = aClient([{ status: 302, headers: { location: '/api/x' } }]);

  assert.match((await failureOf(get())).message, /redirects more than 3 times/);
  assert.match(
    (await failureOf(clock.run(client.request({ method: 'POST', path: '/y' })))).message,
    /redirects a POST/,
  );
  assert.equal(sent.length, 5);
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

test('progress is told as it happens, and counted', async () => {
  const { get, client, events } = aClient([{ status: 429 }, { json: [1, 2], afterMs: 40 }]);

  await get('/p');

  const where = { host: 'vendor.example', path: '/api/p' };
  assert.deepEqual(events, [
    { kind: 'retry', ...where, why: '429', latencyMs: 10, waitMs: 500 },
    { kind: 'answered', ...where, status: 200, latencyMs: 40, bytes: 5, fromCache: false },
  ]);
  const { calls, attempts, answered, retries, throttled, retryWaitMs, bytes } = client.stats();
  assert.deepEqual(
    [calls, attempts, answered, retries, throttled, retryWaitMs, bytes],
    [1, 2, 1, 1, 1, 500, 5],
  );
});

test('giving up is told', async () => {
  const { get, events, client } = aClient([{ status: 404 }]);

  await failureOf(get());

  assert.deepEqual(events, [{ kind: 'gave-up', host: 'vendor.example', path: '/api/x', why: '404' }]);
  assert.equal(client.stats().failed, 1);
});

test('a clock that jumps does not stretch a wait', async () => {
  const { client, clock, sent } = aClient([{ status: 429, headers: { 'retry-after': '5' } }, OK]);
  const call = client.getJson('/x');
  await clock.advance(100);

  clock.jump(-86_400_000);
  await clock.run(call);

  assert.ok(sent[1]!.atMs < 6000);
});
