import * as z from 'zod';
import { type Filter, matches } from '../../domain/filter.ts';
import type { Finding } from '../../domain/finding.ts';
import { countOf } from '../counting.ts';
import { type Case, defineRule, type Judgement } from '../rule.ts';
import { type AskedTable, AtOrAbove, askedOf, type NotAsked, Points, Tables } from '../ssvc-asked.ts';
import { PUBLIC_EXPOSURE, SSVC_POINTS, type SsvcPoints } from '../ssvc-points.ts';
import { type Given, type TableRow, worstRow } from '../table-view.ts';
import { unreadJudgement } from '../unread.ts';
import { compareText } from '../worst-first.ts';

function orUnknown<const Values extends readonly string[]>(values: Values) {
  return z.union([z.enum(values), z.literal('unknown')], {
    error: `expected one of ${values.join(', ')}, or unknown`,
  });
}

const parameters = z.strictObject({
  atOrAbove: AtOrAbove,
  /** Where no source tells of an exploit. */
  exploitation: orUnknown(SSVC_POINTS.exploitation),
  automatable: orUnknown(SSVC_POINTS.automatable),
  technicalImpact: orUnknown(SSVC_POINTS.technicalImpact),
  /** Where no source tells how it is exposed. */
  exposure: orUnknown(SSVC_POINTS.exposure),
  valueDensity: orUnknown(SSVC_POINTS.valueDensity),
  publicSafety: orUnknown(SSVC_POINTS.publicSafety),
  missionImpact: orUnknown(SSVC_POINTS.missionImpact),
  /** Of the other points of a table that is not built in: by key or name, a value by key or name. */
  points: Points.describe('a value for each point that the table has of its own'),
  /** By the name that `atOrAbove` has; those that feeds brought are added before it is judged. */
  tables: Tables.describe("tables in CERT/CC's JSON by their names, where no feed brings them"),
});
type Parameters = z.output<typeof parameters>;

/**
 * Exploitation and exposure are known of findings, the other points only of the whole (`perScope`: of a part). What is
 * known of nobody is at its worst. Only vulnerabilities have a decision: findings in code have no points to go by.
 */
export const ssvcRule = defineRule({
  id: 'ssvc',
  description: 'Its SSVC decision is at or above one of a table.',
  compares: false,
  parameters,
  defaults: {
    atOrAbove: { coordinator: 'act' },
    exploitation: 'unknown',
    automatable: 'unknown',
    technicalImpact: 'unknown',
    exposure: 'unknown',
    valueDensity: 'unknown',
    publicSafety: 'unknown',
    missionImpact: 'unknown',
    points: {},
    tables: {},
  },
  compile(parameters) {
    const asked = askedOf(parameters);
    const vulnerability: Filter = { op: 'class', in: ['vulnerability'] };
    if ('problem' in asked) return vulnerability;
    const reaching = TOLD.filter(({ exploitation }) => reaches(asked, parameters, exploitation)).map(
      ({ by }) => by,
    );
    const of = reaches(asked, parameters, parameters.exploitation) ? [...reaching, NOT_TOLD] : reaching;
    return { op: 'all', of: [vulnerability, { op: 'any', of }] };
  },
  judge(parameters, facts) {
    const asked = askedOf(parameters);
    if ('problem' in asked) return notJudged(asked, facts);
    const judged = judgedBy(asked, parameters, facts);
    return judged.length > 0 ? judged : unlisted(asked, parameters, facts);
  },
});

/** Fails closed: by a table that is not there, or that cannot be gone by so, nobody could say that it passes. */
function notJudged({ table, of, problem }: NotAsked, { findings }: Case): readonly Judgement[] {
  if (findings.length === 0) return [];
  const counts = { observations: 0, rejected: 0 };
  const state = of === undefined ? 'missing' : 'unreadable';
  return [
    {
      message: problem,
      findings: [],
      proven: false,
      shortfall: { source: table, role: 'release', state, required: true, ...counts, reasons: [problem] },
      ...(of === undefined ? { relaxation: 'missing-evidence' } : {}),
    },
  ];
}

/** At its worst in all that differs from finding to finding. */
function reaches(
  asked: AskedTable,
  parameters: Parameters,
  exploitation: SsvcPoints['exploitation'],
): boolean {
  const points = { ...parameters, ...NOT_ASKED, exploitation, exposure: 'unknown' } as const;
  return worstRow(asked.view, givenOf(asked, points)).rank >= asked.rank;
}

/** What a policy or a source says of exploitation holds of what the catalogue does not list: that has to be known. */
function unlisted(asked: AskedTable, parameters: Parameters, facts: Case): readonly Judgement[] {
  const goesByIt = asked.view.points.some(({ is }) => is === 'exploitation');
  return goesByIt && reaches(asked, parameters, 'active') ? unreadJudgement('kev', facts) : [];
}

function judgedBy(
  asked: AskedTable,
  parameters: Parameters,
  { findings, problems, unread }: Case,
): readonly Judgement[] {
  const lines = new Map<string, Line>();
  const decisions = new Map<string, Decision>();
  for (const finding of findings) {
    const known = { ...parameters, ...exploitationOf(finding), ...exposureOf(finding) };
    const kev = inCatalogue(finding, !unread.includes('kev'));
    // All that differs from finding to finding: a table of many lines is not searched for each.
    const combination = [known.exploitation, known.exposure, kev].join();
    const line = lines.get(combination) ?? lineOf(asked, { ...known, kev });
    lines.set(combination, line);
    const decision = decisions.get(line.because) ?? { ...line, findings: [] };
    decision.findings.push(finding);
    decisions.set(line.because, decision);
  }
  return [...decisions.values()]
    .filter((decision) => decision.rank >= asked.rank)
    .sort((a, b) => b.rank - a.rank || compareText(a.because, b.because))
    .map((decision) => ({
      message: `${countOf(decision.findings, problems)} with the decision ${sayDecision(asked, decision.rank)}: ${decision.because}`,
      findings: decision.findings,
      proven: true,
    }));
}

interface Line {
  readonly rank: number;
  /** The points that led to it. */
  readonly because: string;
}

interface Decision extends Line {
  readonly findings: Finding[];
}

function lineOf(asked: AskedTable, known: Omit<SsvcPoints, 'publicExposure'>): Line {
  const points = { ...known, publicExposure: PUBLIC_EXPOSURE[known.exposure] };
  const given = givenOf(asked, points);
  const row = worstRow(asked.view, given);
  return { rank: row.rank, because: sayRow(asked, points, given, row) };
}

/** Of each point of the table what is known; a value that the table does not have says as little as none. */
function givenOf({ view, stated }: AskedTable, points: SsvcPoints): Given {
  return view.points.map(({ is, values }, at) => {
    if (is === undefined) return stated[at];
    const place = values.findIndex(({ word }) => word === points[is]);
    return place < 0 ? undefined : place;
  });
}

/** What a source says of exploitation, the worst first, and which findings it says it of. */
const TOLD: readonly { readonly exploitation: SsvcPoints['exploitation']; readonly by: Filter }[] = [
  { exploitation: 'active', by: { op: 'kev', is: 'listed' } },
  { exploitation: 'public-poc', by: { op: 'exploit', in: ['available'] } },
  { exploitation: 'none', by: { op: 'exploit', in: ['not-available'] } },
];
const NOT_TOLD: Filter = { op: 'not', of: { op: 'any', of: TOLD.map(({ by }) => by) } };

function exploitationOf(finding: Finding): Partial<SsvcPoints> {
  const told = TOLD.find(({ by }) => matches(finding, by));
  return told === undefined ? {} : { exploitation: told.exploitation };
}

/** Points that no policy states: the catalogue says the first, and how it is exposed the second. */
const NOT_ASKED = { kev: 'unknown', publicExposure: 'unknown' } as const;

function inCatalogue(finding: Finding, wasRead: boolean): SsvcPoints['kev'] {
  if (matches(finding, { op: 'kev', is: 'listed' })) return 'yes';
  return wasRead ? 'no' : 'unknown';
}

/** A source that sees nothing of the internet does not say that the network behind it is small. */
function exposureOf({ assessment: { exposure } }: Finding): Partial<SsvcPoints> {
  if (exposure === 'public') return { exposure: 'open' };
  return exposure === 'not-detected' ? { exposure: 'controlled' } : {};
}

/** The line of the table that decided, point by point; of what is not known, the value it was taken at. */
function sayRow({ view }: AskedTable, points: SsvcPoints, given: Given, { values }: TableRow): string {
  return view.points
    .map(({ is, word, values: all }, at) => {
      const value = spaced(all[values[at] ?? 0]?.word ?? '');
      if (given[at] !== undefined) return `${word} ${value}`;
      const known = is === undefined ? 'unknown' : points[is];
      return known === 'unknown'
        ? `${word} unknown (at worst ${value})`
        : `${word} ${spaced(known)} (not in the table, at worst ${value})`;
    })
    .join(', ');
}

function spaced(word: string): string {
  return word.replaceAll('-', ' ');
}

function sayDecision({ table, view }: AskedTable, rank: number): string {
  return `${view.decisions[rank]?.word ?? ''} by SSVC (${table})`;
}
