import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { aFinding } from '../../../test/support/builders.ts';
import type { Verdict } from '../../domain/verdict.ts';
import {
  aFullVerdict,
  aHostileVerdict,
  aNoGo,
  anUndecided,
  aSetAside,
  aVerdict,
  written,
} from '../fixtures/verdicts.ts';
import { glCodeQualityReport } from './index.ts';

/** What GitLab asks of each issue. */
const Issues = z.array(
  z.strictObject({
    description: z.string().min(1),
    check_name: z.string(),
    fingerprint: z.string().regex(/^[0-9a-f]{40}$/),
    severity: z.enum(['info', 'minor', 'major', 'critical', 'blocker']),
    location: z.strictObject({
      path: z.string(),
      lines: z.strictObject({ begin: z.int().positive() }),
    }),
  }),
);

const issuesOf = (verdict: Verdict) => Issues.parse(JSON.parse(written(glCodeQualityReport, verdict)));

describe('the code quality report', () => {
  it('is the verdict and an issue per finding, with the path to GO', () => {
    const issues = issuesOf(aFullVerdict());

    assert.deepEqual(
      issues.map(({ check_name, severity, location }) => [check_name, severity, location.path]),
      [
        ['verdict', 'blocker', 'gatehouse.yaml'],
        ['severity', 'blocker', 'registry/shop'],
        ['severity', 'critical', 'registry/shop'],
        ['severity', 'critical', 'src/db.ts'],
        ['age', 'major', 'registry/shop'],
      ],
    );
    assert.match(
      issues[1]?.description ?? '',
      /CVE-2021-44228: Log4Shell \(severity\); path to GO: upgrade to 2\.17\.1/,
    );
  });

  it('is empty for GO, also when something was set aside', () => {
    assert.deepEqual(issuesOf(aVerdict({ setAside: [aSetAside(aFinding())] })), []);
  });

  it('is never empty when the verdict is open, and says what to bring', () => {
    const [issue, ...others] = issuesOf(anUndecided());

    assert.equal(others.length, 0);
    assert.match(
      issue?.description ?? '',
      /UNDECIDED: shop 2\.0; evidence: trivy has not spoken; path to GO: /,
    );
  });

  it('says who set aside what counts all the same', () => {
    const finding = aFinding();

    const [, issue] = issuesOf(aNoGo([finding], { setAside: [aSetAside(finding, { honoured: false })] }));

    assert.match(issue?.description ?? '', /waiver by ann@example\.com .*\(not honoured\)/);
  });

  it('is not alarmed by a verdict that opens the gate', () => {
    const [issue] = issuesOf(aNoGo([], { enforced: false }));

    assert.equal(issue?.severity, 'info');
    assert.match(issue?.description ?? '', /NOT ENFORCED/);
  });

  it('tells every issue from every other, whatever a source says', () => {
    for (const verdict of [
      aHostileVerdict(),
      aNoGo([aFinding({ rule: 'x:y' }), aFinding({ rule: 'x:y' })]),
    ]) {
      const fingerprints = issuesOf(verdict).map(({ fingerprint }) => fingerprint);

      assert.equal(new Set(fingerprints).size, fingerprints.length);
    }
  });
});
