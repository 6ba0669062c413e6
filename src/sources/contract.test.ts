/**
 * What every source promises, whatever its vendor. A source brings `fixtures/vendor.ts` (a small vendor with one
 * record that cannot be read) and is tested through its own client, behind which the network is a function.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import {
  type ContractVendor,
  type VendorAnswer,
  type VendorCall,
  vendorClient,
} from '../../test/support/vendor.ts';
import { isGatehouseError } from '../domain/errors.ts';
import type { Coverage, Observation, ObservationDetail, Rejected } from '../domain/statement.ts';
import { type AnySource, SOURCES, sourceOfKind } from './registry.ts';
import type { Detail, Job, Page, Pass, Seen } from './source.ts';

const NOW = Date.UTC(2026, 10, 20);
const EVERYTHING: ReadonlySet<Detail> = new Set(['occurrences', 'entity-names']);

for (const source of SOURCES) {
  const { vendor } = (await import(`./${source.kind}/fixtures/vendor.ts`)) as { vendor: ContractVendor };
  describe(`source ${source.kind}`, () => contract(source, vendor));
}

test('every folder of a source is in the registry under its own name', () => {
  const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  assert.deepEqual(SOURCES.map(({ kind }) => kind).toSorted(), folders.toSorted());
  for (const folder of folders) assert.equal(sourceOfKind(folder)?.kind, folder);
});

function contract(source: AnySource, vendor: ContractVendor): void {
  test('the settings in its README parse', () => {
    const readme = readFileSync(new URL(`./${source.kind}/README.md`, import.meta.url), 'utf8');
    const examples = [...readme.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => parseYaml(text!));

    assert.ok(examples.length > 0);
    for (const example of examples) source.settings.parse(example);
  });

  test('each of its probes is answered, and names the right that it takes', async () => {
    const { http, settings } = await connect(source, vendor);
    const probes = source.probes(settings);

    assert.equal(probes[0].detail, undefined, 'the first is a call that every pass makes');
    assert.equal(new Set(probes.map(({ right }) => right)).size, probes.length);
    for (const { path, query, right, reads } of probes) {
      assert.match(`${right} ${reads}`, /^\S+ \S/);
      assert.equal((await http.getJson(path, { query })).status, 200);
    }
  });

  test('a setting it does not know is refused by its name', () => {
    const parsed = source.settings.safeParse({ ...vendor.settings, invented: true });

    assert.match(parsed.error?.message ?? '', /invented/);
  });

  test('every record is given, and the one that cannot be read is rejected with its key', async () => {
    const { store, coverage } = await run(source, vendor);

    assert.deepEqual([...store.observations.keys()].toSorted(), [...vendor.keys].toSorted());
    assert.deepEqual(
      store.rejected.map(({ key }) => key),
      [vendor.brokenKey],
    );
    assert.notEqual(store.rejected[0]?.reason, '');
    assert.equal(coverage.complete, false);
    assert.ok(coverage.reasons.length > 0);
  });

  test('without the broken record the run is complete and may close', async () => {
    const { store, coverage } = await run(source, vendor, { records: withoutBroken(vendor) });

    assert.deepEqual(store.rejected, []);
    assert.equal(coverage.complete, true);
    assert.equal(coverage.closes, true);
  });

  test('a cursor survives being written as JSON', async () => {
    const { pages } = await run(source, vendor);

    assert.ok(pages.length > 1);
    for (const { cursor } of pages) {
      const read = JSON.parse(JSON.stringify(cursor));
      assert.deepEqual(JSON.parse(JSON.stringify(source.cursor.parse(read))), read);
    }
  });

  test('resuming after any page gives the rest', async () => {
    const whole = await run(source, vendor);

    for (let stored = 1; stored < whole.pages.length; stored += 1) {
      const store = memory();
      const first = await run(source, vendor, { store, stopAfter: stored });
      const rest = await run(source, vendor, { store, after: JSON.parse(JSON.stringify(first.cursor)) });

      assert.deepEqual(store.contents(), whole.store.contents(), `after page ${stored}`);
      assert.ok(rest.pages.length < whole.pages.length, 'it went on instead of starting over');
      assert.equal(rest.coverage.complete, whole.coverage.complete);
    }
  });

  test('reading the list first and the details later ends like reading both at once', async () => {
    const atOnce = await run(source, vendor);
    const store = memory();
    const list = await run(source, vendor, { store, wants: new Set() });

    await run(source, vendor, { store, after: list.cursor, pass: 'incremental' });

    assert.deepEqual(store.contents(), atOnce.store.contents());
  });

  test('a second pass over unchanged records reads no detail again', async () => {
    const records = withoutBroken(vendor);
    const first = await run(source, vendor, { records });

    const again = await run(source, vendor, { records, store: first.store, after: first.cursor });
    const changes = await run(source, vendor, {
      records,
      store: first.store,
      after: first.cursor,
      pass: 'incremental',
    });

    assert.ok(again.calls.length < first.calls.length);
    assert.ok(changes.calls.length <= 2);
    assert.equal(changes.coverage.closes, false);
  });

  test('no host is called but the configured one', async () => {
    const { calls } = await run(source, vendor);

    assert.deepEqual([...new Set(calls.map(({ host }) => host))], [vendor.host]);
  });

  test('aborting between pages ends the run as cancelled, and no call follows', async () => {
    const abort = new AbortController();
    const started = await start(source, vendor, { signal: abort.signal });
    await started.pages.next();

    abort.abort();
    const callsBefore = started.calls.length;

    await assert.rejects(
      drain(started.pages),
      (error) => isGatehouseError(error) && error.code === 'cancelled',
    );
    assert.equal(started.calls.length, callsBefore);
  });

  test('aborting during a call that never answers ends the run at once', async () => {
    const abort = new AbortController();
    const answer = (): VendorAnswer => {
      setImmediate(() => abort.abort());
      return { hang: true };
    };
    const started = await start(source, vendor, { signal: abort.signal, answer });

    await assert.rejects(
      drain(started.pages),
      (error) => isGatehouseError(error) && error.code === 'cancelled',
    );
  });

  test('a reader that leaves early leaves nothing running', async () => {
    const started = await start(source, vendor);
    await started.pages.next();

    await started.pages.return(EMPTY);
    const callsBefore = started.calls.length;
    await new Promise(setImmediate);

    assert.equal(started.calls.length, callsBefore);
  });

  for (const [what, answer] of Object.entries<VendorAnswer>({
    'without its list': { body: {} },
    'that is null': { body: null },
    'that is a page for people': { text: '<!doctype html><title>Log in</title>' },
    'that is cut short': { text: '{"totalCount": 3, ' },
  })) {
    test(`a reply ${what} is an error that names the path, never an empty page`, async () => {
      const started = await start(source, vendor, { answer: () => answer });

      await assert.rejects(drain(started.pages), (error) => {
        assert.ok(isGatehouseError(error));
        assert.equal(error.code, 'source-unavailable');
        assert.match(error.message, new RegExp(`${source.kind}-under-test.*/?\\w+`));
        return true;
      });
    });
  }

  test('a refused token is an error that says so', async () => {
    const started = await start(source, vendor, { answer: () => ({ status: 401, body: {} }) });

    await assert.rejects(
      drain(started.pages),
      (error) => isGatehouseError(error) && error.code === 'unauthenticated',
    );
  });

  test('whatever a record says, the run ends, and the record is given or rejected', async () => {
    const records = withoutBroken(vendor);
    const leaves = records.flatMap((record, at) => pathsOf(record).map((path) => [at, ...path]));
    const spoilt = fc.oneof(
      fc.constant(null),
      fc.constant('INVENTED_LATER'),
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.boolean(),
      fc.constant([]),
      fc.constant({ __proto__: null }),
    );
    const change = fc.tuple(fc.constantFrom(...leaves), spoilt);

    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const changed = changes.reduce<readonly unknown[]>(
          (all, [[at, ...path], value]) => all.with(Number(at), replaced(all[Number(at)], path, value)),
          records,
        );
        const { pages, store } = await run(source, vendor, { records: changed, wants: new Set() });
        const given = pages.flatMap(({ statements }) => statements);

        assert.equal(given.length + store.rejected.length, records.length);
      }),
      { numRuns: 100 },
    );
  });
}

const EMPTY: Coverage = {
  observedAt: 0,
  assets: 'all',
  classes: 'all',
  labels: 'all',
  closes: false,
  complete: false,
  reasons: [],
};

interface Memory {
  readonly observations: Map<string, Observation>;
  readonly details: Map<string, ObservationDetail>;
  readonly rejected: Rejected[];
  save(page: Page<unknown>): void;
  seen(key: string): Promise<Seen | undefined>;
  contents(): unknown;
}

/** As a store keeps it: the latest statement of each entry, its main part and its detail apart. */
function memory(): Memory {
  const observations = new Map<string, Observation>();
  const details = new Map<string, ObservationDetail>();
  const rejected: Rejected[] = [];
  const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    observations,
    details,
    rejected,
    save(page) {
      for (const statement of page.statements) {
        if (statement.kind === 'observation') observations.set(statement.key ?? '', statement);
        if (statement.kind === 'detail') details.set(statement.key, statement);
      }
      rejected.push(...page.rejected);
    },
    async seen(key) {
      const observation = observations.get(key);
      return observation && { revision: observation.revision, detailRevision: details.get(key)?.revision };
    },
    contents: () => ({
      observations: sorted(observations),
      details: sorted(details),
      rejected: [...new Set(rejected.map(({ key }) => key))],
    }),
  };
}

interface RunOptions {
  readonly records?: readonly unknown[];
  readonly wants?: ReadonlySet<Detail>;
  readonly pass?: Pass;
  readonly after?: unknown;
  readonly store?: Memory;
  readonly stopAfter?: number;
  readonly signal?: AbortSignal;
  readonly answer?: (call: VendorCall) => VendorAnswer;
}

async function connect(source: AnySource, vendor: ContractVendor, options: RunOptions = {}) {
  const { records = vendor.records } = options;
  const answer = options.answer ?? ((call) => vendor.answer(records, call));
  const { calls, createClient, log } = vendorClient({ answer, date: () => NOW });
  const settings = source.settings.parse(vendor.settings);
  const sourceId = `${source.kind}-under-test`;
  const http = await source.connect(settings, {
    sourceId,
    environment: vendor.environment,
    createClient,
    log,
  });
  return { settings, sourceId, http, calls };
}

async function start(source: AnySource, vendor: ContractVendor, options: RunOptions = {}) {
  const { store = memory() } = options;
  const { settings, sourceId, http, calls } = await connect(source, vendor, options);
  const job: Job<unknown, unknown> = {
    sourceId,
    settings,
    scope: { labels: [] },
    wants: options.wants ?? EVERYTHING,
    pass: options.pass ?? 'full',
    after: options.after,
    seen: (key) => store.seen(key),
    http,
    now: () => NOW,
    signal: options.signal ?? new AbortController().signal,
  };
  return { pages: source.collect(job), calls, store };
}

async function run(source: AnySource, vendor: ContractVendor, options: RunOptions = {}) {
  const { pages: given, calls, store } = await start(source, vendor, options);
  const pages: Page<unknown>[] = [];
  while (true) {
    const next = await given.next();
    if (next.done) return { pages, calls, store, coverage: next.value, cursor: pages.at(-1)?.cursor };
    store.save(next.value);
    pages.push(next.value);
    if (pages.length !== options.stopAfter) continue;
    await given.return(EMPTY);
    return { pages, calls, store, coverage: EMPTY, cursor: next.value.cursor };
  }
}

async function drain(pages: AsyncGenerator<unknown>): Promise<void> {
  while (!(await pages.next()).done);
}

function withoutBroken(vendor: ContractVendor): readonly unknown[] {
  return vendor.records.filter((record) => !JSON.stringify(record).includes(`"${vendor.brokenKey}"`));
}

type Way = readonly (string | number)[];

function pathsOf(value: unknown): Way[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const inside = Object.entries(value).flatMap(([key, part]) =>
    pathsOf(part).map((path) => [Array.isArray(value) ? Number(key) : key, ...path]),
  );
  return [[], ...inside];
}

function replaced(value: unknown, [step, ...rest]: Way, by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((part, at) => (at === step ? replaced(part, rest, by) : part));
  if (typeof value !== 'object' || value === null) return value;
  return { ...value, [step]: replaced(Reflect.get(value, step), rest, by) };
}
