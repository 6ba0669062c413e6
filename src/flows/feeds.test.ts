import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { makeFolder } from '../../test/support/cli.ts';
import { zipOf } from '../../test/support/zip.ts';
import { isGatehouseError } from '../domain/errors.ts';
import { FEEDS, feedOf } from '../feeds/registry.ts';
import { openMemoryStore } from '../store/sqlite/memory.ts';
import { feedHead, feedsRead, readFeed } from './feeds.ts';

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
      const before = await feedsRead(desk.store.reader);
      await desk.read(catalogue('2026-05-01', 'CVE-2099-10001'));
      await assert.rejects(desk.read(content), says);

      assert.deepEqual(before, []);
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

      assert.equal(read.facts + read.advisories, records);
      assert.deepEqual(read.rejected, []);
      assert.ok(FEEDS.includes(feed));
    });
  }
});
