/** The promotion script's invocation, reports, log and exit codes, with its file as it is; and the way to the new form. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { command as collect } from '../../src/main/commands/collect.ts';
import { command as gate } from '../../src/main/commands/gate.ts';
import { command as migrate } from '../../src/main/commands/migrate.ts';
import { describeFailure } from '../../src/main/failure.ts';
import { fromReference } from '../../src/main/reference/reference-configuration.ts';
import { isReferenceFile } from '../../src/main/reference/reference-file.ts';
import { runReference } from '../../src/main/reference/run-reference.ts';
import { readDocument } from '../docs/documents.ts';
import { runCli } from '../support/cli.ts';
import {
  expected,
  makePromotionWorld,
  ReferenceReport,
  type World,
  type WorldOptions,
} from '../support/promotion-world.ts';
import { trialIo } from '../support/trial-io.ts';

const AT = Date.UTC(2026, 4, 1);

async function reportOf(world: World, name = 'report.json') {
  return ReferenceReport.parse(JSON.parse(await readFile(world.file(name), 'utf8')));
}

describe('what is printed and written', { concurrency: 4 }, () => {
  test('-m prints the one word, and the report is written all the same', async () => {
    // The script wrote no report under -m, and its own pipelines uploaded one.
    await using world = await makePromotionWorld({ certification: [{ level: 'CRITICAL' }] });

    const { code, stdout, stderr } = await world.run({ machineReadable: true });

    assert.deepEqual([code, stdout, stderr], [1, 'NO-GO\n', '']);
    assert.equal((await reportOf(world)).decision_details.result, 'NO-GO');
  });

  test('-m -v keeps standard output to the one word', async () => {
    await using world = await makePromotionWorld({ certification: [] });

    const { stdout, stderr } = await world.run({ machineReadable: true, verbose: true });

    assert.equal(stdout, 'GO\n');
    assert.match(stderr, /debug certification: answered path=\S+securityProblems status=200/);
  });

  test('without a name the report has one made of the time', async () => {
    await using world = await makePromotionWorld({ certification: [{}] });

    await world.run({ output: undefined });
    await world.run({ output: undefined, format: 'CSV' });

    const written = (await readdir(world.path)).filter((name) => name.startsWith('report_'));
    assert.deepEqual(written.sort(), ['report_20260501_000000.csv', 'report_20260501_000000.json']);
  });

  test('the JSON report has the keys of the script, filled in from the list and the details', async () => {
    await using world = await makePromotionWorld({
      certification: [{ title: 'Deserialisation', level: 'HIGH', usage: 'NOT_AVAILABLE' }],
      production: [{ level: 'HIGH' }],
    });

    await world.run();
    const report = await reportOf(world);

    assert.equal(report.assessment_info.mode, 'compare');
    const [problem] = report.certification_environment.vulnerabilities;
    assert.ok(problem);
    assert.equal(problem.title, 'Deserialisation');
    assert.equal(problem.package_name, 'org.example:part-1');
    assert.equal(problem.technology, 'JAVA');
    assert.equal(problem.risk_assessment.riskLevel, 'HIGH');
    assert.equal(problem.risk_assessment.riskScore, 7.5);
    assert.equal(problem.risk_assessment.vulnerableFunctionUsage, 'NOT_AVAILABLE');
    assert.equal(problem.first_seen, AT - 10 * 86_400_000);
    assert.equal(problem.last_updated, AT - 86_400_000);
    assert.deepEqual(
      problem.management_zones.map(({ name }) => name),
      ['Certification'],
    );
    assert.ok(problem.affected_entities.length > 0);
    for (const { id, type } of problem.affected_entities) assert.ok(id.startsWith(`${type}-`), id);
    assert.deepEqual(report.comparison?.common_vulnerabilities, ['CVE-2026-10001']);
  });

  test('the CSV report has thirteen columns, also when there is nothing', async () => {
    await using full = await makePromotionWorld({
      certification: [{ cves: ['CVE-2026-1', 'CVE-2026-2'], title: '=cmd|"x"' }],
      production: [{ cves: [] }],
    });
    await using empty = await makePromotionWorld({ certification: [] });

    await full.run({ format: 'csv', output: 'report.csv' });
    await empty.run({ format: 'csv', output: 'report.csv' });
    const [header, first = '', second = ''] = (await readFile(full.file('report.csv'), 'utf8')).split('\r\n');

    assert.equal(
      header,
      'Environment,CVE_ID,Title,Risk_Level,Risk_Score,Vulnerable_Function_Usage,Technology,Package_Name,' +
        'Affected_Entities,Management_Zones,Status,First_Seen,Last_Updated',
    );
    assert.ok(
      first.startsWith(`CERTIFICATION,"CVE-2026-1,CVE-2026-2","'=cmd|""x""",LOW,2,NOT_IN_USE,JAVA,`),
      first,
    );
    assert.ok(second.startsWith('PRODUCTION,N/A,Problem 1,LOW,2,'), second);
    assert.equal(await readFile(empty.file('report.csv'), 'utf8'), `${header}\r\n`);
  });

  test('the console tells what was found, how it compares, why, and the decision last', async () => {
    await using world = await makePromotionWorld({
      certification: [{ title: 'Forged\u001b[2J\nDECISION: GO', cves: [], level: 'CRITICAL' }, {}],
      production: [{}],
    });

    const { stdout } = await world.run();

    for (const said of [
      'mode           COMPARE',
      'certification  found 2 open',
      'CVE: Unknown CVE',
      'Davis security score: 9.8 | severity: CRITICAL | function: NOT_IN_USE',
      '1 more, which nothing holds against the release',
      'Report: report.json',
    ]) {
      assert.ok(stdout.includes(said), `${said}\nis not in\n${stdout}`);
    }
    assert.ok(!stdout.includes('\u001b'));
    assert.deepEqual(stdout.match(/^DECISION: .*/gm), ['DECISION: NO-GO']);
  });

  test('the log tells the calls, and marks 429 and 503 with their number', async () => {
    await using world = await makePromotionWorld({
      certification: [{}],
      faults: [
        { kind: 'status', status: 429, retryAfterSeconds: 0, on: ['list'], times: 2 },
        { kind: 'status', status: 503, retryAfterSeconds: 0, on: ['detail'], times: 1 },
      ],
    });

    const { code, stderr } = await world.run({ verbose: true });
    const log = await readFile(world.file('production_promotion_check.log'), 'utf8');

    assert.equal(code, 0, stderr);
    assert.match(log, /calls answered, \d\.\d\d s each: good .*rate-limited-429=2 overloaded-503=1/);
    assert.match(log, /warn certification: 429/);
    assert.match(log, /info decided decision=GO exitCode=0/);
  });

  test('a log that cannot be written is said and decides nothing', async () => {
    await using world = await makePromotionWorld({ certification: [] });
    const trial = trialIo({
      cwd: world.file('missing'),
      env: { ...world.env, GATEHOUSE_HOME: world.file('home') },
    });

    const code = await runReference(
      { config: world.file('promotion.yaml'), output: world.file('report.json') },
      trial.io,
    );

    assert.equal(code, 0, trial.stderr());
    assert.match(trial.stderr(), /no log is kept/);
  });
});

test('of a whole estate, the figures are those it was made with', async () => {
  await using world = await makePromotionWorld({ certification: 'estate', production: 'estate' });

  await world.run();
  const { certification_environment, production_environment, comparison, decision_details } =
    await reportOf(world);

  const { certification, production } = expected;
  const defects = (problems: readonly { readonly cves: readonly string[] }[]): number =>
    problems.reduce((sum, { cves }) => sum + Math.max(1, cves.length), 0);
  assert.equal(certification_environment.total_vulnerabilities, certification.counted + certification.muted);
  assert.equal(production_environment?.total_vulnerabilities, production.counted + production.muted);
  assert.equal(
    decision_details.critical_high_count,
    certification.byLevel.CRITICAL + certification.byLevel.HIGH,
  );
  assert.equal(
    decision_details.vulnerable_functions_in_use,
    certification.functionsInUse + certification.functionsNotAvailable,
  );
  assert.ok(comparison);
  assert.deepEqual(
    comparison.new_vulnerabilities.filter((name) => name.startsWith('CVE-')),
    [...expected.newCves, ...expected.reopened.flatMap(({ cves }) => cves)].sort(),
  );
  assert.equal(comparison.severity_regression_details.length, defects(expected.severityRegressions));
  assert.equal(
    comparison.vulnerable_function_regression_details.length,
    defects(expected.functionRegressions),
  );
  assert.ok(expected.severityRegressions.length > 0 && expected.functionRegressions.length > 0);
});

describe('errors are no decision', { concurrency: 4 }, () => {
  const refused = async (options: WorldOptions, given: Readonly<Record<string, unknown>> = {}) => {
    await using world = await makePromotionWorld(options);
    const trial = trialIo({ cwd: world.path, env: world.env });
    const error = await runReference({ config: 'promotion.yaml', ...given }, trial.io).then(
      (code) => assert.fail(`it ended with ${code}`),
      (reason: unknown) => reason,
    );
    return { ...describeFailure(error), stdout: trial.stdout(), files: await readdir(world.path) };
  };

  test('a mistake in the file is exit 2, which is not the exit of NO-GO', async () => {
    // It was exit 1: a pipeline could not tell a typo from a vulnerability.
    const { exitCode, text, stdout, files } = await refused({ certification: [{}], file: { mode: 'both' } });

    assert.equal(exitCode, 2);
    assert.match(text, /mode \(line 1\): expected one of evaluate, compare/);
    assert.match(stdout, /DECISION: ERROR/);
    assert.ok(!files.some((name) => name.startsWith('report')));
  });

  test('so is a file that is not there, and a report that cannot be written', async () => {
    const missing = await refused({ certification: [] }, { config: 'other.yaml' });
    const unwritable = await refused({ certification: [] }, { output: 'no/such/folder/report.json' });

    assert.deepEqual([missing.exitCode, unwritable.exitCode], [2, 2]);
    assert.match(unwritable.text, /cannot be written/);
  });

  test('so is an option that the script did not have: it is never left undone in silence', async () => {
    const policy = await refused({ certification: [] }, { policy: 'development', saveBaseline: 'x' });
    const format = await refused({ certification: [] }, { format: 'sarif' });

    assert.match(policy.text, /--policy, --save-baseline: not possible .*gatehouse migrate/);
    assert.match(format.text, /no report format 'sarif'.*json and csv/);
  });

  test('under -m only the caller says ERROR, once', async () => {
    const { stdout } = await refused({ certification: [], file: { mode: 1 } }, { machineReadable: true });

    assert.equal(stdout, '');
  });
});

describe('reading the environments', { concurrency: 4 }, () => {
  test('hosts select what is related to them', async () => {
    await using probe = await makePromotionWorld({ certification: [{ level: 'HIGH' }] });
    await probe.run();
    const [problem] = (await reportOf(probe)).certification_environment.vulnerabilities;
    const hosts = await hostsOf(probe, problem?.vulnerability_id ?? '');
    assert.ok(hosts.length > 0);

    await using world = await makePromotionWorld({
      certification: [{ level: 'HIGH' }],
      block: { scope_mode: 'Host_List', hosts: [hosts[0]?.toLowerCase()], management_zones: ['ignored'] },
    });
    await using elsewhere = await makePromotionWorld({
      certification: [{ level: 'HIGH' }],
      block: { scope_mode: 'host_list', hosts: ['HOST-FFFFFFFFFFFFFFFF'] },
    });

    assert.equal((await world.run()).code, 1);
    await elsewhere.run();
    const { certification_environment, decision_details } = await reportOf(elsewhere);
    assert.equal(certification_environment.total_vulnerabilities, 0);
    assert.match(decision_details.warnings.join(), /no open problem is on HOST-FFFFFFFFFFFFFFFF/);
    assert.deepEqual((await reportOf(world)).decision_details.warnings, []);
  });

  test('max_workers is never exceeded, over both environments together', async () => {
    const many = Array.from({ length: 30 }, () => ({}));
    await using world = await makePromotionWorld({
      certification: many,
      production: many,
      file: { max_workers: 3 },
      latencyMs: 5,
    });

    await world.run();

    assert.equal(world.certification.stats().maxInFlight, 3);
    assert.equal(world.production.stats().maxInFlight, 3);
  });

  test('what has not changed is not read again: one call each, and the same report', async () => {
    await using world = await makePromotionWorld({ certification: [{}, {}], production: [{}] });
    await world.run();
    const first = await reportOf(world);
    world.certification.control.resetStats();
    world.production.control.resetStats();

    await world.run();

    assert.deepEqual(
      [world.certification.stats().totalRequests, world.production.stats().totalRequests],
      [1, 1],
    );
    assert.deepEqual(await reportOf(world), first);
  });

  test('what is gone since the last run is gone from the verdict', async () => {
    await using world = await makePromotionWorld({ certification: [{ level: 'CRITICAL' }, {}] });
    assert.equal((await world.run()).code, 1);

    world.certification.control.mutate({ do: 'move-zone', id: '1000000000000', zones: ['Payments'] });

    assert.equal((await world.run()).code, 0);
  });

  test('another scope in the file begins afresh: what the old one knew does not mix in', async () => {
    await using world = await makePromotionWorld({
      certification: [{ level: 'CRITICAL' }, { zones: ['Payments'] }],
    });
    assert.equal((await world.run()).code, 1);
    const file = parse(await readFile(world.file('promotion.yaml'), 'utf8'));
    file.certification_environment.management_zones = ['Payments'];
    await writeFile(world.file('promotion.yaml'), stringify(file));

    assert.equal((await world.run()).code, 0);
    assert.equal((await reportOf(world)).certification_environment.total_vulnerabilities, 1);
  });

  test('a token that stands in the file works, and appears nowhere', async () => {
    await using first = await makePromotionWorld({ certification: [] });
    const { token } = first.certification;
    const file = parse(await readFile(first.file('promotion.yaml'), 'utf8'));
    file.certification_environment.token = token;
    await writeFile(first.file('promotion.yaml'), stringify(file));

    const { code, stdout, stderr } = await first.run({ verbose: true });

    assert.equal(code, 0, stderr);
    assert.match(stdout, /certification_environment.token stands in the file/);
    const secret = token.split('.')[2] ?? token;
    const written = [stdout, stderr, await readFile(first.file('report.json'), 'utf8')];
    for (const name of await readdir(first.path, { recursive: true, withFileTypes: true })) {
      if (name.isFile() && name.name !== 'promotion.yaml')
        written.push(await readFile(`${name.parentPath}/${name.name}`, 'latin1'));
    }
    assert.ok(written.length > 4);
    for (const text of written) assert.ok(!text.includes(secret));
  });
});

async function hostsOf({ certification }: World, problem: string): Promise<readonly string[]> {
  const response = await fetch(
    `${certification.url}/api/v2/securityProblems/${problem}?fields=%2BrelatedEntities&from=now-365d`,
    { headers: { authorization: `Api-Token ${certification.token}` } },
  );
  const { relatedEntities }: { relatedEntities: { hosts: { id: string }[] } } = JSON.parse(
    await response.text(),
  );
  return relatedEntities.hosts.map(({ id }) => id);
}

test('the file that the guide shows is read without a word of warning but about its excluded CVE', async () => {
  const { blocks } = readDocument('docs/guides/from-the-promotion-script.md');
  const shown = blocks.find(({ name }) => name === 'promotion.yaml');
  assert.ok(shown);

  const { warnings, sources } = fromReference(parse(shown.text), {
    env: { CERT_TOKEN: 'a', PROD_TOKEN: 'b' },
    file: 'promotion.yaml',
  });

  assert.equal(sources.length, 2);
  assert.equal(warnings.length, 1);
});

test('a file of the script is told from ours and from what is no file', async () => {
  await using world = await makePromotionWorld({ certification: [] });
  await writeFile(world.file('ours.yaml'), 'sources: []');
  await writeFile(world.file('broken.yaml'), '[');
  const names = ['promotion.yaml', 'ours.yaml', 'broken.yaml', 'none.yaml'];

  const known = await Promise.all(names.map((name) => isReferenceFile(name, { cwd: world.path })));

  assert.deepEqual(known, [true, false, false, false]);
});

describe('gatehouse gate -c promotion.yaml', { concurrency: 2 }, () => {
  test('is the script: the same words, files and exit codes from the command line', async () => {
    await using world = await makePromotionWorld({ certification: [{ level: 'HIGH' }] });
    const run = (...args: readonly string[]) =>
      runCli(['gate', '-c', 'promotion.yaml', ...args], { cwd: world.path, env: world.env });

    const told = await run();
    const word = await run('-m', '-f', 'csv', '-o', 'out.csv');

    assert.deepEqual([told.code, word.code], [1, 1], told.stderr);
    assert.match(told.stdout, /^DECISION: NO-GO$/m);
    assert.equal(word.stdout, 'NO-GO\n');
    assert.match(await readFile(world.file('out.csv'), 'utf8'), /^Environment,CVE_ID,/);
  });

  test('a mistake in the file is ERROR and exit 2, told once', async () => {
    await using world = await makePromotionWorld({ certification: [], file: { max_wokers: 3 } });
    const run = (...args: readonly string[]) =>
      runCli(['gate', '-c', 'promotion.yaml', ...args], { cwd: world.path, env: world.env });

    const told = await run();
    const word = await run('-m');

    assert.deepEqual([told.code, word.code], [2, 2]);
    assert.match(told.stdout, /^DECISION: ERROR$/m);
    assert.match(told.stderr, /max_wokers \(line \d+\): there is no such key; did you mean max_workers\?/);
    assert.equal(word.stdout, 'ERROR\n');
  });
});

describe('gatehouse migrate', { concurrency: 4 }, () => {
  const worlds: readonly (readonly [string, WorldOptions])[] = [
    ['a release that passes', { certification: [{}], production: [{}] }],
    ['a level that is not allowed', { certification: [{ level: 'HIGH' }] }],
    ['an excluded CVE', { certification: [{ level: 'HIGH' }], rules: { excluded_cves: ['cve-2026-10001'] } }],
    [
      'new vulnerabilities beyond the number',
      {
        certification: [{}, {}, { level: 'MEDIUM' }],
        production: [{}],
        rules: {
          severity_exclusions: { MEDIUM: ['new_vulnerabilities'] },
          thresholds: { max_new_vulnerabilities: 0, allow_vulnerable_function_for_severities: ['LOW'] },
        },
      },
    ],
    [
      'a severity that rose between two zones of one tenant',
      {
        certification: [
          { cves: ['CVE-2026-8'], packageName: 'a:b', level: 'MEDIUM', zones: ['Checkout'] },
          { cves: ['CVE-2026-8'], packageName: 'a:b', zones: ['Payments'] },
        ],
        isOneTenant: true,
        file: { max_workers: 4 },
      },
    ],
  ];
  for (const [name, options] of worlds) {
    test(`${name}: the new form gives the same verdict for the same reasons`, async () => {
      await using world = await makePromotionWorld(options);
      const { code } = await world.run();
      const { decision_details } = await reportOf(world);
      const given = { cwd: world.path, env: world.env, now: () => new Date(AT) };
      const [migrating, collecting, judging] = [trialIo(given), trialIo(given), trialIo(given)];

      await migrate.run({ output: 'gatehouse.yaml' }, migrating.io, ['promotion.yaml']);
      assert.equal(await collect.run({}, collecting.io, []), 0, collecting.stderr());
      const migrated = await gate.run({ format: 'json' }, judging.io, []);

      const verdict: { reasons: { effect: string; message: string }[] } = JSON.parse(judging.stdout());
      const messages = verdict.reasons
        .filter(({ effect }) => effect !== 'warn')
        .map(({ message }) => message);
      assert.equal(migrated, code, judging.stdout());
      if (code !== 0) assert.deepEqual(messages, decision_details.reasons);
    });
  }

  test('never shows a token, and says what to do about one that stood in the file', async () => {
    await using world = await makePromotionWorld({
      certification: [],
      block: { token: 'dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX.SECRET' },
      rules: { excluded_cves: ['CVE-2026-1'] },
    });
    const trial = trialIo({ cwd: world.path, now: () => new Date(AT) });

    await migrate.run({}, trial.io, ['promotion.yaml']);

    const { sources, policy } = parse(trial.stdout());
    assert.deepEqual(sources[0].token, { env: 'DYNATRACE_CERTIFICATION_TOKEN' });
    assert.equal(policy.waivers[0].until, '2026-07-30');
    assert.match(trial.stderr(), /revoke it, and put a new one into DYNATRACE_CERTIFICATION_TOKEN/);
    assert.match(trial.stderr(), /the waivers made of it end on 2026-07-30/);
    assert.ok(!`${trial.stdout()}${trial.stderr()}`.includes('SECRET'));
  });

  test('leaves a file that is there as it is', async () => {
    await using world = await makePromotionWorld({ certification: [] });
    await writeFile(world.file('gatehouse.yaml'), 'mine\n');
    const trial = trialIo({ cwd: world.path });

    await assert.rejects(
      async () => await migrate.run({ output: 'gatehouse.yaml' }, trial.io, ['promotion.yaml']),
      /gatehouse.yaml cannot be written: it is there already/,
    );
    assert.equal(await readFile(world.file('gatehouse.yaml'), 'utf8'), 'mine\n');
  });
});
