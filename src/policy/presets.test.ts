/** What each preset was documented to mean, as a table: the lowest severity that each check holds against a release. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aFinding, countsOf, NOW, someEvidence } from '../../test/support/builders.ts';
import type { Finding } from '../domain/finding.ts';
import { PRESETS, type Preset } from '../domain/policy.ts';
import { EVERYTHING } from '../domain/scope.ts';
import { isAtOrAbove, type KnownSeverity } from '../domain/severity.ts';
import type { Reason } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { PRESET_RULES } from './presets.ts';
import { readPolicy } from './read-policy.ts';

const KNOWN = ['critical', 'high', 'medium', 'low', 'info'] as const satisfies readonly KnownSeverity[];

interface Row {
  /** At or above; everything below passes. */
  readonly severity: KnownSeverity;
  readonly unknownSeverity: 'block' | 'warn';
  readonly functionInUse: KnownSeverity;
  readonly functionNotAssessable: KnownSeverity;
  /** How many may be new; undefined: any number, and it is said. */
  readonly newAllowed: number | undefined;
  /** Up to this severity; the regression is to the severity itself. */
  readonly severityRegression: KnownSeverity;
  readonly functionRegression: KnownSeverity;
}

const TABLE: Readonly<Record<Preset, Row>> = {
  strict: {
    severity: 'high',
    unknownSeverity: 'block',
    functionInUse: 'info',
    functionNotAssessable: 'info',
    newAllowed: undefined,
    severityRegression: 'low',
    functionRegression: 'info',
  },
  balanced: {
    severity: 'high',
    unknownSeverity: 'warn',
    functionInUse: 'high',
    functionNotAssessable: 'high',
    newAllowed: undefined,
    severityRegression: 'medium',
    functionRegression: 'high',
  },
  development: {
    severity: 'medium',
    unknownSeverity: 'warn',
    functionInUse: 'high',
    functionNotAssessable: 'high',
    newAllowed: 20,
    severityRegression: 'critical',
    functionRegression: 'high',
  },
  'pre-production': {
    severity: 'high',
    unknownSeverity: 'block',
    functionInUse: 'high',
    functionNotAssessable: 'high',
    newAllowed: 5,
    severityRegression: 'low',
    functionRegression: 'high',
  },
};

function effectOf(
  preset: Preset,
  rule: string,
  findings: readonly Finding[],
  baseline: readonly Finding[] = [],
): Reason['effect'] | undefined {
  const { reasons } = decide({
    release: 'shop',
    policy: readPolicy({ preset, mode: 'compare' }),
    scope: EVERYTHING,
    now: NOW,
    evidence: [someEvidence(), someEvidence({ role: 'baseline' })],
    candidates: findings,
    baseline,
    counts: countsOf(findings),
    fromScans: false,
  });
  return reasons.find((reason) => reason.rule === rule)?.effect;
}

const using = (usage: 'in-use' | 'not-available' | 'not-in-use') => ({
  assessment: { functionUsage: usage },
});

for (const preset of PRESETS) {
  const row = TABLE[preset];

  describe(`the preset ${preset}`, () => {
    for (const severity of KNOWN) {
      const at = (level: KnownSeverity): Reason['effect'] | undefined =>
        isAtOrAbove(severity, level) ? 'block' : undefined;

      it(`treats a ${severity} finding as documented`, () => {
        const one = aFinding({ severity });
        const inUse = aFinding({ severity, ...using('in-use') });
        const open = aFinding({ severity, ...using('not-available') });
        const unused = aFinding({ severity, ...using('not-in-use') });
        const milder = aFinding({ severity: KNOWN[KNOWN.indexOf(severity) + 1] ?? 'info' });

        assert.deepEqual(
          {
            severity: effectOf(preset, 'severity', [one], [one]),
            functionInUse: effectOf(preset, 'vulnerable-function', [inUse], [inUse]),
            functionNotAssessable: effectOf(preset, 'vulnerable-function', [open], [open]),
            functionNotInUse: effectOf(preset, 'vulnerable-function', [unused], [unused]),
            severityRegression: effectOf(preset, 'severity-regression', [one], [milder]),
            functionRegression: effectOf(preset, 'function-regression', [inUse], [unused]),
          },
          {
            severity: at(row.severity),
            functionInUse: at(row.functionInUse),
            functionNotAssessable: at(row.functionNotAssessable),
            functionNotInUse: undefined,
            severityRegression: at(row.severityRegression),
            functionRegression: at(row.functionRegression),
          },
        );
      });
    }

    it('treats a finding of unknown severity as documented, and judges its function', () => {
      const unknown = aFinding({ severity: 'unknown', ...using('in-use') });

      assert.equal(effectOf(preset, 'unknown-severity', [unknown], [unknown]), row.unknownSeverity);
      assert.equal(effectOf(preset, 'vulnerable-function', [unknown], [unknown]), 'block');
    });

    it('lets as many be new as documented, and one more not', () => {
      const fresh = (count: number) =>
        Array.from({ length: count }, (_, n) =>
          aFinding({ severity: 'info', vulnerability: `CVE-2024-${1000 + n}` }),
        );
      const allowed = row.newAllowed ?? 0;

      assert.equal(effectOf(preset, 'new-against-baseline', fresh(allowed)), undefined);
      assert.equal(
        effectOf(preset, 'new-against-baseline', fresh(allowed + 1)),
        row.newAllowed === undefined ? 'warn' : 'block',
      );
    });

    it('asks for its evidence, and for no rule that it was not documented with', () => {
      assert.deepEqual(Object.keys(PRESET_RULES[preset]), [
        'severity',
        'unknown-severity',
        'vulnerable-function',
        'new-against-baseline',
        'severity-regression',
        'function-regression',
        'required-sources',
      ]);
      assert.equal(PRESET_RULES[preset]['required-sources']?.action, 'block');
    });
  });
}
