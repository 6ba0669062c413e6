/** What the newest complete run no longer mentions, inside what it may speak for. */

import type { Label } from '../../domain/statement.ts';
import { continueSpans } from '../../domain/timeline.ts';
import type { Db, Value } from '../db.ts';
import type { ChangeLog } from './changes.ts';
import { coversObservation, type StoredCoverage } from './coverage.ts';
import { type ClaimSpansRow, recomputeFindings, spanColumns, spansOf } from './findings.ts';
import type { IdSet } from './id-set.ts';

interface Live {
  readonly id: number;
  readonly key: string;
  readonly asset_id: number;
  readonly class: number;
}

interface Claim extends ClaimSpansRow {
  readonly id: number;
  readonly finding_id: number;
  readonly live: number;
}

const BATCH = 2000;

export async function closeAbsent(
  db: Db,
  streamId: number,
  observedAt: number,
  coverage: StoredCoverage,
  mentioned: Pick<IdSet, 'has'>,
  log: ChangeLog,
): Promise<void> {
  const live = await liveObservations(db, streamId, coverage.assets);
  const candidates = live.flatMap(({ id }) => (mentioned.has(id) ? [] : [id]));
  for (let start = 0; start < candidates.length; start += BATCH) {
    const ids = candidates.slice(start, start + BATCH);
    const some = await db.select<Live>('observation', 'id', ['id', 'key', 'asset_id', 'class'], ids);
    const labels = coverage.labels === 'all' ? new Map<number, Label[]>() : await labelsOf(db, some);
    const absent = some.filter(({ id, key, asset_id: asset, class: code }) =>
      coversObservation(coverage, { asset, classCode: code, key, labels: labels.get(id) ?? [] }),
    );
    await close(
      db,
      absent.map(({ id }) => id),
      observedAt,
      log,
    );
  }
}

/** Nearly all of them are mentioned as a rule: no more than their ids is read, which an index holds. */
async function liveObservations(
  db: Db,
  streamId: number,
  assets: StoredCoverage['assets'],
): Promise<readonly Pick<Live, 'id'>[]> {
  const ofStream = 'SELECT id FROM observation WHERE live = 1 AND stream_id = ?';
  if (assets === 'all') return await db.all(ofStream, [streamId]);
  return await db.all(`${ofStream} AND asset_id IN ${db.list('int')}`, [streamId, db.listValue([...assets])]);
}

async function labelsOf(db: Db, observations: readonly Live[]): Promise<Map<number, Label[]>> {
  interface Row {
    readonly observation_id: number;
    readonly kind: Label['kind'];
    readonly key: string;
    readonly name: string | null;
  }
  const rows = await db.all<Row>(
    `SELECT ol.observation_id, l.kind, l.key, l.name FROM observation_label ol JOIN label l ON l.id = ol.label_id
     WHERE ol.observation_id IN ${db.list('int')}`,
    [db.listValue(observations.map(({ id }) => id))],
  );
  const labels = new Map<number, Label[]>();
  for (const { observation_id, kind, key, name } of rows) {
    const list = labels.get(observation_id) ?? [];
    list.push({ kind, id: key, name: name ?? undefined });
    labels.set(observation_id, list);
  }
  return labels;
}

async function close(
  db: Db,
  observations: readonly number[],
  observedAt: number,
  log: ChangeLog,
): Promise<void> {
  const claims = await db.select<Claim>(
    'claim',
    'observation_id',
    ['id', 'finding_id', 'live', 'opened_at', 'closed_at', 'reason', 'past'],
    observations,
  );
  const open = claims.filter(({ live }) => live === 1);
  await db.update(
    'claim',
    'id',
    ['live', 'opened_at', 'closed_at', 'reason', 'past'],
    open.map((claim): Value[] => {
      const columns = spanColumns(continueSpans(spansOf(claim), [{ at: observedAt, closed: 'absent' }]));
      return [claim.id, columns.live, columns.opened_at, columns.closed_at, columns.reason, columns.past];
    }),
  );
  await db.update(
    'observation',
    'id',
    ['live'],
    observations.map((id) => [id, 0]),
  );
  await recomputeFindings(db, [...new Set(open.map(({ finding_id }) => finding_id))], log);
}
