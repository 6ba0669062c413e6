import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isGatehouseError } from '../../domain/errors.ts';
import type { Preset } from '../../domain/policy.ts';
import { readPolicy } from '../../policy/read-policy.ts';
import { isReferenceConfig } from './document.ts';
import { migrate } from './migration.ts';
import { fromReference } from './reference-configuration.ts';

const TOKEN = 'dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX.SECRETSECRET';
const environment = {
  url: 'https://abc12345.live.dynatrace.com',
  token: '$' + '{CERT_TOKEN}',
  management_zones: ['Checkout'],
};
const env = { CERT_TOKEN: TOKEN };

function read(
  written: Readonly<Record<string, unknown>> = {},
  given: Readonly<Record<string, string>> = env,
) {
  return fromReference(
    { mode: 'evaluate', certification_environment: environment, ...written },
    { env: given, file: 'checkout.yaml' },
  );
}

function refusal(
  written: Readonly<Record<string, unknown>>,
  given?: Readonly<Record<string, string>>,
): string {
  try {
    read(written, given);
  } catch (error) {
    assert.ok(isGatehouseError(error) && error.code === 'config-invalid', String(error));
    return error.message;
  }
  assert.fail('it was read');
}

describe('the rules', () => {
  const LOW = 'LOW';
  const documented: readonly (readonly [Preset, unknown])[] = [
    ['strict', undefined],
    ['strict', null],
    [
      'strict',
      {
        excluded_cves: [],
        severity_exclusions: {},
        thresholds: {
          max_allowed_severity: 'HIGH',
          max_new_vulnerabilities: -1,
          allow_vulnerable_function_for_severities: [],
        },
      },
    ],
    [
      'balanced',
      {
        severity_exclusions: {
          MEDIUM: ['vulnerable_function'],
          LOW: ['vulnerable_function', 'severity_regression'],
        },
        thresholds: { max_allowed_severity: 'HIGH', max_new_vulnerabilities: -1 },
      },
    ],
    [
      'development',
      {
        severity_exclusions: {
          HIGH: ['severity_regression'],
          MEDIUM: ['vulnerable_function', 'severity_regression'],
          LOW: ['vulnerable_function', 'severity_regression'],
        },
        thresholds: {
          max_allowed_severity: 'MEDIUM',
          max_new_vulnerabilities: 20,
          allow_vulnerable_function_for_severities: [LOW, 'MEDIUM'],
        },
      },
    ],
    [
      'pre-production',
      {
        severity_exclusions: { MEDIUM: ['vulnerable_function'] },
        thresholds: {
          max_allowed_severity: 'HIGH',
          max_new_vulnerabilities: 5,
          allow_vulnerable_function_for_severities: [LOW],
        },
      },
    ],
  ];
  for (const [preset, assessment_rules] of documented) {
    test(`${JSON.stringify(assessment_rules)?.slice(0, 60)} are the preset ${preset}`, () => {
      const { policy } = read({ assessment_rules });

      assert.deepEqual(policy, readPolicy({ preset }));
    });
  }

  test('of their own are strict but for what they say', () => {
    const { policy } = read({
      assessment_rules: {
        severity_exclusions: { none: ['vulnerable_function', 'new_vulnerabilities'] },
        thresholds: { max_new_vulnerabilities: 0 },
      },
    });
    const parameters = (rule: string) => policy.rules[rule]?.parameters;

    assert.equal(policy.preset, 'strict');
    assert.deepEqual(parameters('vulnerable-function')?.exceptSeverities, ['info']);
    assert.deepEqual(parameters('function-regression')?.exceptSeverities, ['info']);
    assert.deepEqual(parameters('severity-regression')?.exceptSeverities, []);
    assert.deepEqual(parameters('new-against-baseline')?.exceptSeverities, ['info']);
    assert.equal(policy.rules['new-against-baseline']?.action, 'block');
    assert.equal(policy.rules['unknown-severity']?.action, 'block');
  });

  test('an excluded CVE is one waiver, however often and however cased it is written', () => {
    const { policy } = read({ assessment_rules: { excluded_cves: ['cve-2026-1', 'CVE-2026-1 '] } });

    assert.deepEqual(
      policy.waivers.map(({ vulnerability, by }) => [vulnerability, by]),
      [['CVE-2026-1', 'excluded_cves in checkout.yaml']],
    );
  });
});

describe('the environments', () => {
  test('become sources, scopes and a release', () => {
    const { sources, scopes, release, maxWorkers } = read({
      mode: 'COMPARE',
      max_workers: 20,
      production_environment: { ...environment, management_zones: ['Shop'] },
    });

    assert.deepEqual(
      sources.map(({ name }) => name),
      ['certification', 'production'],
    );
    assert.deepEqual(
      scopes.map(({ name }) => name),
      ['certification', 'production'],
    );
    assert.deepEqual(release, { name: 'checkout', scope: 'certification', baseline: 'production' });
    assert.equal(maxWorkers, 20);
  });

  test('one that the mode does not use is not asked for its token', () => {
    const { sources } = read({
      production_environment: { ...environment, token: '$' + '{NOT_SET}' },
    });

    assert.equal(sources.length, 1);
  });

  test('one that the mode does not use may be half filled in, and is refused by the mode that uses it', () => {
    for (const unused of [
      { ...environment, management_zones: [] },
      { url: '', token: '', zone: 'Shop' },
      'to do',
    ]) {
      assert.equal(read({ production_environment: unused }).sources.length, 1);
      assert.equal(read({ mode: ' Evaluate ', production_environment: unused }).sources.length, 1);
      assert.match(refusal({ mode: 'compare', production_environment: unused }), /production_environment/);
    }
    const { text } = migrate(
      {
        mode: 'evaluate',
        certification_environment: environment,
        production_environment: { management_zones: [] },
      },
      { file: 'checkout.yaml', env, now: new Date(0) },
    );
    assert.match(text, /did not use production_environment, so it is left out/);
  });

  test('settings hold where the token is, and never the token', () => {
    for (const token of [environment.token, TOKEN]) {
      const read_ = read({ certification_environment: { ...environment, token } });

      assert.ok(!JSON.stringify(read_.sources.map(({ settings }) => settings)).includes('SECRET'));
    }
  });

  test('a token that stands in the file works, with a warning; a placeholder without one', () => {
    const literal = read({ certification_environment: { ...environment, token: TOKEN } });

    assert.match(literal.warnings.join(), /certification_environment.token stands in the file/);
    assert.deepEqual(read().warnings, []);
  });

  test('what the older YAML took for false is false', () => {
    for (const verify_ssl of [false, 'no', 'Off', 'FALSE']) {
      const { sources } = read({ certification_environment: { ...environment, verify_ssl } });

      assert.match(JSON.stringify(sources[0]?.settings), /"tls":\{"verify":false\}/);
    }
  });

  test('only the address of the vendor itself is kept from leading into a private network', () => {
    const own = read({
      certification_environment: { ...environment, url: 'https://monitoring.example.org/e/abc' },
    });

    assert.match(JSON.stringify(own.sources), /"allowPrivate":true/);
    assert.match(JSON.stringify(read().sources), /"allowPrivate":false/);
  });
});

describe('mistakes', () => {
  test('are all told at once, by path, with what was probably meant', () => {
    const message = refusal({
      mode: 'evalute',
      max_worker: 5,
      certification_environment: { url: 'x', tokn: TOKEN, scope_mode: 'hosts', hosts: ['web-1'] },
      assessment_rules: {
        exclude_cves: [],
        severity_exclusions: { HIHG: ['vulnerable_function'], LOW: ['vulnerable_functions'] },
        thresholds: { max_allowed_severity: 'SEVERE', max_new_vulnerabilities: -2, max_new: 1 },
      },
    });

    for (const said of [
      'mode: expected one of evaluate, compare; did you mean evaluate?',
      'max_worker: there is no such key; did you mean max_workers?',
      'certification_environment.token: is missing',
      'certification_environment.tokn: there is no such key; did you mean token?',
      'certification_environment.scope_mode: expected one of management_zone, host_list',
      'certification_environment.hosts.0: expected a host id such as HOST-0123456789ABCDEF',
      'assessment_rules.exclude_cves: there is no such key; did you mean excluded_cves?',
      'assessment_rules.severity_exclusions.HIHG: expected one of CRITICAL, HIGH, MEDIUM, LOW, NONE; did you mean HIGH?',
      'assessment_rules.severity_exclusions.LOW.0: expected one of',
      'assessment_rules.thresholds.max_allowed_severity: expected one of',
      'assessment_rules.thresholds.max_new_vulnerabilities: expected -1 (unlimited), 0 or more',
      'assessment_rules.thresholds.max_new: there is no such key',
    ]) {
      assert.ok(message.includes(said), `${said}\nis not in\n${message}`);
    }
    assert.ok(!message.includes('SECRET'), message);
  });

  test('comparing needs production, and a variable that is not set is told by name', () => {
    assert.match(refusal({ mode: 'compare' }), /production_environment: is missing, and mode compare/);
    assert.match(refusal({}, {}), /certification_environment.token: .* CERT_TOKEN is not set/);
  });

  test('a scope of nothing would pass everything: it is one', () => {
    for (const block of [
      { ...environment, management_zones: [] },
      { ...environment, scope_mode: 'host_list' },
      { url: environment.url, token: environment.token },
    ]) {
      assert.match(
        refusal({ certification_environment: block }),
        /nothing would be judged and all would pass/,
      );
    }
  });

  test('an address with a password in it is refused, and the password not repeated', () => {
    const message = refusal({
      certification_environment: { ...environment, url: 'https://ann:SECRET@abc.live.dynatrace.com' },
    });

    assert.match(message, /certification_environment.url: must not carry a user or password/);
    assert.ok(!message.includes('SECRET'));
  });

  test('a document that is no mapping is one', () => {
    for (const document of [undefined, null, [], 'text', 7]) {
      assert.throws(() => fromReference(document, { env, file: 'f.yaml' }), { code: 'config-invalid' });
    }
  });
});

test('a file is known by its keys, also when it is broken; ours never is', () => {
  const theirs = [{ mode: 'x' }, { certification_environment: null }, { assessment_rules: {}, nonsense: 1 }];
  const ours = [{ sources: [] }, {}, null, [], 'mode', { policy: { mode: 'compare' } }];

  assert.deepEqual(theirs.map(isReferenceConfig), [true, true, true]);
  assert.deepEqual(
    ours.map(isReferenceConfig),
    ours.map(() => false),
  );
});
