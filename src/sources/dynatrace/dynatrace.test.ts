import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type VendorAnswer, type VendorCall, vendorClient } from '../../../test/support/vendor.ts';
import type { Label } from '../../domain/statement.ts';
import { Secret } from '../../platform/secret.ts';
import type { Detail, Pass } from '../source.ts';
import { readAddress } from './addresses.ts';
import { beginOrResume } from './begin.ts';
import type { ChunkRead } from './chunk.ts';
import { reachesBefore } from './collect.ts';
import { packageUrl } from './components.ts';
import { oddityOf } from './connect.ts';
import type { DynatraceCursor } from './cursor.ts';
import { ProblemDetail, toDetail } from './details.ts';
import { vendor } from './fixtures/vendor.ts';
import { dynatrace } from './index.ts';
import { advance, finished, idsFound } from './progress.ts';
import { isSameForDetails, Problem, readRow, toObservation } from './records.ts';
import { narrowed, selectorsOf } from './selector.ts';

const ASSET = { kind: 'environment', name: 'abc10001' } as const;
const HOUR_MS = 3_600_000;

function aProblem(facts: Readonly<Record<string, unknown>> = {}): Problem {
  return Problem.parse({
    securityProblemId: '17',
    status: 'OPEN',
    vulnerabilityType: 'THIRD_PARTY',
    technology: 'JAVA',
    packageName: 'org.example:parser',
    lastUpdatedTimestamp: 1_760_000_000_000,
    ...facts,
  });
}

const observed = (facts?: Readonly<Record<string, unknown>>) => toObservation(aProblem(facts), ASSET);
const definedOnly = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('addresses', () => {
  const known = 'abc12345';
  for (const [text, api] of [
    ['https://abc12345.live.dynatrace.com', 'https://abc12345.live.dynatrace.com/api/v2'],
    ['https://abc12345.live.dynatrace.com/', 'https://abc12345.live.dynatrace.com/api/v2'],
    ['https://abc12345.live.dynatrace.com/api/v2/', 'https://abc12345.live.dynatrace.com/api/v2'],
    ['https://monitoring.example.org/e/abc12345', 'https://monitoring.example.org/e/abc12345/api/v2'],
    ['https://gate.example.org:9999/e/abc12345/api/v2', 'https://gate.example.org:9999/e/abc12345/api/v2'],
    ['https://gate.example.org:9999/e/ABC12345//', 'https://gate.example.org:9999/e/ABC12345/api/v2'],
    ['http://127.0.0.1:4000/e/abc12345', 'http://127.0.0.1:4000/e/abc12345/api/v2'],
  ] as const) {
    test(`${text} is ${api}, and the environment is the same behind every door`, () => {
      assert.deepEqual(readAddress(text), { api, environmentId: known });
    });
  }

  for (const [text, advice] of [
    ['https://abc12345.apps.dynatrace.com', /use https:\/\/abc12345\.live\.dynatrace\.com$/],
    ['https://abc12345.apps.dynatrace.com/ui/apps', /use https:\/\/abc12345\.live/],
    ['http://abc12345.live.dynatrace.com', /must begin with https/],
    ['https://monitoring.example.org', /names no environment/],
    ['https://monitoring.example.org/e/abc/ui/settings', /no environment \(\/e\/abc\/ui\/settings\)/],
    ['https://user:secret@abc12345.live.dynatrace.com', /must not carry a user/],
    ['https://abc12345.live.dynatrace.com/?x=1', /must end after the environment/],
    ['abc12345', /is not an address/],
  ] as const) {
    test(`${text} is refused with what to use instead`, () => {
      assert.match(String(readAddress(text)), advice);
    });
  }
});

describe('settings', () => {
  const parse = (facts: object) => dynatrace.settings.safeParse({ ...vendor.settings, ...facts });

  test('all problems are told at once, by path', () => {
    const { error } = parse({
      url: 'nowhere',
      token: {},
      windowDays: 400,
      scope: { tags: ['x'.repeat(49)] },
    });

    assert.deepEqual(
      error?.issues.map(({ path }) => path.join('.')),
      ['url', 'token', 'scope.tags.0', 'windowDays'],
    );
  });

  test('a token in plain text is refused, and not repeated', () => {
    const { error } = parse({ token: 'dt0c01.ABC.SECRET' });

    assert.equal(error?.message.includes('SECRET'), false);
    assert.ok(error);
  });

  test('the hold time is a day unless it is set', () => {
    assert.equal(dynatrace.holdMs(parse({}).data!), 24 * HOUR_MS);
    assert.equal(dynatrace.holdMs(parse({ holdHours: 2 }).data!), 2 * HOUR_MS);
  });
});

describe('the token', () => {
  test('of the vendor is used without a word', () => {
    assert.equal(oddityOf(new Secret(vendor.environment.DYNATRACE_TOKEN!)), undefined);
  });

  test('of another form is used with a warning that never shows its secret part', () => {
    const odd = oddityOf(new Secret('dt0c01.PUBLIC.SECRETPART'));
    const odder = oddityOf(new Secret('SECRETPART'));

    assert.match(odd ?? '', /dt0c01\.PUBLIC /);
    assert.doesNotMatch(`${odd}${odder}`, /SECRETPART/);
  });
});

describe('packages', () => {
  for (const [name, technology, type, purl] of [
    ['org.example:parser', 'JAVA', 'THIRD_PARTY', 'pkg:maven/org.example/parser'],
    ['parser', 'JAVA', 'THIRD_PARTY', 'pkg:generic/parser'],
    ['lodash', 'NODE_JS', 'THIRD_PARTY', 'pkg:npm/lodash'],
    ['@example/merge', 'NODE_JS', 'THIRD_PARTY', 'pkg:npm/%40example/merge'],
    ['Newtonsoft.Json', 'DOTNET', 'THIRD_PARTY', 'pkg:nuget/Newtonsoft.Json'],
    ['golang.org/x/net', 'GO', 'THIRD_PARTY', 'pkg:golang/golang.org/x/net'],
    ['twig/twig', 'PHP', 'THIRD_PARTY', 'pkg:composer/twig/twig'],
    ['Pillow_Simd', 'PYTHON', 'THIRD_PARTY', 'pkg:pypi/pillow-simd'],
    ['k8s.io/kubernetes', 'KUBERNETES', 'THIRD_PARTY', 'pkg:generic/k8s.io/kubernetes'],
    ['Node.js runtime', 'NODE_JS', 'RUNTIME', 'pkg:generic/Node.js%20runtime'],
    [undefined, 'NODE_JS', 'RUNTIME', 'pkg:generic/nodejs'],
    ['parser', 'INVENTED_LATER', 'THIRD_PARTY', 'pkg:generic/parser'],
    [undefined, 'JAVA', 'THIRD_PARTY', undefined],
    ['\ud800', 'PYTHON', 'THIRD_PARTY', 'pkg:pypi/%EF%BF%BD'],
  ] as const) {
    test(`${technology} ${name} (${type}) is ${purl}`, () => {
      assert.equal(packageUrl(name, technology, type), purl);
    });
  }
});

describe('a problem', () => {
  test('with several CVEs names several defects, none an alias of another', () => {
    const { defects } = observed({
      cveIds: ['CVE-2026-2', 'CVE-2026-1', 'CVE-2026-2'],
      externalVulnerabilityId: 'X-1',
    });

    assert.deepEqual(defects, [
      { kind: 'vulnerability', id: 'CVE-2026-1', aliases: [] },
      { kind: 'vulnerability', id: 'CVE-2026-2', aliases: [] },
    ]);
  });

  test('without a CVE is known by its external id, else by its own', () => {
    const idsOf = (facts: object) => observed({ ...facts }).defects.map(({ id }) => id);

    assert.deepEqual(idsOf({ cveIds: [], externalVulnerabilityId: 'X-1' }), ['X-1']);
    assert.deepEqual(idsOf({ cveIds: null, externalVulnerabilityId: ' ' }), ['17']);
  });

  test('in our own code is a rule at a place; the line is shown and the problem id tells it apart', () => {
    const observation = observed({
      vulnerabilityType: 'CODE_LEVEL',
      codeLevelVulnerabilityDetails: {
        type: 'SSRF',
        vulnerabilityLocation: 'org.example.Fetcher.load(String):88',
        processGroupIds: ['PROCESS_GROUP-00000000000000A1'],
        processGroups: ['fetcher'],
      },
    });

    assert.equal(observation.class, 'code');
    assert.deepEqual(observation.defects, [{ kind: 'rule', tool: 'dynatrace', id: 'SSRF' }]);
    assert.deepEqual(definedOnly(observation.location), {
      file: 'org.example.Fetcher.load(String)',
      line: 88,
      fingerprint: '17',
    });
    assert.equal(observation.component, undefined);
    assert.deepEqual(observation.labels, [
      { kind: 'technology', id: 'JAVA' },
      { kind: 'process-group', id: 'PROCESS_GROUP-00000000000000A1', name: 'fetcher' },
    ]);
  });

  test('that is resolved, reopened or muted says so with the times the vendor gives', () => {
    const times = { firstSeenTimestamp: 100, lastResolvedTimestamp: 300, lastOpenedTimestamp: 400 };

    assert.deepEqual(definedOnly(observed(times).life), {
      state: 'open',
      firstSeenAt: 100,
      resolvedAt: 300,
      reopenedAt: 400,
    });
    assert.equal(observed({ ...times, status: 'RESOLVED' }).life.state, 'resolved');
    assert.equal(observed({ firstSeenTimestamp: 100, lastOpenedTimestamp: 101 }).life.reopenedAt, undefined);
    assert.deepEqual(observed({ muted: true }).setAside, [
      { kind: 'vendor-mute', issuer: 'dynatrace', reason: 'muted in Dynatrace' },
    ]);
  });

  for (const [level, severity] of [
    ['CRITICAL', 'critical'],
    ['NONE', 'info'],
    ['SEVERE', 'unknown'],
    [null, 'unknown'],
    [undefined, 'unknown'],
  ] as const) {
    test(`of risk level ${level} has severity ${severity}`, () => {
      assert.equal(observed({ riskAssessment: { riskLevel: level } }).severity, severity);
    });
  }

  test('whose function usage is missing could not be assessed; other facts that are missing are not stated', () => {
    assert.deepEqual(definedOnly(observed().assessment), { functionUsage: 'not-available' });
    assert.deepEqual(
      definedOnly(
        observed({ riskAssessment: { exposure: 'NEW_WORD', publicExploit: 'NOT_AVAILABLE' } }).assessment,
      ),
      { functionUsage: 'not-available', exposure: 'not-available', exploit: 'not-available' },
    );
  });

  for (const [what, record] of Object.entries({
    'is no object': 'garbage',
    'has no id': { status: 'OPEN' },
    'has an id that lost its digits': { securityProblemId: Number('11684172015391478001') },
    'has CVEs that are no list': { securityProblemId: '17', cveIds: 'CVE-2026-1' },
    'has a zone without id': { securityProblemId: '17', managementZones: [{ name: 'Checkout' }] },
  })) {
    test(`that ${what} is rejected, not guessed`, () => {
      const row = readRow(record, ASSET, 'securityProblems[0]');

      assert.ok('reason' in row);
      assert.equal(
        row.key,
        typeof record === 'object' &&
          'securityProblemId' in record &&
          typeof record.securityProblemId === 'string'
          ? '17'
          : undefined,
      );
    });
  }
});

describe('the revision', () => {
  const revision = (facts?: object) => observed({ ...facts }).revision;

  test('changes with everything that is stated', () => {
    const changes = [
      {},
      { muted: true },
      { managementZones: [{ id: '1', name: 'A' }] },
      { lastUpdatedTimestamp: 2 },
      { title: 'New' },
    ];

    assert.equal(new Set(changes.map((facts) => revision(facts))).size, changes.length);
  });

  test('does not change with the order of zones, nor with attacks that come and go', () => {
    const zones = [
      { id: '1', name: 'A' },
      { id: '2', name: 'B' },
    ];

    assert.equal(revision({ managementZones: zones }), revision({ managementZones: zones.toReversed() }));
    assert.equal(
      revision({ globalCounts: { relatedAttacks: 1 } }),
      revision({ globalCounts: { relatedAttacks: 2 } }),
    );
  });

  test('says that details are stale when the vendor changed the problem or what it counts, not for a zone', () => {
    const before = revision();

    assert.equal(isSameForDetails(revision({ managementZones: [{ id: '1' }] }), before), true);
    assert.equal(isSameForDetails(revision({ globalCounts: { relatedHosts: 2 } }), before), false);
    assert.equal(isSameForDetails(revision({ lastUpdatedTimestamp: 2 }), before), false);
    assert.equal(isSameForDetails(before, undefined), false);
  });
});

describe('details', () => {
  const detailed = (facts: object) =>
    toDetail(ProblemDetail.parse({ securityProblemId: '17', ...facts }), () => undefined);

  for (const [packageName, names, version] of [
    ['org.yaml:snakeyaml', { displayName: 'org.yaml:snakeyaml:1.26' }, '1.26'],
    ['org.yaml:snakeyaml', { fileName: 'snakeyaml-1.26.jar', shortName: 'snakeyaml' }, '1.26'],
    ['lodash', { displayName: 'lodash@4.17.15' }, '4.17.15'],
    ['lodash', { displayName: 'lodash', fileName: 'lodash/package.json' }, undefined],
    ['golang.org/x/net', { displayName: 'golang.org/x/net@v0.7.0' }, 'v0.7.0'],
    ['pillow', { fileName: 'pillow-8.1.0.dist-info' }, '8.1.0'],
    [undefined, { displayName: 'something 1.2' }, undefined],
  ] as const) {
    test(`${JSON.stringify(names)} of ${packageName} has version ${version}`, () => {
      const { occurrences } = detailed({ packageName, vulnerableComponents: [names] });

      assert.equal(occurrences[0]?.version, version);
    });
  }

  test('a place counts once, whether component, process, host or image names it', () => {
    const { occurrences } = detailed({
      affectedEntities: ['PROCESS_GROUP_INSTANCE-1', 'PROCESS_GROUP_INSTANCE-2'],
      vulnerableComponents: [{ fileName: 'a.jar', affectedEntities: ['PROCESS_GROUP_INSTANCE-1'] }],
      relatedEntities: {
        hosts: [{ id: 'HOST-1', affectedEntities: ['PROCESS_GROUP_INSTANCE-1'] }, { id: 'HOST-2' }],
      },
      relatedContainerImages: [
        {
          containerImages: [
            { imageName: 'shop:1', affectedEntities: ['PROCESS_GROUP_INSTANCE-2'] },
            { imageName: 'shop:2' },
          ],
        },
      ],
    });

    assert.deepEqual(occurrences, [
      { path: 'a.jar', entity: 'PROCESS_GROUP_INSTANCE-1' },
      { imageVersion: 'shop:1', entity: 'PROCESS_GROUP_INSTANCE-2' },
      { entity: 'HOST-2' },
      { imageVersion: 'shop:2' },
    ]);
  });
});

test('whatever a detail says, it is read or refused, and never breaks the run', () => {
  const entity = fc.constantFrom('HOST-1', 'PROCESS_GROUP_INSTANCE-1', '', '__proto__');
  const entities = fc.option(fc.array(entity));
  const word = fc.option(fc.string({ unit: 'binary', maxLength: 12 }));
  const related = fc.option(fc.array(fc.record({ id: entity, affectedEntities: entities })));
  const detail = fc.record(
    {
      securityProblemId: fc.constant('17'),
      packageName: word,
      affectedEntities: entities,
      vulnerableComponents: fc.option(
        fc.array(
          fc.record({ displayName: word, shortName: word, fileName: word, affectedEntities: entities }),
        ),
      ),
      relatedEntities: fc.option(
        fc.record({ hosts: related, kubernetesClusters: related }, { requiredKeys: [] }),
      ),
      relatedContainerImages: fc.option(
        fc.oneof(fc.constant([]), fc.record({ containerImages: fc.constant(null) })),
      ),
      description: fc.oneof(word, fc.integer()),
      status: fc.constant('INVENTED_LATER'),
    },
    { requiredKeys: ['securityProblemId'] },
  );

  fc.assert(
    fc.property(detail, (record) => {
      const told = toDetail(ProblemDetail.parse(record), () => undefined);

      assert.equal(told.key, '17');
      const places = told.occurrences.flatMap(({ entity, path, version }) => [
        [entity, path, version].join(' '),
      ]);
      assert.ok(places.length >= new Set(record.affectedEntities ?? []).size);
    }),
  );
});

describe('selectors', () => {
  const zone = (name: string): Label => ({ kind: 'zone', id: name, name });
  const host = (id: string): Label => ({ kind: 'host', id });

  test('no scope is everything', () => {
    assert.deepEqual(selectorsOf([]), ['']);
  });

  test('values of a kind are alternatives, kinds must all match, and quotes are escaped', () => {
    assert.deepEqual(selectorsOf([zone('A "b" ~c'), zone('D'), { kind: 'technology', id: 'JAVA' }]), [
      'technology("JAVA"),managementZones("A ~"b~" ~~c","D")',
    ]);
  });

  test('ids and names cannot share a criterion: each gets a selector of its own', () => {
    assert.deepEqual(selectorsOf([host('HOST-00000000000000A1'), host('shop-01'), zone('A')]), [
      'relatedHostIds("HOST-00000000000000A1"),managementZones("A")',
      'relatedHostNames("shop-01"),managementZones("A")',
    ]);
  });

  test('a scope that is too long for one address is asked for in pieces', () => {
    const hosts = Array.from({ length: 400 }, (_, n) => host(`HOST-${String(n).padStart(16, '0')}`));

    const selectors = selectorsOf(hosts);

    assert.ok(selectors.every(({ length }) => length < 2000));
    assert.equal(new Set(selectors.join().match(/HOST-\d{16}/g)).size, 400);
  });

  test('what a job asks for inside the settings is read, what it asks for outside is refused', () => {
    assert.deepEqual(narrowed([zone('A'), zone('B')], [zone('B')]), [zone('B')]);
    assert.deepEqual(narrowed([zone('A')], [host('x')]), [zone('A'), host('x')]);
    assert.throws(() => narrowed([zone('A')], [zone('C')]), /zone C/);
  });
});

describe('which pass is made', () => {
  const DONE: DynatraceCursor = { version: 1, scope: 's', depth: 'occurrences', watermark: 5, fullAt: 1000 };
  const wish = {
    pass: 'incremental' as Pass,
    depth: 'list' as const,
    scope: 's',
    fullPassMs: HOUR_MS,
    now: 2000,
  };
  const kindOf = (cursor: DynatraceCursor | undefined, facts: object = {}) =>
    beginOrResume(cursor, { ...wish, ...facts }).pass.kind;

  test('an incremental one goes on from a full one that is recent and as deep', () => {
    assert.equal(kindOf(DONE), 'incremental');
    assert.equal(kindOf(DONE, { now: 1000 + HOUR_MS }), 'incremental');
  });

  test('a full one where an incremental one would leave a hole', () => {
    assert.equal(kindOf(undefined), 'full');
    assert.equal(kindOf(DONE, { now: 1001 + HOUR_MS }), 'full', 'the last full pass is too old');
    assert.equal(kindOf(DONE, { now: 999 }), 'full', 'the clock was set back');
    assert.equal(kindOf(DONE, { depth: 'names' }), 'full', 'more is wanted than was read');
    assert.equal(kindOf(DONE, { scope: 't' }), 'full', 'another scope');
    assert.equal(kindOf({ ...DONE, fullAt: undefined }), 'full', 'the last full pass had a hole');
  });

  test('a full pass under way is finished first; one that waited a day, or an incremental one, is not', () => {
    const { pass } = beginOrResume(undefined, { ...wish, pass: 'full' });
    const midway = (facts: object) => ({ ...DONE, pass: { ...pass, key: 'k', ...facts } });
    const keyAfter = (cursor: DynatraceCursor, facts: object = {}) =>
      beginOrResume(cursor, { ...wish, ...facts }).pass.key;

    assert.equal(keyAfter(midway({})), 'k');
    assert.equal(keyAfter(midway({ kind: 'incremental' })), 'k');
    assert.equal(keyAfter(midway({ kind: 'incremental' }), { pass: 'full' }), undefined);
    assert.equal(keyAfter(midway({}), { now: 2001 + 24 * HOUR_MS }), undefined);
    assert.equal(keyAfter(midway({}), { depth: 'names' }), undefined);
  });
});

describe('the mark that a pass leaves', () => {
  const chunk = (facts: Partial<ChunkRead>): ChunkRead => ({
    page: {
      at: { selector: 0 },
      next: undefined,
      records: [],
      isEnd: true,
      total: 0,
      serverAt: 1000,
      startedOver: false,
    },
    offset: 0,
    records: [],
    skipped: 0,
    isLast: true,
    statements: [],
    rejected: [],
    keys: [],
    changes: [],
    again: undefined,
    reasons: [],
    isListWhole: true,
    ...facts,
  });
  const { cursor, pass } = beginOrResume(undefined, {
    pass: 'full',
    depth: 'list',
    scope: 's',
    fullPassMs: HOUR_MS,
    now: 7,
  });
  const after = (facts: Partial<ChunkRead>) =>
    finished(cursor, advance(pass, chunk(facts), { wanted: [], distinct: 0, now: 7 }));

  test('is the latest change that was read, by the vendor, and when the pass began, by us', () => {
    assert.deepEqual(definedOnly(after({ changes: [300, 900, 500] })), {
      version: 1,
      scope: 's',
      depth: 'list',
      watermark: 900,
      fullAt: 7,
    });
  });

  test('is never later than the pass itself: a change from the future would hide all others until then', () => {
    assert.equal(after({ changes: [900, 1_000_000] }).watermark, 900);
    assert.equal(after({ changes: [] }).watermark, 1000);
  });

  test('stays where it was when nothing changed since', () => {
    const marked = { ...cursor, watermark: 600 };

    const left = finished(
      marked,
      advance({ ...pass, kind: 'incremental' }, chunk({}), { wanted: [], distinct: 0, now: 7 }),
    );

    assert.equal(left.watermark, 600);
  });

  test('goes back to what must be read again', () => {
    assert.equal(after({ changes: [300, 900], again: 300 }).watermark, 300);
  });

  test('is no full pass when the list had a hole', () => {
    const page = { ...chunk({}).page, total: 2 };

    assert.equal(after({ page }).fullAt, undefined);
    assert.equal(after({ page }).watermark, 0);
    assert.equal(after({ isListWhole: false, again: 0 }).fullAt, undefined);
  });
});

test('only what the scope names, by id or by name, widens what a run may speak for', () => {
  const labels: Label[] = [
    { kind: 'host', id: 'HOST-1', name: 'shop-01' },
    { kind: 'host', id: 'HOST-2', name: 'shop-02' },
    { kind: 'host', id: 'HOST-3' },
    { kind: 'zone', id: 'HOST-2' },
  ];
  const detail = { kind: 'detail', key: '17', occurrences: [], labels, about: {} } as const;
  const wanted: Label[] = [
    { kind: 'host', id: 'HOST-1' },
    { kind: 'host', id: 'shop-02', name: 'shop-02' },
  ];

  assert.deepEqual(idsFound([], wanted, [detail]), labels.slice(0, 2));
});

describe('the end of an incremental pass', () => {
  const rows = (...times: readonly unknown[]) => times.map((at) => ({ lastUpdatedTimestamp: at }));

  test('is a row from before the mark, on a page that is newest first', () => {
    assert.equal(reachesBefore(rows(9, 7, 4), 5), true);
    assert.equal(reachesBefore(rows(9, 7, 5), 5), false);
    assert.equal(reachesBefore(rows(9, null, 4), 5), true);
  });

  test('is never taken from a page in another order, or without times', () => {
    assert.equal(reachesBefore(rows(3, 4, 9), 5), false);
    assert.equal(reachesBefore(rows(null), 5), false);
    assert.equal(reachesBefore([], 5), false);
  });
});

describe('calls', () => {
  interface Facts {
    readonly wants?: ReadonlySet<Detail>;
    readonly answer?: (call: VendorCall) => VendorAnswer;
  }
  async function callsOf({ wants = new Set(), answer }: Facts = {}) {
    const { calls, createClient, warnings, log } = vendorClient({
      answer: answer ?? ((call) => vendor.answer(vendor.records, call)),
    });
    const settings = dynatrace.settings.parse(vendor.settings);
    const http = await dynatrace.connect(settings, {
      sourceId: 'shop',
      environment: vendor.environment,
      createClient,
      log,
    });
    const pages = dynatrace.collect({
      sourceId: 'shop',
      settings,
      scope: { labels: [] },
      wants,
      pass: 'full',
      after: undefined,
      seen: async () => undefined,
      http,
      now: () => 0,
      signal: new AbortController().signal,
    });
    let next = await pages.next();
    while (!next.done) next = await pages.next();
    return { calls, warnings, coverage: next.value };
  }

  test('a list that ends before the vendor has counted to its end is partial, and says how much is missing', async () => {
    const securityProblems = [vendor.records[0]];

    const { coverage } = await callsOf({ answer: () => ({ body: { totalCount: 3, securityProblems } }) });

    assert.equal(coverage.complete, false);
    assert.deepEqual(coverage.reasons, ['the vendor counts 3 problems and listed 1']);
  });

  test('a page that fails for another reason than its key is not taken for a refused key', async () => {
    let calls = 0;
    const answer = (call: VendorCall): VendorAnswer => {
      calls += 1;
      return call.query.nextPageKey === undefined
        ? vendor.answer(vendor.records, call)
        : { status: 500, body: {} };
    };

    await assert.rejects(callsOf({ answer }), /failed \(500\)/);
    assert.equal(calls, 2);
  });

  test('page keys that go in circles are an error, not an endless run', async () => {
    const body = { totalCount: 9, nextPageKey: 'again', securityProblems: [vendor.records[0]] };

    await assert.rejects(callsOf({ answer: () => ({ body }) }), /same page key twice/);
  });

  test('a first page asks for everything in one go, and never by status or mute', async () => {
    const { calls, warnings } = await callsOf();

    assert.deepEqual(calls[0]?.query, {
      fields: '+riskAssessment,+managementZones,+globalCounts,+codeLevelVulnerabilityDetails',
      sort: '-firstSeenTimestamp',
      pageSize: '500',
      from: 'now-365d',
    });
    assert.equal(calls[0].headers.authorization, `Api-Token ${vendor.environment.DYNATRACE_TOKEN}`);
    assert.deepEqual(warnings, []);
  });

  test('a later page is asked for by its key alone', async () => {
    const { calls } = await callsOf();

    assert.deepEqual(
      calls.slice(1).map(({ query }) => query),
      [{ nextPageKey: 'as-is:2' }, { nextPageKey: 'as-is:4' }],
    );
  });

  test('entities are asked for in batches of one type, over a wide window', async () => {
    const { calls } = await callsOf({ wants: new Set(['occurrences', 'entity-names']) });

    const lookups = calls.filter(({ path }) => path.endsWith('/entities')).map(({ query }) => query);
    for (const { entitySelector = '', from } of lookups) {
      const types = new Set([...entitySelector.matchAll(/"([A-Z_]+)-/g)].map(([, type]) => type));
      assert.equal(types.size, 1);
      assert.ok(entitySelector.length <= 2000);
      assert.equal(from, 'now-365d');
    }
    assert.equal(lookups.length, new Set(lookups.map(({ entitySelector }) => entitySelector)).size);
  });
});
