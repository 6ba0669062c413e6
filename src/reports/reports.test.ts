/** What every report promises, and what each is for. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { aFinding, DAY_MS, HOUR_MS, NOW, someEvidence } from '../../test/support/builders.ts';
import type { Finding } from '../domain/finding.ts';
import { noSeverities } from '../domain/severity.ts';
import type { Verdict } from '../domain/verdict.ts';
import { toFindingsJson } from './findings-json.ts';
import { jsonReport } from './json/index.ts';
import { widthOf } from './plain-text.ts';
import { findReport, REPORTS } from './registry.ts';
import { DEFAULT_REPORT_OPTIONS, type ReportOptions } from './report.ts';
import { ageOf } from './terminal/evidence.ts';
import { terminalReport } from './terminal/index.ts';

const HOSTILE = '\u001b[2J\u001b]0;GO\u0007 line\r\nGO\u2028\u202e\u009b31m\u0000 end';

function aVerdict(facts: Partial<Verdict> = {}): Verdict {
  return {
    verdict: 'GO',
    release: 'shop 2.0',
    policy: 'production',
    decidedAt: NOW,
    mode: 'evaluate',
    rules: [],
    reasons: [],
    relaxed: [],
    enforced: true,
    evidence: [someEvidence()],
    setAside: [],
    pathToGo: { upgrades: [], corrections: [], waivers: [], evidence: [] },
    counts: { open: 0, bySeverity: noSeverities(), inQuestion: 0, problems: 0, setAside: 0 },
    ...facts,
  };
}

function aNoGo(findings: readonly Finding[]): Verdict {
  return aVerdict({
    verdict: 'NO-GO',
    reasons: [
      {
        rule: 'severity',
        effect: 'block',
        message: `${findings.length} findings at or above high`,
        findings,
      },
    ],
  });
}

function aHostileVerdict(): Verdict {
  const finding = aFinding({
    vulnerability: HOSTILE,
    component: HOSTILE,
    title: HOSTILE,
    asset: { kind: 'image', name: HOSTILE },
  });
  return aVerdict({
    verdict: 'NO-GO',
    release: HOSTILE,
    policy: HOSTILE,
    rules: [{ rule: 'severity', description: HOSTILE, action: 'block', outcome: 'blocked' }],
    reasons: [{ rule: 'severity', effect: 'block', message: HOSTILE, findings: [finding] }],
    evidence: [someEvidence({ source: HOSTILE, reasons: [HOSTILE] })],
    setAside: [
      {
        finding,
        kind: 'vendor-mute',
        issuer: HOSTILE,
        reason: HOSTILE,
        until: Number.NaN,
        honoured: false,
        note: HOSTILE,
      },
    ],
    pathToGo: {
      upgrades: [
        {
          asset: HOSTILE,
          component: HOSTILE,
          from: [HOSTILE],
          to: HOSTILE,
          options: [],
          findings: [finding],
        },
        { asset: 'b', component: HOSTILE, from: [], options: [HOSTILE], findings: [finding] },
      ],
      corrections: [finding],
      waivers: [finding],
      evidence: [HOSTILE],
    },
  });
}

function lines(verdict: Verdict, options: Partial<ReportOptions> = {}): readonly string[] {
  return terminalReport.render(verdict, { ...DEFAULT_REPORT_OPTIONS, ...options }).split('\n');
}

for (const report of REPORTS) {
  describe(`the report ${report.kind}`, () => {
    it('is found by its kind', () => {
      assert.equal(findReport(report.kind), report);
    });

    it('ends in one line break and names the verdict and the release', () => {
      const text = report.render(aVerdict({ verdict: 'UNDECIDED' }), DEFAULT_REPORT_OPTIONS);

      assert.match(text, /[^\n]\n$/);
      assert.match(text, /UNDECIDED/);
      assert.match(text, /shop 2\.0/);
    });

    it('writes nothing but printable text and line breaks, whatever a source says', () => {
      const text = report.render(aHostileVerdict(), { ...DEFAULT_REPORT_OPTIONS, explain: true });

      assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\u2028\u2029]/u);
    });
  });
}

it('a report that does not exist is not found', () => {
  assert.equal(findReport('pdf'), undefined);
});

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

    const text = lines(aNoGo(findings), { findingsShown: 2 }).join('\n');

    assert.match(text, /CVE-2024-0001[\s\S]*CVE-2024-0002[\s\S]*and 1 more/);
    assert.doesNotMatch(text, /CVE-2024-0003/);
  });

  it('says nothing of more when all are named', () => {
    const text = lines(aNoGo([aFinding({ severity: 'high' })]), { findingsShown: 1 }).join('\n');

    assert.doesNotMatch(text, /more/);
  });

  it('has the same words in colour and without', () => {
    const verdict = aNoGo([aFinding({ severity: 'high' }), aFinding({ severity: 'low' })]);
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

      const rows = lines(aNoGo([finding]), { width }).filter((line) => line.includes('CVE-2021-44228'));

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

describe('the JSON report', () => {
  it('has every key of a verdict, also when there is nothing in it', () => {
    const read = JSON.parse(jsonReport.render(aVerdict(), DEFAULT_REPORT_OPTIONS));

    assert.deepEqual(Object.keys(read), [
      'verdict',
      'release',
      'policy',
      'mode',
      'decidedAt',
      'enforced',
      'relaxed',
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

    const read = JSON.parse(jsonReport.render(aNoGo(findings), DEFAULT_REPORT_OPTIONS));
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
    const read = JSON.parse(jsonReport.render(aHostileVerdict(), DEFAULT_REPORT_OPTIONS));

    assert.equal(read.release, HOSTILE);
    assert.equal(read.setAside[0].until, null);
  });
});
