import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  aFinding,
  anObservationView,
  aWaiver,
  countsOf,
  NOW,
  someEvidence,
} from '../../test/support/builders.ts';
import type { Finding } from '../domain/finding.ts';
import { EVERYTHING } from '../domain/scope.ts';
import { compilePolicy } from './compile-policy.ts';
import { type DecideInput, decide } from './decide.ts';
import { exitCodeOf } from './exit-code.ts';
import { PRESET_RULES } from './presets.ts';
import { readPolicy } from './read-policy.ts';

function about(candidates: readonly Finding[], facts: Partial<DecideInput> = {}): DecideInput {
  return {
    release: 'shop 2.0',
    policy: readPolicy({}),
    scope: EVERYTHING,
    now: NOW,
    evidence: [someEvidence()],
    candidates,
    counts: countsOf(candidates),
    fromScans: false,
    ...facts,
  };
}

describe('a verdict', () => {
  it('carries release, policy, moment and mode', () => {
    const verdict = decide(about([], { policy: readPolicy({ name: 'production', mode: 'evaluate' }) }));

    assert.deepEqual(
      [verdict.release, verdict.policy, verdict.decidedAt, verdict.mode, verdict.enforced],
      ['shop 2.0', 'production', NOW, 'evaluate', true],
    );
  });

  it('says what became of every rule', () => {
    const policy = readPolicy({ rules: { 'vulnerable-function': 'off', 'unknown-severity': 'warn' } });
    const findings = [aFinding({ severity: 'critical' }), aFinding({ severity: 'unknown' })];

    const { rules } = decide(about(findings, { policy, evidence: [] }));

    assert.deepEqual(
      rules.filter(({ rule }) => rule in PRESET_RULES.strict).map(({ rule, outcome }) => [rule, outcome]),
      [
        ['severity', 'blocked'],
        ['unknown-severity', 'warned'],
        ['vulnerable-function', 'off'],
        ['new-against-baseline', 'not-compared'],
        ['severity-regression', 'not-compared'],
        ['function-regression', 'not-compared'],
        ['required-sources', 'passed'],
      ],
    );
  });

  it('counts problems by entry, findings that are set aside apart, and all that is open', () => {
    const findings = [
      aFinding({ vulnerability: 'CVE-2024-0002', severity: 'high', key: 'S-1' }),
      aFinding({ vulnerability: 'CVE-2024-0003', severity: 'high', key: 'S-1' }),
      aFinding({ vulnerability: 'CVE-2024-0001', severity: 'high', key: 'S-2' }),
      aFinding({ vulnerability: 'CVE-2024-0004', severity: 'low', key: 'S-3' }),
    ];

    const { counts } = decide(about(findings, { waivers: [aWaiver()] }));

    assert.deepEqual(counts, { ...countsOf(findings), inQuestion: 2, problems: 1, setAside: 1 });
  });

  it('findings joined by two sources in turn are one problem', () => {
    const [first, second] = ['a', 'b'].map((key) => anObservationView({ source: 'dynatrace', key }));
    const [third, fourth] = ['c', 'c'].map((key) => anObservationView({ source: 'trivy', key }));
    const findings = [
      aFinding({ vulnerability: 'CVE-2024-0001', severity: 'high', observations: [first!, third!] }),
      aFinding({ vulnerability: 'CVE-2024-0002', severity: 'high', observations: [second!, fourth!] }),
    ];

    assert.equal(decide(about(findings)).counts.problems, 1);
  });

  it('the same key on two assets is two problems', () => {
    const findings = ['shop', 'cart'].map((name) =>
      aFinding({ severity: 'high', key: 'S-1', asset: { kind: 'image', name } }),
    );

    assert.equal(decide(about(findings)).counts.problems, 2);
  });

  it('shows a source that never spoke among the evidence, and the stale one as stale', () => {
    const policy = readPolicy({
      rules: { 'required-sources': { action: 'block', sources: ['trivy', 'vanta'], maxAgeHours: 1 } },
    });

    const { evidence } = decide(about([], { policy }));

    assert.deepEqual(
      evidence.map(({ source, state, required }) => [source, state, required]),
      [
        ['trivy', 'stale', true],
        ['vanta', 'missing', true],
      ],
    );
  });

  it('lists what the policy relaxed, whether or not it mattered', () => {
    const policy = readPolicy({ relax: ['stale-evidence'] });

    assert.deepEqual(decide(about([], { policy })).relaxed, ['stale-evidence']);
  });

  it('a required source that only warns does not leave the verdict open', () => {
    const policy = readPolicy({ rules: { 'required-sources': { action: 'warn', sources: ['vanta'] } } });

    const verdict = decide(about([], { policy }));

    assert.equal(verdict.verdict, 'GO');
    assert.deepEqual(
      verdict.reasons.map(({ effect, message }) => [effect, message]),
      [['warn', 'vanta has not spoken']],
    );
  });
});

describe('comparing', () => {
  it('with a baseline of which only the evidence is given proves nothing new', () => {
    const policy = readPolicy({
      mode: 'compare',
      rules: { 'new-against-baseline': { action: 'block', budget: 0 } },
    });
    const evidence = [someEvidence(), someEvidence({ role: 'baseline' })];

    const verdict = decide(about([aFinding({ severity: 'low' })], { policy, evidence }));

    assert.equal(verdict.verdict, 'UNDECIDED');
  });
});

describe('the compiled policy', () => {
  it('asks for the baseline only when it compares', () => {
    const policy = readPolicy({ mode: 'evaluate' });

    assert.equal(compilePolicy(policy, { scope: EVERYTHING }).baseline, undefined);
    assert.notEqual(compilePolicy(policy, { scope: EVERYTHING, mode: 'compare' }).baseline, undefined);
  });

  it('asks for open findings in scope that a rule that is on could hold against the release', () => {
    const policy = readPolicy({ rules: { 'vulnerable-function': 'off', 'unknown-severity': 'off' } });

    assert.deepEqual(compilePolicy(policy, { scope: EVERYTHING }).candidates, {
      op: 'all',
      of: [
        { op: 'state', is: 'open' },
        { op: 'scope', scope: EVERYTHING },
        {
          op: 'any',
          of: [
            { op: 'severity', in: ['critical', 'high'] },
            { op: 'any', of: [] },
          ],
        },
      ],
    });
  });
});

describe('the exit code', () => {
  it('is 0 for GO, 1 for NO-GO and 3 for UNDECIDED', () => {
    const codes = (['GO', 'NO-GO', 'UNDECIDED'] as const).map((verdict) =>
      exitCodeOf({ verdict, enforced: true, decidedAt: NOW }),
    );

    assert.deepEqual(codes, [0, 1, 3]);
  });

  it('is 0 whatever the verdict when the policy is not enforced, and the verdict keeps its word', () => {
    const verdict = decide(
      about([aFinding({ severity: 'critical' })], { policy: readPolicy({ enforce: false }) }),
    );

    assert.equal(verdict.verdict, 'NO-GO');
    assert.equal(verdict.enforced, false);
    assert.equal(exitCodeOf(verdict), 0);
  });
});
