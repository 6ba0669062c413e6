import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
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
import { CSV_COLUMNS, csvReport } from './index.ts';

/** Rows and cells by RFC 4180, strictly: a quote stands only where the grammar has one. */
function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const [, quoted, bare = '', end] =
      cell.exec(text) ?? assert.fail(`no cell at ${at}: ${text.slice(at, at + 80)}`);
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === '\r\n') rows.push([]);
  }
  assert.deepEqual(rows.pop(), []);
  return rows;
}

type Row = Readonly<Record<string, string>>;

function rowsOf(verdict: Verdict): readonly Row[] {
  const [head = [], ...rows] = parseCsv(written(csvReport, verdict));
  return rows.map((row) => {
    assert.equal(row.length, head.length);
    return Object.fromEntries(head.map((name, index) => [name, row[index] ?? '']));
  });
}

describe('the CSV report', () => {
  it('has a row for each finding that is held against the release or set aside, worst first', () => {
    const rows = rowsOf(aFullVerdict()).filter(({ row }) => row === 'finding');

    assert.deepEqual(
      rows.map(({ vulnerability, effect, path_to_go }) => [vulnerability, effect, path_to_go]),
      [
        ['CVE-2021-44228', 'block', 'upgrade to 2.17.1'],
        ['CVE-2020-8203', 'block', 'waiver'],
        ['semgrep:sql', 'block', 'correct'],
        ['CVE-2018-3721', 'warn', ''],
        ['CVE-2019-1010', 'set-aside', ''],
      ],
    );
  });

  it('says what a person filters by', () => {
    const [row] = rowsOf(aFullVerdict());

    assert.partialDeepStrictEqual(row, {
      rules: 'severity',
      severity: 'critical',
      score: '10',
      epss: '0.97',
      known_exploited: 'ransomware',
      versions: '2.14.1',
      fix_versions: '2.17.1',
      asset: 'registry/shop',
      owner: 'team-shop',
      due_at: '2026-01-16T00:00:00.000Z',
      sources: 'trivy',
      verdict: 'NO-GO',
      release: 'shop 2.0',
      scope: 'checkout',
      baseline: 'shop 1.9',
    });
  });

  it('names the file of a finding in code, without the mark that tells it from its like', () => {
    const [row] = rowsOf(aNoGo([aFinding({ rule: 'semgrep:sql', location: 'C#/db.cs#a1b2' })]));

    assert.equal(row?.location, 'C#/db.cs');
  });

  it('says of what was not honoured who set it aside, and that it counts', () => {
    const finding = aFinding();

    const [row] = rowsOf(
      aNoGo([finding], { setAside: [aSetAside(finding, { honoured: false, note: 'expired' })] }),
    );

    assert.equal(row?.effect, 'block');
    assert.equal(
      row?.set_aside,
      'waiver by ann@example.com until 2026-01-16 00:00 UTC: edge only (not honoured: expired)',
    );
  });

  it('holds no cell that a spreadsheet takes for a formula, whatever a source says', () => {
    const cells = rowsOf(aHostileVerdict()).flatMap((row) => Object.values(row));

    const formulas = cells.filter((cell) => /^\s*[=+@|%＝＋－＠\t\r]|^\s*-(?!\d+(\.\d+)?$)/.test(cell));
    assert.deepEqual(formulas, []);
  });

  it('holds no cell longer than a spreadsheet can show', () => {
    const cells = rowsOf(aHostileVerdict()).flatMap((row) => Object.values(row));

    assert.ok(Math.max(...cells.map(({ length }) => length)) <= 32_767);
  });

  it('leaves numbers below zero what they are', () => {
    const [row] = rowsOf(aNoGo([aFinding({ score: -1.5 })]));

    assert.equal(row?.score, '-1.5');
  });

  it('says what names no finding in rows of its own', () => {
    const rows = rowsOf(anUndecided());

    assert.deepEqual(
      rows.map(({ row, effect, rules, text }) => [row, effect, rules, text]),
      [
        ['verdict', '', '', 'UNDECIDED'],
        ['reason', 'undecided', 'evidence', 'trivy has not spoken'],
        ['step', '', '', 'bring evidence: a complete run of trivy'],
        ['evidence', '', '', 'release: trivy is missing, 0 entries'],
      ],
    );
  });

  it('of GO has no findings and still says so', () => {
    assert.deepEqual(
      rowsOf(aVerdict()).map(({ row, text }) => [row, text]),
      [
        ['verdict', 'GO'],
        ['evidence', 'release: trivy is complete, observed 2026-01-14 23:00 UTC, 10 entries'],
      ],
    );
  });

  it('has the columns that its README lists, in that order', async () => {
    const readme = await readFile(new URL('README.md', import.meta.url), 'utf8');

    const listed = [...readme.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    assert.deepEqual(listed, CSV_COLUMNS);
  });
});
