/** One file to send and to print: nothing is loaded from elsewhere, nothing runs, and all text from outside is text. */
import { hash } from 'node:crypto';
import { showInstant } from '../../domain/instant.ts';
import type { Effect, Verdict } from '../../domain/verdict.ts';
import { defectOf, placeOf, versionsOf, whereOf } from '../finding-names.ts';
import type { Report } from '../report.ts';
import { loudFacts, sayBound, sayChanges, sayFacts, sayPath, saySetAside } from '../said.ts';
import { tellFindings } from '../told.ts';
import { escaped, faint, lines, paragraph, section, severity, table, tone } from './markup.ts';
import { STYLE } from './style.ts';

const TONE = { GO: 'good', 'NO-GO': 'bad', UNDECIDED: 'warn' } as const;
const EFFECT = { block: 'blocks', undecided: 'undecided', warn: 'warns' } as const satisfies Record<
  Effect,
  string
>;
/** No style but ours, and nothing else at all. */
const POLICY = `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; base-uri 'none'; form-action 'none'`;

export const htmlReport: Report = {
  kind: 'html',
  render: (verdict) =>
    [
      '<!doctype html>',
      '<html lang="en">',
      '<head>',
      '<meta charset="utf-8">',
      `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      '<meta name="referrer" content="no-referrer">',
      `<title>${escaped(`${verdict.verdict}: ${verdict.release}`)}</title>`,
      `<style>${STYLE}</style>`,
      '</head>',
      '<body>',
      '<main>',
      ...[header, why, changes, path, findings, setAside, evidence, rules].flatMap((part) => part(verdict)),
      '</main>',
      '</body>',
      '</html>',
      '',
    ].join('\n'),
};

function header(verdict: Verdict): readonly string[] {
  const { verdict: word, release } = verdict;
  return [
    `<h1><span class="word ${TONE[word]}">${word}</span> ${escaped(release)}</h1>`,
    ...loudFacts(verdict).map((text) => `<p class="loud">${escaped(text)}</p>`),
    '<dl>',
    ...sayFacts(verdict)
      .slice(1)
      .map(([name, text]) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`),
    '</dl>',
  ];
}

function why({ reasons, rules: judged }: Verdict): readonly string[] {
  if (reasons.length === 0) {
    const passed = judged.filter(({ outcome }) => outcome === 'passed').length;
    return section('Why', [paragraph(`All ${passed} rules passed on complete evidence.`, 'good')]);
  }
  const rows = reasons.map(({ rule, effect, message, findings: held }) => [
    escaped(rule),
    effectOf(effect),
    escaped(message),
    String(held.length),
  ]);
  const head = ['rule', 'effect', 'reason', 'findings'];
  return section('Why', table('Reasons of the verdict', head, rows));
}

function effectOf(effect: Effect | undefined): string {
  if (effect === undefined) return '';
  return tone(effect === 'block' ? 'bad' : 'warn', EFFECT[effect]);
}

function changes(verdict: Verdict): readonly string[] {
  const said = sayChanges(verdict);
  if (said.length === 0) return [];
  const items = said.map((text) => `<li>${escaped(text)}</li>`);
  return section('Since the last verdict', ['<ul>', ...items, '</ul>']);
}

function path(verdict: Verdict): readonly string[] {
  const rows = sayPath(verdict).map(({ asset, owner = '', text }) => [
    escaped(text),
    escaped(asset),
    escaped(owner),
  ]);
  if (rows.length === 0) return [];
  const bound = sayBound(verdict);
  return section('Path to GO', [
    ...table('Steps that turn this verdict to GO', ['step', 'asset', 'owner'], rows),
    ...(bound === undefined ? [] : [paragraph(`${bound}.`, 'faint')]),
  ]);
}

function findings(verdict: Verdict): readonly string[] {
  const held = tellFindings(verdict).filter(({ effect }) => effect !== undefined);
  if (held.length === 0) return [];
  const rows = held.map(({ finding, effect, rules: by, step = '', owner, setAside: entries }) => [
    lines(escaped(defectOf(finding)), faint(finding.title)),
    lines(effectOf(effect), faint(by.join(', '))),
    severity(finding.severity, finding.score),
    escaped([whereOf(finding), ...versionsOf(finding)].filter(Boolean).join(' ')),
    lines(escaped(finding.asset.name), faint(owner)),
    lines(
      escaped(step),
      faint(finding.dueAt === undefined ? undefined : `due ${showInstant(finding.dueAt)}`),
    ),
    lines(escaped(finding.sources.join(', ')), ...entries.map((entry) => faint(saySetAside(entry)))),
  ]);
  const head = ['defect', 'effect', 'severity', 'where', 'asset', 'what helps', 'sources'];
  return section('Findings', table('Findings held against the release, worst first', head, rows));
}

function setAside(verdict: Verdict): readonly string[] {
  if (verdict.setAside.length === 0) return [];
  const rows = verdict.setAside.map(({ finding, kind, issuer, reason, until, honoured, note }) => [
    escaped(defectOf(finding)),
    escaped(placeOf(finding)),
    escaped(`${kind} by ${issuer}`),
    escaped(reason),
    until === undefined ? '' : escaped(showInstant(until)),
    honoured ? 'yes' : lines(tone('warn', 'no'), faint(note)),
  ]);
  const head = ['defect', 'where', 'by', 'reason', 'until', 'honoured'];
  return section('Set aside', table('Findings that somebody set aside', head, rows));
}

function evidence(verdict: Verdict): readonly string[] {
  if (verdict.evidence.length === 0) return section('Evidence', [paragraph('none', 'warn')]);
  const rows = verdict.evidence.map((run) => [
    escaped(run.source),
    run.role,
    tone(run.state === 'complete' ? 'good' : 'warn', run.state),
    run.required ? 'yes' : 'no',
    run.observedAt === undefined ? '' : escaped(showInstant(run.observedAt)),
    `${run.observations}${run.rejected > 0 ? `, ${run.rejected} unreadable` : ''}`,
    escaped(run.reasons.join('; ')),
  ]);
  const head = ['source', 'role', 'state', 'required', 'observed', 'entries', 'notes'];
  return section('Evidence', table('What the verdict rests on', head, rows));
}

function rules({ rules: judged }: Verdict): readonly string[] {
  if (judged.length === 0) return [];
  const rows = judged.map(({ rule, description, action, outcome }) => [
    escaped(rule),
    escaped(description),
    action,
    tone(outcome === 'blocked' ? 'bad' : outcome === 'passed' ? 'good' : 'faint', outcome),
  ]);
  const head = ['rule', 'holds when', 'action', 'outcome'];
  return section('Rules', table('Every rule and what became of it', head, rows));
}
