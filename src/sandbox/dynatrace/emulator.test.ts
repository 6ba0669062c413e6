/** The facts of the API as a caller meets them: addressing, tokens, errors, list, detail, sub-resources, entities. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatehouseError } from '../../domain/errors.ts';
import { isOpen } from './data/model.ts';
import { startDynatraceEmulator } from './emulator.ts';
import { at, estate, listAll, query, rows, startTrial, texts } from './trial.ts';

const data = estate.certification;
const dayMs = 86_400_000;
const openProblem = data.problems.find(
  (one) => isOpen(one) && one.type === 'THIRD_PARTY' && one.functions.length > 0 && one.processes.length > 1,
)!;
const resolved = data.problems.find((one) => !isOpen(one))!;
const codeLevel = data.problems.find((one) => one.type === 'CODE_LEVEL' && isOpen(one))!;

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

const everyField =
  '+riskAssessment,+managementZones,+codeLevelVulnerabilityDetails,+globalCounts,+filteredCounts,+description,+remediationDescription,+events,+vulnerableComponents,+affectedEntities,+exposedEntities,+reachableDataAssets,+relatedEntities,+relatedContainerImages,+relatedAttacks,+entryPoints';

test('a detail has every field that was asked for and no other', async (t) => {
  const { call } = await startTrial(t);

  const plain = (await call(`/securityProblems/${openProblem.id}`)).body;
  const full = (await call(`/securityProblems/${openProblem.id}${query({ fields: everyField })}`)).body;
  const code = (await call(`/securityProblems/${codeLevel.id}${query({ fields: everyField })}`)).body;

  assert.equal(at(plain, 'muteStateChangeInProgress'), false);
  assert.equal(at(plain, 'affectedEntities'), undefined);
  assert.equal(
    rows(full, 'affectedEntities').length,
    at(full, 'globalCounts', 'affectedProcessGroupInstances'),
  );
  assert.equal(at(full, 'remediationDescription'), openProblem.remediation);
  assert.equal(typeof at(full, 'riskAssessment', 'vulnerableFunctionRestartRequired'), 'boolean');
  assert.equal(typeof at(full, 'filteredCounts', 'relatedDatabases'), 'number');
  assert.equal(at(full, 'entryPoints'), undefined);
  assert.equal(at(code, 'entryPoints', 'truncated'), false);
  assert.equal(at(code, 'remediationDescription'), undefined);
});

test('hosts and what they affect are paired, by ids only', async (t) => {
  const { call } = await startTrial(t);

  const { body } = await call(
    `/securityProblems/${openProblem.id}${query({ fields: '+relatedEntities,+affectedEntities' })}`,
  );

  const hosts = rows(body, 'relatedEntities', 'hosts');
  const behind = hosts.flatMap((host) => rows(host, 'affectedEntities'));
  assert.ok(hosts.length > 0);
  assert.deepEqual(new Set(behind), new Set(rows(body, 'affectedEntities')));
  for (const id of texts(hosts, 'id')) assert.match(id, /^HOST-[0-9A-F]{16}$/);
});

test('a host that is gone shows in a detail only when `from` reaches back to it', async (t) => {
  const { call } = await startTrial(t);
  const gone = data.topology.hosts.find(({ lastSeenAt }) => lastSeenAt !== undefined)!;
  const touched = data.problems.find(
    (one) =>
      isOpen(one) &&
      one.processes.some(
        ({ at: process }) => data.topology.hosts[data.topology.processes[process]!.host] === gone,
      ),
  )!;
  const hosts = async (from: Record<string, string>) =>
    texts(
      rows(
        (await call(`/securityProblems/${touched.id}${query({ fields: '+relatedEntities', ...from })}`)).body,
        'relatedEntities',
        'hosts',
      ),
      'id',
    );

  assert.ok(!(await hosts({})).includes(gone.id));
  assert.ok((await hosts({ from: 'now-30d' })).includes(gone.id));
});

test('a host that stops drops out of the default detail after a day, and the problem is not marked as updated', async (t) => {
  const { call, emulator } = await startTrial(t);
  const process = data.topology.processes[openProblem.processes[0]!.at]!;
  const host = data.topology.hosts[process.host]!;
  const read = async () =>
    (await call(`/securityProblems/${openProblem.id}${query({ fields: '+affectedEntities' })}`)).body;

  emulator.control.mutate({ do: 'stop-host', host: host.name });
  const sameDay = await read();
  emulator.control.advanceClock(25 * 3_600_000);
  const nextDay = await read();

  assert.ok(rows(sameDay, 'affectedEntities').includes(process.id));
  assert.ok(!rows(nextDay, 'affectedEntities').includes(process.id));
  assert.equal(at(nextDay, 'lastUpdatedTimestamp'), openProblem.updatedAt);
});

test('a zone filter narrows the entities of a detail and its filtered counts, not the global ones', async (t) => {
  const { call } = await startTrial(t);
  const { zones, groups, processes } = data.topology;
  const teamOf = (process: number) => groups[processes[process]!.group]!.zones[1]!;
  const spread = data.problems.find(
    (one) => isOpen(one) && new Set(one.processes.map(({ at: process }) => teamOf(process))).size > 1,
  )!;
  const zone = zones[teamOf(spread.processes[0]!.at)]!;
  const ask = async (filter: string) => {
    const fields = '+affectedEntities,+filteredCounts,+globalCounts';
    return (await call(`/securityProblems/${spread.id}${query({ fields, managementZoneFilter: filter })}`))
      .body;
  };
  const quoted = zone.name.replaceAll(/[~"]/g, '~$&');

  const [byName, byId, nowhere] = [
    await ask(`names("${quoted}")`),
    await ask(`ids("${zone.id}"),names("x")`),
    await ask('names("x")'),
  ];

  const inside = rows(byName, 'affectedEntities').length;
  assert.ok(inside > 0);
  assert.equal(inside, at(byName, 'filteredCounts', 'affectedProcessGroupInstances'));
  assert.ok(inside < Number(at(byName, 'globalCounts', 'affectedProcessGroupInstances')));
  assert.deepEqual(byId, byName);
  assert.deepEqual(at(nowhere, 'affectedEntities'), []);
});

test('container images are an object, or wrapped in an array as the 2023 specification has it', async (t) => {
  const { call, emulator } = await startTrial(t);
  const boxed = data.problems.find(
    (one) =>
      isOpen(one) &&
      one.processes.some(
        ({ at: process }) =>
          data.topology.groups[data.topology.processes[process]!.group]!.image !== undefined,
      ),
  )!;
  const read = async () =>
    at(
      (await call(`/securityProblems/${boxed.id}${query({ fields: '+relatedContainerImages' })}`)).body,
      'relatedContainerImages',
    );

  assert.ok(rows(await read(), 'containerImages').length > 0);
  emulator.control.setDialect({ imagesWrapped: true });
  assert.ok(rows(await read(), 0, 'containerImages').length > 0);
});

test('remediation items are the process groups of a third-party problem, and can be narrowed', async (t) => {
  const { call } = await startTrial(t);
  const path = `/securityProblems/${openProblem.id}/remediationItems`;
  const groupIds = new Set(
    openProblem.processes.map(
      ({ at: process }) => data.topology.groups[data.topology.processes[process]!.group]!.id,
    ),
  );

  const all = rows((await call(path)).body, 'remediationItems');
  const resolvedOnly = await call(
    `${path}${query({ remediationItemSelector: 'vulnerabilityState("RESOLVED")' })}`,
  );
  const named = await call(
    `${path}${query({ remediationItemSelector: `entityNameContains("${at(all[0], 'name')}")` })}`,
  );
  const unknown = await call(`${path}${query({ remediationItemSelector: 'nonsense("a")' })}`);
  const one = await call(`${path}/${at(all[0], 'id')}`);
  const progress = await call(`${path}/${at(all[0], 'id')}/remediationProgressEntities`);

  assert.deepEqual(new Set(texts(all, 'id')), groupIds);
  assert.equal(at(all[0], 'muteState', 'reason'), 'INITIAL_STATE');
  assert.equal(at(all[0], 'muteState', 'user'), 'unknown');
  assert.deepEqual(at(resolvedOnly.body, 'remediationItems'), []);
  assert.ok(rows(named.body, 'remediationItems').length > 0);
  assert.equal(unknown.status, 400);
  assert.ok(rows(one.body, 'vulnerableComponents', 0, 'loadOrigins').length > 0);
  assert.equal(rows(progress.body, 'remediationProgressEntities').length, rows(all[0], 'entityIds').length);
  assert.equal((await call(`${path}/PROCESS_GROUP-0000000000000000`)).status, 404);
  assert.equal((await call(`/securityProblems/${codeLevel.id}/remediationItems`)).status, 400);
});

test('vulnerable functions say who uses them, by process group when asked', async (t) => {
  const { call } = await startTrial(t);
  const used = data.problems.find((one) => isOpen(one) && one.risk.vulnerableFunctionUsage === 'IN_USE')!;
  const path = `/securityProblems/${used.id}/vulnerableFunctions`;

  const plain = (await call(path)).body;
  const grouped = (await call(`${path}?groupBy=PROCESS_GROUP`)).body;

  assert.ok(rows(plain, 'vulnerableFunctions').some((one) => at(one, 'usage') === 'IN_USE'));
  assert.equal(at(plain, 'vulnerableFunctionsByProcessGroup'), undefined);
  assert.ok(
    rows(grouped, 'vulnerableFunctionsByProcessGroup').some(
      (group) => rows(group, 'functionsInUse').length > 0,
    ),
  );
  assert.equal((await call(`${path}?groupBy=HOST`)).status, 400);
});

test('events are newest first, over the last 30 days unless told', async (t) => {
  const { call, emulator } = await startTrial(t);
  emulator.control.advanceClock(1000);
  emulator.control.mutate({ do: 'resolve', id: openProblem.id });
  emulator.control.advanceClock(1000);
  emulator.control.mutate({ do: 'reopen', id: openProblem.id });

  const recent = (await call(`/securityProblems/${openProblem.id}/events`)).body;
  const all = (await call(`/securityProblems/${openProblem.id}/events?from=now-365d`)).body;

  assert.deepEqual(texts(rows(recent, 'events'), 'reason').slice(0, 2), [
    'SECURITY_PROBLEM_REOPENED',
    'SECURITY_PROBLEM_RESOLVED',
  ]);
  assert.ok(Number(at(all, 'totalCount')) >= Number(at(recent, 'totalCount')));
  assert.equal(at(recent, 'nextPageKey'), null);
});

test('more than a hundred events come in pages, whose key belongs to its problem', async (t) => {
  const trial = await startTrial(t);
  for (let n = 0; n < 130; n += 1) {
    trial.emulator.control.advanceClock(1000);
    trial.emulator.control.mutate({ do: 're-score', id: openProblem.id, riskScore: n % 10 });
  }
  const path = `/securityProblems/${openProblem.id}/events`;

  const events = await listAll(trial, {}, path, 'events');
  const nextPageKey = String(at((await trial.call(path)).body, 'nextPageKey'));
  const elsewhere = await trial.call(`/securityProblems/${codeLevel.id}/events${query({ nextPageKey })}`);
  const detail = await trial.call(`/securityProblems/${openProblem.id}${query({ fields: '+events' })}`);

  assert.ok(events.length >= 130);
  const times = events.map((event) => Number(at(event, 'timestamp')));
  assert.deepEqual(
    times,
    times.toSorted((a, b) => b - a),
  );
  assert.equal(elsewhere.status, 400);
  assert.equal(rows(detail.body, 'events').length, 10, 'a detail shows the last ten');
  assert.equal(at(events[0], 'riskAssessmentSnapshot', 'changes', 'deltaRiskScore'), 1);
});

test('muting one problem answers 200 and once more 204, and is written down', async (t) => {
  const { call } = await startTrial(t);
  const path = `/securityProblems/${openProblem.id}`;
  const post = (verb: string, body: unknown) => call(`${path}/${verb}`, { method: 'POST', body });

  const statuses = [
    (await post('mute', { reason: 'FALSE_POSITIVE', comment: 'looked at' })).status,
    (await post('mute', { reason: 'FALSE_POSITIVE' })).status,
  ];
  const muted = (await call(`${path}${query({ fields: '+events' })}`)).body;
  const after = [
    (await post('unmute', { reason: 'AFFECTED' })).status,
    (await post('unmute', { reason: 'AFFECTED' })).status,
  ];

  assert.deepEqual(statuses, [200, 204]);
  assert.equal(at(muted, 'muted'), true);
  assert.equal(at(muted, 'events', 0, 'reason'), 'SECURITY_PROBLEM_MUTED');
  assert.equal(at(muted, 'events', 0, 'muteState', 'comment'), 'looked at');
  assert.deepEqual(after, [200, 204]);
});

for (const [what, body] of [
  ['a reason that does not exist', { reason: 'BECAUSE' }],
  ['the reason of unmuting', { reason: 'AFFECTED' }],
  ['a comment over 250 characters', { reason: 'IGNORE', comment: 'x'.repeat(251) }],
  ['no reason', {}],
] as const)
  test(`muting with ${what} is 400`, async (t) => {
    const { call } = await startTrial(t);

    const { status, body: answer } = await call(`/securityProblems/${openProblem.id}/mute`, {
      method: 'POST',
      body,
    });

    assert.equal(status, 400);
    assert.equal(at(answer, 'error', 'constraintViolations', 0, 'parameterLocation'), 'PAYLOAD_BODY');
  });

test('muting many answers with a summary, at most 1000, all of them known', async (t) => {
  const { call } = await startTrial(t);
  const [first, second] = data.problems.filter((one) => isOpen(one) && one.mute === undefined);
  const mute = (securityProblemIds: string[]) =>
    call('/securityProblems/mute', { method: 'POST', body: { reason: 'OTHER', securityProblemIds } });

  await mute([first!.id]);
  const { body, status } = await mute([first!.id, second!.id]);

  assert.equal(status, 200);
  assert.deepEqual(at(body, 'summary'), [
    { securityProblemId: first!.id, muteStateChangeTriggered: false, reason: 'ALREADY_MUTED' },
    { securityProblemId: second!.id, muteStateChangeTriggered: true },
  ]);
  assert.equal((await mute(['42'])).status, 404);
  assert.equal((await mute(Array.from({ length: 1001 }, () => first!.id))).status, 400);
});

test('remediation items can be muted one by one, in bulk, and linked to a tracker', async (t) => {
  const { call } = await startTrial(t);
  const path = `/securityProblems/${openProblem.id}/remediationItems`;
  const item = String(at((await call(path)).body, 'remediationItems', 0, 'id'));
  const put = (muted: boolean, reason: string) =>
    call(`${path}/${item}/muteState`, { method: 'PUT', body: { muted, reason, comment: '' } });

  const single = [(await put(true, 'IGNORE')).status, (await put(true, 'IGNORE')).status];
  const bulk = await call(`${path}/unmute`, {
    method: 'POST',
    body: { reason: 'AFFECTED', remediationItemIds: [item, 'PROCESS_GROUP-X'] },
  });
  const linked = await call(`${path}/trackingLinks`, {
    method: 'POST',
    body: { updates: { [item]: { displayName: 'SEC-1', url: 'https://tracker.example.invalid/SEC-1' } } },
  });
  const read = await call(`${path}/${item}`);

  assert.deepEqual(single, [200, 204]);
  assert.deepEqual(
    rows(bulk.body, 'summary').map((one) => at(one, 'reason') ?? null),
    [null, 'REMEDIATION_ITEM_NOT_AFFECTED_BY_GIVEN_SECURITY_PROBLEM'],
  );
  assert.equal(linked.status, 204);
  assert.equal(at(read.body, 'trackingLink', 'displayName'), 'SEC-1');
  assert.equal(at(read.body, 'muteState', 'muted'), false);
});

test('a payload that is not JSON is 400, one over 1 MB is 413', async (t) => {
  const { emulator } = await startTrial(t);
  const post = (body: string) =>
    fetch(`${emulator.url}/api/v2/securityProblems/mute`, {
      method: 'POST',
      body,
      headers: { authorization: `Api-Token ${emulator.token}` },
    });

  assert.equal((await post('{')).status, 400);
  assert.equal((await post(`"${'x'.repeat(1_000_001)}"`)).status, 413);
});

test('entities come fifty at a time unless told, by name, with the fields asked for', async (t) => {
  const trial = await startTrial(t);

  const first = (
    await trial.call(
      `/entities${query({ entitySelector: 'type("PROCESS_GROUP_INSTANCE")', fields: 'tags,+managementZones' })}`,
    )
  ).body;
  const all = await listAll(
    trial,
    { entitySelector: 'type("PROCESS_GROUP_INSTANCE")', pageSize: 7 },
    '/entities',
    'entities',
  );

  const total = Number(at(first, 'totalCount'));
  assert.equal(rows(first, 'entities').length, Math.min(50, total));
  assert.equal(new Set(texts(all, 'entityId')).size, total);
  assert.equal(all.length, total);
  assert.deepEqual(texts(all, 'displayName'), texts(all, 'displayName').toSorted());
  assert.match(String(at(first, 'entities', 0, 'tags', 0, 'stringRepresentation')), /^deployment:/);
  assert.equal(at(first, 'entities', 0, 'properties'), undefined);
});

test('entities can be sorted by name backwards, page by page', async (t) => {
  const trial = await startTrial(t);

  const all = await listAll(
    trial,
    { entitySelector: 'type("HOST")', sort: '-name', pageSize: 4 },
    '/entities',
    'entities',
  );

  assert.deepEqual(texts(all, 'displayName'), texts(all, 'displayName').toSorted().toReversed());
  assert.ok(all.length > 8);
});

test('an entity that was not seen inside the window is absent', async (t) => {
  const { call } = await startTrial(t);
  const gone = data.topology.hosts.find(({ lastSeenAt }) => lastSeenAt !== undefined)!;
  const ask = async (from: Record<string, string>) =>
    rows(
      (await call(`/entities${query({ entitySelector: `entityId("${gone.id}")`, ...from })}`)).body,
      'entities',
    ).length;

  assert.equal(await ask({}), 0);
  assert.equal(await ask({ from: 'now-1y' }), 1);
});

test('a selector holds at most 2,000 characters and ids of one type', async (t) => {
  const { call } = await startTrial(t);
  const ids = (count: number) =>
    Array.from({ length: count }, (_, n) => `"HOST-${String(n).padStart(16, '0')}"`).join(',');
  const status = async (selector: string) =>
    (await call(`/entities${query({ entitySelector: selector })}`)).status;

  assert.equal(await status(`entityId(${ids(80)})`), 200);
  assert.equal(await status(`entityId(${ids(90)})`), 400);
  assert.equal(await status('entityId("HOST-0000000000000000","SERVICE-0000000000000000")'), 400);
  assert.equal(await status('type("HOST","SERVICE")'), 400);
});

test('entities are found by zone, tag, name, property, relation and their opposite', async (t) => {
  const { call } = await startTrial(t);
  const { hosts, groups, zones, processes } = data.topology;
  const zone = zones[groups[0]!.zones[1]!]!;
  const ids = async (selector: string) => {
    const { body, status, text } = await call(
      `/entities${query({ entitySelector: selector, pageSize: 500, from: 'now-1y' })}`,
    );
    assert.equal(status, 200, text);
    return new Set(texts(rows(body, 'entities'), 'entityId'));
  };
  const expected = (things: readonly { id: string }[]) => new Set(things.map(({ id }) => id));
  const inZone = expected(groups.filter((one) => one.zones.some((n) => zones[n] === zone)));

  assert.deepEqual(await ids(`type("PROCESS_GROUP"),mzId("${zone.id}")`), inZone);
  assert.deepEqual(await ids(`type("PROCESS_GROUP"),mzName("${zone.name}")`), inZone);
  assert.deepEqual(
    await ids('type("PROCESS_GROUP"),tag("team:checkout")'),
    expected(groups.filter(({ name }) => name.startsWith('checkout'))),
  );
  assert.deepEqual(
    await ids('type("HOST"),tag("pci")'),
    expected(hosts.filter(({ tags }) => tags.some(({ key }) => key === 'pci'))),
  );
  assert.deepEqual(await ids(`type("HOST"),entityName.equals("${hosts[0]!.name}")`), expected([hosts[0]!]));
  assert.deepEqual(
    await ids('type("HOST"),entityName.startsWith("cert-vm")'),
    expected(hosts.filter(({ name }) => name.startsWith('cert-vm'))),
  );
  assert.deepEqual(
    await ids('type("HOST"),osType("WINDOWS")'),
    expected(hosts.filter(({ osType }) => osType === 'WINDOWS')),
  );
  assert.deepEqual(
    await ids('type("HOST"),not(osType("WINDOWS"))'),
    expected(hosts.filter(({ osType }) => osType !== 'WINDOWS')),
  );
  assert.deepEqual(
    await ids(
      `type("PROCESS_GROUP_INSTANCE"),fromRelationships.isProcessOf(type("HOST"),entityName.equals("${hosts[0]!.name}"))`,
    ),
    expected(processes.filter(({ host }) => host === 0)),
  );
  assert.deepEqual(await ids('type("HOST"),firstSeenTms.gte(now-3h)'), new Set());
  assert.deepEqual(
    await ids('type("HOST"),entityName.equals("CERT-NODE-001.EXAMPLE.INTERNAL")'),
    new Set(),
    'case matters',
  );
});

test('one entity comes whole, and every id that a problem names can be resolved', async (t) => {
  const { call } = await startTrial(t);
  const fields = '+relatedEntities,+affectedEntities,+vulnerableComponents';
  const { body } = await call(`/securityProblems/${openProblem.id}${query({ fields })}`);
  const named = [
    ...rows(body, 'affectedEntities'),
    ...rows(body, 'relatedEntities', 'hosts').map((one) => at(one, 'id')),
    ...rows(body, 'relatedEntities', 'services').map((one) => at(one, 'id')),
    ...rows(body, 'vulnerableComponents').map((one) => at(one, 'id')),
  ];

  for (const id of named) {
    const entity = await call(`/entities/${id}`);
    assert.equal(entity.status, 200, String(id));
    assert.equal(at(entity.body, 'entityId'), id);
    assert.notEqual(at(entity.body, 'lastSeenTms'), undefined);
  }
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
