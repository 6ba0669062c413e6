import * as z from 'zod';

/**
 * What the world knows of a vulnerability, beside what sources say of a finding. It belongs to the vulnerability with
 * all its names: what is said of one name holds for the set. Absent: nobody said.
 */
export interface Intelligence {
  readonly epss?: Epss | undefined;
  readonly kev?: Kev | undefined;
}

export const INTELLIGENCE_KINDS = ['epss', 'kev'] as const;
export type IntelligenceKind = (typeof INTELLIGENCE_KINDS)[number];

/** What was read of a kind, and is older than it may be: what has become so since cannot be told by it. */
export const OutdatedFeed = z.strictObject({
  kind: z.enum(INTELLIGENCE_KINDS),
  /** Epoch ms, by the publisher's clock. */
  publishedAt: z.number(),
  maxAgeHours: z.number().positive(),
});
export type OutdatedFeed = Readonly<z.infer<typeof OutdatedFeed>>;

const share = z.number().min(0).max(1);
const moment = z.int();

/** Exploit Prediction Scoring System (FIRST): the probability, 0 to 1, of exploitation within 30 days. */
const Epss = z.strictObject({
  probability: share,
  /** Share of all vulnerabilities with the same or a lower probability, 0 to 1. */
  percentile: share.optional(),
});
export type Epss = Readonly<z.infer<typeof Epss>>;

/** An entry of CISA's catalogue of known exploited vulnerabilities. */
const Kev = z.strictObject({
  addedAt: moment,
  /** When agencies have to have it remediated. */
  dueAt: moment.optional(),
  /** Known use in ransomware campaigns. */
  isRansomware: z.boolean(),
});
export type Kev = Readonly<z.infer<typeof Kev>>;

const said = { name: z.string().trim().min(1), validAt: moment };

/** What was said of one name at one moment. Without a value: what was said before is taken back. */
export const IntelligenceFact = z.discriminatedUnion('kind', [
  z.strictObject({ ...said, kind: z.literal('epss'), value: Epss.optional() }),
  z.strictObject({ ...said, kind: z.literal('kev'), value: Kev.optional() }),
]);
export type IntelligenceFact = Readonly<z.infer<typeof IntelligenceFact>>;

/** As it is kept. */
export type IntelligenceRecord = IntelligenceFact & { readonly recordedAt: number };

/**
 * What is said of several names of one vulnerability, as of one: the highest probability; the first entry in the
 * catalogue, its earliest deadline, and ransomware if any says so.
 */
export function mergeIntelligence(facts: readonly IntelligenceFact[]): Intelligence | undefined {
  const epss = facts.flatMap((fact) =>
    fact.kind === 'epss' && fact.value !== undefined ? [fact.value] : [],
  );
  const kev = facts.flatMap((fact) => (fact.kind === 'kev' && fact.value !== undefined ? [fact.value] : []));
  if (epss.length === 0 && kev.length === 0) return undefined;
  return {
    epss: [...epss].sort(byProbability)[0],
    kev: kev.reduce<Kev | undefined>(
      (one, other) => (one === undefined ? other : mergeKev(one, other)),
      undefined,
    ),
  };
}

function byProbability(a: Epss, b: Epss): number {
  return b.probability - a.probability || (b.percentile ?? -1) - (a.percentile ?? -1);
}

function mergeKev(a: Kev, b: Kev): Kev {
  const deadlines = [a.dueAt, b.dueAt].filter((dueAt) => dueAt !== undefined);
  return {
    addedAt: Math.min(a.addedAt, b.addedAt),
    dueAt: deadlines.length === 0 ? undefined : Math.min(...deadlines),
    isRansomware: a.isRansomware || b.isRansomware,
  };
}
