import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { makeFolder } from '../../test/support/cli.ts';
import { manyEntries, type TrivyEntry, trivyScan } from '../../test/support/trivy-scan.ts';
import { GatehouseError, isGatehouseError } from '../domain/errors.ts';
import { ANY_FINDING, OPEN } from '../domain/filter.ts';
import type { Changes } from '../domain/run.ts';
import { readableFile } from '../platform/spooled-file.ts';
import { openMemoryStore } from '../store/sqlite/memory.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import type { Store } from '../store/store.ts';
import { type ImportedFile, importScan } from './import.ts';
import type { ScanOptions } from './read-scan.ts';

const NOW = Date.UTC(2026, 4, 20);

interface Desk extends AsyncDisposable {
  readonly store: Store;
  /** Our own clock, from now on. */
  setClock(now: number): void;
  import(text: string, options?: ScanOptions): Promise<ImportedFile>;
  importFile(path: string, options?: ScanOptions): Promise<ImportedFile>;
  openNames(): Promise<readonly string[]>;
}

async function aDesk(): Promise<Desk> {
  const folder = await makeFolder();
  const store = await openMemoryStore();
  let count = 0;
  let clock = NOW;
  const importFile = async (path: string, options: ScanOptions = {}): Promise<ImportedFile> => {
    await using file = await readableFile(path, process.stdin);
    const signal = new AbortController().signal;
    return await importScan({ store, file, options, now: () => clock + count++, signal });
  };
  return {
    store,
    setClock: (now) => {
      clock = now;
    },
    importFile,
    import: async (text, options) => {
      const path = folder.file(`scan-${count}.json`);
      await writeFile(path, text);
      return await importFile(path, options);
    },
    openNames: async () => {
      const { findings } = await store.reader.findings({ filter: OPEN, limit: 10_000 });
      return findings.map((one) => one.vulnerability ?? one.rule ?? '').sort();
    },
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const NOTHING: Changes = { created: 0, updated: 0, unchanged: 0, reopened: 0, closed: 0 };
const day = (n: number): string => new Date(Date.UTC(2026, 4, n)).toISOString();

const TWO: readonly TrivyEntry[] = [{ id: 'CVE-2024-1001' }, { id: 'CVE-2024-1002', severity: 'LOW' }];

describe('a scan that is dated in the future', () => {
  test('is taken as of now, says so, and lets the true scans after it close what it found', async () => {
    await using desk = await aDesk();

    const ahead = await desk.import(trivyScan({ createdAt: '2027-05-20T00:00:00Z', entries: TWO }));
    const [run] = ahead.runs;
    assert.equal(run?.observedAt, NOW);
    assert.match(run?.reasons.join() ?? '', /dated 2027-05-20T00:00:00.000Z, which is still to come/);
    assert.equal(run?.state, 'complete');

    const after = await desk.import(trivyScan({ createdAt: day(21), entries: TWO.slice(1) }));
    assert.deepEqual(after.changes, { ...NOTHING, unchanged: 1, closed: 1 });
  });

  test('by no more than clocks differ is as it says', async () => {
    await using desk = await aDesk();

    const { runs } = await desk.import(trivyScan({ createdAt: day(21), entries: TWO }));

    assert.deepEqual(
      runs.map(({ observedAt, reasons }) => [observedAt, reasons]),
      [[Date.parse(day(21)), []]],
    );
  });
});

describe('a clock that was set back', () => {
  test('hides nothing that a scan found after it, whether the scan is dated or not', async () => {
    const audit = (...vulns: readonly string[]) =>
      JSON.stringify({
        dependencies: [
          {
            name: 'lantern',
            version: '1',
            vulns: vulns.map((id) => ({ id, fix_versions: [], aliases: [] })),
          },
        ],
        fixes: [],
      });
    const options: ScanOptions = { asset: { kind: 'repository', name: 'shop' } };
    await using desk = await aDesk();
    await desk.import(trivyScan({ createdAt: day(20), entries: [] }));
    await desk.import(audit(), options);

    desk.setClock(NOW - 400 * 24 * 3_600_000);
    await desk.import(trivyScan({ createdAt: day(20).replace('T00', 'T06'), entries: TWO.slice(1) }));
    await desk.import(audit('PYSEC-2099-1'), options);

    assert.deepEqual(await desk.openNames(), ['CVE-2024-1002', 'PYSEC-2099-1']);
  });
});

describe('the same asset scanned again', () => {
  test('the same file changes nothing', async () => {
    await using desk = await aDesk();
    const scan = trivyScan({ entries: TWO });

    const first = await desk.import(scan);
    const second = await desk.import(scan);

    assert.deepEqual(first.changes, { ...NOTHING, created: 2 });
    assert.deepEqual(second.changes, { ...NOTHING, unchanged: 2 });
  });

  test('another severity or title updates, and is neither new nor resolved', async () => {
    await using desk = await aDesk();
    await desk.import(trivyScan({ createdAt: day(1), entries: TWO }));

    const rescored = await desk.import(
      trivyScan({ createdAt: day(2), entries: [{ id: 'CVE-2024-1001', severity: 'CRITICAL' }, TWO[1]!] }),
    );
    const renamed = await desk.import(
      trivyScan({
        createdAt: day(3),
        entries: [{ id: 'CVE-2024-1001', severity: 'CRITICAL', title: 'New' }, TWO[1]!],
      }),
    );

    assert.deepEqual(rescored.changes, { ...NOTHING, updated: 1, unchanged: 1 });
    assert.deepEqual(renamed.changes, { ...NOTHING, updated: 1, unchanged: 1 });
  });

  test('another version of the component is the same finding', async () => {
    await using desk = await aDesk();
    await desk.import(trivyScan({ createdAt: day(1), entries: TWO }));

    const bumped = await desk.import(
      trivyScan({ createdAt: day(2), entries: TWO.map((entry) => ({ ...entry, version: '1.0.1' })) }),
    );

    assert.deepEqual(bumped.changes, { ...NOTHING, updated: 2 });
    const [finding] = (await desk.store.reader.findings({ filter: OPEN, limit: 1 })).findings;
    assert.equal((await desk.store.reader.episodes(finding!.id)).length, 1);
  });

  test('what a newer complete scan no longer mentions is resolved, and comes back as reopened', async () => {
    await using desk = await aDesk();
    await desk.import(trivyScan({ createdAt: day(1), entries: TWO }));

    const fewer = await desk.import(trivyScan({ createdAt: day(2), entries: TWO.slice(1) }));
    const again = await desk.import(trivyScan({ createdAt: day(3), entries: TWO }));

    assert.deepEqual(fewer.changes, { ...NOTHING, unchanged: 1, closed: 1 });
    assert.deepEqual(again.changes, { ...NOTHING, unchanged: 1, reopened: 1 });
  });

  test('an empty but valid scan resolves all', async () => {
    await using desk = await aDesk();
    await desk.import(trivyScan({ createdAt: day(1), entries: TWO }));

    const empty = await desk.import(trivyScan({ createdAt: day(2), entries: [] }));

    assert.deepEqual(empty.changes, { ...NOTHING, closed: 2 });
  });

  test('an older scan that arrives late resolves nothing', async () => {
    await using desk = await aDesk();
    await desk.import(trivyScan({ createdAt: day(9), entries: TWO }));

    const late = await desk.import(trivyScan({ createdAt: day(2), entries: TWO.slice(1) }));

    assert.equal(late.changes.closed, 0);
    assert.deepEqual(await desk.openNames(), ['CVE-2024-1001', 'CVE-2024-1002']);
  });

  test('another image, profile, channel or tool resolves nothing', async () => {
    await using desk = await aDesk();
    await desk.import(trivyScan({ createdAt: day(1), entries: TWO }));
    const empty = (image?: string) => trivyScan({ createdAt: day(2), entries: [], ...(image && { image }) });

    const others = [
      await desk.import(empty('registry.example.org/other:1.0')),
      await desk.import(empty(), { profile: 'only-critical' }),
      await desk.import(empty(), { channel: 'production' }),
      await desk.import(SARIF_OF_ANOTHER_TOOL, {
        asset: { kind: 'image', name: 'registry.example.org/app' },
      }),
    ];

    assert.deepEqual(
      others.map(({ changes }) => changes.closed),
      [0, 0, 0, 0],
    );
    assert.deepEqual(await desk.openNames(), ['CVE-2024-1001', 'CVE-2024-1002']);
  });

  test('a newer version in the same channel supersedes the older one there, and only there', async () => {
    await using desk = await aDesk();
    const image = (tag: string) => `registry.example.org/app:${tag}`;
    await desk.import(trivyScan({ image: image('1.0'), createdAt: day(1), entries: TWO }), {
      channel: 'production',
    });
    await desk.import(trivyScan({ image: image('1.0'), createdAt: day(1), entries: TWO }), {
      channel: 'certification',
    });

    await desk.import(trivyScan({ image: image('1.1'), createdAt: day(2), entries: TWO.slice(1) }), {
      channel: 'certification',
    });

    const inChannel = async (channel: string) =>
      (
        await desk.store.reader.count({
          op: 'all',
          of: [OPEN, { op: 'scope', scope: { name: channel, channels: [channel] } }],
        })
      ).total;
    assert.equal(await inChannel('certification'), 1);
    assert.equal(await inChannel('production'), 2);
  });
});

const SARIF_OF_ANOTHER_TOOL = JSON.stringify({
  version: '2.1.0',
  runs: [{ tool: { driver: { name: 'OtherTool' } }, results: [] }],
});

const codeScan = (line: number, options: { executionSuccessful?: boolean; count?: number } = {}): string =>
  JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'CodeTool', rules: [{ id: 'sql-injection' }] } },
        invocations: [{ executionSuccessful: options.executionSuccessful ?? true }],
        results: Array.from({ length: options.count ?? 1 }, (_, n) => ({
          ruleId: 'sql-injection',
          level: 'error',
          message: { text: 'user input reaches a query' },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: 'src/orders.ts' },
                region: { startLine: line + n },
              },
            },
          ],
        })),
      },
    ],
  });
const SHOP: ScanOptions = { asset: { kind: 'repository', name: 'shop' } };

describe('code findings', () => {
  test('lines that moved by 40 leave the finding what it was', async () => {
    await using desk = await aDesk();
    await desk.import(codeScan(10), SHOP);

    const moved = await desk.import(codeScan(50), SHOP);

    assert.equal(moved.changes.created + moved.changes.closed + moved.changes.reopened, 0);
  });

  test('a run in which the tool reports its own failure resolves nothing', async () => {
    await using desk = await aDesk();
    await desk.import(codeScan(10), SHOP);

    const failed = await desk.import(codeScan(10, { executionSuccessful: false, count: 0 }), SHOP);

    assert.equal(failed.changes.closed, 0);
    assert.equal(failed.runs[0]?.state, 'partial');
  });

  test('a scan that names no asset and gets none is bound, closes nothing, and says so', async () => {
    await using desk = await aDesk();
    await desk.import(codeScan(10));

    const empty = await desk.import(codeScan(10, { count: 0 }));

    assert.equal(empty.changes.closed, 0);
    assert.match(empty.runs[0]?.reasons.join() ?? '', /names no asset.*--asset/);
  });
});

describe('what cannot be read', () => {
  test('one broken entry is rejected and counted, the rest is stored, and the run is partial', async () => {
    await using desk = await aDesk();
    await desk.import(trivyScan({ createdAt: day(1), entries: manyEntries(4) }));
    const broken = JSON.parse(trivyScan({ createdAt: day(2), entries: manyEntries(2) }));
    broken.Results[0].Vulnerabilities.push({ VulnerabilityID: 7 });

    const imported = await desk.import(JSON.stringify(broken));

    assert.equal(imported.rejected, 1);
    assert.equal(imported.observations, 2);
    assert.equal(imported.runs[0]?.state, 'partial');
    assert.equal(imported.changes.closed, 0, 'the unreadable entry might be any of the missing ones');
  });

  test('a file that ends too early is refused and leaves nothing behind', async () => {
    await using folder = await makeFolder();
    const path = folder.file('store.db');
    const store = await openSqliteStore({ path });
    const whole = trivyScan({ entries: manyEntries(9000) });
    await writeFile(folder.file('cut.json'), whole.slice(0, whole.length - 40));
    await using file = await readableFile(folder.file('cut.json'), process.stdin);
    const before = await rowsOf(folder.path, path);

    const refused = importScan({
      store,
      file,
      options: {},
      now: () => NOW,
      signal: new AbortController().signal,
    });

    await assert.rejects(refused, (error) => isGatehouseError(error) && error.code === 'input-invalid');
    assert.deepEqual(await rowsOf(folder.path, path), before);
    assert.equal((await store.reader.count(ANY_FINDING)).total, 0);
    await store.close();
  });
});

/** Rows of every table but the id counters, read from a copy so that nothing is locked. */
async function rowsOf(folder: string, path: string): Promise<Readonly<Record<string, number>>> {
  const { DatabaseSync } = await import('node:sqlite');
  const copy = `${folder}/copy.db`;
  await cp(path, copy);
  if (existsSync(`${path}-wal`)) await cp(`${path}-wal`, `${copy}-wal`);
  const database = new DatabaseSync(copy);
  const tables = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sequence'")
    .all();
  const counts = tables.map(({ name }) => {
    const row = database.prepare(`SELECT count(*) AS n FROM ${String(name)}`).get();
    return [String(name), Number(row?.n)] as const;
  });
  database.close();
  return Object.fromEntries(counts);
}

const real = new URL('../../../shared/data/reports/', import.meta.url);

test('a large import that is interrupted ends at once, with the thread that reads it, and leaves nothing', async () => {
  await using folder = await makeFolder();
  await using desk = await aDesk();
  const path = folder.file('large.json');
  await writeFile(path, trivyScan({ entries: manyEntries(60_000) }));
  await using file = await readableFile(path, process.stdin);
  const readers: Worker[] = [];
  const remember = (worker: Worker) => void readers.push(worker);
  process.on('worker', remember);
  const cancel = new AbortController();

  const job = { store: desk.store, file, options: {}, now: () => NOW, signal: cancel.signal };
  const onProgress = () => cancel.abort(new GatehouseError('cancelled', 'interrupted'));
  await assert.rejects(importScan({ ...job, onProgress }), { code: 'cancelled' });
  process.off('worker', remember);

  assert.deepEqual(
    readers.map(({ threadId }) => threadId),
    [-1],
  );
  assert.deepEqual(await desk.openNames(), []);
});

describe('real files', () => {
  test('every Trivy and SARIF file gives exactly what its manifest counts, and a refused one nothing', async (context) => {
    if (!existsSync(real)) {
      assert.notEqual(process.env.CI, 'true', `${real.pathname} is missing`);
      context.diagnostic('left out: shared/data/reports is not beside the repository');
      return;
    }
    const manifest = JSON.parse(readFileSync(new URL('manifest.json', real), 'utf8')) as {
      files: {
        file: string;
        format: string;
        expected: { error?: string; findings: number; severities: object };
      }[];
    };
    for (const { file, format, expected } of manifest.files) {
      if (format !== 'trivy' && format !== 'sarif') continue;
      await using desk = await aDesk();
      const imported = desk.importFile(fileURLToPath(new URL(file, real)));
      if (expected.error !== undefined) {
        await assert.rejects(
          imported,
          (error) => isGatehouseError(error) && error.code === 'input-invalid',
          file,
        );
        assert.equal((await desk.store.reader.count(ANY_FINDING)).total, 0);
        continue;
      }
      const { observations, bySeverity, rejected, findings, changes } = await imported;
      assert.deepEqual(
        { observations, bySeverity, rejected },
        { observations: expected.findings, bySeverity: expected.severities, rejected: 0 },
        file,
      );
      assert.equal(changes.created, findings, file);
      const again = await desk.importFile(fileURLToPath(new URL(file, real)));
      assert.deepEqual(again.changes, { ...NOTHING, unchanged: findings }, `${file} again`);
    }
  });
});
