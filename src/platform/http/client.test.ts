/** What a client makes of answers and options, in virtual time. What needs a socket is in network.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aClient, failureOf } from '../../../test/support/invented-server.ts';
import { GatehouseError } from '../../domain/errors.ts';

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
