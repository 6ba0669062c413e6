import type { RunId } from '../../domain/finding.ts';
import type { Run } from '../../domain/run.ts';
import type { FindingClass, Label, Rejected, StreamRef } from '../../domain/statement.ts';
import { findStream } from '../core/streams.ts';
import type { Db } from '../db.ts';
import type { LatestRuns, SeenEntry } from '../store.ts';

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

/** 1: a run that failed, and a later one did not. An attempt is no statement: its time must not outrank theirs. */
const IS_OVERTAKEN = `(CASE WHEN r.state = 'failed' AND EXISTS (SELECT 1 FROM run later WHERE later.stream_id = r.stream_id
  AND later.id > r.id AND later.observed_at <= ? AND later.state IN ('complete', 'partial')) THEN 1 ELSE 0 END)`;

/**
 * The runs that are the last word: of a stream that speaks for a whole source, its latest; of scans, the latest of
 * each asset (a newer scan of one image says nothing of another).
 */
export async function latestRuns(
  db: Db,
  { sources, assets, labels, at = Number.MAX_SAFE_INTEGER }: LatestRuns,
): Promise<readonly Run[]> {
  const elsewhere = labels === undefined ? [] : await coveragesElsewhere(db, labels);
  const concerned =
    elsewhere.length === 0 ? '' : `AND (r.labels IS NULL OR r.labels NOT IN ${db.list('text')})`;
  const speaks = `r.observed_at <= ? ${concerned}`;
  const spoken = [at, ...(elsewhere.length === 0 ? [] : [db.listValue(elsewhere)])];
  const bySource = sources === undefined ? '' : `AND s.source IN ${db.list('text')}`;
  const byAsset = assets === undefined ? { text: '1 = 1', parameters: [] } : assetNames(assets);
  const rows = await db.all<RunRow>(
    `WITH whole AS (
       SELECT stream_id, id, observed_at FROM (
         SELECT r.stream_id, r.id, r.observed_at,
                row_number() OVER (PARTITION BY r.stream_id ORDER BY r.observed_at DESC, r.id DESC) AS n
         FROM run r WHERE ${IS_OVERTAKEN} = 0 AND ${speaks}
           AND (r.all_assets = 1 OR NOT EXISTS (SELECT 1 FROM run_asset ra WHERE ra.run_id = r.id))
       ) ranked WHERE n = 1),
     single AS (
       SELECT id FROM (
         SELECT r.id, row_number() OVER (PARTITION BY r.stream_id, ra.asset_id ORDER BY r.observed_at DESC, r.id DESC) AS n
         FROM run r JOIN run_asset ra ON ra.run_id = r.id JOIN asset a ON a.id = ra.asset_id
         WHERE a.state = 'active' AND ${IS_OVERTAKEN} = 0 AND ${byAsset.text} AND ${speaks} AND NOT EXISTS (
           SELECT 1 FROM whole w WHERE w.stream_id = r.stream_id
             AND (w.observed_at > r.observed_at OR (w.observed_at = r.observed_at AND w.id >= r.id)))
       ) ranked WHERE n = 1)
     SELECT ${COLUMNS} FROM run r JOIN stream s ON s.id = r.stream_id
     WHERE (r.id IN (SELECT id FROM whole) OR r.id IN (SELECT id FROM single)) ${bySource}
     ORDER BY r.observed_at DESC, r.id DESC`,
    [
      at,
      ...spoken,
      at,
      ...byAsset.parameters,
      ...spoken,
      ...(sources === undefined ? [] : [db.listValue(sources)]),
    ],
  );
  return await Promise.all(rows.map((row) => toRun(db, row)));
}

/**
 * What runs were narrowed to that leaves out some of these labels. Where a run was narrowed by another kind of label,
 * that is what its source is set up to tell: nothing can be said of what it leaves out.
 */
async function coveragesElsewhere(
  db: Db,
  wanted: NonNullable<LatestRuns['labels']>,
): Promise<readonly string[]> {
  const rows = await db.all<{ labels: string }>('SELECT DISTINCT labels FROM run WHERE labels IS NOT NULL');
  return rows.flatMap(({ labels }) => {
    const covered = JSON.parse(labels) as Label[];
    const leavesOut = wanted.some(({ kind, anyOf }) => {
      const own = covered.filter((label) => label.kind === kind);
      return own.length > 0 && !anyOf.every((one) => own.some(({ id, name }) => one === id || one === name));
    });
    return leavesOut ? [labels] : [];
  });
}

function assetNames(assets: NonNullable<LatestRuns['assets']>): {
  text: string;
  parameters: readonly string[];
} {
  const tests = assets.map(({ kind }) => (kind === undefined ? 'a.name = ?' : '(a.kind = ? AND a.name = ?)'));
  return {
    text: `(${tests.join(' OR ')})`,
    parameters: assets.flatMap(({ kind, name }) => (kind === undefined ? [name] : [kind, name])),
  };
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
