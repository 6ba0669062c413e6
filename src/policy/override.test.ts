import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aFinding, countsOf, HOUR_MS, NOW, someEvidence } from '../../test/support/builders.ts';
import { EVERYTHING } from '../domain/scope.ts';
import type { Override } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { exitCodeOf } from './exit-code.ts';
import { overridden } from './override.ts';
import { readPolicy } from './read-policy.ts';

const POLICY = readPolicy({ overrides: { by: ['Ann@example.com'], maxHours: 8 } });
const OVERRIDE: Override = { by: 'ann@example.com ', reason: 'outage', at: NOW, until: NOW + 8 * HOUR_MS };

const findings = [aFinding({ severity: 'critical' })];
const verdict = decide({
  release: 'shop',
  policy: POLICY,
  scope: EVERYTHING,
  now: NOW,
  evidence: [someEvidence()],
  candidates: findings,
  counts: countsOf(findings),
  fromScans: false,
});

describe('an override', () => {
  it('opens the gate and leaves the word as it is', () => {
    const opened = overridden(verdict, POLICY, OVERRIDE);

    assert.equal(opened.verdict, 'NO-GO');
    assert.equal(exitCodeOf(opened), 0);
    assert.deepEqual(opened.override, OVERRIDE);
  });

  it('opens the gate though it is given a moment after the verdict, as every one is', () => {
    const opened = overridden(verdict, POLICY, { ...OVERRIDE, at: NOW + 5, until: NOW + HOUR_MS });

    assert.equal(exitCodeOf(opened), 0);
  });

  it('opens the gate of an open verdict as well, and changes nothing of GO', () => {
    assert.equal(exitCodeOf(overridden({ ...verdict, verdict: 'UNDECIDED' }, POLICY, OVERRIDE)), 0);
    assert.equal(exitCodeOf(overridden({ ...verdict, verdict: 'GO' }, POLICY, OVERRIDE)), 0);
  });

  it('counts no longer from its end on', () => {
    const opened = overridden(verdict, POLICY, OVERRIDE);

    assert.equal(exitCodeOf({ ...opened, decidedAt: OVERRIDE.until }), 1);
    assert.equal(exitCodeOf({ ...opened, decidedAt: OVERRIDE.until - 1 }), 0);
  });

  for (const [what, given, code] of [
    ['by somebody without the right', { by: 'bob@example.com' }, 'forbidden'],
    ['without a reason', { reason: '  ' }, 'input-invalid'],
    ['that ends when it begins', { until: NOW }, 'input-invalid'],
    ['that was over before the verdict', { at: NOW - HOUR_MS, until: NOW }, 'input-invalid'],
    ['longer than the policy allows', { until: NOW + 8 * HOUR_MS + 1 }, 'input-invalid'],
  ] as const) {
    it(`${what} is refused`, () => {
      assert.throws(() => overridden(verdict, POLICY, { ...OVERRIDE, ...given }), { code });
    });
  }

  it('is nobody’s right where the policy names nobody', () => {
    assert.throws(() => overridden(verdict, readPolicy({}), OVERRIDE), { code: 'forbidden' });
  });
});
