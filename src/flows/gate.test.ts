import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { makeFolder } from '../../test/support/cli.ts';
import { type TrivyEntry, trivyScan } from '../../test/support/trivy-scan.ts';
import { isGatehouseError } from '../domain/errors.ts';
import type { Verdict } from '../domain/verdict.ts';
import { readableFile } from '../platform/spooled-file.ts';
import { decide } from '../policy/decide.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { record } from '../store/contract/recording.ts';
import { anEntry } from '../store/contract/statements.ts';
import { openMemoryStore } from '../store/sqlite/memory.ts';
import type { Store } from '../store/store.ts';
import { askStore, type GateJob, gateScans, gateStore } from './gate.ts';
import { importScan } from './import.ts';
import type { ScanOptions } from './read-scan.ts';
import { decisionOf, replay } from './replay.ts';

const NOW = Date.UTC(2026, 4, 2);
const signal = new AbortController().signal;
const STRICT = readPolicy({});
const HIGH: readonly TrivyEntry[] = [{ id: 'CVE-2024-1001', severity: 'HIGH', fixed: '1.0.2' }];
const LOW: readonly TrivyEntry[] = [{ id: 'CVE-2024-1002', severity: 'LOW' }];

async function judgeScans(texts: readonly string[], policy = STRICT): Promise<Verdict> {
  await using folder = await makeFolder();
  const files = [];
  for (const [n, text] of texts.entries()) {
    await writeFile(folder.file(`${n}.json`), text);
    files.push(await readableFile(folder.file(`${n}.json`), process.stdin));
  }
  return (await gateScans(files, {}, { release: 'shop', policy, now: NOW }, signal)).verdict;
}

describe('from scans alone', () => {
  test('a finding at the ceiling is NO-GO, one below it GO', async () => {
    assert.equal((await judgeScans([trivyScan({ entries: HIGH })])).verdict, 'NO-GO');
    assert.equal((await judgeScans([trivyScan({ entries: LOW })])).verdict, 'GO');
  });

  test('unknown severity blocks in strict and warns in development', async () => {
    const scan = trivyScan({ entries: [{ id: 'CVE-2024-1003', severity: 'UNKNOWN' }] });

    assert.equal((await judgeScans([scan])).verdict, 'NO-GO');
    const relaxed = await judgeScans([scan], readPolicy({ preset: 'development' }));
    assert.equal(relaxed.verdict, 'GO');
    assert.ok(relaxed.reasons.some(({ effect }) => effect === 'warn'));
  });

  test('a scan with an unreadable entry is UNDECIDED, unless what is known blocks', async () => {
    const broken = (entries: readonly TrivyEntry[]): string => {
      const scan = JSON.parse(trivyScan({ entries }));
      scan.Results[0].Vulnerabilities.push({ VulnerabilityID: 7 });
      return JSON.stringify(scan);
    };

    assert.equal((await judgeScans([broken(LOW)])).verdict, 'UNDECIDED');
    assert.equal((await judgeScans([broken(HIGH)])).verdict, 'NO-GO');
  });

  test('every file counts: none closes or tones down what another of the same tool and asset found', async () => {
    const found = trivyScan({ entries: HIGH, createdAt: '2026-05-01T00:00:00Z' });
    const clean = trivyScan({ entries: [], createdAt: '2026-05-02T00:00:00Z' });
    const milder = trivyScan({
      entries: HIGH.map((one) => ({ ...one, severity: 'LOW' })),
      createdAt: '2026-05-02T00:00:00Z',
    });

    for (const texts of [
      [found, clean],
      [clean, found],
      [found, milder],
      [milder, found],
    ])
      assert.equal((await judgeScans(texts)).verdict, 'NO-GO');
  });

  test('a policy that compares leaves the verdict open: scans alone have no baseline', async () => {
    const policy = readPolicy({ mode: 'compare', rules: { 'new-against-baseline': 'block' } });

    assert.equal((await judgeScans([trivyScan({ entries: LOW })], policy)).verdict, 'UNDECIDED');
  });

  test('a scan in which no tool ran is never GO, neither alone nor beside a good one', async () => {
    const noRuns = JSON.stringify({ version: '2.1.0', runs: [] });

    assert.equal((await judgeScans([noRuns])).verdict, 'UNDECIDED');
    const beside = await judgeScans([trivyScan({ entries: LOW }), noRuns]);
    assert.equal(beside.verdict, 'UNDECIDED');
    assert.match(beside.reasons.map(({ message }) => message).join(), /1\.json.*holds no run of any tool/);
    assert.equal((await judgeScans([trivyScan({ entries: HIGH }), noRuns])).verdict, 'NO-GO');
  });

  test('one file of two that cannot be read is UNDECIDED and names it; alone it is an error', async () => {
    const cut = trivyScan({ entries: LOW }).slice(0, 200);

    const verdict = await judgeScans([trivyScan({ entries: LOW }), cut]);

    assert.equal(verdict.verdict, 'UNDECIDED');
    assert.match(verdict.evidence.find(({ state }) => state === 'unreadable')?.source ?? '', /1\.json$/);
    await assert.rejects(judgeScans([cut, cut]), (error) => isGatehouseError(error));
    await assert.rejects(
      judgeScans([cut]),
      (error) => isGatehouseError(error) && error.code === 'input-invalid',
    );
  });

  test('a suppression inside the judged file is shown and not honoured', async () => {
    const sarif = JSON.stringify({
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: { name: 'CodeTool', rules: [{ id: 'r1', properties: { 'security-severity': '9.1' } }] },
          },
          results: [
            {
              ruleId: 'r1',
              message: { text: 'bad' },
              locations: [
                { physicalLocation: { artifactLocation: { uri: 'a.ts' }, region: { startLine: 1 } } },
              ],
              suppressions: [{ kind: 'inSource', status: 'accepted' }],
            },
          ],
        },
      ],
    });

    const verdict = await judgeScans([sarif]);

    assert.equal(verdict.verdict, 'NO-GO');
    assert.deepEqual(
      verdict.setAside.map(({ kind, honoured }) => [kind, honoured]),
      [['suppression', false]],
    );
  });

  test('the path to GO names the upgrade', async () => {
    const { pathToGo } = await judgeScans([trivyScan({ entries: HIGH })]);

    assert.deepEqual(
      pathToGo.upgrades.map(({ component, to }) => [component, to]),
      [['pkg:npm/left-pad', '1.0.2']],
    );
  });
});

async function withScans(
  scans: readonly (readonly [string, ScanOptions])[],
  judge: (store: Store) => Promise<void>,
): Promise<void> {
  await using folder = await makeFolder();
  const store = await openMemoryStore();
  try {
    for (const [n, [text, options]] of scans.entries()) {
      await writeFile(folder.file(`${n}.json`), text);
      await using file = await readableFile(folder.file(`${n}.json`), process.stdin);
      await importScan({ store, file, options, now: () => NOW - 1000, signal });
    }
    await judge(store);
  } finally {
    await store.close();
  }
}

const job = (more: Partial<GateJob> = {}): GateJob => ({
  release: 'shop',
  policy: STRICT,
  scope: { name: 'everything' },
  now: NOW,
  ...more,
});

/** A whole source with one mild finding in each of these zones. */
async function recordZones(store: Store, source: string, zones: readonly string[]): Promise<void> {
  const stream = { source, category: '', channel: '' };
  await record(store, {
    stream,
    at: NOW,
    says: zones.map((id) =>
      anEntry({
        key: id,
        names: [[`CVE-2099-${id.length}`]],
        severity: 'low',
        labels: [{ kind: 'zone', id }],
      }),
    ),
  });
}

describe('from the store', () => {
  test('an empty store is UNDECIDED', async () => {
    await withScans([], async (store) => {
      assert.equal((await gateStore(store.reader, job())).verdict, 'UNDECIDED');
    });
  });

  test('an expected source that never spoke is UNDECIDED, a waived one by name is not', async () => {
    await withScans([[trivyScan({ entries: LOW }), {}]], async (store) => {
      const missing = await gateStore(store.reader, job({ expected: ['runtime'] }));
      const relaxed = await gateStore(
        store.reader,
        job({ expected: ['runtime'], policy: readPolicy({ relax: ['missing-evidence'] }) }),
      );

      assert.equal(missing.verdict, 'UNDECIDED');
      assert.equal(relaxed.verdict, 'GO');
      assert.deepEqual(relaxed.relaxed, ['missing-evidence']);
    });
  });

  describe('of a zone', () => {
    async function judgeZone(
      scope: Partial<GateJob['scope']>,
      more: Partial<GateJob> = {},
    ): Promise<Verdict> {
      let verdict: Verdict | undefined;
      await withScans([[trivyScan({ entries: HIGH }), {}]], async (store) => {
        await recordZones(store, 'runtime', ['Shop']);
        verdict = await gateStore(store.reader, job({ scope: { name: 'zone', ...scope }, ...more }));
      });
      assert.ok(verdict !== undefined);
      return verdict;
    }
    const zone = (...anyOf: string[]) => [{ kind: 'zone' as const, anyOf }];

    test('that its source has named, what is known of it decides, and scans that name none are no evidence', async () => {
      const { verdict, evidence } = await judgeZone({ labels: zone('Shop') });

      assert.equal(verdict, 'GO');
      assert.deepEqual(
        evidence.map(({ source, state }) => [source, state]),
        [['runtime', 'complete']],
      );
    });

    test('that nobody has ever named, also beside one that is known, is UNDECIDED with the name', async () => {
      for (const labels of [zone('Shpo'), zone('Shop', 'Shpo')]) {
        const { verdict, reasons } = await judgeZone({ labels });

        assert.equal(verdict, 'UNDECIDED');
        assert.match(reasons.map(({ message }) => message).join(), /no source has ever named the zone Shpo/);
      }
    });

    test('asked of a source that names none is UNDECIDED: nothing of it could ever be in the scope', async () => {
      const { verdict, reasons } = await judgeZone({
        labels: zone('Shop'),
        sources: ['runtime', 'scan:trivy/Trivy'],
      });

      assert.equal(verdict, 'UNDECIDED');
      assert.match(
        reasons.map(({ message }) => message).join(),
        /scan:trivy.Trivy.*tells the zone of nothing/,
      );
    });

    test('asked where only such scans are is UNDECIDED, and says what they lack', async () => {
      await withScans([[trivyScan({ entries: HIGH }), {}]], async (store) => {
        const scope = { name: 'zone', labels: zone('Shop') };
        const { verdict, reasons } = await gateStore(store.reader, job({ scope }));

        assert.equal(verdict, 'UNDECIDED');
        assert.match(
          reasons.map(({ message }) => message).join(),
          /Trivy.*tells the zone of nothing it finds/,
        );
      });
    });

    test('a source that finds nothing at all finds nothing in it', async () => {
      await withScans([], async (store) => {
        await recordZones(store, 'runtime', []);

        const scope = { name: 'zone', labels: zone('Shop') };
        assert.equal((await gateStore(store.reader, job({ scope }))).verdict, 'GO');
      });
    });
  });

  test('a zone that its source was not asked for is UNDECIDED, and the verdict names it', async () => {
    await withScans([], async (store) => {
      const run = await store.writer.beginRun({
        stream: { source: 'runtime', category: '', channel: '' },
        holdMs: 0,
        observedAt: NOW,
        recordedAt: NOW,
        visibility: 'staged',
      });
      await run.finish({
        observedAt: NOW,
        assets: 'all',
        classes: 'all',
        labels: [{ kind: 'zone', id: 'Shop' }],
        closes: true,
        complete: true,
        reasons: [],
      });
      const judge = (...anyOf: string[]): Promise<Verdict> =>
        gateStore(
          store.reader,
          job({ expected: ['runtime'], scope: { name: 'a', labels: [{ kind: 'zone', anyOf }] } }),
        );

      assert.equal((await judge('Shop')).verdict, 'GO');
      const elsewhere = await judge('Cart');
      assert.equal(elsewhere.verdict, 'UNDECIDED');
      assert.match(
        elsewhere.evidence.flatMap(({ reasons }) => reasons).join(),
        /never collected for zone Cart/,
      );
    });
  });

  test('a waiver sets its finding aside until its last moment, and says who and why', async () => {
    const policy = (until: number) =>
      readPolicy({
        waivers: [{ id: 'w1', vulnerability: 'CVE-2024-1001', by: 'ann', reason: 'not reachable', until }],
      });
    await withScans([[trivyScan({ entries: HIGH }), {}]], async (store) => {
      const held = await gateStore(store.reader, job({ policy: policy(NOW + 1) }));
      const over = await gateStore(store.reader, job({ policy: policy(NOW) }));

      assert.equal(held.verdict, 'GO');
      assert.deepEqual(
        held.setAside.map(({ issuer, reason }) => [issuer, reason]),
        [['ann', 'not reachable']],
      );
      assert.equal(over.verdict, 'NO-GO');
    });
  });

  test('a vulnerability new against the baseline channel blocks where none is allowed', async () => {
    const production = { channel: 'production' };
    const certification = { channel: 'certification' };
    const scope = (name: string) => ({ name, channels: [name] });
    const policy = readPolicy({ rules: { 'new-against-baseline': { action: 'block', budget: 0 } } });
    const NEW: readonly TrivyEntry[] = [...LOW, { id: 'CVE-2024-2000', severity: 'LOW' }];
    await withScans(
      [
        [trivyScan({ entries: LOW }), production],
        [trivyScan({ entries: NEW }), certification],
      ],
      async (store) => {
        const compared = job({ policy, scope: scope('certification'), baselineScope: scope('production') });
        const verdict = await gateStore(store.reader, compared);

        assert.equal(verdict.verdict, 'NO-GO');
        const [reason] = verdict.reasons.filter(({ effect }) => effect === 'block');
        assert.deepEqual(
          reason?.findings.map(({ vulnerability }) => vulnerability),
          ['CVE-2024-2000'],
        );
        const same = job({ policy, scope: scope('production'), baselineScope: scope('certification') });
        assert.equal((await gateStore(store.reader, same)).verdict, 'GO');
      },
    );
  });

  test('the path to GO says who owns what is to be changed, and is decided again with it', async () => {
    const scan = trivyScan({ entries: [{ id: 'CVE-2024-1', severity: 'CRITICAL', fixed: '2.0.0' }] });
    await withScans([[scan, {}]], async (store) => {
      const [shop] = await store.reader.assets();
      assert.ok(shop);
      await store.writer.setAsset(shop.asset, { owner: 'team-checkout' }, NOW, NOW);

      const input = await askStore(store.reader, job());
      const verdict = decide(input);

      assert.equal(verdict.pathToGo.upgrades[0]?.owner, 'team-checkout');
      assert.equal(replay(decisionOf(input, verdict, '0.1.0'), { engine: '0.1.0' }).isSame, true);
    });
  });

  test('a partial scan of the release keeps it from GO though nothing known blocks', async () => {
    const scan = JSON.parse(trivyScan({ entries: LOW }));
    scan.Results[0].Vulnerabilities.push({ VulnerabilityID: 7 });
    await withScans([[JSON.stringify(scan), {}]], async (store) => {
      const verdict = await gateStore(store.reader, job());

      assert.equal(verdict.verdict, 'UNDECIDED');
      assert.match(verdict.reasons[0]?.message ?? '', /unreadable/);
    });
  });

  test('inventories decide nothing: alone they are UNDECIDED, from the store as from the files', async () => {
    const licences = JSON.stringify({
      ArtifactName: 'registry.example.org/app:1.0',
      ArtifactType: 'container_image',
      Results: [{ Target: 'Node.js', Class: 'license', Licenses: [{ Severity: 'LOW', Name: 'MIT' }] }],
    });
    for (const inventory of ['null', licences]) {
      await withScans([[inventory, {}]], async (store) => {
        const verdict = await gateStore(store.reader, job());

        assert.equal(verdict.verdict, 'UNDECIDED');
        assert.match(verdict.reasons.map(({ message }) => message).join(), /is an inventory/);
      });
      assert.equal((await judgeScans([inventory])).verdict, 'UNDECIDED');
    }
  });

  test('a newer scan of one image does not make up for a partial one of another', async () => {
    const partial = JSON.parse(trivyScan({ image: 'registry.example.org/a:1', entries: LOW }));
    partial.Results[0].Vulnerabilities.push({ VulnerabilityID: 7 });
    const other = trivyScan({
      image: 'registry.example.org/b:1',
      createdAt: '2026-05-01T12:00:00Z',
      entries: LOW,
    });
    await withScans(
      [
        [JSON.stringify(partial), {}],
        [other, {}],
      ],
      async (store) => {
        const onlyB = { name: 'b', assets: [{ name: 'registry.example.org/b' }] };

        assert.equal((await gateStore(store.reader, job())).verdict, 'UNDECIDED');
        assert.equal((await gateStore(store.reader, job({ scope: onlyB }))).verdict, 'GO');
      },
    );
  });
});
