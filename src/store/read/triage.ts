import type { FindingId } from '../../domain/finding.ts';
import { type Triage, type TriagedFinding, TriageNote, triageOf } from '../../domain/triage.ts';
import type { Db } from '../db.ts';

interface Row {
  readonly finding_id: number;
  readonly recorded_at: number;
  readonly note: string;
}

export async function loadTriage(db: Db, id: FindingId): Promise<Triage> {
  const [triaged] = await loadTriaged(db, [id]);
  return triageOf(triaged?.notes ?? []);
}

/** Every finding that somebody noted something on; of these ids, where given. */
export async function loadTriaged(db: Db, ids?: readonly FindingId[]): Promise<readonly TriagedFinding[]> {
  const rows = await db.all<Row>(
    `SELECT finding_id, recorded_at, note FROM triage_note
     WHERE 1 = ? OR finding_id IN ${db.list('int')} ORDER BY finding_id, id`,
    [ids === undefined ? 1 : 0, db.listValue(ids ?? [])],
  );
  return [...Map.groupBy(rows, (row) => row.finding_id)].map(([id, own]) => ({
    finding: id as FindingId,
    notes: own.map((row) => ({ ...TriageNote.parse(JSON.parse(row.note)), recordedAt: row.recorded_at })),
  }));
}
