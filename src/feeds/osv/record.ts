import * as z from 'zod';
import { type Severity, severityOfScore } from '../../domain/severity.ts';
import type { Advisory } from '../../domain/statement.ts';
import { scoreOfVector } from './cvss.ts';
import { fixesOf } from './fixes.ts';

const texts = z.array(z.unknown()).transform((all) => all.filter((one) => typeof one === 'string'));
const moment = z.string().transform((text, context) => {
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  context.addIssue({ code: 'custom', message: `'${text.slice(0, 40)}' is no moment` });
  return z.NEVER;
});
/** A moment that Go was never told is its zero time, in the year 1. */
const isTold = (moment: number | undefined): moment is number => moment !== undefined && moment > 0;
const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

/** The Open Source Vulnerability schema, as far as it is used: https://ossf.github.io/osv-schema/. */
const OsvRecord = z.object({
  id: z.string().trim().min(1).max(200),
  modified: moment,
  published: lenient(moment),
  withdrawn: moment.optional(),
  aliases: lenient(texts),
  summary: lenient(z.string()),
  details: lenient(z.string()),
  severity: lenient(z.array(z.unknown())),
  references: lenient(z.array(z.object({ type: lenient(z.string()), url: z.string() }))),
  affected: lenient(z.array(z.unknown())),
  database_specific: lenient(z.looseObject({ severity: lenient(z.string()) })),
});

const WORDS: ReadonlyMap<string, Severity> = new Map([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MODERATE', 'medium'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
  ['NONE', 'info'],
]);

/** The advisory, or what is wrong with the record. */
export function advisoryOf(value: unknown): Advisory | string {
  const read = OsvRecord.safeParse(value);
  if (!read.success)
    return read.error.issues
      .map(({ path, message }) => `${path.join('.') || 'record'}: ${message}`)
      .join('; ');
  const { id, modified, published, withdrawn, aliases = [], summary, details, references } = read.data;
  const best = bestOf(read.data.severity ?? []) ?? worstOf(read.data.affected ?? []);
  const word = read.data.database_specific?.severity?.toUpperCase();
  return {
    kind: 'advisory',
    id,
    aliases: [
      ...new Set(aliases.map((alias) => alias.trim()).filter((alias) => alias !== '' && alias !== id)),
    ],
    modifiedAt: isTold(modified) || !isTold(published) ? modified : published,
    withdrawnAt: withdrawn,
    // The score says more than the word, which is a band of it; a score that is none says nothing.
    severity: best === undefined ? WORDS.get(word ?? '') : severityOfScore(best.score),
    score: best?.score,
    about: {
      title: summary,
      description: details,
      url: (references?.find(({ type }) => type === 'ADVISORY') ?? references?.[0])?.url,
      vector: best?.vector,
      publishedAt: isTold(published) ? published : undefined,
    },
    fixes: fixesOf(read.data.affected ?? []),
  };
}

interface Scored {
  readonly vector: string;
  readonly score: number;
}

const Scoring = z.object({ score: z.string() });

/** The newest version of CVSS that it is scored by; of several, the worst. The vector says which, whatever its type is. */
function bestOf(severities: readonly unknown[]): Scored | undefined {
  const scored = severities.flatMap((one) => {
    const vector = Scoring.safeParse(one).data?.score.trim() ?? '';
    const score = scoreOfVector(vector);
    return score === undefined ? [] : [{ vector, score }];
  });
  scored.sort((a, b) => versionOf(b.vector) - versionOf(a.vector) || b.score - a.score);
  return scored[0];
}

/** The second version has none in its vectors. */
function versionOf(vector: string): number {
  return Number(/^CVSS:(\d)\./.exec(vector)?.[1] ?? 2);
}

const Affected = z.object({ severity: z.array(z.unknown()) });

/** Where each package is scored by itself: the worst of them, for an advisory is one vulnerability in all of them. */
function worstOf(affected: readonly unknown[]): Scored | undefined {
  const scored = affected.flatMap((one) => bestOf(Affected.safeParse(one).data?.severity ?? []) ?? []);
  return scored.sort((a, b) => b.score - a.score)[0];
}
