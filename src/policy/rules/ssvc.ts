import * as z from 'zod';
import { type Filter, matches } from '../../domain/filter.ts';
import type { Finding } from '../../domain/finding.ts';
import { countOf } from '../counting.ts';
import { defineRule } from '../rule.ts';
import {
  pointsOf,
  SSVC_DECISIONS,
  SSVC_POINTS,
  SSVC_TABLES,
  type SsvcPoint,
  type SsvcPoints,
  type SsvcRow,
  type SsvcTable,
  worstRow,
} from '../ssvc.ts';
import { compareText } from '../worst-first.ts';

/** One table, and the decision from which on it holds. */
const AtOrAbove = z
  .strictObject({
    coordinator: z.enum(SSVC_DECISIONS.coordinator).optional(),
    'bod-26-04': z.enum(SSVC_DECISIONS['bod-26-04']).optional(),
    supplier: z.enum(SSVC_DECISIONS.supplier).optional(),
    deployer: z.enum(SSVC_DECISIONS.deployer).optional(),
  })
  .refine((written) => SSVC_TABLES.filter((table) => written[table] !== undefined).length === 1, {
    error: `expected one table with its decision, one of ${SSVC_TABLES.join(', ')}: { coordinator: attend }`,
  });

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
  },
  compile(asked) {
    const { table, rank } = boundOf(asked);
    const reaches = (exploitation: SsvcPoints['exploitation']): boolean =>
      worstRow(table, { ...asked, ...NOT_ASKED, exploitation, exposure: 'unknown' }).rank >= rank;
    const reaching = TOLD.filter(({ exploitation }) => reaches(exploitation)).map(({ by }) => by);
    const untold = reaches(asked.exploitation);
    const of = untold ? [...reaching, NOT_TOLD] : reaching;
    return {
      op: 'all',
      of: [
        { op: 'class', in: ['vulnerability'] },
        { op: 'any', of },
      ],
    };
  },
  judge(asked, { findings, problems, unread }) {
    const { table, rank } = boundOf(asked);
    const decisions = new Map<string, Decision>();
    for (const finding of findings) {
      const known = { ...asked, ...exploitationOf(finding), ...exposureOf(finding) };
      const points = {
        ...known,
        kev: inCatalogue(finding, !unread.includes('kev')),
        publicExposure: PUBLIC_EXPOSURE[known.exposure],
      };
      const row = worstRow(table, points);
      const because = sayRow(table, points, row);
      const decision = decisions.get(because) ?? { rank: row.rank, because, findings: [] };
      decision.findings.push(finding);
      decisions.set(because, decision);
    }
    return [...decisions.values()]
      .filter((decision) => decision.rank >= rank)
      .sort((a, b) => b.rank - a.rank || compareText(a.because, b.because))
      .map((decision) => ({
        message: `${countOf(decision.findings, problems)} with the decision ${sayDecision(table, decision.rank)}: ${decision.because}`,
        findings: decision.findings,
        proven: true,
      }));
  },
});

interface Decision {
  readonly rank: number;
  /** The points that led to it. */
  readonly because: string;
  readonly findings: Finding[];
}

function boundOf({ atOrAbove }: Parameters): { readonly table: SsvcTable; readonly rank: number } {
  for (const table of SSVC_TABLES) {
    const decision = atOrAbove[table];
    if (decision !== undefined) return { table, rank: ranked(table).indexOf(decision) };
  }
  return { table: 'coordinator', rank: 0 };
}

function ranked(table: SsvcTable): readonly string[] {
  return SSVC_DECISIONS[table];
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

const PUBLIC_EXPOSURE = { small: 'no', controlled: 'no', open: 'yes', unknown: 'unknown' } as const;

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
function sayRow(table: SsvcTable, points: SsvcPoints, { values }: SsvcRow): string {
  return pointsOf(table)
    .map((point) => {
      const value = values[point]?.replace('-', ' ');
      return points[point] === 'unknown'
        ? `${inWords(point)} unknown (at worst ${value})`
        : `${inWords(point)} ${value}`;
    })
    .join(', ');
}

function inWords(point: SsvcPoint): string {
  return point === 'kev' ? 'in KEV' : point.replace(/[A-Z]/, (letter) => ` ${letter.toLowerCase()}`);
}

function sayDecision(table: SsvcTable, rank: number): string {
  return `${ranked(table)[rank] ?? ''} by SSVC (${table})`;
}
