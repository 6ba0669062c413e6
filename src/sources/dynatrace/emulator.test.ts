/** Against the emulator: what its estate holds is the truth, whatever the answers on the way looked like. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Coverage, Label, Observation, ObservationDetail, Rejected } from '../../domain/statement.ts';
import { createHttpClient, type HttpClientOptions } from '../../platform/http/client.ts';
import { type EstateOptions, makeEstate } from '../../sandbox/dynatrace/data/estate.ts';
import { isMuted, isOpen, type Tag, type TenantData } from '../../sandbox/dynatrace/data/model.ts';
import { type DynatraceEmulator, startDynatraceEmulator } from '../../sandbox/dynatrace/emulator.ts';
import type { Fault } from '../../sandbox/dynatrace/options.ts';
import type { Detail, Job, Page, Pass } from '../source.ts';
import type { DynatraceCursor } from './cursor.ts';
import { dynatrace } from './index.ts';
import type { DynatraceSettings } from './settings.ts';

const LIST_ONLY: ReadonlySet<Detail> = new Set();
const WITH_DETAILS: ReadonlySet<Detail> = new Set(['occurrences']);
const WITH_NAMES: ReadonlySet<Detail> = new Set(['occurrences', 'entity-names']);

/** Three pages of the list, and few enough for details. */
const large = makeEstate({ problems: 1100, resolvedLongAgo: 20 });
const small = makeEstate({ problems: 120, seed: 7 });
const oneTenant = makeEstate({ problems: 150, layout: 'one-tenant' } satisfies EstateOptions);

const closers: (() => Promise<void>)[] = [];
after(() => Promise.all(closers.map((close) => close())));

interface Environment {
  readonly emulator: DynatraceEmulator;
  readonly store: Store;
  readonly collect: (wish?: Wish) => Promise<Outcome>;
}
interface Wish {
  readonly pass?: Pass;
  readonly wants?: ReadonlySet<Detail>;
  readonly after?: DynatraceCursor | undefined;
  readonly labels?: readonly Label[];
  readonly settings?: Partial<Record<keyof DynatraceSettings, unknown>>;
  readonly stopAfter?: number;
  readonly client?: Partial<HttpClientOptions>;
  readonly now?: number;
  readonly onPage?: (page: Page<DynatraceCursor>) => void;
}
interface Outcome {
  readonly coverage: Coverage | undefined;
  readonly error: unknown;
  readonly cursor: DynatraceCursor | undefined;
  readonly pages: number;
  readonly calls: number;
  readonly rejected: readonly Rejected[];
}
interface Store {
  readonly observations: Map<string, Observation>;
  readonly details: Map<string, ObservationDetail>;
}

async function environmentOf(tenant: TenantData, faults: Fault[] = []): Promise<Environment> {
  const emulator = await startDynatraceEmulator({ tenant, faults });
  closers.push(() => emulator.close());
  const store: Store = { observations: new Map(), details: new Map() };
  return { emulator, store, collect: (wish = {}) => collectFrom(emulator, store, wish) };
}

async function collectFrom(emulator: DynatraceEmulator, store: Store, wish: Wish): Promise<Outcome> {
  const settings = dynatrace.settings.parse({
    url: `${emulator.url}/e/${emulator.environmentId}`,
    token: { env: 'TOKEN' },
    allowPrivate: true,
    ...wish.settings,
  });
  const http = await dynatrace.connect(settings, {
    sourceId: 'shop',
    environment: { TOKEN: emulator.token },
    createClient: (options) => createHttpClient({ ...options, random: () => 0, ...wish.client }),
  });
  const job: Job<DynatraceSettings, DynatraceCursor> = {
    sourceId: 'shop',
    settings,
    scope: { labels: wish.labels ?? [] },
    wants: wish.wants ?? LIST_ONLY,
    pass: wish.pass ?? 'full',
    after: wish.after,
    seen: async (key) => ({
      revision: store.observations.get(key)?.revision,
      detailRevision: store.details.get(key)?.revision,
    }),
    http,
    now: () => wish.now ?? Date.now(),
    signal: new AbortController().signal,
  };
  const rejected: Rejected[] = [];
  let cursor = wish.after;
  let pages = 0;
  const outcome = (coverage: Coverage | undefined, error?: unknown) => ({
    coverage,
    error,
    cursor,
    pages,
    calls: http.stats().calls,
    rejected,
  });
  const given = dynatrace.collect(job);
  try {
    while (true) {
      const next = await given.next();
      if (next.done) return outcome(next.value);
      for (const statement of next.value.statements) {
        if (statement.kind === 'observation') store.observations.set(statement.key!, statement);
        if (statement.kind === 'detail') store.details.set(statement.key, statement);
      }
      rejected.push(...next.value.rejected);
      cursor = JSON.parse(JSON.stringify(next.value.cursor));
      pages += 1;
      wish.onPage?.(next.value);
      if (pages === wish.stopAfter) break;
    }
    await given.return(undefined as never);
    return outcome(undefined);
  } catch (error) {
    return outcome(undefined, error);
  } finally {
    await http.close();
  }
}

const idsOf = (tenant: TenantData) => tenant.problems.map(({ id }) => id).toSorted();
const keysOf = (store: Store) => [...store.observations.keys()].toSorted();

test('every problem of the window is there, with the state, mute, severity and function usage it has', async () => {
  const { collect, store } = await environmentOf(large.certification);
  const { certification: truth } = large.expected;

  const { coverage, pages, calls } = await collect();

  const all = [...store.observations.values()];
  const counted = all.filter(({ life, setAside }) => life.state === 'open' && setAside.length === 0);
  const ofSeverity = (severity: string) => counted.filter((one) => one.severity === severity).length;
  assert.deepEqual(keysOf(store), idsOf(large.certification));
  assert.equal(all.filter(({ life }) => life.state === 'resolved').length, truth.resolved + 20);
  assert.equal(all.filter(({ setAside }) => setAside.length > 0).length, truth.muted);
  assert.equal(counted.length, truth.counted);
  assert.deepEqual(
    ['critical', 'high', 'medium', 'low', 'info'].map(ofSeverity),
    Object.values(truth.byLevel),
  );
  assert.equal(
    counted.filter((one) => one.assessment?.functionUsage === 'in-use').length,
    truth.functionsInUse,
  );
  assert.deepEqual(
    [...new Set(counted.flatMap(({ defects }) => defects.map(({ id }) => id)))]
      .filter((id) => id.startsWith('CVE'))
      .toSorted(),
    truth.cves,
  );
  assert.equal(coverage?.complete, true);
  assert.equal(coverage?.labels, 'all');
  assert.equal(pages, 3);
  assert.equal(calls, 3);
});

test('life and labels are those of the estate', async () => {
  const { collect, store } = await environmentOf(small.certification);

  await collect();

  for (const problem of small.certification.problems) {
    const observation = store.observations.get(problem.id)!;
    assert.equal(observation.life.state, isOpen(problem) ? 'open' : 'resolved');
    assert.equal(observation.setAside.length > 0, isMuted(problem));
    assert.equal(observation.life.firstSeenAt, problem.firstSeenAt);
    assert.equal(observation.life.reopenedAt, problem.openPeriods[1]?.from);
    assert.deepEqual(
      observation.labels
        .filter(({ kind }) => kind === 'zone')
        .map(({ name }) => name)
        .toSorted(),
      problem.zones.map((at) => small.certification.topology.zones[at]!.name).toSorted(),
    );
  }
});

test('details say which process, host, group and image, by name', async () => {
  const { collect, store } = await environmentOf(small.certification);
  const { topology, problems } = small.certification;

  const { coverage } = await collect({ wants: WITH_NAMES });

  assert.equal(coverage?.complete, true);
  for (const problem of problems) {
    const detail = store.details.get(problem.id)!;
    const processes = problem.processes.map(({ at }) => topology.processes[at]!);
    const where = new Map(detail.occurrences.map(({ entity, entityName }) => [entity, entityName]));
    const labels = (kind: string) =>
      [...new Set(detail.labels.filter((label) => label.kind === kind).map(({ name }) => name))].toSorted();
    const namesOf = (things: readonly { readonly name: string }[]) =>
      [...new Set(things.map(({ name }) => name))].toSorted();
    for (const { id, name } of processes) assert.equal(where.get(id), name);
    assert.deepEqual(labels('process-group'), namesOf(processes.map(({ group }) => topology.groups[group]!)));
    if (processes.length > 0) {
      assert.deepEqual(labels('host'), namesOf(processes.map(({ host }) => topology.hosts[host]!)));
    }
    if (problem.components.length > 0 && processes.length > 0) {
      const versions = new Set(detail.occurrences.flatMap(({ version }) => version ?? []));
      for (const at of problem.components) assert.ok(versions.has(topology.components[at]!.version));
    }
  }
});

/** A breaker that opens would make the outcome depend on timing. */
const STEADY: Partial<HttpClientOptions> = { breaker: { enabled: false } };
const some = ids(small.certification, 3);

/** Whatever happens on the way: never less than all without saying so. */
const troubles: Record<string, { readonly fault: Fault; readonly ends: 'complete' | 'partial' | 'error' }> = {
  'an expired token on page 2': { ends: 'error', fault: { kind: 'expired-token', on: ['list'], pages: [2] } },
  'an expired token among the details': {
    ends: 'error',
    fault: { kind: 'expired-token', on: ['detail'], from: 50 },
  },
  'a page of HTML for page 2, always': { ends: 'error', fault: { kind: 'html', on: ['list'], pages: [2] } },
  'a page of HTML for page 2, once': {
    ends: 'complete',
    fault: { kind: 'html', on: ['list'], pages: [2], times: 1 },
  },
  'a page of HTML for some details': { ends: 'partial', fault: { kind: 'html', on: ['detail'], ids: some } },
  'a page cut short, once': {
    ends: 'complete',
    fault: { kind: 'truncate', on: ['list'], pages: [2], times: 1 },
  },
  'details cut short, some': { ends: 'complete', fault: { kind: 'truncate', on: ['detail'], every: 9 } },
  'details that are no JSON': { ends: 'partial', fault: { kind: 'invalid-json', on: ['detail'], ids: some } },
  'a reply without its list': { ends: 'error', fault: { kind: 'no-list', on: ['list'], pages: [3] } },
  'a list that is an object': {
    ends: 'error',
    fault: { kind: 'wrong-shape', on: ['list'], shape: 'list-is-object' },
  },
  'details that are a list': {
    ends: 'partial',
    fault: { kind: 'wrong-shape', on: ['detail'], from: 20, times: 5 },
  },
  'details that are null': {
    ends: 'partial',
    fault: { kind: 'wrong-shape', on: ['detail'], shape: 'null', ids: some },
  },
  'a burst of 503': {
    ends: 'complete',
    fault: { kind: 'status', on: ['detail'], status: 503, from: 10, times: 8 },
  },
  'a burst of 429': {
    ends: 'complete',
    fault: { kind: 'status', on: ['detail'], status: 429, from: 10, times: 8 },
  },
  'details that always fail': {
    ends: 'partial',
    fault: { kind: 'status', on: ['detail'], status: 500, ids: some },
  },
  'details that are refused': {
    ends: 'partial',
    fault: { kind: 'status', on: ['detail'], status: 400, ids: some },
  },
  'connections that are cut': {
    ends: 'complete',
    fault: { kind: 'reset', on: ['detail'], every: 7, times: 10 },
  },
  'details that are gone and still listed': {
    ends: 'partial',
    fault: { kind: 'vanish', on: ['detail'], ids: some },
  },
  'a record that is garbage': {
    ends: 'partial',
    fault: { kind: 'garbage-record', on: ['list'], pages: [2], index: 3 },
  },
  'a record that comes twice': {
    ends: 'complete',
    fault: { kind: 'duplicate-record', on: ['list'], pages: [2] },
  },
  'ids that are null': {
    ends: 'partial',
    fault: { kind: 'null-property', on: ['list'], property: 'securityProblemId', share: 0.05 },
  },
  'details of another problem': {
    ends: 'partial',
    fault: { kind: 'garbage-record', on: ['detail'], ids: some, record: { securityProblemId: '1' } },
  },
};

for (const [what, { fault, ends }] of Object.entries(troubles)) {
  test(`${what}: the run ends ${ends === 'error' ? 'with an error' : ends}, and nothing is missing silently`, async () => {
    const isOfList = fault.on?.includes('list') ?? false;
    const tenant = isOfList ? large.certification : small.certification;
    const { collect, store, emulator } = await environmentOf(tenant, [fault]);

    const { coverage, error, rejected } = await collect({
      wants: isOfList ? LIST_ONLY : WITH_DETAILS,
      client: STEADY,
    });

    const given = isOfList ? store.observations : store.details;
    const known = new Set(rejected.map(({ key }) => key));
    const missing = idsOf(tenant).filter((id) => !given.has(id) && !known.has(id));
    const unnamed = rejected.filter(({ key }) => key === undefined).length;
    assert.ok(Object.values(emulator.stats().faults).some((hits) => hits > 0));
    if (ends === 'error') {
      assert.equal(coverage, undefined);
      assert.match(error instanceof Error ? error.message : '', /^shop: /);
    } else {
      assert.equal(error, undefined);
      assert.equal(coverage?.complete, ends === 'complete');
      assert.equal(missing.length, unnamed);
      assert.equal(rejected.length > 0, ends === 'partial');
      assert.equal(coverage?.reasons.length, ends === 'partial' ? 1 : 0);
    }
  });
}

test('words that are not known yet are never read as harmless', async () => {
  const properties = [
    'status',
    'vulnerabilityType',
    'technology',
    'riskAssessment.riskLevel',
    'riskAssessment.exposure',
  ];
  const { collect, store } = await environmentOf(
    small.certification,
    [...properties, 'riskAssessment.vulnerableFunctionUsage', 'riskAssessment.publicExploit'].map(
      (property) => ({
        kind: 'unknown-enum',
        on: ['list'],
        property,
      }),
    ),
  );

  const { coverage } = await collect();

  assert.equal(coverage?.complete, true);
  assert.deepEqual(keysOf(store), idsOf(small.certification));
  for (const { life, severity, assessment } of store.observations.values()) {
    assert.equal(life.state, 'open');
    assert.equal(severity, 'unknown');
    assert.equal(assessment?.functionUsage, 'not-available');
    assert.equal(assessment?.exposure, 'not-available');
  }
});

test('what is open throughout is read, however the data changes between the pages', async () => {
  const ids = idsOf(large.certification);
  const removed = large.certification.problems.at(-1)!.id;
  const changes: Fault = {
    kind: 'change-data',
    on: ['list'],
    pages: [1],
    times: 1,
    mutations: [
      ...ids.slice(0, 200).map((id) => ({ do: 'mute', id }) as const),
      { do: 'add' },
      { do: 'resolve' },
      { do: 'remove', id: removed },
    ],
  };
  const { collect, store } = await environmentOf(large.certification, [changes]);

  const { coverage, cursor } = await collect();

  assert.equal(coverage?.complete, true);
  assert.deepEqual(
    ids.filter((id) => !store.observations.has(id) && id !== removed),
    [],
  );

  await collect({ pass: 'incremental', after: cursor });

  for (const id of ids.slice(0, 200)) {
    if (id !== removed) assert.equal(store.observations.get(id)?.setAside.length, 1, id);
  }
});

test('an incremental pass reads what changed, in one call, and closes nothing', async () => {
  const { collect, store, emulator } = await environmentOf(small.certification);
  const first = await collect({ wants: WITH_DETAILS });
  emulator.control.advanceClock(3_600_000);
  const [resolved] = emulator.control.mutate({ do: 'resolve' });
  const [added] = emulator.control.mutate({ do: 'add' });

  const changed = await collect({ wants: WITH_DETAILS, pass: 'incremental', after: first.cursor });
  const warm = await collect({ wants: WITH_DETAILS, pass: 'incremental', after: changed.cursor });

  assert.equal(store.observations.get(resolved!)?.life.state, 'resolved');
  assert.ok(store.details.has(added!));
  assert.equal(changed.calls, 3, 'the list and two details');
  assert.equal(changed.coverage?.closes, false);
  assert.equal(warm.calls, 1);
});

test('a zone that changes without a time stamp is found by the next full pass, without reading details', async () => {
  const { collect, store, emulator } = await environmentOf(small.certification);
  const first = await collect({ wants: WITH_DETAILS });
  const moved = small.certification.problems.find((problem) => isOpen(problem))!.id;
  emulator.control.mutate({ do: 'move-zone', id: moved, zones: ['Certification'] });

  const { calls } = await collect({ wants: WITH_DETAILS, after: first.cursor });

  const zones = store.observations.get(moved)?.labels.filter(({ kind }) => kind === 'zone');
  assert.deepEqual(
    zones?.map(({ name }) => name),
    ['Certification'],
  );
  assert.equal(calls, 1);
});

test('a run that is killed after any page ends like one that was not', async () => {
  const whole = await environmentOf(small.certification);
  await whole.collect({ wants: WITH_NAMES });

  const broken = await environmentOf(small.certification);
  const first = await broken.collect({ wants: WITH_NAMES, stopAfter: 1 });
  const rest = await broken.collect({ wants: WITH_NAMES, after: first.cursor });

  assert.deepEqual([...broken.store.details].toSorted(), [...whole.store.details].toSorted());
  assert.deepEqual(keysOf(broken.store), keysOf(whole.store));
  assert.equal(first.pages + rest.pages, 2);
  assert.equal(rest.coverage?.complete, true);
  assert.deepEqual(rest.coverage?.reasons, []);
});

test('a page key that the vendor refuses starts the list over, and the run says so', async () => {
  const { collect, store } = await environmentOf(large.certification);
  const stopped = await collect({ stopAfter: 1 });
  const pass = { ...stopped.cursor!.pass!, key: 'AQBuseless' };

  const { coverage, pages } = await collect({ after: { ...stopped.cursor!, pass } });

  assert.equal(pages, 3);
  assert.deepEqual(keysOf(store), idsOf(large.certification));
  assert.equal(coverage?.complete, true);
  assert.match(coverage?.reasons.join() ?? '', /refused a page key/);
});

test('a cursor of another scope starts over, and the run says so', async () => {
  const { collect } = await environmentOf(small.certification);
  const first = await collect();

  const { coverage } = await collect({
    after: first.cursor,
    pass: 'incremental',
    settings: { scope: { zones: ['Certification'] } },
  });

  assert.equal(coverage?.closes, true, 'it became a full pass');
  assert.match(coverage?.reasons.join() ?? '', /another environment or scope/);
});

test('a cursor of another environment starts over: all of the new one is read, whatever the old one had', async () => {
  const before = await environmentOf(small.certification);
  const now = await environmentOf({ ...small.production, environmentId: 'fgh10009' });
  const first = await before.collect();

  const moved = await now.collect({ after: first.cursor, pass: 'incremental' });
  const next = await now.collect({ after: moved.cursor, pass: 'incremental' });

  assert.equal(moved.coverage?.closes, true, 'it became a full pass');
  assert.match(moved.coverage?.reasons.join() ?? '', /another environment/);
  assert.deepEqual(keysOf(now.store), idsOf(small.production));
  assert.equal(next.coverage?.closes, false, 'and goes on from there');
});

test('the same environment, its address written another way, goes on with its cursor', async () => {
  const { collect, emulator } = await environmentOf(small.certification);
  const first = await collect();

  const { coverage } = await collect({
    after: first.cursor,
    pass: 'incremental',
    settings: { url: `${emulator.url}/e/${emulator.environmentId}/api/v2/` },
  });

  assert.equal(coverage?.closes, false);
});

test('a zone is read with one call, without details, and the coverage names its id', async () => {
  const { collect, store } = await environmentOf(oneTenant.certification);
  const { zone, total } = oneTenant.expected.certification;

  const { coverage, calls } = await collect({ settings: { scope: { zones: [zone] } } });

  const id = oneTenant.certification.topology.zones.find(({ name }) => name === zone)!.id;
  const inZone = [...store.observations.values()].filter(({ labels }) =>
    labels.some(({ name }) => name === zone),
  );
  assert.equal(calls, 1);
  assert.equal(inZone.length, total - oneTenant.expected.certification.resolved);
  assert.deepEqual(coverage?.labels, [
    { kind: 'zone', id: zone, name: zone },
    { kind: 'zone', id, name: zone },
  ]);
});

test('a zone that does not exist is never a zone without problems: the run is partial, each time', async () => {
  const { collect } = await environmentOf(oneTenant.certification);
  const settings = { scope: { zones: ['Certification', 'Certificaton'] } };

  const first = await collect({ settings });
  const next = await collect({ settings, pass: 'incremental', after: first.cursor });

  for (const { coverage } of [first, next]) {
    assert.equal(coverage?.complete, false);
    assert.match(coverage?.reasons.join() ?? '', /zone Certificaton contains no host/);
  }
});

test('a host that does not exist is never a host without problems: the run is partial', async () => {
  const { certification } = oneTenant;
  const [known] = certification.topology.hosts;
  assert.ok(known);
  const { id, name } = known;
  const { collect } = await environmentOf(certification);

  const mistyped = await collect({
    settings: { scope: { hosts: [id, 'HOST-0000000000000000', 'no-such-host'] } },
  });
  const right = await collect({ settings: { scope: { hosts: [id, name] } } });

  assert.equal(mistyped.coverage?.complete, false);
  assert.match(
    mistyped.coverage?.reasons.join() ?? '',
    /HOST-0000000000000000 is not known.*no-such-host is not known/,
  );
  assert.equal(right.coverage?.complete, true, right.coverage?.reasons.join());
});

test('a tag that nothing has is never a tag without problems: the run is partial', async () => {
  const { certification } = oneTenant;
  const [{ key, value }] = certification.topology.hosts.flatMap(({ tags }) => tags) as [Tag];
  const { collect } = await environmentOf(certification);
  const quiet = await environmentOf({ ...certification, problems: [] });
  const taggedBy = (...tags: string[]) => ({ settings: { scope: { tags } } });

  const mistyped = await collect(taggedBy(key, 'nohost'));
  const part = await collect(taggedBy(key.slice(1)));
  const withoutProblems = await quiet.collect(taggedBy(value === undefined ? key : `${key}:${value}`));

  assert.equal(mistyped.coverage?.complete, false);
  assert.deepEqual(mistyped.coverage?.reasons, [
    'no problem, host or process group has the tag nohost; check how it is written',
  ]);
  for (const { coverage } of [part, withoutProblems])
    assert.equal(coverage?.complete, true, coverage?.reasons.join());
});

test('a zone that exists and has no problem is complete', async () => {
  const quiet = { ...oneTenant.certification, problems: [] };
  const { collect } = await environmentOf(quiet);

  const { coverage, calls } = await collect({ settings: { scope: { zones: ['Certification'] } } });

  assert.equal(coverage?.complete, true);
  assert.equal(calls, 2);
});

test('a problem in two zones that are both asked for is read once', async () => {
  const { collect, store } = await environmentOf(oneTenant.certification);
  const { certification, production } = oneTenant.expected;
  let statements = 0;

  const { calls } = await collect({
    settings: { scope: { zones: [certification.zone, production.zone] } },
    onPage: (page) => {
      statements += page.statements.length;
    },
  });

  assert.equal(statements, store.observations.size);
  assert.deepEqual(keysOf(store), idsOf(oneTenant.certification));
  assert.equal(calls, 1);
});

test('hosts by id and hosts by name are read together, each problem of either', async () => {
  const { topology, problems } = small.certification;
  const [one, other] = [topology.hosts[0]!, topology.hosts.at(-1)!];
  const onHost = (name: string) =>
    problems.filter(({ processes }) =>
      processes.some(({ at }) => topology.hosts[topology.processes[at]!.host]!.name === name),
    );
  const { collect, store } = await environmentOf(small.certification);

  const { calls } = await collect({ settings: { scope: { hosts: [one.id, other.name] } } });

  const expected = [...onHost(one.name), ...onHost(other.name)].map(({ id }) => id);
  assert.deepEqual(
    expected.filter((id) => !store.observations.has(id)),
    [],
  );
  assert.ok(store.observations.size < problems.length);
  // Two lists, and once by id and once by name whether the hosts are there.
  assert.equal(calls, 4);
});

test('a problem that two selectors find has its details read once', async () => {
  const { topology } = small.certification;
  const { collect, store, emulator } = await environmentOf(small.certification);
  const hosts = [...topology.hosts.map(({ id }) => id), ...topology.hosts.map(({ name }) => name)];
  emulator.control.setLatency({ detail: 20 });

  const { coverage } = await collect({ wants: WITH_DETAILS, settings: { scope: { hosts } } });

  const { requests } = emulator.stats();
  assert.equal(coverage?.complete, true);
  assert.equal(requests.list, 2);
  assert.equal(requests.detail, store.details.size);
});

test('what a job asks for narrows the settings, and never widens them', async () => {
  const { collect, store } = await environmentOf(oneTenant.certification);
  const zone: Label = { kind: 'zone', id: 'Production', name: 'Production' };

  const refused = await collect({ labels: [zone], settings: { scope: { zones: ['Certification'] } } });
  const narrowed = await collect({ labels: [{ kind: 'technology', id: 'JAVA' }] });

  assert.match(refused.error instanceof Error ? refused.error.message : '', /zone Production/);
  assert.equal(narrowed.coverage?.complete, true);
  assert.ok([...store.observations.values()].every(({ labels }) => labels.some(({ id }) => id === 'JAVA')));
});

test('asking for more than the last pass read makes an incremental pass a full one', async () => {
  const { collect, store } = await environmentOf(small.certification);
  const list = await collect();

  const { coverage } = await collect({ wants: WITH_DETAILS, pass: 'incremental', after: list.cursor });

  assert.equal(coverage?.closes, true);
  assert.equal(store.details.size, small.certification.problems.length);
});

test('names that may not be read leave findings and places whole, the run partial, and are asked for again', async () => {
  const { collect, store, emulator } = await environmentOf(small.certification, [
    { kind: 'missing-scope', on: ['entities'], name: 'scope' },
  ]);

  const first = await collect({ wants: WITH_NAMES });
  emulator.control.clearFaults();
  const second = await collect({ wants: WITH_NAMES, pass: 'incremental', after: first.cursor });

  assert.equal(first.coverage?.complete, false);
  assert.match(first.coverage?.reasons.join() ?? '', /names of .* could not be read/);
  assert.deepEqual(first.rejected, []);
  assert.deepEqual(keysOf(store), idsOf(small.certification));
  assert.equal(second.coverage?.complete, true);
  const nameless = [...store.details.values()]
    .flatMap(({ labels }) => labels)
    .filter(({ kind, name }) => kind === 'host' && !name);
  assert.deepEqual(nameless, []);
});

test('details that failed are read by the next incremental pass, however old their problem is', async () => {
  const { collect, store, emulator } = await environmentOf(small.certification, [
    { kind: 'status', on: ['detail'], status: 500, ids: some },
  ]);
  const first = await collect({ wants: WITH_DETAILS, client: STEADY });
  emulator.control.clearFaults();

  const second = await collect({ wants: WITH_DETAILS, pass: 'incremental', after: first.cursor });

  assert.deepEqual(
    some.filter((id) => !store.details.has(id)),
    [],
  );
  assert.equal(second.coverage?.complete, true);
  assert.ok(second.calls <= 1 + some.length);
});

test('a problem that is gone between list and detail is not mentioned, and the run is whole', async () => {
  const { collect, store, emulator } = await environmentOf(small.certification);
  const gone = small.certification.problems[5]!.id;
  emulator.control.addFault({
    kind: 'change-data',
    on: ['list'],
    times: 1,
    mutations: [{ do: 'remove', id: gone }],
  });

  const { coverage, rejected } = await collect({ wants: WITH_DETAILS });

  assert.equal(store.observations.has(gone), false);
  assert.equal(store.observations.size, small.certification.problems.length - 1);
  assert.deepEqual(rejected, []);
  assert.equal(coverage?.complete, true);
});

test('the details of a page are under way while the next page is read', async () => {
  const { collect, emulator } = await environmentOf(large.certification);
  emulator.control.setLatency({ list: 30, detail: 10 });

  const { coverage } = await collect({ wants: WITH_DETAILS, client: { limits: { maxWorkers: 40 } } });

  const { requests, maxInFlight, elapsedMs } = emulator.stats();
  assert.equal(coverage?.complete, true);
  assert.equal(requests.detail, large.certification.problems.length);
  assert.ok(maxInFlight >= 30, `${maxInFlight} in flight`);
  assert.ok(elapsedMs < 10 * requests.detail!, 'not one after another');
});

function ids(tenant: TenantData, count: number): string[] {
  return tenant.problems.slice(10, 10 + count).map(({ id }) => id);
}
