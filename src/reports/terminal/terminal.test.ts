/** What the report for a person at a terminal is for. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { aFinding, DAY_MS, HOUR_MS, NOW, someEvidence } from '../../../test/support/builders.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { aFullVerdict, aHostileVerdict, aNoGo, aVerdict } from '../fixtures/verdicts.ts';
import { widthOf } from '../plain-text.ts';
import { DEFAULT_REPORT_OPTIONS, type ReportOptions } from '../report.ts';
import { ageOf } from './evidence.ts';
import { terminalReport } from './index.ts';

/** Nothing is named that would help, so findings stand under their reasons alone. */
const blocked = (findings: readonly Finding[]): Verdict => aNoGo(findings, { pathToGo: aVerdict().pathToGo });

function lines(verdict: Verdict, options: Partial<ReportOptions> = {}): readonly string[] {
  return terminalReport.render(verdict, { ...DEFAULT_REPORT_OPTIONS, ...options }).split('\n');
}

describe('the terminal report', () => {
  it('shows invisible and direction-turning characters as what they are', () => {
    const text = lines(aHostileVerdict()).join('\n');

    assert.match(text, /\\u\{1b\}\[2J/);
  });

  it('does not let a hostile text begin a line of its own', () => {
    const forged = lines(aHostileVerdict()).filter((line) => /^ ?GO\b/.test(line));

    assert.deepEqual(forged, []);
  });

  it('names the worst findings first and says how many more there are', () => {
    const findings = ['CVE-2024-0001', 'CVE-2024-0002', 'CVE-2024-0003'].map((vulnerability) =>
      aFinding({ vulnerability, severity: 'high' }),
    );

    const text = lines(blocked(findings), { findingsShown: 2 }).join('\n');

    assert.match(text, /CVE-2024-0001[\s\S]*CVE-2024-0002[\s\S]*and 1 more/);
    assert.doesNotMatch(text, /CVE-2024-0003/);
  });

  it('says nothing of more when all are named', () => {
    const text = lines(blocked([aFinding({ severity: 'high' })]), { findingsShown: 1 }).join('\n');

    assert.doesNotMatch(text, /more/);
  });

  it('has the same words in colour and without', () => {
    const verdict = blocked([aFinding({ severity: 'high' }), aFinding({ severity: 'low' })]);
    const plain = terminalReport.render(verdict, DEFAULT_REPORT_OPTIONS);
    const coloured = terminalReport.render(verdict, { ...DEFAULT_REPORT_OPTIONS, colour: true });

    assert.notEqual(coloured, plain);
    assert.equal(stripVTControlCharacters(coloured), plain);
  });

  for (const width of [60, 80, 120]) {
    it(`keeps rows of findings within ${width} columns and the end of long names readable`, () => {
      const component = 'pkg:maven/org.apache.logging.log4j/log4j-core';
      const finding = aFinding({
        vulnerability: 'CVE-2021-44228',
        component,
        severity: 'critical',
        score: 10,
        asset: { kind: 'image', name: '資源庫.example.com/a/very/long/name/checkout' },
      });

      const rows = lines(blocked([finding]), { width }).filter((line) => line.includes('CVE-2021-44228'));

      assert.equal(rows.length, 1);
      assert.ok(
        rows.every((row) => widthOf(row) <= width),
        rows[0],
      );
      assert.match(rows[0] ?? '', /-core .*kout$/);
    });
  }

  it('says loudly that a verdict is not enforced, and what was relaxed', () => {
    const text = lines(aVerdict({ enforced: false, relaxed: ['partial-evidence'] })).join('\n');

    assert.match(text, /NOT ENFORCED/);
    assert.match(text, /relaxed by the policy: partial-evidence/);
  });

  it('says scope, baseline and subject where they are not what goes without saying', () => {
    assert.match(
      lines(aFullVerdict()).join('\n'),
      /scope checkout, compared with shop 1\.9\nregistry\/shop@sha256:5a/,
    );
    assert.doesNotMatch(lines(aVerdict()).join('\n'), /^scope|compared|sha256/m);
  });

  it('says who owns what is to be done, and whether there is a shorter path', () => {
    const text = lines(aFullVerdict()).join('\n');

    assert.match(text, /registry\/shop \(team-shop\)/);
    assert.match(text, /there is no shorter path/);
  });

  it('gives one paragraph to one decision about many findings', () => {
    const entry = { kind: 'vendor-mute', issuer: 'dynatrace', reason: 'accepted', honoured: true } as const;
    const setAside = ['CVE-2024-0001', 'CVE-2024-0002'].map((vulnerability) => ({
      ...entry,
      finding: aFinding({ vulnerability }),
    }));

    const told = lines(aVerdict({ setAside })).filter((line) => line.includes('vendor-mute by dynatrace'));

    assert.equal(told.length, 1);
  });

  it('says that nothing was heard when there is no evidence', () => {
    assert.match(lines(aVerdict({ verdict: 'UNDECIDED', evidence: [] })).join('\n'), /Evidence\n {2}none/);
  });

  it('explains every rule only when asked', () => {
    const rules = [{ rule: 'severity', description: 'Why.', action: 'block', outcome: 'passed' }] as const;

    assert.doesNotMatch(lines(aVerdict({ rules })).join('\n'), /Rules/);
    assert.match(
      lines(aVerdict({ rules }), { explain: true }).join('\n'),
      /Rules\n {2}passed +severity: Why\./,
    );
  });

  it('cuts a text of a megabyte', () => {
    const text = lines(
      aVerdict({ reasons: [{ rule: 'severity', effect: 'warn', message: 'x'.repeat(1e6), findings: [] }] }),
    );

    assert.ok(text.join('\n').length < 5000);
  });
});

describe('the age of evidence', () => {
  for (const [ageMs, shown] of [
    [0, '0 min old'],
    [HOUR_MS - 1, '59 min old'],
    [HOUR_MS, '1 h old'],
    [2 * DAY_MS - 1, '47 h old'],
    [2 * DAY_MS, '2 days old'],
    [-1, 'in the future'],
  ] as const) {
    it(`of ${ageMs} ms is shown as ${shown}`, () => {
      assert.equal(ageOf(someEvidence({ observedAt: NOW - ageMs }), NOW), shown);
    });
  }

  it('is not guessed where there is no date', () => {
    assert.equal(ageOf(someEvidence({ observedAt: undefined }), NOW), 'no date');
  });
});
