import { unpackAssessment } from '../../domain/assessment.ts';
import type { Finding, FindingId, ObservationView } from '../../domain/finding.ts';
import { type Contribution, mergeValues } from '../../domain/merge.ts';
import { severityOfCode } from '../../domain/severity.ts';
import { mainColumnsFrom } from '../core/rows.ts';
import type { Db } from '../db.ts';
import { type Bodies, bodiesAt, type ClaimRow, claimsOf, speakingAt } from './as-of.ts';
import { contentOf, loadFindings, shownOf } from './findings.ts';
import { ratingsAt } from './ratings.ts';

/**
 * Of these findings, those that were open at a moment of the sources' clocks, as they stood then: by what lived, and
 * what was said of it. Within a gap that is shorter than its hold time, a finding stands as it last did.
 */
export async function findingsAt(
  db: Db,
  ids: readonly FindingId[],
  validAt: number,
): Promise<readonly Finding[]> {
  const rows = await db.all<EpisodeRow>(
    `SELECT e.finding_id, e.opened_at, f.vulnerability_id
     FROM episode e JOIN finding f ON f.id = e.finding_id
     WHERE e.finding_id IN ${db.list('int')} AND e.opened_at <= ? AND (e.closed_at IS NULL OR e.closed_at > ?)`,
    [db.listValue(ids), validAt, validAt],
  );
  const episodes = new Map(rows.map((row) => [row.finding_id, row]));
  const open = ids.filter((id) => episodes.has(id));
  const [today, claims] = await Promise.all([loadFindings(db, open), claimsOf(db, open)]);
  const bodies = await bodiesAt(db, [...new Set(claims.map((row) => row.observation_id))], validAt);
  const live = livePairs(claims, validAt);
  const then = today.map((finding) => {
    const said = finding.observations.map((view) =>
      sayAgain(view, bodies.get(view.id), live.has(pairOf(finding.id, view.id))),
    );
    return asThen(finding, said, episodes.get(finding.id)?.opened_at ?? finding.openedAt);
  });
  return await withRatings(db, then, episodes, validAt);
}

interface EpisodeRow {
  readonly finding_id: number;
  readonly opened_at: number;
  readonly vulnerability_id: number;
}

/** Where no observation knew the severity, what advisories said of it then. */
async function withRatings(
  db: Db,
  findings: readonly Finding[],
  rows: ReadonlyMap<number, EpisodeRow>,
  validAt: number,
): Promise<readonly Finding[]> {
  const unknown = findings.filter(({ severity }) => severity === 'unknown');
  const ratings = await ratingsAt(
    db,
    unknown.flatMap(({ id }) => rows.get(id)?.vulnerability_id ?? []),
    validAt,
  );
  if (ratings.size === 0) return findings;
  return findings.map((finding) => {
    const rating = ratings.get(rows.get(finding.id)?.vulnerability_id ?? 0);
    if (finding.severity !== 'unknown' || rating === undefined) return finding;
    return { ...finding, severity: severityOfCode(rating.severity), score: rating.score ?? undefined };
  });
}

/** Findings and the observations through which they were open. */
function livePairs(claims: readonly ClaimRow[], validAt: number): ReadonlySet<string> {
  const byFinding = Map.groupBy(claims, ({ finding_id }) => finding_id);
  const live = [...byFinding.values()].flatMap((own) => speakingAt(own, validAt));
  return new Set(live.map((claim) => pairOf(claim.finding_id, claim.observation_id)));
}

interface Said {
  readonly view: ObservationView;
  readonly contribution: Contribution;
}

function sayAgain(today: ObservationView, body: Bodies | undefined, live: boolean): Said {
  if (body === undefined) throw new RangeError(`observation ${today.id} has no content`);
  const { severity, score, facts, fixable, set_aside, due_at, occurrences } = mainColumnsFrom(body.main, {});
  const contribution: Contribution = {
    live,
    severity,
    score,
    facts,
    fixable: fixable === 1 || (body.detail?.fix?.versions.length ?? 0) > 0,
    occurrences: body.detail?.occurrences.length || occurrences,
    dueAt: due_at,
    title: null,
    isSetAside: set_aside === 1,
    tie: today.key,
  };
  const values = { severity: severityOfCode(severity), score: score ?? undefined };
  const assessment = unpackAssessment(facts);
  return {
    view: { ...today, ...values, assessment, ...contentOf(body.main, body.detail), live },
    contribution,
  };
}

function asThen(finding: Finding, said: readonly Said[], openedAt: number): Finding {
  const merged = mergeValues(said.map(({ contribution }) => contribution));
  const observations = said.map(({ view }) => view);
  return {
    ...finding,
    severity: severityOfCode(merged.severity),
    score: merged.score ?? undefined,
    assessment: unpackAssessment(merged.facts),
    dueAt: merged.dueAt ?? undefined,
    occurrences: merged.occurrences,
    state: 'open',
    openedAt,
    closedAt: undefined,
    ...shownOf(observations),
    observations,
  };
}

function pairOf(finding: number, observation: number): string {
  return `${finding} ${observation}`;
}
