/**
 * Markdown for a comment on a change, as GitHub and GitLab show it. Everything from outside stands in code spans, where
 * nothing is a link, a mention, an image or HTML.
 */
import type { Effect, Verdict } from '../../domain/verdict.ts';
import { defectOf, whereOf } from '../finding-names.ts';
import type { Report } from '../report.ts';
import { loudFacts, sayBound, sayChanges, sayEvidence, sayFacts, sayPath, saySetAside } from '../said.ts';
import { type Told, tellFindings } from '../told.ts';
import { code, codeInTable, marker, type Part, writePart } from './text.ts';

/** A comment on GitHub has 65,536; whoever posts it may put a line of its own first. */
const MOST_CHARACTERS = 60_000;

const MARK = { GO: '✅', 'NO-GO': '⛔', UNDECIDED: '❔' } as const;
const EFFECT = { block: '**blocks**', undecided: '**undecided**', warn: 'warns' } as const satisfies Record<
  Effect,
  string
>;

export const markdownReport: Report = {
  kind: 'markdown',
  render(verdict) {
    const told = tellFindings(verdict);
    const parts = [
      reasonsOf(verdict),
      pathOf(verdict),
      findingsOf(told.filter(({ effect }) => effect !== undefined)),
      setAsideOf(verdict),
      evidenceOf(verdict),
      rulesOf(verdict),
    ].filter((part) => part.rows.length > 0);
    let text = heading(verdict);
    for (const [index, part] of parts.entries()) {
      const left = MOST_CHARACTERS - text.length;
      // No part takes the room of all that follow.
      text += `\n${writePart(part, index === parts.length - 1 ? left : left / 2)}`;
    }
    return `${text.trimEnd()}\n`;
  },
};

function heading(verdict: Verdict): string {
  const { verdict: word, release, scope, reasons, rules } = verdict;
  const facts = sayFacts(verdict).slice(1);
  const changes = sayChanges(verdict);
  const passed = rules.filter(({ outcome }) => outcome === 'passed').length;
  return [
    marker(release, scope),
    `## ${MARK[word]} ${word}: ${code(release)}`,
    '',
    ...loudFacts(verdict).flatMap((text) => [`> **${code(text)}**`, '']),
    facts.map(([name, text]) => `${name} ${code(text)}`).join(' · '),
    '',
    ...(changes.length > 0 ? [`Since then: ${changes.map(code).join('; ')}`, ''] : []),
    ...(reasons.length === 0 ? [`All ${passed} rules passed on complete evidence.`, ''] : []),
  ].join('\n');
}

function reasonsOf({ reasons }: Verdict): Part {
  return {
    title: 'Why',
    isOpen: true,
    head: ['', 'rule', 'why', 'findings'],
    rows: reasons.map(({ rule, effect, message, findings }) => [
      EFFECT[effect],
      codeInTable(rule),
      codeInTable(message),
      String(findings.length),
    ]),
  };
}

function pathOf(verdict: Verdict): Part {
  const steps = sayPath(verdict);
  return {
    title: 'Path to GO',
    isOpen: true,
    head: ['asset', 'owner', 'step'],
    rows: steps.map(({ asset, owner = '', text }) => [
      codeInTable(asset),
      codeInTable(owner),
      codeInTable(text),
    ]),
    note: sayBound(verdict),
  };
}

function findingsOf(held: readonly Told[]): Part {
  return {
    title: 'Findings',
    head: ['', 'severity', 'defect', 'where', 'asset', 'what helps'],
    rows: held.map(({ finding, effect, step = '' }) => [
      effect === undefined ? '' : EFFECT[effect],
      finding.severity,
      codeInTable(defectOf(finding)),
      codeInTable(whereOf(finding)),
      codeInTable(finding.asset.name),
      codeInTable(step),
    ]),
  };
}

function setAsideOf({ setAside }: Verdict): Part {
  return {
    title: 'Set aside',
    head: ['defect', 'where', 'asset', 'by whom, until when and why', 'counts'],
    rows: setAside.map((entry) => [
      codeInTable(defectOf(entry.finding)),
      codeInTable(whereOf(entry.finding)),
      codeInTable(entry.finding.asset.name),
      codeInTable(saySetAside(entry)),
      entry.honoured ? 'no' : '**yes**',
    ]),
  };
}

function evidenceOf({ evidence }: Verdict): Part {
  const rows = evidence.map((one) => [
    one.state === 'complete' ? one.state : `**${one.state}**`,
    codeInTable(sayEvidence(one)),
  ]);
  return { title: 'Evidence', head: ['', 'run'], rows: rows.length === 0 ? [['**none**', '']] : rows };
}

function rulesOf({ rules }: Verdict): Part {
  return {
    title: 'Rules',
    head: ['rule', 'action', 'outcome', 'holds when'],
    rows: rules.map(({ rule, description, action, outcome }) => [
      codeInTable(rule),
      action,
      outcome === 'blocked' ? `**${outcome}**` : outcome,
      codeInTable(description),
    ]),
  };
}
