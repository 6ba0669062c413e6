import type { FindingId } from '../../domain/finding.ts';
import { severityCode, severityOfCode, UNKNOWN_CODE } from '../../domain/severity.ts';
import { spansOf } from '../core/findings.ts';
import { parseMain } from '../core/rows.ts';
import type { Db } from '../db.ts';
import { PARTS } from '../schema.ts';
import type { AsOfFinding } from '../store.ts';

const BATCH = 1000;

/** What was open at a moment of the sources' clocks, with the severity it then had, by all that is known today. */
export async function openAt(db: Db, validAt: number): Promise<readonly AsOfFinding[]> {
  const episodes = await db.all<{ finding_id: number; opened_at: number }>(
    `SELECT e.finding_id, e.opened_at FROM episode e JOIN finding f ON f.id = e.finding_id
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
    for (const { finding_id, opened_at } of some) {
      const severity = severityOfCode(severities.get(finding_id) ?? UNKNOWN_CODE);
      found.push({ finding: finding_id as FindingId, severity, openedAt: opened_at });
    }
  }
  return found;
}

interface ClaimRow {
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
  const claims = await db.select<ClaimRow>(
    'claim',
    'finding_id',
    ['finding_id', 'observation_id', 'opened_at', 'closed_at', 'reason', 'past'],
    findings,
  );
  const severities = await observationSeverities(
    db,
    [...new Set(claims.map((row) => row.observation_id))],
    validAt,
  );
  const worst = new Map<number, number>();
  for (const [finding, own] of Map.groupBy(claims, (claim) => claim.finding_id)) {
    const live = own.filter((claim) =>
      spansOf(claim).some(
        ({ openedAt, closedAt }) => openedAt <= validAt && (closedAt === null || closedAt > validAt),
      ),
    );
    const codes = (live.length > 0 ? live : own).map(
      (claim) => severities.get(claim.observation_id) ?? UNKNOWN_CODE,
    );
    const known = codes.filter((code) => code !== UNKNOWN_CODE);
    worst.set(finding, known.length > 0 ? Math.max(...known) : UNKNOWN_CODE);
  }
  return worst;
}

/** By the content each observation had then: its first one, when it was first seen later. */
async function observationSeverities(
  db: Db,
  observations: readonly number[],
  validAt: number,
): Promise<Map<number, number>> {
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
  const bodies = new Map(revisions.map((row) => [row.id, row.body]));
  const reversions = await db.select<{
    observation_id: number;
    part: number;
    valid_at: number;
    revision_id: number;
  }>('reversion', 'observation_id', ['observation_id', 'part', 'valid_at', 'revision_id'], observations);
  const said = [
    ...revisions.map((row) => ({ ...row, revision: row.id })),
    ...reversions.map((row) => ({ ...row, revision: row.revision_id })),
  ].filter(({ part }) => part === PARTS.main);
  said.sort((a, b) => a.valid_at - b.valid_at || a.revision - b.revision);
  const severities = new Map<number, number>();
  for (const { observation_id, valid_at, revision } of said) {
    if (valid_at > validAt && severities.has(observation_id)) continue;
    severities.set(observation_id, severityCode(parseMain(bodies.get(revision) ?? '{}').severity));
  }
  return severities;
}
