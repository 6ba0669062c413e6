/**
 * Each test has the name of something the promotion script got wrong, and fails on what it did. Its own words for what
 * it should have done are in its guides; what it did is noted beside each.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import type * as z from 'zod';
import type { Fault } from '../../src/sandbox/dynatrace/options.ts';
import { makePromotionWorld, ReferenceReport, type WorldOptions } from '../support/promotion-world.ts';

type Report = z.infer<typeof ReferenceReport>;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly report: Report;
  /** Of the reasons, in one text. */
  readonly why: string;
}

async function outcomeOf(options: WorldOptions): Promise<Outcome> {
  await using world = await makePromotionWorld(options);
  const { code, stdout, stderr } = await world.run();
  const report = ReferenceReport.parse(JSON.parse(await readFile(world.file('report.json'), 'utf8')));
  assert.equal(report.assessment_info.decision, report.decision_details.result, stderr);
  return { code, stdout, report, why: report.decision_details.reasons.join('; ') };
}

const thresholds = (written: Readonly<Record<string, unknown>>) => ({ thresholds: written });

describe('the severity that is not allowed', { concurrency: 4 }, () => {
  // It blocked above the level only: HIGH passed by default, and CRITICAL never blocked.
  const rows: readonly (readonly [
    ceiling: string | undefined,
    level: 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'NONE',
    code: number,
  ])[] = [
    [undefined, 'CRITICAL', 1],
    [undefined, 'HIGH', 1],
    [undefined, 'MEDIUM', 0],
    ['CRITICAL', 'CRITICAL', 1],
    ['CRITICAL', 'HIGH', 0],
    ['medium', 'MEDIUM', 1],
    ['MEDIUM', 'LOW', 0],
    ['LOW', 'LOW', 1],
    ['LOW', 'NONE', 0],
    ['NONE', 'NONE', 1],
  ];
  for (const [ceiling, level, code] of rows) {
    test(`${ceiling ?? 'not given'}: ${level} ${code === 0 ? 'passes' : 'blocks, at as well as above'}`, async () => {
      const rules = ceiling === undefined ? undefined : thresholds({ max_allowed_severity: ceiling });

      const outcome = await outcomeOf({
        certification: [{ level }],
        ...(rules === undefined ? {} : { rules }),
      });

      assert.equal(outcome.code, code, outcome.why);
      assert.equal(outcome.report.decision_details.critical_high_count, code);
    });
  }
});

test('a problem is counted and reported once, not twice', async () => {
  const { report } = await outcomeOf({ certification: [{ level: 'HIGH' }, {}] });

  assert.equal(report.certification_environment.total_vulnerabilities, 2);
  assert.equal(report.certification_environment.vulnerabilities.length, 2);
  assert.equal(report.decision_details.critical_high_count, 1);
});

test('a problem in two zones counts once, and the list is read once for both', async () => {
  await using world = await makePromotionWorld({
    certification: [{ level: 'HIGH', zones: ['Checkout', 'Payments'] }, { zones: ['Payments'] }],
    block: { management_zones: ['Checkout', 'Payments'] },
  });

  await world.run();
  const report = ReferenceReport.parse(JSON.parse(await readFile(world.file('report.json'), 'utf8')));

  assert.equal(report.certification_environment.total_vulnerabilities, 2);
  assert.equal(report.decision_details.critical_high_count, 1);
  assert.equal(world.certification.stats().requests.list, 1);
});

describe('details that do not load', { concurrency: 4 }, () => {
  // A problem whose details failed was dropped before scoping, and what was left was judged: a false GO.
  const faults: Fault[] = [{ kind: 'status', status: 404, on: ['detail'], ids: ['1000000000001'] }];

  test('never hide a problem: what blocks, blocks', async () => {
    const { code, report } = await outcomeOf({
      certification: [{}, { level: 'CRITICAL' }],
      faults,
    });

    assert.equal(code, 1);
    assert.equal(report.certification_environment.total_vulnerabilities, 2);
  });

  test('are missing evidence where nothing blocks: UNDECIDED, exit 3, and the reason says so', async () => {
    const { code, report, why, stdout } = await outcomeOf({ certification: [{}, {}], faults });

    assert.equal(code, 3);
    assert.equal(report.decision_details.result, 'UNDECIDED');
    assert.match(why, /certification is only partly known/);
    assert.match(stdout, /DECISION: UNDECIDED/);
  });
});

test('an environment that refuses the token is no environment without problems: UNDECIDED', async () => {
  const { code, why } = await outcomeOf({ certification: [{}], faults: [{ kind: 'expired-token' }] });

  assert.equal(code, 3);
  assert.match(why, /401/);
});

test('production that does not answer cannot make a release pass a comparison', async () => {
  const { code, why } = await outcomeOf({
    certification: [{}],
    production: [{}],
    productionFaults: [{ kind: 'expired-token' }],
  });

  assert.equal(code, 3);
  assert.match(why, /baseline/);
});

test('a zone that does not exist is not a zone without problems: UNDECIDED', async () => {
  const { code, why } = await outcomeOf({
    certification: [{ level: 'CRITICAL' }],
    block: { management_zones: ['Chekout'] },
  });

  assert.equal(code, 3);
  assert.match(why, /Chekout/);
});

describe('problems without a CVE', { concurrency: 4 }, () => {
  // They were invisible to every comparison.
  test('count as new', async () => {
    const { code, report } = await outcomeOf({
      certification: [{ cves: [] }],
      production: [],
      rules: thresholds({ max_new_vulnerabilities: 0 }),
    });

    assert.equal(code, 1);
    assert.deepEqual(report.comparison?.new_vulnerabilities, ['SNYK-JAVA-PLANTED-1']);
    assert.equal(report.decision_details.regression_detected, true);
  });

  test('can get worse', async () => {
    const { code, report } = await outcomeOf({
      certification: [{ cves: [], level: 'MEDIUM' }],
      production: [{ cves: [], level: 'LOW' }],
    });

    assert.equal(code, 1);
    assert.equal(report.comparison?.severity_regression, true);
  });
});

describe('what is over or set aside', { concurrency: 4 }, () => {
  // Both blocked.
  test('a resolved problem does not block', async () => {
    assert.equal((await outcomeOf({ certification: [{ level: 'CRITICAL', state: 'resolved' }] })).code, 0);
  });

  test('a muted problem does not block, and the report shows that it is muted', async () => {
    const { code, report } = await outcomeOf({ certification: [{ level: 'CRITICAL', state: 'muted' }] });

    assert.equal(code, 0);
    assert.deepEqual(report.certification_environment.vulnerabilities[0]?.set_aside, ['muted']);
  });
});

describe('an excluded CVE', { concurrency: 4 }, () => {
  const pair = ['CVE-2026-1', 'CVE-2026-2'];

  test('does not hide the other CVE of the same problem', async () => {
    const { code } = await outcomeOf({
      certification: [{ cves: pair, level: 'HIGH' }],
      rules: { excluded_cves: ['CVE-2026-1'] },
    });

    assert.equal(code, 1);
  });

  test('is accepted however it is cased; with all of its problem excluded, nothing blocks', async () => {
    const { code, report } = await outcomeOf({
      certification: [{ cves: pair, level: 'HIGH' }],
      rules: { excluded_cves: ['cve-2026-1', 'CVE-2026-2'] },
    });

    assert.equal(code, 0);
    assert.deepEqual(report.certification_environment.vulnerabilities[0]?.set_aside, ['excluded']);
  });

  test('is told in every verdict, because nobody gave it an owner, a reason or an end', async () => {
    const { report, stdout } = await outcomeOf({
      certification: [{}],
      rules: { excluded_cves: ['CVE-2026-10001'] },
    });

    assert.match(report.decision_details.warnings.join(), /without owner, reason or end/);
    assert.match(stdout, /without owner, reason or end/);
  });
});

describe('new vulnerabilities', { concurrency: 4 }, () => {
  test('-1 allows any number, and says how many there are', async () => {
    const { code, report } = await outcomeOf({ certification: [{}, {}], production: [{}] });

    assert.equal(code, 0);
    assert.deepEqual(report.comparison?.new_vulnerabilities, ['CVE-2026-10002']);
    assert.match(report.decision_details.warnings.join(), /1 new vulnerability/);
  });

  for (const [allowed, code] of [
    [0, 1],
    [1, 1],
    [2, 0],
  ] as const) {
    test(`of two, with ${allowed} allowed: ${code === 0 ? 'GO' : 'NO-GO'}`, async () => {
      const outcome = await outcomeOf({
        certification: [{}, {}],
        production: [],
        rules: thresholds({ max_new_vulnerabilities: allowed }),
      });

      assert.equal(outcome.code, code);
    });
  }

  test('of a severity that new_vulnerabilities excludes do not count', async () => {
    // The exclusion was documented and never read.
    const { code, report } = await outcomeOf({
      certification: [{ level: 'LOW' }],
      production: [],
      rules: {
        severity_exclusions: { LOW: ['new_vulnerabilities'] },
        ...thresholds({ max_new_vulnerabilities: 0 }),
      },
    });

    assert.equal(code, 0);
    assert.deepEqual(report.comparison?.new_vulnerabilities, []);
  });
});

describe('regressions', { concurrency: 4 }, () => {
  test('are found on one component although another has the CVE as badly in production', async () => {
    // The worst of a scope was compared with the worst of the other: CRITICAL with CRITICAL.
    const cves = ['CVE-2026-7'];
    const rules = thresholds({ max_allowed_severity: 'CRITICAL' });

    const { code, report } = await outcomeOf({
      certification: [
        { cves, level: 'HIGH', packageName: 'org.example:a' },
        { cves, level: 'HIGH', packageName: 'org.example:b' },
      ],
      production: [
        { cves, level: 'MEDIUM', packageName: 'org.example:a' },
        { cves, level: 'HIGH', packageName: 'org.example:b' },
      ],
      rules,
    });

    assert.equal(code, 1);
    const details = report.comparison?.severity_regression_details ?? [];
    assert.deepEqual(
      details.map(({ cve, prod_severity, cert_severity }) => [cve, prod_severity, cert_severity]),
      [['CVE-2026-7', 'MEDIUM', 'HIGH']],
    );
  });

  test('are found on the very same entity, between two zones of one tenant', async () => {
    const same = { cves: ['CVE-2026-8'], packageName: 'org.example:a' };

    const { code, report } = await outcomeOf({
      certification: [
        { ...same, level: 'MEDIUM', zones: ['Checkout'] },
        { ...same, level: 'LOW', zones: ['Payments'] },
        { cves: ['CVE-2026-9'], zones: ['Checkout', 'Payments'] },
      ],
      isOneTenant: true,
    });

    assert.equal(code, 1);
    assert.equal(report.certification_environment.total_vulnerabilities, 2);
    assert.equal(report.production_environment?.total_vulnerabilities, 2);
    assert.deepEqual(
      report.comparison?.severity_regression_details.map(({ cve, scope }) => [cve, scope]),
      [['CVE-2026-8', 'the same entity']],
    );
    assert.deepEqual(report.comparison.common_vulnerabilities, ['CVE-2026-8', 'CVE-2026-9']);
  });

  test('in severity do not count where severity_regression excludes what they rose to', async () => {
    const outcome = await outcomeOf({
      certification: [{ level: 'MEDIUM' }],
      production: [{ level: 'LOW' }],
      rules: { severity_exclusions: { MEDIUM: ['severity_regression'] } },
    });

    assert.equal(outcome.code, 0);
  });

  test('of a function from not in use to in use are found', async () => {
    const outcome = await outcomeOf({
      certification: [{ usage: 'IN_USE' }],
      production: [{ usage: 'NOT_IN_USE' }],
    });

    assert.equal(outcome.code, 1);
    assert.equal(outcome.report.comparison?.vulnerable_function_regression, true);
  });

  test('of a function respect the exclusion of vulnerable_function, as the guide says', async () => {
    // The exclusion was not applied to this check.
    const outcome = await outcomeOf({
      certification: [{ usage: 'IN_USE' }],
      production: [{ usage: 'NOT_IN_USE' }],
      rules: { severity_exclusions: { LOW: ['vulnerable_function'] } },
    });

    assert.equal(outcome.code, 0);
  });
});

describe('a vulnerable function', { concurrency: 4 }, () => {
  for (const [usage, code] of [
    ['IN_USE', 1],
    ['NOT_AVAILABLE', 1],
    ['NOT_IN_USE', 0],
  ] as const) {
    test(`${usage} ${code === 0 ? 'passes' : 'blocks'}`, async () => {
      const outcome = await outcomeOf({ certification: [{ usage }] });

      assert.equal(outcome.code, code);
      assert.equal(outcome.report.decision_details.vulnerable_functions_in_use, code);
    });
  }

  test('that is excluded is not looked at; one that is allowed is told', async () => {
    // Both were skipped, and nothing told them apart.
    const certification = [{ usage: 'IN_USE' }] as const;

    const excluded = await outcomeOf({
      certification,
      rules: { severity_exclusions: { LOW: ['vulnerable_function'] } },
    });
    const allowed = await outcomeOf({
      certification,
      rules: thresholds({ allow_vulnerable_function_for_severities: ['LOW'] }),
    });

    assert.deepEqual([excluded.code, allowed.code], [0, 0]);
    assert.deepEqual(excluded.report.decision_details.warnings, []);
    assert.match(
      allowed.report.decision_details.warnings.join(),
      /1 problem has a vulnerable function in use/,
    );
  });
});

test('an unknown severity is not harmless', async () => {
  // It ranked as NONE.
  const { code, why } = await outcomeOf({
    certification: [{}],
    faults: [{ kind: 'unknown-enum', on: ['list'], property: 'riskAssessment.riskLevel' }],
  });

  assert.equal(code, 1);
  assert.match(why, /unknown severity/);
});
