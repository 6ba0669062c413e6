import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { isGatehouseError } from '../domain/errors.ts';
import { DEFAULT_HONOUR, PRESETS } from '../domain/policy.ts';
import { readPolicy } from './read-policy.ts';
import { RULES } from './rules/registry.ts';

function problemsOf(document: unknown): string {
  try {
    readPolicy(document, 'policy production');
  } catch (error) {
    assert.ok(isGatehouseError(error));
    assert.equal(error.code, 'config-invalid');
    return error.message;
  }
  return assert.fail('the policy was read');
}

describe('reading a policy', () => {
  it('the example of the README is a policy that names every rule', () => {
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
    const example = /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? assert.fail('there is no example');
    const document = parse(example);

    assert.equal(readPolicy(document).name, 'production');
    assert.deepEqual(
      Object.keys(document.rules),
      RULES.map(({ id }) => id),
    );
  });

  it('an empty policy is strict, evaluates, enforces and has a setting for every rule', () => {
    const policy = readPolicy({});

    assert.equal(policy.name, 'strict');
    assert.equal(policy.mode, 'evaluate');
    assert.equal(policy.enforce, true);
    assert.deepEqual(policy.honour, DEFAULT_HONOUR);
    assert.deepEqual(
      Object.keys(policy.rules),
      RULES.map(({ id }) => id),
    );
  });

  for (const preset of PRESETS) {
    it(`the parameters of the preset ${preset} are ones its rules accept`, () => {
      const { rules } = readPolicy({ preset });

      for (const rule of RULES) assert.doesNotThrow(() => rule.bind(rules[rule.id]?.parameters ?? {}));
    });
  }

  it('what a policy writes of a rule wins, the rest stays as the preset has it', () => {
    const { rules } = readPolicy({
      preset: 'balanced',
      rules: { 'vulnerable-function': { action: 'warn', usages: ['in-use'] } },
    });

    assert.deepEqual(rules['vulnerable-function'], {
      action: 'warn',
      parameters: { usages: ['in-use'], exceptSeverities: ['medium', 'low', 'info'] },
    });
  });

  it('an action alone is enough', () => {
    const { rules } = readPolicy({ rules: { severity: 'off' } });

    assert.deepEqual(rules.severity, { action: 'off', parameters: { atOrAbove: 'high' } });
  });

  it('excluded checks add to what the preset excludes', () => {
    const { rules } = readPolicy({ preset: 'balanced', excludedChecks: { medium: ['severity-regression'] } });

    assert.deepEqual(rules['severity-regression']?.parameters, {
      exceptSeverities: ['low', 'info', 'medium'],
    });
  });

  it('a policy is the same when it went through JSON', () => {
    const policy = readPolicy({
      honour: ['waiver', { kind: 'vex', issuers: ['us'] }],
      waivers: [{ id: 'W-1', rule: 'semgrep:sql', by: 'ann', reason: 'test code', until: '2026-06-01' }],
    });

    assert.deepEqual(JSON.parse(JSON.stringify(policy)), policy);
  });

  it('a waiver ends at midnight UTC of the day it names', () => {
    const { waivers } = readPolicy({
      waivers: [{ id: 'W-1', rule: 'semgrep:sql', by: 'ann', reason: 'test code', until: '2026-06-01' }],
    });

    assert.equal(waivers[0]?.until, Date.UTC(2026, 5, 1));
  });

  it('every problem is reported by its path, in one error', () => {
    const problems = problemsOf({
      presett: 'strict',
      mode: 'both',
      rules: {
        severity: { action: 'block', atOrAbove: 'unknown' },
        'new-against-baseline': { action: 'block', budget: -1 },
        cvvs: { action: 'block' },
        'vulnerable-function': { action: 'block', usage: ['in-use'] },
      },
      waivers: [{ id: 'W-1', vulnerability: 'CVE-2024-0001', by: 'ann', reason: 'because' }],
    });

    assert.match(problems, /^policy production: 7 problems; /);
    for (const path of [
      'document: ',
      'mode: ',
      'rules: ',
      'rules.severity.atOrAbove: ',
      'rules.new-against-baseline.budget: ',
      'rules.vulnerable-function: ',
      'waivers.0.until: ',
    ]) {
      assert.ok(problems.includes(path), `${path} is missing in: ${problems}`);
    }
  });

  it('a scope can be called by the name that whoever reads the policy knows it by', () => {
    const edge = { name: 'edge', channels: ['edge'] };
    const document = {
      rules: { severity: { action: 'block', perScope: [{ scope: 'edge', atOrAbove: 'low' }] } },
      waivers: [{ id: 'W-1', scope: 'edge', by: 'ann', reason: 'because', until: '2026-06-01' }],
    };

    const { rules, waivers } = readPolicy(document, 'policy', [edge]);

    assert.deepEqual(rules.severity?.perScope?.[0]?.scope, edge);
    assert.deepEqual(waivers[0]?.scope, edge);
  });

  it('a scope that nobody knows by that name is a problem, and not a scope of nothing', () => {
    const perScope = [{ scope: 'egde', atOrAbove: 'low' }];

    assert.match(
      problemsOf({ rules: { severity: { action: 'block', perScope } } }),
      /1 problem; rules\.severity\.perScope\.0\.scope: there is no scope 'egde' here/,
    );
  });

  it('an expression that cannot be is a problem at its place', () => {
    const expressions = [
      { name: 'right', when: 'finding.kev' },
      { name: 'wrong', when: 'finding.severty == "high"' },
    ];

    assert.match(
      problemsOf({ rules: { cel: { action: 'block', expressions } } }),
      /rules\.cel\.expressions\.1\.when: no expression: No such key: severty/,
    );
  });

  it('a rule written in full needs its action, for a budget without one would say nothing', () => {
    assert.match(
      problemsOf({ rules: { 'new-against-baseline': { budget: 3 } } }),
      /rules\.new-against-baseline\.action/,
    );
  });

  it('a waiver without an end, without a selector, ending before it begins or of one version is refused', () => {
    const waiver = {
      id: 'W-1',
      vulnerability: 'CVE-2024-0001',
      by: 'ann',
      reason: 'because',
      until: '2026-06-01',
    };

    for (const wrong of [
      { ...waiver, until: undefined },
      { ...waiver, vulnerability: undefined },
      { ...waiver, from: '2026-06-01' },
      { ...waiver, component: 'pkg:npm/lodash@4.17.20' },
      { ...waiver, until: 'soon' },
      { ...waiver, until: Number.MAX_SAFE_INTEGER },
      { ...waiver, by: '' },
    ]) {
      problemsOf({ waivers: [wrong] });
    }
    assert.equal(readPolicy({ waivers: [waiver] }).waivers.length, 1);
  });
});
