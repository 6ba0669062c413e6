/** Entities: selector, pages, fields and window. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOpen } from '../data/model.ts';
import { at, estate, listAll, query, rows, startTrial, texts } from '../trial.ts';

const data = estate.certification;
const openProblem = data.problems.find(
  (one) => isOpen(one) && one.type === 'THIRD_PARTY' && one.functions.length > 0 && one.processes.length > 1,
)!;

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
