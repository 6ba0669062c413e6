/** Decision tables on the line: collected, gone by, changed, and decided again by the one of then. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type http from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { aTable } from '../../../test/support/decision-tables.ts';
import { aServer } from '../../../test/support/local-server.ts';
import { type TrialLine, trialLine } from '../../../test/support/trial-line.ts';
import { trivyScan } from '../../../test/support/trivy-scan.ts';

const TABLE = JSON.stringify(aTable());
/** Of nothing is there anything to do. */
const MILD = JSON.stringify(aTable(['T', 'T', 'T', 'T', 'T', 'T']));
const SCAN = trivyScan({ entries: [{ id: 'CVE-2099-10001', severity: 'LOW' }] });

const policyBy = (ssvc: object): string =>
  stringify({ rules: { severity: 'off', 'unknown-severity': 'off', ssvc: { action: 'block', ...ssvc } } });

const HOUSE = policyBy({
  atOrAbove: { house: 'attend soon' },
  exploitation: 'public-poc',
  points: { r: 'VERY HIGH' },
});

async function aLine(files: Readonly<Record<string, string>> = {}): Promise<TrialLine> {
  const line = await trialLine({
    'gatehouse.yaml': 'sources: [{ name: house, kind: ssvc, file: house.json }]\npolicy: policy.yaml\n',
    'house.json': TABLE,
    'policy.yaml': HOUSE,
    'scan.json': SCAN,
    ...files,
  });
  await line.run(['import', 'scan.json']);
  return line;
}

async function verdictOf(line: TrialLine, ...args: readonly string[]) {
  const { stdout, message } = await line.run(['gate', '--json', ...args]);
  assert.equal(message, '');
  const { verdict, reasons, pathToGo } = JSON.parse(stdout);
  return {
    verdict,
    reasons: reasons.map(({ message: said }: { message: string }) => said),
    evidence: pathToGo.evidence,
  };
}

const ATTEND =
  '1 finding in 1 problem with the decision attend-soon by SSVC (house): exploitation public poc, reach of ours very high';

describe('a table of a feed', () => {
  test('that was never collected leaves the verdict open, and says what to do', async () => {
    await using line = await aLine();

    const { verdict, reasons, evidence } = await verdictOf(line);

    assert.equal(verdict, 'UNDECIDED');
    assert.match(
      reasons.join(),
      /there is no SSVC table house to go by: name a feed of kind ssvc so and collect it/,
    );
    assert.deepEqual(evidence, reasons);
    assert.equal((await line.run(['config', 'check'])).exitCode, 0);
  });

  test('decides once it was collected, decides otherwise once it changed, and of then as then', async () => {
    await using line = await aLine();

    const collected = await line.run(['collect']);
    const first = await verdictOf(line);
    await line.write('house.json', MILD);
    const unchanged = await verdictOf(line);
    await line.run(['collect']);
    const second = await verdictOf(line);

    assert.match(collected.stdout, /house: ssvc read: decision table house, version 1\.0\.0, 6 rows/);
    assert.deepEqual([first.verdict, first.reasons], ['NO-GO', [ATTEND]]);
    assert.deepEqual(unchanged, first);
    assert.deepEqual([second.verdict, second.reasons], ['GO', []]);
    const { verdicts } = JSON.parse((await line.run(['verdicts', '--json'])).stdout);
    const digests = new Set(verdicts.map(({ policyDigest }: Record<string, unknown>) => policyDigest));
    assert.equal(digests.size, 2, 'a policy by another table is another policy');
    for (const [number, word] of [
      ['1', 'NO-GO'],
      ['2', 'NO-GO'],
      ['3', 'GO'],
    ] as const) {
      const replayed = await line.run(['replay', number]);
      assert.equal(replayed.exitCode, 0, replayed.stdout);
      assert.match(replayed.stdout, new RegExp(`^The same: ${word}, byte for byte`));
    }
  });

  test('is in the facts, so that another policy can be replayed by it; one that is not there opens nothing', async () => {
    await using line = await aLine({
      'looser.yaml': policyBy({
        atOrAbove: { house: 'act' },
        exploitation: 'public-poc',
        points: { r: 'H' },
      }),
      'other.yaml': policyBy({ atOrAbove: { other: 'act' } }),
      // What a policy says of exploitation holds once it is known what is exploited.
      'kev.json': JSON.stringify({
        catalogVersion: '1',
        dateReleased: '2026-05-31T00:00:00Z',
        vulnerabilities: [{ cveID: 'CVE-2099-99999', dateAdded: '2026-05-01' }],
      }),
    });
    await line.run(['collect']);
    await line.run(['import', 'kev.json']);
    await line.run(['gate', '-m', '--bundle', 'verdict.bundle']);
    await line.write('house.json', MILD);
    await line.run(['collect']);

    const replay = async (policy: string) =>
      JSON.parse(
        (await line.run(['replay', '--bundle', 'verdict.bundle', '--policy', policy, '--json'])).stdout,
      );

    assert.deepEqual((await replay('policy.yaml')).same, true);
    assert.deepEqual((await replay('looser.yaml')).verdict, { was: 'NO-GO', is: 'GO' });
    assert.deepEqual((await replay('other.yaml')).verdict, { was: 'NO-GO', is: 'UNDECIDED' });
  });

  test('is fetched only when it changed, and one that cannot decide leaves the one before', async (t) => {
    const publisher = await aPublisher(t);
    await using line = await aLine({
      'gatehouse.yaml': `sources: [{ name: house, kind: ssvc, url: '${publisher.url}/table.json', allowPrivate: true }]\npolicy: policy.yaml\n`,
    });
    const states: string[] = [];
    for (const content of [TABLE, TABLE, TABLE.replace('"A"', '"X"'), MILD]) {
      publisher.content = content;
      const { stdout } = await line.run(['collect', '--json']);
      const [{ state, reason = '' }] = JSON.parse(stdout).feeds;
      states.push(`${state} ${reason.slice(0, 20)}`.trim(), (await verdictOf(line)).verdict);
    }

    assert.deepEqual(states, [
      ...['read', 'NO-GO', 'unchanged', 'NO-GO'],
      ...['failed SSVC decision table:', 'NO-GO', 'read', 'GO'],
    ]);
    assert.deepEqual(publisher.log, [200, 304, 200, 200]);
  });
});

async function aPublisher(t: TestContext) {
  const publisher = { url: '', content: '', log: [] as number[] };
  const serve: http.RequestListener = (request, response) => {
    const etag = `"${createHash('sha256').update(publisher.content).digest('hex')}"`;
    const status = request.headers['if-none-match'] === etag ? 304 : 200;
    publisher.log.push(status);
    response.writeHead(status, { etag });
    response.end(status === 200 ? publisher.content : undefined);
  };
  return Object.assign(publisher, { url: await aServer(t, serve) });
}

test('a table that is imported by hand is called by its namespace and key', async () => {
  await using line = await aLine({
    'policy.yaml': policyBy({ atOrAbove: { 'house:DT': 'S' }, exploitation: 'active', points: { r: 'L' } }),
  });

  const { stdout } = await line.run(['import', 'house.json']);

  assert.match(stdout, /house\.json: ssvc, decision table house:DT, version 1\.0\.0, 6 rows/);
  assert.match(
    (await verdictOf(line)).reasons.join(),
    /attend-soon by SSVC \(house:DT\): exploitation active/,
  );
  assert.equal((await line.run(['config', 'check'])).exitCode, 0);
});

test('a table in the policy goes before one of that name in the store, and needs none', async () => {
  const own = policyBy({
    atOrAbove: { house: 'attend-soon' },
    exploitation: 'public-poc',
    tables: { house: aTable() },
  });
  await using line = await aLine({ 'house.json': MILD, 'own.yaml': own });
  await line.run(['collect']);

  const stored = await verdictOf(line, '--policy', 'own.yaml');
  const scanned = await verdictOf(line, '--policy', 'own.yaml', '--scan', 'scan.json');
  const without = await verdictOf(line, '--policy', 'policy.yaml', '--scan', 'scan.json');

  assert.equal(stored.verdict, 'NO-GO');
  assert.deepEqual(scanned.reasons, stored.reasons);
  assert.equal(without.verdict, 'UNDECIDED');
});

describe('what can be known to be wrong beforehand', () => {
  const tables = { house: aTable() };
  const wrong = {
    'unknown.yaml': [
      { atOrAbove: { hause: 'act' } },
      /there is no SSVC table 'hause': it is none of coordinator, /,
    ],
    'decision.yaml': [
      { atOrAbove: { house: 'now' }, tables },
      /atOrAbove.*no decision 'now'; it has track, attend-soon, act/,
    ],
    'point.yaml': [
      { atOrAbove: { house: 'act' }, points: { x: 'L' }, tables },
      /points.*no point 'x' to be stated; it has R/,
    ],
    'value.yaml': [
      { atOrAbove: { house: 'act' }, points: { R: 'X' }, tables },
      /points.*no value 'X'; it has low, very-high/,
    ],
    'built-in.yaml': [
      { atOrAbove: { supplier: 'defer' }, points: { R: 'L' } },
      /points.*supplier has no point 'R'/,
    ],
    'name.yaml': [
      { tables: { supplier: aTable() } },
      /tables.*supplier.* are built in: give the table another name/,
    ],
    'rows.yaml': [
      { tables: { house: { ...aTable(), mapping: [] } } },
      /tables\.house\.mapping.*there is no row for/,
    ],
    'none.yaml': [{ atOrAbove: {} }, /atOrAbove.*expected one table with its decision/],
    'two.yaml': [{ atOrAbove: { house: 'act', supplier: 'defer' } }, /atOrAbove.*expected one table/],
  } as const;

  for (const [name, [ssvc, says]] of Object.entries(wrong)) {
    test(`${name}: policy check and config check refuse it`, async () => {
      await using line = await trialLine({
        [name]: policyBy(ssvc),
        'gatehouse.yaml': `sources: [{ name: house, kind: ssvc, file: house.json }]\npolicy: ${name}\n`,
      });

      const checked = await line.run(['policy', 'check', name]);
      const configuration = await line.run(['config', 'check']);

      assert.equal(checked.exitCode, 2, checked.stdout);
      assert.match(checked.stderr, says);
      assert.equal(configuration.exitCode, 2);
      assert.match(configuration.stdout, new RegExp(`problem {2}${name}.*: .*`));
      assert.match(configuration.stdout, says);
    });
  }

  test('a policy in the configuration is told by its line', async () => {
    await using line = await trialLine({
      'gatehouse.yaml': 'policy:\n  rules:\n    ssvc:\n      action: warn\n      atOrAbove: { hause: act }\n',
    });

    const { exitCode, stdout } = await line.run(['config', 'check']);

    assert.equal(exitCode, 2);
    assert.match(stdout, /gatehouse\.yaml:5: policy\.rules\.ssvc\.atOrAbove: there is no SSVC table 'hause'/);
  });

  test('of a rule that is off, or a policy that stands alone, nothing is', async () => {
    await using line = await trialLine({
      'off.yaml': policyBy({ action: 'off', atOrAbove: { hause: 'act' } }),
      'alone.yaml': policyBy({ atOrAbove: { house: 'act' } }),
    });

    assert.equal((await line.run(['policy', 'check', 'off.yaml', 'alone.yaml'])).exitCode, 0);
  });

  test('a feed cannot be called as a table that is built in', async () => {
    await using line = await trialLine({
      'gatehouse.yaml': 'sources: [{ name: supplier, kind: ssvc, file: house.json }]\n',
    });

    assert.match((await line.run(['collect'])).message, /sources\.0\.name .*'supplier' is built in/);
  });
});
