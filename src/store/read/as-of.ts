import type { FindingId } from '../../domain/finding.ts';
import { severityCode, severityOfCode, UNKNOWN_CODE } from '../../domain/severity.ts';
import { spansOf } from '../core/findings.ts';
import { type DetailBody, type MainBody, parseDetail, parseMain } from '../core/rows.ts';
import type { Db } from '../db.ts';
import { PARTS } from '../schema.ts';
import type { AsOfFinding } from '../store.ts';
import { ratingsAt } from './ratings.ts';

const BATCH = 1000;

/** What was open at a moment of the sources' clocks, with the severity it then had, by all that is known today. */
export async function openAt(db: Db, validAt: number): Promise<readonly AsOfFinding[]> {
  const episodes = await db.all<{ finding_id: number; opened_at: number; vulnerability_id: number }>(
    `SELECT e.finding_id, e.opened_at, f.vulnerability_id FROM episode e JOIN finding f ON f.id = e.finding_id
       JOIN asset a ON a.id = f.asset_id
     WHERE e.opened_at <= ? AND (e.closed_at IS NULL OR e.closed_at > ?) AND a.state = 'active' ORDER BY e.finding_id`,
    [validAt, validAt],
  );
  const found: AsOfFinding[] = [];
  for (let start = 0; start < episodes.length; start += BATCH) {
    const some = episodes.slice(start, start + BATCH);
    const severities = await severitiesAt(
      db,
      some.map(({ finding_id }) => finding_id),
      validAt,
    );
    const unknown = some.filter(({ finding_id }) => severities.get(finding_id) === UNKNOWN_CODE);
    const ratings = await ratingsAt(
      db,
      unknown.map(({ vulnerability_id }) => vulnerability_id),
      validAt,
    );
    for (const { finding_id, opened_at, vulnerability_id } of some) {
      const stated = severities.get(finding_id) ?? UNKNOWN_CODE;
      const rating = stated === UNKNOWN_CODE ? ratings.get(vulnerability_id) : undefined;
      const severity = severityOfCode(rating?.severity ?? stated);
      found.push({ finding: finding_id as FindingId, severity, openedAt: opened_at });
    }
  }
  return found;
}

export interface ClaimRow {
  readonly finding_id: number;
  readonly observation_id: number;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly reason: string | null;
  readonly past: string | null;
}

async function severitiesAt(
  db: Db,
  findings: readonly number[],
  validAt: number,
): Promise<Map<number, number>> {
  const claims = await claimsOf(db, findings);
  const bodies = await bodiesAt(db, [...new Set(claims.map((row) => row.observation_id))], validAt);
  const worst = new Map<number, number>();
  for (const [finding, own] of Map.groupBy(claims, (claim) => claim.finding_id)) {
    const codes = speakingAt(own, validAt).map(({ observation_id }) => {
      const severity = bodies.get(observation_id)?.main.severity;
      return severity === undefined ? UNKNOWN_CODE : severityCode(severity);
    });
    const known = codes.filter((code) => code !== UNKNOWN_CODE);
    worst.set(finding, known.length > 0 ? Math.max(...known) : UNKNOWN_CODE);
  }
  return worst;
}

export async function claimsOf(db: Db, findings: readonly number[]): Promise<readonly ClaimRow[]> {
  return await db.select<ClaimRow>(
    'claim',
    'finding_id',
    ['finding_id', 'observation_id', 'opened_at', 'closed_at', 'reason', 'past'],
    findings,
  );
}

/**
 * Of the claims of a finding that was open then, those that it was open by; within a gap that is shorter than its hold
 * time, those that ended last.
 */
export function speakingAt(claims: readonly ClaimRow[], validAt: number): readonly ClaimRow[] {
  const live = claims.filter((claim) => isLiveAt(claim, validAt));
  if (live.length > 0) return live;
  const ends = claims.map((claim) => lastEndBefore(claim, validAt));
  const last = Math.max(...ends);
  return claims.filter((_, index) => ends[index] === last);
}

function isLiveAt(claim: ClaimRow, validAt: number): boolean {
  return spansOf(claim).some(
    ({ openedAt, closedAt }) => openedAt <= validAt && (closedAt === null || closedAt > validAt),
  );
}

function lastEndBefore(claim: ClaimRow, validAt: number): number {
  const ends = spansOf(claim).flatMap(({ closedAt }) =>
    closedAt !== null && closedAt <= validAt ? closedAt : [],
  );
  return Math.max(Number.NEGATIVE_INFINITY, ...ends);
}

/** What an observation says. */
export interface Bodies {
  readonly main: MainBody;
  readonly detail: DetailBody | undefined;
}

/** The content each observation had then: its first one, when it was first seen later. */
export async function bodiesAt(
  db: Db,
  observations: readonly number[],
  validAt: number,
): Promise<ReadonlyMap<number, Bodies>> {
  interface Row {
    readonly observation_id: number;
    readonly part: number;
    readonly valid_at: number;
    readonly id: number;
    readonly body: string;
  }
  const revisions = await db.select<Row>(
    'revision',
    'observation_id',
    ['observation_id', 'part', 'valid_at', 'id', 'body'],
    observations,
  );
  const texts = new Map(revisions.map((row) => [row.id, row.body]));
  const reversions = await db.select<{
    observation_id: number;
    part: number;
    valid_at: number;
    revision_id: number;
  }>('reversion', 'observation_id', ['observation_id', 'part', 'valid_at', 'revision_id'], observations);
  const said = [
    ...revisions.map((row) => ({ ...row, revision: row.id })),
    ...reversions.map((row) => ({ ...row, revision: row.revision_id })),
  ];
  said.sort((a, b) => a.valid_at - b.valid_at || a.revision - b.revision);
  const main = new Map<number, number>();
  const detail = new Map<number, number>();
  for (const { observation_id, part, valid_at, revision } of said) {
    if (part === PARTS.main && (valid_at <= validAt || !main.has(observation_id)))
      main.set(observation_id, revision);
    if (part === PARTS.detail && valid_at <= validAt) detail.set(observation_id, revision);
  }
  const textOf = (revision: number): string => texts.get(revision) ?? '{}';
  return new Map(
    [...main].map(([observation, revision]) => {
      const more = detail.get(observation);
      return [
        observation,
        {
          main: parseMain(textOf(revision)),
          detail: more === undefined ? undefined : parseDetail(textOf(more)),
        },
      ];
    }),
  );
}
