/** The detail call and the sub-resources of a problem. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOpen } from '../data/model.ts';
import { at, estate, listAll, query, rows, startTrial, texts } from '../trial.ts';

const data = estate.certification;
const openProblem = data.problems.find(
  (one) => isOpen(one) && one.type === 'THIRD_PARTY' && one.functions.length > 0 && one.processes.length > 1,
)!;
const codeLevel = data.problems.find((one) => one.type === 'CODE_LEVEL' && isOpen(one))!;

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

test('what a resolved problem affected shows only when `from` reaches back to its end', async (t) => {
  const { call } = await startTrial(t);
  const weekAgo = data.at - 7 * 86_400_000;
  const old = data.problems.find(({ openPeriods }) => (openPeriods[0]!.to ?? data.at) < weekAgo)!;
  const affected = async (from: Record<string, string>) =>
    rows(
      (await call(`/securityProblems/${old.id}${query({ fields: '+affectedEntities', ...from })}`)).body,
      'affectedEntities',
    ).length;

  assert.equal(await affected({}), 0);
  assert.ok((await affected({ from: 'now-1y' })) > 0);
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
