/** Every fault as a caller meets it. Times are a few milliseconds, so that nothing waits for long. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { isOpen } from '../data/model.ts';
import { makeRandom } from '../data/random.ts';
import type { Fault } from '../options.ts';
import { at, estate, listAll, query, rows, startTrial, texts } from '../trial.ts';
import { drawLatencyMs } from './latency.ts';

const data = estate.certification;
const [one, two] = data.problems.filter((problem) => isOpen(problem) && problem.type === 'THIRD_PARTY');
const list = '/securityProblems?pageSize=50';

async function startFaulty(t: TestContext, ...faults: Fault[]) {
  const trial = await startTrial(t, { faults });
  const statuses = async (count: number, path = list) => {
    const found: number[] = [];
    for (let n = 0; n < count; n += 1) found.push((await trial.call(path)).status);
    return found;
  };
  return { ...trial, statuses };
}

test('a status can be forced for every n-th request, with the vendor’s envelope', async (t) => {
  const { statuses, call } = await startFaulty(t, {
    kind: 'status',
    status: 503,
    every: 3,
    message: 'overloaded',
  });

  assert.deepEqual(await statuses(5), [200, 200, 503, 200, 200]);
  const { body } = await call(list);
  assert.deepEqual(body, { error: { code: 503, message: 'overloaded' } });
});

test('a fault can start at a request, stop after some, and hit only some endpoints', async (t) => {
  const { statuses } = await startFaulty(t, {
    kind: 'status',
    status: 500,
    on: ['detail'],
    from: 2,
    times: 2,
  });

  assert.deepEqual(await statuses(3), [200, 200, 200]);
  assert.deepEqual(await statuses(5, `/securityProblems/${one!.id}`), [200, 500, 500, 200, 200]);
});

test('a fault can hit one problem only', async (t) => {
  const { statuses } = await startFaulty(t, { kind: 'status', status: 500, ids: [one!.id] });

  assert.deepEqual(await statuses(2, `/securityProblems/${one!.id}`), [500, 500]);
  assert.deepEqual(await statuses(2, `/securityProblems/${two!.id}`), [200, 200]);
});

test('a fault with a probability hits about that share, the same ones for the same seed', async (t) => {
  const fault: Fault = { kind: 'status', status: 500, probability: 0.3 };
  const [first, second] = [await startFaulty(t, fault), await startFaulty(t, fault)];

  const [a, b] = [await first.statuses(100), await second.statuses(100)];

  const hits = a.filter((status) => status === 500).length;
  assert.ok(hits > 15 && hits < 45, String(hits));
  assert.deepEqual(a, b);
});

test('a fault for a duration ends by itself', async (t) => {
  const { statuses, emulator } = await startFaulty(t, { kind: 'status', status: 502, forMs: 60_000 });

  assert.deepEqual(await statuses(1), [502]);
  emulator.control.clearFaults();
  emulator.control.addFault({ kind: 'status', status: 502, forMs: 0 });
  assert.deepEqual(await statuses(1), [200]);
});

test('a 429 can come with a Retry-After, or with headers of one’s own, or with none', async (t) => {
  const { call } = await startFaulty(
    t,
    { kind: 'status', status: 429, times: 1, retryAfterSeconds: 7 },
    { kind: 'status', status: 429, from: 2, times: 1, headers: { 'X-RateLimit-Reset': '123' } },
    { kind: 'status', status: 429, from: 3, times: 1 },
  );

  const replies = [await call(list), await call(list), await call(list)];

  assert.deepEqual(
    replies.map(({ status }) => status),
    [429, 429, 429],
  );
  assert.deepEqual(
    replies.map(({ headers }) => headers.get('retry-after')),
    ['7', null, null],
  );
  assert.deepEqual(
    replies.map(({ headers }) => headers.get('x-ratelimit-reset')),
    [null, '123', null],
  );
});

test('a connection can be reset', async (t) => {
  const { call, emulator } = await startFaulty(t, { kind: 'reset', times: 1 });

  await assert.rejects(call(list), (error: Error) => /ECONNRESET/.test(String(Object(error.cause).code)));
  assert.equal((await call(list)).status, 200);
  assert.equal(emulator.stats().statuses.cut, 1);
});

test('a request can hang until the caller gives up', async (t) => {
  const { emulator } = await startFaulty(t, { kind: 'hang' });
  const headers = { authorization: `Api-Token ${emulator.token}` };

  await assert.rejects(fetch(`${emulator.url}/api/v2${list}`, { headers, signal: AbortSignal.timeout(30) }), {
    name: 'TimeoutError',
  });
});

for (const how of ['content-length', 'chunked'] as const)
  test(`a body can end too early (${how})`, async (t) => {
    const { emulator } = await startFaulty(t, { kind: 'truncate', how, keep: 0.4 });
    const headers = { authorization: `Api-Token ${emulator.token}` };

    const response = await fetch(`${emulator.url}/api/v2${list}`, { headers });

    assert.equal(response.status, 200);
    assert.equal(response.headers.has('content-length'), how === 'content-length');
    await assert.rejects(response.text());
  });

test('a body can drip, and still arrives whole', async (t) => {
  const { call, emulator } = await startFaulty(t, { kind: 'drip', times: 1, chunkBytes: 4000, everyMs: 3 });

  const [slow, fast] = [await call(list), await call(list)];

  assert.equal(slow.text, fast.text);
  assert.ok(slow.text.length > 12_000);
  assert.ok(emulator.stats().elapsedMs >= 6);
});

test('a login page can come with 200', async (t) => {
  const { call } = await startFaulty(t, { kind: 'html' });

  const { status, headers, text } = await call(list);

  assert.equal(status, 200);
  assert.match(String(headers.get('content-type')), /text\/html/);
  assert.match(text, /^<!DOCTYPE html>/);
});

test('an answer can be almost JSON', async (t) => {
  const { call } = await startFaulty(t, { kind: 'invalid-json' });

  const { status, text, body } = await call(list);

  assert.equal(status, 200);
  assert.match(text, /^\{"totalCount"/);
  assert.equal(body, undefined);
});

test('an answer can have another shape than it should', async (t) => {
  const { emulator, call } = await startFaulty(t);
  const shaped = async (shape: 'array' | 'text' | 'null' | 'list-is-object') => {
    emulator.control.clearFaults();
    emulator.control.addFault({ kind: 'wrong-shape', shape });
    return (await call(list)).body;
  };

  assert.ok(Array.isArray(await shaped('array')));
  assert.equal(await shaped('text'), 'OK');
  assert.equal(await shaped('null'), null);
  const odd = at(await shaped('list-is-object'), 'securityProblems');
  assert.ok(typeof odd === 'object' && !Array.isArray(odd));
});

test('the list can be missing from its envelope', async (t) => {
  const { call } = await startFaulty(t, { kind: 'no-list' });

  const { body } = await call(list);

  assert.equal(at(body, 'totalCount'), 200);
  assert.equal(at(body, 'securityProblems'), undefined);
});

test('a token can expire from a request on', async (t) => {
  const { statuses, call } = await startFaulty(t, { kind: 'expired-token', from: 3 });

  assert.deepEqual(await statuses(4), [200, 200, 401, 401]);
  assert.match(String(at((await call(list)).body, 'error', 'message')), /expired/);
});

test('a scope can be taken away from a request on', async (t) => {
  const { statuses } = await startFaulty(t, { kind: 'missing-scope', on: ['entities'], from: 2 });

  assert.deepEqual(await statuses(2, '/entities?entitySelector=type(HOST)'), [200, 403]);
  assert.deepEqual(await statuses(1), [200]);
});

test('a problem can vanish between list and detail', async (t) => {
  const { call, statuses } = await startFaulty(t, { kind: 'vanish', ids: [one!.id] });

  const listed = await call(
    `/securityProblems${query({ securityProblemSelector: `securityProblemIds("${one!.id}")` })}`,
  );

  assert.equal(at(listed.body, 'totalCount'), 1);
  assert.deepEqual(await statuses(2, `/securityProblems/${one!.id}`), [404, 404]);
  assert.deepEqual(await statuses(1, `/securityProblems/${two!.id}`), [200]);
});

test('a share of the problems can vanish, always the same ones', async (t) => {
  const { call } = await startFaulty(t, { kind: 'vanish', share: 0.3 });
  const ids = data.problems.slice(0, 60).map(({ id }) => id);
  const gone = async () => {
    const statuses = await Promise.all(ids.map(async (id) => (await call(`/securityProblems/${id}`)).status));
    return ids.filter((_, n) => statuses[n] === 404);
  };

  const [first, second] = [await gone(), await gone()];

  assert.deepEqual(first, second);
  assert.ok(first.length > 6 && first.length < 32, String(first.length));
});

test('data can change between two pages', async (t) => {
  const trial = await startTrial(t, {
    faults: [
      {
        kind: 'change-data',
        pages: [2],
        on: ['list'],
        mutations: [{ do: 'resolve', id: one!.id }, { do: 'add' }],
      },
    ],
  });
  trial.emulator.control.advanceClock(1000);

  await listAll(trial, { pageSize: 50 });

  const { body } = await trial.call(`/securityProblems/${one!.id}`);
  assert.equal(at(body, 'status'), 'RESOLVED');
  assert.equal(at((await trial.call(list)).body, 'totalCount'), 201);
});

test('one record of a page can be garbage', async (t) => {
  const { call, emulator } = await startFaulty(t, { kind: 'garbage-record', index: 2, times: 1 });

  const first = rows((await call(list)).body, 'securityProblems');
  emulator.control.addFault({ kind: 'garbage-record', index: 0, record: { securityProblemId: 17 } });
  const second = rows((await call(list)).body, 'securityProblems');

  assert.equal(first.length, 50);
  assert.equal(first[2], 'garbage');
  assert.deepEqual(second[0], { securityProblemId: 17 });
});

test('the last record of a page can come again on the next', async (t) => {
  const trial = await startTrial(t, { faults: [{ kind: 'duplicate-record', pages: [2, 3] }] });

  const all = texts(await listAll(trial, { pageSize: 50 }), 'securityProblemId');

  assert.equal(all.length, 202);
  assert.equal(new Set(all).size, 200);
  assert.equal(all[49], all[50]);
});

test('unknown values, nulls and missing properties can be switched on for a share of the records', async (t) => {
  const path = `${list}&fields=%2BriskAssessment`;
  const { call } = await startFaulty(
    t,
    { kind: 'unknown-enum', property: 'riskAssessment.riskLevel', value: 'SEVERE', share: 0.5 },
    { kind: 'null-property', property: 'title' },
    { kind: 'missing-property', property: 'technology' },
  );

  const found = rows((await call(path)).body, 'securityProblems');

  const levels = texts(found, 'riskAssessment', 'riskLevel');
  assert.ok(levels.includes('SEVERE'));
  assert.ok(levels.some((level) => level !== 'SEVERE'));
  for (const row of found) {
    assert.equal(at(row, 'title'), null);
    assert.ok(!('technology' in Object(row)));
  }
});

test('faults of records also spoil a detail and an entity', async (t) => {
  const { call } = await startFaulty(
    t,
    { kind: 'null-property', on: ['detail'], property: 'cveIds' },
    { kind: 'unknown-enum', on: ['entity'], property: 'properties.osType', value: 'HAIKU' },
  );

  assert.equal(at((await call(`/securityProblems/${one!.id}`)).body, 'cveIds'), null);
  assert.equal(
    at((await call(`/entities/${data.topology.hosts[0]!.id}`)).body, 'properties', 'osType'),
    'HAIKU',
  );
});

test('latency is set per endpoint, and one fault can slow single requests', async (t) => {
  const { call, emulator } = await startTrial(t, {
    latency: { detail: 80, default: { kind: 'uniform', minMs: 0, maxMs: 1 } },
    faults: [{ kind: 'delay', on: ['list'], times: 1, latency: 40 }],
  });
  const took = async (path: string) => {
    emulator.control.resetStats();
    await call(path);
    return emulator.stats().elapsedMs;
  };

  assert.ok((await took(list)) >= 39);
  assert.ok((await took(`/securityProblems/${one!.id}`)) >= 79);
  emulator.control.setLatency({});
  assert.ok((await took(`/securityProblems/${one!.id}`)) < 80);
});

test('a lognormal latency has the median it was told, and never more than its limit', () => {
  const random = makeRandom('latency');
  const drawn = Array.from({ length: 4001 }, () =>
    drawLatencyMs({ kind: 'lognormal', medianMs: 1400, sigma: 0.25, maxMs: 2500 }, random),
  ).toSorted((a, b) => a - b);

  assert.ok(Math.abs(drawn[2000]! - 1400) < 40, String(drawn[2000]));
  assert.ok(drawn[4000]! <= 2500);
  assert.ok(drawn[0]! < 1000);
});
