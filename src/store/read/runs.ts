import type { RunId } from '../../domain/finding.ts';
import type { Run } from '../../domain/run.ts';
import type { FindingClass, Rejected, StreamRef } from '../../domain/statement.ts';
import { findStream } from '../core/streams.ts';
import type { Db } from '../db.ts';
import type { SeenEntry } from '../store.ts';

interface RunRow {
  readonly id: number;
  readonly source: string;
  readonly category: string;
  readonly channel: string;
  readonly state: Run['state'];
  readonly observed_at: number;
  readonly recorded_at: number;
  readonly closes: number;
  readonly all_assets: number;
  readonly classes: string | null;
  readonly observations: number;
  readonly rejected: number;
  readonly reasons: string;
}

const COLUMNS = `r.id, s.source, s.category, s.channel, r.state, r.observed_at, r.recorded_at, r.closes, r.all_assets,
  r.classes, r.observations, r.rejected, r.reasons`;

export async function latestRuns(db: Db, sources: readonly string[] | undefined): Promise<readonly Run[]> {
  const only = sources === undefined ? '' : `AND s.source IN ${db.list('text')}`;
  const rows = await db.all<RunRow>(
    `SELECT ${COLUMNS} FROM stream s JOIN run r ON r.id = (
       SELECT l.id FROM run l WHERE l.stream_id = s.id ORDER BY l.observed_at DESC, l.id DESC LIMIT 1)
     WHERE 1 = 1 ${only} ORDER BY r.observed_at DESC, r.id DESC`,
    sources === undefined ? [] : [db.listValue(sources)],
  );
  return await Promise.all(rows.map((row) => toRun(db, row)));
}

export async function loadRun(db: Db, id: RunId): Promise<Run | undefined> {
  const [row] = await db.all<RunRow>(
    `SELECT ${COLUMNS} FROM run r JOIN stream s ON s.id = r.stream_id WHERE r.id = ?`,
    [id],
  );
  return row === undefined ? undefined : await toRun(db, row);
}

async function toRun(db: Db, row: RunRow): Promise<Run> {
  const assets = await db.all<{ name: string }>(
    'SELECT a.name FROM run_asset ra JOIN asset a ON a.id = ra.asset_id WHERE ra.run_id = ? ORDER BY a.name LIMIT 1000',
    [row.id],
  );
  return {
    id: row.id as RunId,
    stream: { source: row.source, category: row.category, channel: row.channel },
    state: row.state,
    observedAt: row.observed_at,
    recordedAt: row.recorded_at,
    closes: row.closes === 1,
    classes: row.classes === null ? 'all' : (JSON.parse(row.classes) as FindingClass[]),
    observations: row.observations,
    rejected: row.rejected,
    reasons: JSON.parse(row.reasons) as string[],
    assets: row.all_assets === 1 ? 'all' : assets.map(({ name }) => name),
  };
}

export async function loadRejects(db: Db, id: RunId): Promise<readonly Rejected[]> {
  const rows = await db.all<{ at: string; reason: string; key: string | null }>(
    'SELECT at, reason, key FROM rejected WHERE run_id = ? ORDER BY seq',
    [id],
  );
  return rows.map(({ at, reason, key }) => ({ at, reason, key: key ?? undefined }));
}

export async function seenEntries(
  db: Db,
  stream: StreamRef,
  keys: readonly string[],
): Promise<readonly SeenEntry[]> {
  const known = await findStream(db, stream);
  if (known === undefined) return [];
  const rows = await db.find<{ key: string; main_stamp: string | null; detail_stamp: string | null }>(
    'observation',
    ['stream_id', 'key'],
    ['key', 'main_stamp', 'detail_stamp'],
    keys.map((key) => [known.id, key]),
  );
  return rows.flatMap((row) =>
    row === undefined
      ? []
      : [
          {
            key: row.key,
            revision: row.main_stamp ?? undefined,
            detailRevision: row.detail_stamp ?? undefined,
          },
        ],
  );
}
