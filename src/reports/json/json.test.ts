/** What the report for machines promises; its keys are only ever added to. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aFinding } from '../../../test/support/builders.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { toFindingsJson } from '../findings-json.ts';
import { aFullVerdict, aHostileVerdict, aNoGo, aVerdict, written } from '../fixtures/verdicts.ts';
import { jsonReport } from './index.ts';

const parse = (verdict: Verdict) => JSON.parse(written(jsonReport, verdict));

describe('the JSON report', () => {
  it('has every key of a verdict, also when there is nothing in it', () => {
    const read = parse(aVerdict());

    assert.deepEqual(Object.keys(read), [
      'verdict',
      'release',
      'subject',
      'scope',
      'baseline',
      'policy',
      'mode',
      'decidedAt',
      'enforced',
      'relaxed',
      'override',
      'changes',
      'reasons',
      'rules',
      'evidence',
      'setAside',
      'pathToGo',
      'counts',
    ]);
    assert.equal(read.decidedAt, '2026-01-15T00:00:00.000Z');
  });

  it('gives all findings of a reason in the shape of the list of findings', () => {
    const findings = Array.from({ length: 20 }, () => aFinding({ severity: 'high', score: 7.5 }));

    const read = parse(aNoGo(findings));
    const listed = JSON.parse(toFindingsJson(20, findings));

    assert.deepEqual(read.reasons[0].findings, listed.findings);
    assert.equal(listed.total, 20);
  });

  it('gives every key of a finding, null where nothing is known', () => {
    const { findings } = JSON.parse(toFindingsJson(1, [aFinding({ rule: 'semgrep:sql', severity: 'low' })]));

    assert.deepEqual(findings, [
      {
        vulnerability: null,
        aliases: [],
        rule: 'semgrep:sql',
        component: null,
        location: 'src/server.ts',
        asset: 'registry/shop',
        assetKind: 'image',
        class: 'code',
        severity: 'low',
        state: 'open',
        occurrences: 1,
        sources: ['trivy'],
        title: null,
        score: null,
        fixVersions: [],
        openedAt: '2026-01-05T00:00:00.000Z',
        dueAt: null,
      },
    ]);
  });

  it('keeps hostile text whole and the document readable', () => {
    const verdict = aHostileVerdict();

    const read = parse(verdict);

    assert.equal(read.release, verdict.release);
    assert.equal(read.setAside[0].until, null);
    assert.equal(read.reasons.length, verdict.reasons.length);
  });

  it('has every part of the path to GO, null and empty where an earlier engine did not say', () => {
    const full = parse(aFullVerdict()).pathToGo;
    const early = parse(aVerdict()).pathToGo;

    assert.deepEqual(Object.keys(full), Object.keys(early));
    assert.deepEqual(
      [early.groups, early.partial, early.owners, early.isExact, early.bound],
      [[], [], [], null, null],
    );
    assert.deepEqual([full.isExact, full.bound, full.upgrades[0].owner], [true, 3, 'team-shop']);
  });
});
