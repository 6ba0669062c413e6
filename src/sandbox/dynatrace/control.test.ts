import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOpen } from './data/model.ts';
import { at, estate, query, rows, startTrial, type Trial, texts } from './trial.ts';

const data = estate.certification;
const openProblem = data.problems.find(
  (one) => isOpen(one) && one.mute === undefined && one.type === 'THIRD_PARTY',
)!;
const resolved = data.problems.find((one) => !isOpen(one))!;

async function detail({ call }: Trial, id: string) {
  return (
    await call(`/securityProblems/${id}${query({ fields: '+riskAssessment,+managementZones,+events' })}`)
  ).body;
}

function door({ emulator }: Trial, body?: unknown, key = emulator.controlKey) {
  return fetch(`${emulator.url}/__control`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-control-key': key },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

test('resolving and reopening move the status, the times and the zones', async (t) => {
  const trial = await startTrial(t);
  const { control } = trial.emulator;

  control.advanceClock(60_000);
  control.mutate({ do: 'resolve', id: openProblem.id });
  const closed = await detail(trial, openProblem.id);
  control.advanceClock(60_000);
  control.mutate({ do: 'reopen', id: openProblem.id });
  const open = await detail(trial, openProblem.id);

  assert.equal(at(closed, 'status'), 'RESOLVED');
  assert.equal(at(closed, 'lastResolvedTimestamp'), data.at + 60_000);
  assert.equal(at(closed, 'lastUpdatedTimestamp'), data.at + 60_000);
  assert.deepEqual(at(closed, 'managementZones'), []);
  assert.equal(at(open, 'status'), 'OPEN');
  assert.equal(at(open, 'lastOpenedTimestamp'), data.at + 120_000);
  assert.equal(at(open, 'lastResolvedTimestamp'), data.at + 60_000);
  assert.ok(rows(open, 'managementZones').length > 0);
});

test('a new score brings its level, an event and a new update time', async (t) => {
  const trial = await startTrial(t);
  trial.emulator.control.advanceClock(1000);

  trial.emulator.control.mutate({
    do: 're-score',
    id: openProblem.id,
    riskScore: 9.9,
    vulnerableFunctionUsage: 'IN_USE',
  });

  const found = await detail(trial, openProblem.id);
  assert.equal(at(found, 'riskAssessment', 'riskLevel'), 'CRITICAL');
  assert.equal(at(found, 'riskAssessment', 'vulnerableFunctionUsage'), 'IN_USE');
  assert.equal(at(found, 'events', 0, 'reason'), 'ASSESSMENT_CHANGED');
  assert.equal(
    at(found, 'events', 0, 'riskAssessmentSnapshot', 'changes', 'previousVulnerableFunctionUsage'),
    openProblem.risk.vulnerableFunctionUsage,
  );
  assert.equal(at(found, 'lastUpdatedTimestamp'), data.at + 1000);
});

test('moving a zone changes the zones and not the update time', async (t) => {
  const trial = await startTrial(t);

  trial.emulator.control.mutate({ do: 'move-zone', id: `S-${openProblem.displayNumber}`, zones: ['Search'] });

  const found = await detail(trial, openProblem.id);
  assert.deepEqual(texts(rows(found, 'managementZones'), 'name'), ['Search']);
  assert.equal(at(found, 'lastUpdatedTimestamp'), openProblem.updatedAt);
});

test('a problem can be added like another one, and removed', async (t) => {
  const trial = await startTrial(t);
  const { control } = trial.emulator;

  const [id] = control.mutate({ do: 'add', like: openProblem.id, cves: ['CVE-2026-999999'] });
  const added = await detail(trial, id!);
  control.mutate({ do: 'remove', id: id! });

  assert.deepEqual(at(added, 'cveIds'), ['CVE-2026-999999']);
  assert.equal(at(added, 'packageName'), openProblem.packageName);
  assert.equal(at(added, 'firstSeenTimestamp'), data.at);
  assert.equal((await trial.call(`/securityProblems/${id}`)).status, 404);
});

test('without an id a suitable problem is drawn, the same for the same seed', async (t) => {
  const [first, second] = [await startTrial(t), await startTrial(t)];

  const ids = first.emulator.control.mutate({ do: 'resolve' }, { do: 'mute' }, { do: 'reopen' });

  assert.deepEqual(second.emulator.control.mutate({ do: 'resolve' }, { do: 'mute' }, { do: 'reopen' }), ids);
  assert.equal(at(await detail(first, ids[0]!), 'status'), 'RESOLVED');
  assert.equal(at(await detail(first, ids[1]!), 'muted'), true);
});

test('a change to something that is not there is refused', async (t) => {
  const { emulator } = await startTrial(t);

  assert.throws(() => emulator.control.mutate({ do: 'resolve', id: '42' }), /not found/);
  assert.throws(() => emulator.control.mutate({ do: 'stop-host', host: 'nowhere' }), /not known/);
  assert.throws(
    () => emulator.control.mutate({ do: 'move-zone', id: openProblem.id, zones: ['x'] }),
    /not known/,
  );
});

test('several emulators over one estate do not see each other’s changes', async (t) => {
  const [first, second] = [await startTrial(t), await startTrial(t)];

  first.emulator.control.mutate({ do: 'reopen', id: resolved.id });

  assert.equal(at(await detail(first, resolved.id), 'status'), 'OPEN');
  assert.equal(at(await detail(second, resolved.id), 'status'), 'RESOLVED');
});

test('the control door opens with its key only', async (t) => {
  const trial = await startTrial(t);

  assert.equal((await door(trial, undefined, 'wrong')).status, 403);
  assert.equal((await door(trial, { op: 'clear-faults' }, 'wrong')).status, 403);
  assert.equal((await door(trial)).status, 200);
});

test('the control door does what the control does', async (t) => {
  const trial = await startTrial(t);
  const run = async (body: unknown) => {
    const response = await door(trial, body);
    assert.equal(response.status, 200);
    return response.json();
  };

  await run({ op: 'add-fault', fault: { kind: 'status', status: 500, name: 'mine' } });
  const faulty = (await trial.call('/securityProblems')).status;
  await run({ op: 'remove-fault', name: 'mine' });
  await run({ op: 'set-latency', latency: { default: 1 } });
  await run({ op: 'set-rate', rate: { perMinute: 1000 } });
  await run({ op: 'set-pool', pool: { threads: 2 } });
  await run({ op: 'set-dialect', dialect: { lastPageKey: 'absent' } });
  await run({ op: 'advance-clock', ms: 5000 });
  await run({ op: 'mutate', mutations: [{ do: 'resolve', id: openProblem.id }] });
  await run({ op: 'add-token', token: 'new', scopes: ['securityProblems.read'] });
  const reply = await trial.call('/securityProblems?pageSize=500', { token: 'new' });
  await run({ op: 'revoke-token', token: 'new' });
  const revoked = (await trial.call('/securityProblems', { token: 'new' })).status;

  assert.equal(faulty, 500);
  assert.equal(reply.headers.get('x-ratelimit-limit'), '1000');
  assert.equal(at(reply.body, 'nextPageKey'), undefined);
  assert.equal(at(await detail(trial, openProblem.id), 'lastResolvedTimestamp'), data.at + 5000);
  assert.equal(revoked, 401);
});

test('the control door refuses what it does not understand and says why', async (t) => {
  const trial = await startTrial(t);

  const unknown = await door(trial, { op: 'explode' });
  const missing = await door(trial, { op: 'mutate', mutations: [{ do: 'resolve', id: '42' }] });

  assert.equal(unknown.status, 400);
  assert.equal(missing.status, 400);
  assert.match(await missing.text(), /not found/);
});

test('statistics count requests by endpoint, answers by status, and can start again', async (t) => {
  const trial = await startTrial(t);
  await trial.call('/securityProblems');
  await trial.call(`/securityProblems/${openProblem.id}`);
  await trial.call('/securityProblems/42');
  await trial.call('/nothing');

  const response = await door(trial);
  const { stats } = Object(await response.json());

  assert.deepEqual(stats.requests, { list: 1, detail: 2, other: 1 });
  assert.deepEqual(stats.statuses, { '200': 2, '404': 2 });
  assert.equal(stats.totalRequests, 4);
  assert.ok(stats.firstAt <= stats.lastAt);
  assert.ok(stats.bytesSent > 1000);
  trial.emulator.control.resetStats();
  assert.equal(trial.emulator.stats().totalRequests, 0);
});

test('closing ends open connections and waiting requests', async (t) => {
  const trial = await startTrial(t, { latency: { default: 60_000 } });

  const pending = assert.rejects(trial.call('/securityProblems'));
  while (trial.emulator.stats().inFlight === 0) await new Promise((resolve) => setImmediate(resolve));
  await trial.emulator.close();

  await pending;
  await assert.rejects(trial.call('/securityProblems'));
});
