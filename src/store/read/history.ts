/** What happened to findings, by the append-only log of changes. */
import { GatehouseError } from '../../domain/errors.ts';
import type { FindingId } from '../../domain/finding.ts';
import type { Db } from '../db.ts';
import type { HistoryEntry, LearnedPage, LearnedQuery } from '../store.ts';
import { loadFindings } from './findings.ts';

interface Row {
  readonly kind: HistoryEntry['kind'];
  readonly finding_id: number;
  readonly valid_at: number;
  readonly recorded_at: number;
  readonly run_id: number | null;
  readonly detail: string;
}

/** That a finding was made stands in its own row, once for each, and not in the log. */
const MADE = `'created' AS kind, f.id AS finding_id, f.recorded_at, f.run_id, '' AS detail,
  (SELECT min(opened_at) FROM episode e WHERE e.finding_id = f.id) AS valid_at`;

export async function loadHistory(db: Db, id: FindingId): Promise<readonly HistoryEntry[]> {
  const made = await db.all<Row>(`SELECT ${MADE} FROM finding f WHERE f.id = ?`, [id]);
  const changes = await db.all<Row>(
    'SELECT kind, finding_id, valid_at, recorded_at, run_id, detail FROM change WHERE finding_id = ? ORDER BY id',
    [id],
  );
  return [...made, ...changes].map(toEntry);
}

/** First all that were made, then what the log has: each in the order learned. */
export async function loadLearned(db: Db, query: LearnedQuery): Promise<LearnedPage> {
  const { phase, after } = parseCursor(query.after);
  const window = [query.from, query.to, after, query.limit];
  const rows = await db.all<Row & { readonly id: number }>(
    phase === 'made'
      ? `SELECT f.id, ${MADE} FROM finding f
         WHERE f.recorded_at >= ? AND f.recorded_at <= ? AND f.id > ? ORDER BY f.id LIMIT ?`
      : `SELECT id, kind, finding_id, valid_at, recorded_at, run_id, detail FROM change
         WHERE recorded_at >= ? AND recorded_at <= ? AND id > ? ORDER BY id LIMIT ?`,
    window,
  );
  const last = rows.at(-1);
  const isOver = last === undefined || rows.length < query.limit;
  const next = isOver ? (phase === 'made' ? 'log_0' : undefined) : `${phase}_${last.id}`;
  const ids = [...new Set(rows.map(({ finding_id }) => finding_id))];
  return { entries: rows.map(toEntry), findings: await loadFindings(db, ids), next };
}

function parseCursor(text: string | undefined): { readonly phase: 'made' | 'log'; readonly after: number } {
  const [, phase, after] = /^(made|log)_(\d{1,15})$/.exec(text ?? 'made_0') ?? [];
  if (after === undefined) throw new GatehouseError('input-invalid', `'${text}' is no cursor of this list`);
  return { phase: phase === 'log' ? 'log' : 'made', after: Number(after) };
}

function toEntry({ kind, finding_id, valid_at, recorded_at, run_id, detail }: Row): HistoryEntry {
  return {
    kind,
    finding: finding_id as FindingId,
    validAt: valid_at,
    recordedAt: recorded_at,
    run: (run_id ?? undefined) as HistoryEntry['run'],
    detail,
  };
}
