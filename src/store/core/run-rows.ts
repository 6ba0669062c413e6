/** The rows of a run: how it ended, what it speaks for, and what it is told by. */
import type { Coverage } from '../../domain/statement.ts';
import type { Db } from '../db.ts';
import { stretchesOf } from './id-set.ts';

/** Ids in a row that are worth a statement of their own. */
const LONG_STRETCH = 100;

export interface RunStateRow {
  readonly id: number;
  readonly state: string;
  readonly closes: number;
  readonly all_assets: number;
  readonly classes: string | null;
  readonly labels: string | null;
  readonly reasons: string;
}

const RUN_STATE = ['state', 'closes', 'all_assets', 'classes', 'labels', 'reasons'] as const;

export async function readRunState(db: Db, runId: number): Promise<RunStateRow> {
  const [row] = await db.find<RunStateRow>('run', ['id'], ['id', ...RUN_STATE], [[runId]]);
  if (row === undefined) throw new Error(`run ${runId} is not there`);
  return row;
}

/** Assets that the run mentions, whether or not its silence speaks for them. */
export async function noteAssets(db: Db, runId: number, assets: ReadonlySet<number>): Promise<void> {
  const known = await db.find<{ asset_id: number }>(
    'run_asset',
    ['run_id', 'asset_id'],
    ['asset_id'],
    [...assets].map((asset) => [runId, asset]),
  );
  const fresh = [...assets].filter((_, index) => known[index] === undefined);
  await db.insert(
    'run_asset',
    fresh.map((asset) => [runId, asset, 0]),
  );
}

/** How the run ended: its coverage, and complete only when everything could be read. */
export async function writeCoverage(
  db: Db,
  runId: number,
  coverage: Coverage,
  covered: 'all' | readonly number[],
  counts: { readonly observations: number; readonly rejected: number },
): Promise<void> {
  const { observations, rejected } = counts;
  if (covered !== 'all') {
    const known = await db.find<{ asset_id: number }>(
      'run_asset',
      ['run_id', 'asset_id'],
      ['asset_id'],
      covered.map((asset) => [runId, asset]),
    );
    const [old, fresh] = [
      covered.filter((_, index) => known[index] !== undefined),
      covered.filter((_, index) => known[index] === undefined),
    ];
    await db.insert(
      'run_asset',
      [...new Set(fresh)].map((asset) => [runId, asset, 1]),
    );
    for (const asset of old) {
      await db.run('UPDATE run_asset SET covered = 1 WHERE run_id = ? AND asset_id = ?', [runId, asset]);
    }
  }
  const isComplete = coverage.complete && rejected === 0;
  const reasons = [...coverage.reasons];
  if (rejected > 0) reasons.push(`${rejected} unreadable ${rejected === 1 ? 'entry' : 'entries'}`);
  await db.update(
    'run',
    'id',
    ['state', 'closes', 'all_assets', 'classes', 'labels', 'observations', 'rejected', 'reasons'],
    [
      [
        runId,
        isComplete ? 'complete' : 'partial',
        Number(coverage.closes),
        Number(covered === 'all'),
        coverage.classes === 'all' ? null : JSON.stringify(coverage.classes),
        coverage.labels === 'all' ? null : JSON.stringify(coverage.labels),
        observations,
        rejected,
        JSON.stringify(reasons),
      ],
    ],
  );
}

/**
 * The newest `observedAt` of other runs of the stream; with `assets`, of those that speak of any of them: an older
 * scan of another image is not "later" than this one.
 */
export async function newestOther(
  db: Db,
  streamId: number,
  runId: number,
  assets: 'all' | readonly number[],
): Promise<number | undefined> {
  const [row] =
    assets === 'all'
      ? await db.all<{ at: number | null }>(
          'SELECT max(observed_at) AS at FROM run WHERE stream_id = ? AND id <> ?',
          [streamId, runId],
        )
      : await db.all<{ at: number | null }>(
          `SELECT max(observed_at) AS at FROM run r WHERE stream_id = ? AND id <> ? AND (all_assets = 1 OR EXISTS
               (SELECT 1 FROM run_asset a WHERE a.run_id = r.id AND a.asset_id IN ${db.list('int')}))`,
          [streamId, runId, db.listValue(assets)],
        );
  return row?.at ?? undefined;
}

/** How many vulnerabilities these findings are of. */
export async function countVulnerabilities(db: Db, findings: Iterable<number>): Promise<number> {
  interface Row {
    readonly vulnerability_id: number;
  }
  const distinct = new Set<number>();
  const scattered: number[] = [];
  for (const [first, last] of stretchesOf(findings)) {
    if (last - first < LONG_STRETCH) {
      for (let id = first; id <= last; id++) scattered.push(id);
      continue;
    }
    const rows = await db.all<Row>('SELECT DISTINCT vulnerability_id FROM finding WHERE id BETWEEN ? AND ?', [
      first,
      last,
    ]);
    for (const row of rows) distinct.add(row.vulnerability_id);
  }
  const rows = await db.select<Row>('finding', 'id', ['vulnerability_id'], scattered);
  for (const row of rows) distinct.add(row.vulnerability_id);
  return distinct.size;
}
