/**
 * Paging without a server in between. The laws: pages together are the filtered set, in order, nothing twice;
 * while the data changes, every problem that stays as it is still comes exactly once.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isOpen, type Problem, type TenantData } from '../data/model.ts';
import { makeRandom } from '../data/random.ts';
import { type Mutation, makeMutator } from '../mutation.ts';
import { Dialect } from '../options.ts';
import { openTenant } from '../tenant.ts';
import { estate } from '../trial.ts';
import { type ListPage, makeProblemList } from './list.ts';

const data = estate.certification;
const usual = Dialect.parse({});

function open(tenantData: TenantData = data, dialect: Partial<Dialect> = {}) {
  let now = tenantData.at;
  const tenant = openTenant(tenantData, () => now);
  const list = makeProblemList(tenant, () => ({ ...usual, ...dialect }));
  const mutator = makeMutator(tenant, makeRandom('paging'));
  const tick = () => {
    now += 1000;
  };
  return { tenant, list, mutator, tick };
}

type Opened = ReturnType<typeof open>;

function readAll(
  opened: Opened,
  parameters: Record<string, string>,
  between: (page: ListPage) => void = () => {},
) {
  const all: Problem[] = [];
  let next: string | undefined;
  do {
    const page = opened.list.page(
      new Map(Object.entries(next === undefined ? parameters : { nextPageKey: next })),
    );
    all.push(...page.rows);
    between(page);
    next = page.nextPageKey;
  } while (next !== undefined);
  return all;
}

const ids = (problems: readonly Problem[]) => problems.map(({ id }) => id);
const pageSize = fc.integer({ min: 1, max: 500 });
const selector = fc.constantFrom(
  '',
  'status("OPEN")',
  'riskLevel("HIGH","CRITICAL")',
  'technology(JAVA),muted(FALSE)',
  'managementZones("Payments")',
);
const sort = fc.constantFrom(
  '',
  '+lastUpdatedTimestamp',
  '-lastUpdatedTimestamp',
  'riskAssessment.riskScore',
  '-globalCounts.relatedHosts,+technology',
  '+status,-riskAssessment.riskLevel',
  'securityProblemId',
);
const window = fc.constantFrom('now-30d', 'now-365d', 'now-1h');

test('the pages together are the filtered set, whatever the page size, in one and the same order', () => {
  fc.assert(
    fc.property(pageSize, selector, sort, window, (size, wanted, order, from) => {
      const opened = open();
      const parameters = { securityProblemSelector: wanted, sort: order, from };

      const paged = readAll(opened, { ...parameters, pageSize: String(size) });

      const whole = readAll(opened, { ...parameters, pageSize: '500' });
      assert.deepEqual(ids(paged), ids(whole));
      assert.equal(new Set(ids(paged)).size, paged.length);
    }),
    { numRuns: 60 },
  );
});

test('while data changes between the pages, each problem that stays as it is comes exactly once', () => {
  const change = fc.constantFrom<Mutation>(
    { do: 'resolve' },
    { do: 'reopen' },
    { do: 'mute' },
    { do: 're-score', riskScore: 3 },
    { do: 'add' },
    { do: 'remove' },
    { do: 'move-zone', zones: ['Search'] },
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 5, max: 60 }),
      selector,
      fc.array(change, { minLength: 1, maxLength: 3 }),
      (size, wanted, changes) => {
        const opened = open();
        const before = new Set(ids(readAll(opened, { securityProblemSelector: wanted, pageSize: '500' })));
        const touched = new Set<string>();

        const read = readAll(opened, { securityProblemSelector: wanted, pageSize: String(size) }, () => {
          opened.tick();
          for (const id of opened.mutator.apply(changes)) touched.add(id);
        });

        const times = Map.groupBy(read, ({ id }) => id);
        for (const id of before) if (!touched.has(id)) assert.equal(times.get(id)?.length, 1, id);
        for (const [id, copies] of times) assert.ok(copies.length === 1, `newest first never repeats: ${id}`);
      },
    ),
    { numRuns: 30 },
  );
});

test('read oldest first, a problem that is updated meanwhile may come twice, and none is missed', () => {
  const opened = open();
  const all = readAll(opened, { sort: '-lastUpdatedTimestamp', pageSize: '500' });
  const first = all[0]!;

  let mutated = false;
  const read = readAll(opened, { sort: '-lastUpdatedTimestamp', pageSize: '50' }, () => {
    opened.tick();
    if (!mutated) opened.mutator.apply([{ do: 're-score', id: first.id, riskScore: 5 }]);
    mutated = true;
  });

  assert.deepEqual(new Set(ids(read)), new Set(ids(all)));
  assert.equal(ids(read).filter((id) => id === first.id).length, 2);
});

test('without sort the newest update comes first, ties in order of their number', () => {
  const read = readAll(open(), { pageSize: '500', from: 'now-365d' });

  for (const [at, problem] of read.slice(1).entries()) {
    const before = read[at]!;
    const tie = before.updatedAt === problem.updatedAt;
    assert.ok(before.updatedAt > problem.updatedAt || (tie && BigInt(before.id) < BigInt(problem.id)));
  }
  assert.ok(read.length > 100);
});

test('the default order can be by first seen instead', () => {
  const read = readAll(open(data, { defaultOrder: 'firstSeenTimestamp' }), { pageSize: '500' });

  assert.deepEqual(
    read,
    read.toSorted((a, b) => b.firstSeenAt - a.firstSeenAt || (BigInt(a.id) < BigInt(b.id) ? -1 : 1)),
  );
});

test('both timestamps are inverted: plus is newest first, also when the sign is missing', () => {
  for (const key of ['firstSeenTimestamp', 'lastUpdatedTimestamp']) {
    const read = (order: string) => readAll(open(), { sort: order, pageSize: '500' });
    const time = (problem: Problem) =>
      key === 'firstSeenTimestamp' ? problem.firstSeenAt : problem.updatedAt;
    const [plus, bare, minus] = [read(`+${key}`), read(key), read(`-${key}`)];

    assert.deepEqual(
      plus.map(time),
      plus.map(time).toSorted((a, b) => b - a),
    );
    assert.deepEqual(ids(bare), ids(plus));
    assert.deepEqual(
      minus.map(time),
      minus.map(time).toSorted((a, b) => a - b),
    );
  }
});

test('numbers sort from low to high, open before resolved, unmuted before muted', () => {
  const read = (order: string) => readAll(open(), { sort: order, pageSize: '500' });

  const scores = read('+riskAssessment.riskScore').map(({ risk }) => risk.riskScore);
  assert.deepEqual(
    scores,
    scores.toSorted((a, b) => a - b),
  );
  const states = read('+status').map(isOpen);
  assert.ok(states.indexOf(false) > states.lastIndexOf(true));
  const numbers = read('displayId').map(({ displayNumber }) => displayNumber);
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
});

test('a list shows what was open at some time inside the window', () => {
  const longAgo = data.problems.filter(({ openPeriods }) =>
    openPeriods.every(({ to }) => to !== undefined && to < data.at - 30 * 86_400_000),
  );
  const read = (from: string) => ids(readAll(open(), { from, pageSize: '500' }));

  assert.equal(longAgo.length, 5);
  for (const { id } of longAgo) {
    assert.ok(!read('now-30d').includes(id));
    assert.ok(read('now-365d').includes(id));
  }
  assert.equal(read('now-30d').length, 200);
});

test('`from` is no filter for what changed, unless the dialect says so', () => {
  const stale = data.problems.find((one) => isOpen(one) && one.updatedAt < data.at - 60 * 86_400_000)!;

  assert.ok(ids(readAll(open(), { from: 'now-1h', pageSize: '500' })).includes(stale.id));
  assert.ok(
    !ids(readAll(open(data, { windowMeaning: 'updated-inside' }), { pageSize: '500' })).includes(stale.id),
  );
});

test('the window is frozen at the first page: what opens later is not in it', () => {
  const opened = open();

  let added: readonly string[] = [];
  const read = readAll(opened, { sort: '-firstSeenTimestamp', pageSize: '150' }, () => {
    opened.tick();
    added = [...added, ...opened.mutator.apply([{ do: 'add' }])];
  });

  assert.equal(read.length, 200);
  assert.ok(added.every((id) => opened.tenant.find(id) !== undefined && !ids(read).includes(id)));
});

test('an index by host answers the same as looking at every problem', () => {
  const opened = open();
  const { hosts } = data.topology;
  for (const host of hosts.slice(0, 5)) {
    const byId = readAll(opened, {
      securityProblemSelector: `relatedHostIds("${host.id}")`,
      pageSize: '500',
    });
    const byName = readAll(opened, {
      securityProblemSelector: `relatedHostNames("${host.name}")`,
      pageSize: '500',
    });

    assert.deepEqual(ids(byId), ids(byName));
  }
});
