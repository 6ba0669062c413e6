/** The API as a caller meets it: addressing, tokens, errors, the list. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatehouseError } from '../../domain/errors.ts';
import { isOpen } from './data/model.ts';
import { startDynatraceEmulator } from './emulator.ts';
import { at, estate, listAll, query, rows, startTrial, texts } from './trial.ts';

const data = estate.certification;
const openProblem = data.problems.find(
  (one) => isOpen(one) && one.type === 'THIRD_PARTY' && one.functions.length > 0 && one.processes.length > 1,
)!;
const resolved = data.problems.find((one) => !isOpen(one))!;
const codeLevel = data.problems.find((one) => one.type === 'CODE_LEVEL' && isOpen(one))!;
const dayMs = 86_400_000;

test('the API answers below the plain and the managed base, and for no other environment', async (t) => {
  const { call, emulator } = await startTrial(t);

  assert.equal((await call('/securityProblems')).status, 200);
  assert.equal(
    (await call('/securityProblems', { prefix: `/e/${emulator.environmentId}/api/v2` })).status,
    200,
  );
  assert.equal((await call('/securityProblems', { prefix: '/e/other/api/v2' })).status, 404);
  assert.equal((await call('/securityProblems', { prefix: '/api/v1' })).status, 404);
});

test('a token has the vendor’s shape and is the same for the same seed', async (t) => {
  const [first, second] = [await startTrial(t, { seed: 3 }), await startTrial(t, { seed: 3 })];

  assert.match(first.emulator.token, /^dt0c01\.[A-Z2-7]{24}\.[A-Z2-7]{64}$/);
  assert.equal(first.emulator.token, second.emulator.token);
});

test('a missing, malformed or unknown token is 401', async (t) => {
  const { call, emulator } = await startTrial(t);

  for (const authorization of ['', `Bearer ${emulator.token}`, 'Api-Token dt0c01.NOPE.NOPE']) {
    const { status, body } = await call('/securityProblems', { authorization });
    assert.equal(status, 401);
    assert.equal(at(body, 'error', 'code'), 401);
  }
});

test('a token expires by the emulator’s clock', async (t) => {
  const { call, emulator } = await startTrial(t, {
    tokens: [{ token: 'short', scopes: ['securityProblems.read'], expiresAt: data.at + 1000 }],
  });

  assert.equal((await call('/securityProblems', { token: 'short' })).status, 200);
  emulator.control.advanceClock(1000);
  assert.equal((await call('/securityProblems', { token: 'short' })).status, 401);
});

test('every endpoint asks for its scope; what lacks it gets 403, or 401 where the dialect says so', async (t) => {
  const { call, emulator } = await startTrial(t, {
    tokens: [
      { token: 'reads', scopes: ['securityProblems.read'] },
      { token: 'entities', scopes: ['entities.read'] },
    ],
  });
  const mute = { method: 'POST', body: { reason: 'IGNORE' } };

  assert.equal((await call('/securityProblems', { token: 'reads' })).status, 200);
  assert.equal((await call('/securityProblems', { token: 'entities' })).status, 403);
  assert.equal((await call('/entities?entitySelector=type(HOST)', { token: 'entities' })).status, 200);
  assert.equal((await call('/entities?entitySelector=type(HOST)', { token: 'reads' })).status, 403);
  assert.equal(
    (await call(`/securityProblems/${openProblem.id}/mute`, { token: 'reads', ...mute })).status,
    403,
  );
  emulator.control.setDialect({ missingScopeStatus: 401 });
  const { status, body } = await call('/securityProblems', { token: 'entities' });
  assert.equal(status, 401);
  assert.match(String(at(body, 'error', 'message')), /securityProblems\.read/);
});

test('an error has the vendor’s envelope with the violated constraint', async (t) => {
  const { call } = await startTrial(t);

  const { status, body, headers } = await call('/securityProblems?pageSize=501');

  assert.equal(status, 400);
  assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
  assert.equal(at(body, 'error', 'code'), 400);
  assert.equal(at(body, 'error', 'constraintViolations', 0, 'path'), 'pageSize');
  assert.equal(at(body, 'error', 'constraintViolations', 0, 'parameterLocation'), 'QUERY');
});

for (const [what, path, status] of [
  ['an unknown path', '/nothing', 404],
  ['an unknown problem', '/securityProblems/123', 404],
  ['a display id where the long id belongs', `/securityProblems/S-${openProblem.displayNumber}`, 404],
  ['a path that cannot be decoded', '/securityProblems/%E0%A4%A', 400],
  ['an unknown field', '/securityProblems?fields=%2Bdescription', 400],
  ['a field without its plus sign', '/securityProblems?fields=riskAssessment', 400],
  ['a plus sign that was not escaped', '/securityProblems?fields=+riskAssessment', 400],
  ['an unknown sort key', '/securityProblems?sort=%2Btitle', 400],
  ['a page of no rows', '/securityProblems?pageSize=0', 400],
  ['a page size that is no number', '/securityProblems?pageSize=many', 400],
  ['a window that ended long ago', '/securityProblems?from=now-500d&to=now-400d', 400],
  ['a page key that is not readable', '/securityProblems?nextPageKey=garbage!', 400],
  [
    'a page key that holds something else',
    `/securityProblems?nextPageKey=${Buffer.from('{"a":1}').toString('base64url')}`,
    400,
  ],
  ['a detail that starts more than 365 days ago', `/securityProblems/${openProblem.id}?from=now-370d`, 400],
  ['an unknown zone criterion', `/securityProblems/${openProblem.id}?managementZoneFilter=tags("a")`, 400],
  ['entities without a selector', '/entities', 400],
  ['entities of no type', '/entities?entitySelector=tag("a")', 400],
  ['entities by an unknown criterion', '/entities?entitySelector=type("HOST"),color("red")', 400],
  ['entities in an order that does not exist', '/entities?entitySelector=type("HOST")&sort=age', 400],
  ['an unknown entity', '/entities/HOST-0000000000000000', 404],
] as const)
  test(`${what} is ${status}`, async (t) => {
    const { call } = await startTrial(t);

    const { status: found, body } = await call(path);

    assert.equal(found, status);
    assert.equal(at(body, 'error', 'code'), status);
  });

test('a method that a path does not know is 405', async (t) => {
  const { call } = await startTrial(t);

  assert.equal((await call('/securityProblems', { method: 'DELETE' })).status, 405);
});

test('a list row has the plain properties, and the four fields only when asked for', async (t) => {
  const { call } = await startTrial(t);
  const only = { securityProblemSelector: `securityProblemIds("${codeLevel.id}")` };
  const names = ['riskAssessment', 'managementZones', 'codeLevelVulnerabilityDetails', 'globalCounts'];

  const plain = at((await call(`/securityProblems${query(only)}`)).body, 'securityProblems', 0);
  const fields = names.map((name) => `+${name}`).join(',');
  const full = at((await call(`/securityProblems${query({ ...only, fields })}`)).body, 'securityProblems', 0);

  assert.equal(at(plain, 'securityProblemId'), codeLevel.id);
  assert.equal(at(plain, 'displayId'), `S-${codeLevel.displayNumber}`);
  for (const name of names) {
    assert.equal(at(plain, name), undefined);
    assert.notEqual(at(full, name), undefined);
  }
  assert.equal(at(full, 'packageName'), undefined, 'a code-level problem has no package');
  assert.ok(!Object.values(Object(full)).includes(null), 'properties without a value are left out');
});

test('only what was resolved has a time of resolution', async (t) => {
  const trial = await startTrial(t);

  const found = await listAll(trial, { pageSize: 500 });

  for (const row of found) {
    const isResolved = at(row, 'status') === 'RESOLVED';
    if (isResolved) assert.equal(typeof at(row, 'lastResolvedTimestamp'), 'number');
  }
  const fresh = found.filter((row) => at(row, 'lastResolvedTimestamp') === undefined);
  assert.ok(fresh.length > 0 && fresh.length < found.length);
});

test('the page key comes alone, keeps the fields, and any parameter beside it is refused', async (t) => {
  const { call } = await startTrial(t);

  const first = await call(`/securityProblems${query({ pageSize: 30, fields: '+riskAssessment' })}`);
  const nextPageKey = String(at(first.body, 'nextPageKey'));
  const second = await call(`/securityProblems${query({ nextPageKey })}`);
  const refused = await call(`/securityProblems${query({ nextPageKey, pageSize: 30 })}`);

  assert.match(nextPageKey, /^[A-Za-z0-9_-]+$/);
  assert.equal(at(first.body, 'totalCount'), 200);
  assert.equal(rows(second.body, 'securityProblems').length, 30);
  assert.notEqual(at(second.body, 'securityProblems', 0, 'riskAssessment', 'riskLevel'), undefined);
  assert.equal(refused.status, 400);
});

test('the last page has a page key of null, or none where the dialect says so', async (t) => {
  const { call, emulator } = await startTrial(t);

  assert.equal(at((await call('/securityProblems?pageSize=500')).body, 'nextPageKey'), null);
  emulator.control.setDialect({ lastPageKey: 'absent' });
  assert.equal(at((await call('/securityProblems?pageSize=500')).body, 'nextPageKey'), undefined);
});

test('an empty list is a list', async (t) => {
  const { call } = await startTrial(t);

  const { body } = await call(
    `/securityProblems${query({ securityProblemSelector: 'cveId("CVE-1999-0001")' })}`,
  );

  assert.equal(at(body, 'totalCount'), 0);
  assert.deepEqual(at(body, 'securityProblems'), []);
});

test('a resolved problem has no zones of its own and comes under every zone filter', async (t) => {
  const trial = await startTrial(t);

  const found = await listAll(trial, {
    securityProblemSelector: 'managementZones("Search")',
    fields: '+managementZones',
  });

  const row = found.find((one) => at(one, 'securityProblemId') === resolved.id);
  assert.deepEqual(at(row, 'managementZones'), []);
  for (const one of found.filter((other) => at(other, 'status') === 'OPEN'))
    assert.ok(texts(rows(one, 'managementZones'), 'name').includes('Search'));
});

test('with https the emulator makes its own certificate, which a client has to trust', async (t) => {
  const { emulator } = await startTrial(t, { https: true });
  const { request } = await import('node:https');
  const ask = (trust: { ca?: string }) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: `Api-Token ${emulator.token}` };
      const sent = request(
        `${emulator.url}/api/v2/securityProblems?pageSize=1`,
        { headers, agent: false, ...trust },
        (response) => {
          response.resume().on('end', () => resolve(response.statusCode));
        },
      );
      sent.on('error', reject).end();
    });

  assert.match(emulator.url, /^https:/);
  assert.equal(await ask({ ca: emulator.certificate! }), 200);
  await assert.rejects(ask({}), /self-signed/);
});

test('options that make no sense are refused, all of them at once', async () => {
  const wrong = { tenant: data, port: -1, pool: { threads: 0 } };

  await assert.rejects(startDynatraceEmulator(wrong), (error) => {
    assert.ok(error instanceof GatehouseError);
    assert.equal(error.code, 'config-invalid');
    assert.match(error.message, /port/);
    assert.match(error.message, /threads/);
    return true;
  });
});

test('a problem that is open keeps its age: the clock runs on only when it is told', async (t) => {
  const { emulator } = await startTrial(t);

  assert.equal(emulator.control.now(), data.at);
  emulator.control.advanceClock(dayMs);
  assert.equal(emulator.control.now(), data.at + dayMs);
});
