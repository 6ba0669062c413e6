/** RFC 4180: a row for each finding that is held against the release or set aside; README.md has the columns. */
import type { Intelligence } from '../../domain/intelligence.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { defectOf, fileOf, versionsOf } from '../finding-names.ts';
import { toIso } from '../findings-json.ts';
import { toShortLine } from '../plain-text.ts';
import type { Report } from '../report.ts';
import { loudFacts, sayBound, sayChanges, sayEvidence, sayPath, saySetAside, saySubject } from '../said.ts';
import { type Told, tellFindings } from '../told.ts';

/** What is said of the verdict itself stands in rows of its own, after the findings, told apart by the first column. */
export const csvReport: Report = {
  kind: 'csv',
  render(verdict) {
    const about = VERDICT_COLUMNS.map(([, of]) => of(verdict));
    const rows = [
      CSV_COLUMNS,
      ...tellFindings(verdict).map((told) => [...FINDING_COLUMNS.map(([, of]) => of(told)), ...about]),
      ...sentences(verdict).map((sentence) => [...sentenceCells(sentence), ...about]),
    ];
    return rows.map((row) => `${row.map(toCell).join(',')}\r\n`).join('');
  },
};

type Column<Subject> = readonly [name: string, of: (subject: Subject) => string];

const FINDING_COLUMNS: readonly Column<Told>[] = [
  ['row', () => 'finding'],
  [
    'effect',
    ({ effect, setAside }) => effect ?? (setAside.some(({ honoured }) => honoured) ? 'set-aside' : ''),
  ],
  ['rules', ({ rules }) => rules.join(' ')],
  ['vulnerability', ({ finding }) => defectOf(finding)],
  ['aliases', ({ finding }) => finding.aliases.join(' ')],
  ['severity', ({ finding }) => finding.severity],
  ['score', ({ finding }) => finding.score?.toString() ?? ''],
  ['epss', ({ finding }) => finding.intelligence?.epss?.probability.toString() ?? ''],
  ['known_exploited', ({ finding }) => sayExploited(finding.intelligence)],
  ['function_usage', ({ finding }) => finding.assessment.functionUsage ?? ''],
  ['component', ({ finding }) => finding.component ?? ''],
  ['versions', ({ finding }) => versionsOf(finding).join(' ')],
  ['fix_versions', ({ finding }) => finding.fixVersions.join(' ')],
  ['path_to_go', ({ step }) => step ?? ''],
  ['location', ({ finding }) => fileOf(finding) ?? ''],
  ['asset', ({ finding }) => finding.asset.name],
  ['asset_kind', ({ finding }) => finding.asset.kind],
  ['owner', ({ owner }) => owner ?? ''],
  ['class', ({ finding }) => finding.class],
  ['opened_at', ({ finding }) => toIso(finding.openedAt) ?? ''],
  ['due_at', ({ finding }) => toIso(finding.dueAt) ?? ''],
  ['sources', ({ finding }) => finding.sources.join(' ')],
  ['set_aside', ({ setAside }) => setAside.map(saySetAside).join('; ')],
  ['text', ({ finding }) => finding.title ?? ''],
];

/** The same in every row, so that the rows of many verdicts can be put together. */
const VERDICT_COLUMNS: readonly Column<Verdict>[] = [
  ['verdict', ({ verdict }) => verdict],
  ['enforced', ({ enforced }) => (enforced ? 'yes' : 'no')],
  ['overridden_by', ({ override }) => override?.by ?? ''],
  ['release', ({ release }) => release],
  ['subject', ({ subject }) => (subject === undefined ? '' : saySubject(subject))],
  ['scope', ({ scope }) => scope],
  ['baseline', ({ baseline }) => baseline ?? ''],
  ['policy', ({ policy }) => policy],
  ['decided_at', ({ decidedAt }) => toIso(decidedAt) ?? ''],
];

export const CSV_COLUMNS: readonly string[] = [...FINDING_COLUMNS, ...VERDICT_COLUMNS].map(([name]) => name);

function sayExploited(intelligence: Intelligence | undefined): string {
  if (intelligence?.kev === undefined) return '';
  return intelligence.kev.isRansomware ? 'ransomware' : 'yes';
}

interface Sentence {
  readonly row: 'verdict' | 'reason' | 'step' | 'change' | 'evidence';
  readonly text: string;
  readonly effect?: string;
  readonly rules?: string;
  readonly asset?: string;
  readonly owner?: string | undefined;
}

function sentences(verdict: Verdict): readonly Sentence[] {
  const bound = sayBound(verdict);
  return [
    { row: 'verdict', text: [verdict.verdict, ...loudFacts(verdict)].join('; ') },
    ...verdict.reasons.map(
      ({ rule, effect, message }) => ({ row: 'reason', effect, rules: rule, text: message }) as const,
    ),
    ...sayPath(verdict).map(({ asset, owner, text }) => ({ row: 'step', asset, owner, text }) as const),
    ...(bound === undefined ? [] : [{ row: 'step', text: bound } as const]),
    ...sayChanges(verdict).map((text) => ({ row: 'change', text }) as const),
    ...verdict.evidence.map((one) => ({ row: 'evidence', text: sayEvidence(one) }) as const),
  ];
}

function sentenceCells(sentence: Sentence): readonly string[] {
  const said = new Map<string, string | undefined>(Object.entries(sentence));
  return FINDING_COLUMNS.map(([name]) => said.get(name) ?? '');
}

/** Spreadsheets cut longer cells. */
const LONGEST = 4000;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;
/** What spreadsheets take for the beginning of a formula, wide forms included. */
const FORMULA = /^\s*[=+\-@|%＝＋－＠]/;

/** A cell that a spreadsheet would take for a formula begins with an apostrophe, which it shows as text. */
function toCell(text: string): string {
  const plain = toShortLine(text, LONGEST);
  const begins = /^[\t\r]/.test(text) || FORMULA.test(plain);
  const harmless = begins && !NUMBER.test(plain) ? `'${plain}` : plain;
  return /[",]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
