import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { makeFolder } from '../../test/support/cli.ts';
import { zipOf } from '../../test/support/zip.ts';
import { isGatehouseError } from '../domain/errors.ts';
import { ANY_FINDING } from '../domain/filter.ts';
import { EVERYTHING } from '../domain/scope.ts';
import { FEEDS, feedOf } from '../feeds/registry.ts';
import { readableFile } from '../platform/spooled-file.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { openMemoryStore } from '../store/sqlite/memory.ts';
import { feedHead, feedsRead, readFeed } from './feeds.ts';
import { gateStore } from './gate.ts';
import { importScan } from './import.ts';

const NOW = Date.UTC(2026, 5, 1);

async function aDesk() {
  const folder = await makeFolder();
  const store = await openMemoryStore();
  return {
    store,
    async read(content: string | Uint8Array, now = NOW) {
      const path = folder.file('feed');
      await writeFile(path, content);
      const feed = feedOf(await feedHead(path));
      assert.ok(feed, 'no feed knows it');
      return await readFeed({ store, feed, path, source: 'x', now, signal: new AbortController().signal });
    },
    async import(content: string) {
      const path = folder.file('scan.json');
      await writeFile(path, content);
      await using file = await readableFile(path, process.stdin);
      const signal = new AbortController().signal;
      return await importScan({
        store,
        file,
        options: { asset: { kind: 'repository', name: 'shop' } },
        now: () => NOW,
        signal,
      });
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function catalogue(released: string, ...names: readonly string[]): string {
  const vulnerabilities = names.map((cveID) => ({ cveID, dateAdded: '2026-01-01' }));
  return JSON.stringify({
    catalogVersion: '1',
    dateReleased: `${released}T00:00:00.000Z`,
    count: names.length,
    vulnerabilities,
  });
}

const ADVISORY = { id: 'GHSA-aaaa-bbbb-cccc', modified: '2026-01-01T00:00:00Z', affected: [] };

const AUDIT = JSON.stringify({
  dependencies: [
    { name: 'lantern', version: '1.0.0', vulns: [{ id: 'PYSEC-2099-1', fix_versions: [], aliases: [] }] },
  ],
  fixes: [],
});

describe('a catalogue', () => {
  test('takes back what it no longer lists', async () => {
    await using desk = await aDesk();

    await desk.read(catalogue('2026-05-01', 'CVE-2099-10001', 'CVE-2099-10002'));
    const second = await desk.read(catalogue('2026-05-02', 'CVE-2099-10002'));

    assert.equal(second.takenBack, 1);
    assert.deepEqual(await desk.store.reader.namesWith('kev'), ['CVE-2099-10002']);
  });

  test('that arrives late takes nothing back that a newer one lists', async () => {
    await using desk = await aDesk();

    await desk.read(catalogue('2026-05-02', 'CVE-2099-10001', 'CVE-2099-10002'));
    await desk.read(catalogue('2026-05-01', 'CVE-2099-10001'));

    assert.deepEqual(await desk.store.reader.namesWith('kev'), ['CVE-2099-10001', 'CVE-2099-10002']);
  });

  test('with an entry that cannot be read takes nothing back: it may be that one', async () => {
    await using desk = await aDesk();
    await desk.read(catalogue('2026-05-01', 'CVE-2099-10001'));

    const second = await desk.read(catalogue('2026-05-02', '', 'CVE-2099-10002'));

    assert.deepEqual([second.takenBack, second.rejected.length], [0, 1]);
    assert.deepEqual(await desk.store.reader.namesWith('kev'), ['CVE-2099-10001', 'CVE-2099-10002']);
  });

  test('that holds fewer entries than it says is refused, and nothing of it is kept', async () => {
    await using desk = await aDesk();
    const cut = catalogue('2026-05-02', 'CVE-2099-10001').replace('"count":1', '"count":2');

    await assert.rejects(desk.read(cut), /says it has 2 entries, and holds 1/);

    assert.deepEqual(await desk.store.reader.namesWith('kev'), []);
  });
});

describe('what was read', () => {
  const HOUR_MS = 3_600_000;
  const RELEASED = Date.UTC(2026, 4, 1);

  test('counts until it is as old as it may be; the shortest limit of its kind holds, and without one it counts for ever', async () => {
    await using desk = await aDesk();
    await desk.read(catalogue('2026-05-01', 'CVE-2099-10001'));
    const limits = [
      { kind: 'kev', maxAgeHours: 48 },
      { kind: 'kev', maxAgeHours: 24 },
      { kind: 'kev' },
      { kind: 'epss', maxAgeHours: 1 },
    ];
    const read = async (at: number, ages = limits) => await feedsRead(desk.store.reader, ages, at);

    const day = RELEASED + 24 * HOUR_MS;
    assert.deepEqual(await read(day - 1), { intelligence: ['kev'], outdated: [] });
    assert.deepEqual(await read(day), {
      intelligence: [],
      outdated: [{ kind: 'kev', publishedAt: RELEASED, maxAgeHours: 24 }],
    });
    assert.deepEqual(await read(day * 2, []), { intelligence: ['kev'], outdated: [] });
  });

  test('and is too old leaves a verdict open that would be GO, until it is read anew', async () => {
    await using desk = await aDesk();
    await desk.read(catalogue('2026-05-01', 'CVE-2099-10001'));
    await desk.import(AUDIT);
    const judged = async (): Promise<unknown> => {
      const { verdict, reasons } = await gateStore(desk.store.reader, {
        release: 'shop',
        policy: readPolicy({ rules: { severity: 'off', 'unknown-severity': 'off', kev: 'block' } }),
        scope: EVERYTHING,
        feeds: [{ kind: 'kev', maxAgeHours: 240 }],
        now: NOW,
      });
      return [verdict, reasons.map(({ message }) => message)];
    };

    assert.deepEqual(await judged(), [
      'UNDECIDED',
      [
        'the KEV catalogue is of 2026-05-01 00:00 UTC and may be 240 h old, so what is known to be exploited cannot be told',
      ],
    ]);
    await desk.read(catalogue('2026-05-30', 'CVE-2099-10001'));
    assert.deepEqual(await judged(), ['GO', []]);
  });
});

describe('a file that is refused', () => {
  for (const [what, content, says] of [
    ['a catalogue that lists nothing', catalogue('2026-05-02'), /lists nothing that can be read/],
    ['a catalogue without a readable entry', catalogue('2026-05-02', ''), /lists nothing that can be read/],
    ['scores without a row', 'cve,epss,percentile\n', /no score that can be read/],
    ['scores without a readable row', 'cve,epss,percentile\nCVE-2099-10001,high,0.5\n', /no score that can/],
  ] as const) {
    test(`${what}: nothing counts as read by it, and what was known stays`, async () => {
      await using desk = await aDesk();

      await assert.rejects(desk.read(content), says);
      const before = await feedsRead(desk.store.reader, [], NOW);
      await desk.read(catalogue('2026-05-01', 'CVE-2099-10001'));
      await assert.rejects(desk.read(content), says);

      assert.deepEqual(before, { intelligence: [], outdated: [] });
      assert.deepEqual(await desk.store.reader.namesWith('kev'), ['CVE-2099-10001']);
    });
  }

  test('leaves nothing behind, however much of it could be read', async () => {
    await using desk = await aDesk();
    const rows = Array.from({ length: 2000 }, (_, n) => `CVE-2099-${10_000 + n},0.5,0.5\n`).join('');

    await assert.rejects(
      desk.read(`cve,epss,percentile\n${rows}CVE-2099-9`),
      (error) => isGatehouseError(error) && error.message.includes('line 2002: the file ends too early'),
    );

    assert.deepEqual(await desk.store.reader.namesWith('epss'), []);
  });
});

describe('an archive of records', () => {
  test('is read one file after the other; what is no record is rejected by its name', async () => {
    await using desk = await aDesk();
    const archive = zipOf({
      'GHSA-aaaa-bbbb-cccc.json': JSON.stringify(ADVISORY),
      'npm/broken.json': '{"id":"X"}',
      'README.md': 'nothing',
    });

    const { advisories, rejected } = await desk.read(archive);

    assert.equal(advisories, 1);
    assert.match(rejected[0]?.at ?? '', /npm\/broken\.json|line 1/);
  });

  test('that is damaged is refused', async () => {
    await using desk = await aDesk();
    const whole = zipOf({ 'a.json': JSON.stringify(ADVISORY), 'b.json': JSON.stringify(ADVISORY) });

    await assert.rejects(desk.read(whole.subarray(0, whole.length - 30)), /no zip archive that can be read/);
  });
});

describe('real files', () => {
  const shared = new URL('../../../shared/data/intel/', import.meta.url);

  test('are beside the repository when a build demands it', () => {
    assert.ok(existsSync(shared) || process.env.CI !== 'true', `${shared.pathname} is missing`);
  });

  if (!existsSync(shared)) return;
  interface Listed {
    readonly file: string;
    readonly format: string;
    readonly records: number;
    readonly withdrawn?: number;
  }
  const { files }: { files: readonly Listed[] } = JSON.parse(
    readFileSync(new URL('manifest.json', shared), 'utf8'),
  );
  const kinds = [
    [/^OSV|^jsonl/, 'osv'],
    [/^CISA KEV/, 'kev'],
    [/^csv cve,epss/, 'epss'],
    [/^SSVC decision table/, 'ssvc'],
  ] as const;

  for (const { file, format, records } of files) {
    const kind = kinds.find(([pattern]) => pattern.test(format))?.[1];
    test(`${file} is ${kind === undefined ? 'no feed' : `read whole, as ${kind}`}`, async () => {
      await using store = await openMemoryStore().then((opened) => ({
        ...opened,
        [Symbol.asyncDispose]: () => opened.close(),
      }));
      const path = new URL(file, shared).pathname;
      const feed = feedOf(await feedHead(path));
      assert.equal(feed?.kind, kind);
      if (feed === undefined) return;

      const read = await readFeed({
        ...{ store, feed, path, source: 'x', now: NOW },
        signal: new AbortController().signal,
      });

      assert.equal(read.facts + read.advisories + (read.table?.rows ?? 0), records);
      assert.deepEqual(read.rejected, []);
      assert.ok(FEEDS.includes(feed));
    });
  }
});

describe('the severity of an advisory', () => {
  const record = JSON.stringify({
    ...ADVISORY,
    id: 'GHSA-aaaa-bbbb-cccc',
    aliases: ['PYSEC-2099-1'],
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  });

  test('is that of a finding whose scanner knows none, and a policy judges by it', async () => {
    await using desk = await aDesk();
    await desk.import(AUDIT);
    const job = {
      release: 'shop',
      policy: readPolicy({
        rules: { 'unknown-severity': 'off', severity: { action: 'block', atOrAbove: 'critical' } },
      }),
      scope: EVERYTHING,
      now: NOW,
    };
    assert.equal((await gateStore(desk.store.reader, job)).verdict, 'GO');

    await desk.read(record);

    const { findings } = await desk.store.reader.findings({ filter: ANY_FINDING, limit: 10 });
    assert.deepEqual(
      findings.map(({ severity, score }) => [severity, score]),
      [['critical', 9.8]],
    );
    assert.equal((await gateStore(desk.store.reader, job)).verdict, 'NO-GO');
  });
});

describe('what is dated ahead', () => {
  test('is taken as of now, ages from then on, and what is true follows it', async () => {
    await using desk = await aDesk();
    await desk.import(AUDIT);
    const day = 24 * 3_600_000;

    const read = await desk.read(catalogue('2099-01-01', 'CVE-2099-0001'));
    await desk.read(catalogue('2026-06-02', 'CVE-2099-0002'), NOW + day);

    assert.deepEqual([read.publishedAt, read.datedAhead], [new Date(NOW).toISOString(), 1]);
    assert.deepEqual(await desk.store.reader.namesWith('kev'), ['CVE-2099-0002']);
    const limits = [{ kind: 'kev', maxAgeHours: 24 }];
    const { outdated } = await feedsRead(desk.store.reader, limits, NOW + 2 * day);
    assert.deepEqual(
      outdated.map(({ kind }) => kind),
      ['kev'],
    );
  });

  test('is not what a clock that was set back takes for it', async () => {
    await using desk = await aDesk();
    await desk.read(catalogue('2026-05-01', 'CVE-2099-0001'));
    await desk.read(catalogue('2026-05-20', 'CVE-2099-0002'));

    const read = await desk.read(catalogue('2026-05-30', 'CVE-2099-0001'), NOW - 400 * 24 * 3_600_000);

    assert.equal(read.datedAhead, undefined);
    assert.deepEqual(await desk.store.reader.namesWith('kev'), ['CVE-2099-0001']);
  });

  test('of our own clock, which was set back, is no proof of being fresh', async () => {
    await using desk = await aDesk();
    await desk.read(catalogue('2026-05-31', 'CVE-2099-0001'));

    const limits = [{ kind: 'kev', maxAgeHours: 48 }];
    const early = NOW - 400 * 24 * 3_600_000;

    assert.equal((await feedsRead(desk.store.reader, limits, early)).outdated.length, 1);
    assert.equal((await feedsRead(desk.store.reader, [], early)).outdated.length, 0);
  });

  test('an older file does not make what was read of a newer one old', async () => {
    await using desk = await aDesk();
    await desk.read(catalogue('2026-05-31', 'CVE-2099-0001'));
    await desk.read(catalogue('2026-01-01', 'CVE-2099-0001', 'CVE-2099-0002'));

    const limits = [{ kind: 'kev', maxAgeHours: 48 }];
    const { outdated } = await feedsRead(desk.store.reader, limits, NOW);

    assert.deepEqual(outdated, []);
  });

  test('of an advisory does not outlast the revision after it', async () => {
    await using desk = await aDesk();
    await desk.import(AUDIT);
    const record = (modified: string, word: string) =>
      JSON.stringify({
        ...ADVISORY,
        ...{ id: 'GHSA-aaaa-bbbb-cccc', aliases: ['PYSEC-2099-1'], modified },
        database_specific: { severity: word },
      });

    await desk.read(record('2099-01-01T00:00:00Z', 'LOW'));
    await desk.read(record('2026-06-01T12:00:00Z', 'HIGH'), NOW + 24 * 3_600_000);

    const { findings } = await desk.store.reader.findings({ filter: ANY_FINDING, limit: 10 });
    assert.deepEqual(
      findings.map(({ severity }) => severity),
      ['high'],
    );
  });
});
