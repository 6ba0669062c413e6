import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { marked, type Token, type Tokens } from 'marked';
import { aFinding } from '../../../test/support/builders.ts';
import type { Verdict } from '../../domain/verdict.ts';
import {
  aFullVerdict,
  aHostileVerdict,
  aNoGo,
  anUndecided,
  aSetAside,
  aVerdict,
  HOSTILE_TEXTS,
  manyFindings,
  written,
} from '../fixtures/verdicts.ts';
import { markdownReport } from './index.ts';

const render = (verdict: Verdict): string => written(markdownReport, verdict);

/** Every token a reader of GitHub's Markdown sees in it, cells of tables included. */
function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  marked.walkTokens(marked.lexer(text, { gfm: true }), (token) => {
    tokens.push(token);
  });
  return tokens;
}

function tablesOf(text: string): readonly Tokens.Table[] {
  return tokensOf(text).filter((token): token is Tokens.Table => token.type === 'table');
}

const MARKER = /^<!-- gatehouse-verdict (?:[^ >-]*) (?:[^ >-]*) -->$/;

describe('the Markdown report', () => {
  it('begins with a line that nobody sees, the same for the same release and scope', () => {
    const [first = ''] = render(aNoGo([aFinding()])).split('\n');

    assert.match(first, MARKER);
    assert.equal(render(aVerdict()).split('\n')[0], first);
    assert.notEqual(render(aVerdict({ release: 'till 1.0' })).split('\n')[0], first);
    assert.match(render(aHostileVerdict()).split('\n')[0] ?? '', MARKER);
  });

  it('folds each part, with reasons and path to GO open', () => {
    const parts = [...render(aFullVerdict()).matchAll(/<details( open)?><summary>(.*)<\/summary>/g)];

    assert.deepEqual(
      parts.map(([, open = '', title]) => `${title}${open}`),
      ['Why: 3 open', 'Path to GO: 5 open', 'Findings: 4', 'Set aside: 2', 'Evidence: 2', 'Rules: 2'],
    );
  });

  it('says in words what each mark means', () => {
    assert.match(render(aVerdict()), /^## ✅ GO: `shop 2\.0`$/m);
    assert.match(render(aNoGo([])), /^## ⛔ NO-GO: /m);
    assert.match(render(anUndecided()), /^## ❔ UNDECIDED: /m);
  });

  it('says of what was set aside by whom, until when, why, and whether it counts', () => {
    const finding = aFinding();
    const text = render(
      aNoGo([finding], { setAside: [aSetAside(finding, { honoured: false, note: 'expired' })] }),
    );

    assert.match(
      text,
      /`waiver by ann@example\.com until 2026-01-16 00:00 UTC: edge only \(not honoured: expired\)` \| \*\*yes\*\*/,
    );
  });

  it('fits into a comment, however much is wrong, and says what was left out', () => {
    for (const verdict of [
      aNoGo(manyFindings(5000)),
      aNoGo(manyFindings(5000).map((finding) => ({ ...finding, component: 'x'.repeat(300) }))),
      aHostileVerdict(),
    ]) {
      const text = render(verdict);

      assert.ok(text.length <= 60_000, String(text.length));
      assert.match(text, /_Shortened: \d+ more are in the JSON and HTML reports\._/);
      assert.match(text, /<summary>Evidence: 1<\/summary>/);
    }
  });

  it('keeps the worst when it is shortened', () => {
    const text = render(aNoGo([...manyFindings(500), aFinding({ severity: 'critical' })]));

    assert.match(text.slice(text.indexOf('<summary>Findings')), /\| critical \| `CVE-2024-0001` /);
  });

  it('is read as headings, tables and code alone, whatever a source says', () => {
    const tokens = tokensOf(render(aHostileVerdict()));

    const types = new Set(tokens.map(({ type }) => type));
    const ours = 'html heading space paragraph blockquote strong em table codespan text'.split(' ');
    assert.deepEqual(
      [...types].filter((type) => !ours.includes(type)),
      [],
    );
    const html = tokens.filter(({ type }) => type === 'html').map(({ raw }) => raw.trim());
    const foreign = html.filter(
      (raw) =>
        !/^(<details( open)?><summary>[\w ]+: \d+<\/summary>|<\/details>)$/.test(raw) && !MARKER.test(raw),
    );
    assert.deepEqual(foreign, []);
  });

  it('says nothing from outside but in code, where nobody is called and nothing is linked', () => {
    const outside = tokensOf(render(aHostileVerdict()))
      .filter((token) => token.type === 'text' && !('tokens' in token && token.tokens))
      .map(({ raw }) => raw)
      .join(' ');

    assert.doesNotMatch(outside, /@|evil|HYPERLINK|alert|heading|http|[<`\\\\=]/);
  });

  it('gives every row of a table as many cells as its head, each as it was written', () => {
    const text = render(aNoGo(HOSTILE_TEXTS.map((vulnerability) => aFinding({ vulnerability }))));

    const table = tablesOf(text).find(({ header }) => header.some((cell) => cell.text === 'defect'));
    const cells = table?.rows.map((row) => row[2]?.tokens[0]) ?? [];
    const shown = cells.map((token) => (token?.type === 'codespan' ? token.text : ''));
    assert.equal(shown.length, HOSTILE_TEXTS.length);
    assert.ok(shown.includes('``` | breaks | the table ``'), shown.join('\n'));
    for (const { header, rows } of tablesOf(text))
      for (const row of rows) assert.equal(row.length, header.length);
  });

  it('is no wider in a row than in its head, by its bars', () => {
    const bars = (line: string): number => line.replaceAll('\\|', '').split('|').length;

    for (const table of render(aHostileVerdict()).match(/(?:^\|.*\n)+/gm) ?? []) {
      const [head = '', ...rows] = table.trimEnd().split('\n');
      for (const row of rows) assert.equal(bars(row), bars(head), row);
    }
  });
});
