import type { StreamRef } from '../../domain/statement.ts';
import type { Db } from '../db.ts';
import { PARTS } from '../schema.ts';
import type { ChangeLog, EarlierFinding } from './changes.ts';
import { recomputeFindings } from './findings.ts';
import { decodeMembers } from './members.ts';
import { isNamed, NAMED_CLAIM, type NamedClaim } from './observation-row.ts';

interface StreamRow {
  readonly id: number;
  readonly hold_ms: number;
}

export async function findStream(db: Db, stream: StreamRef): Promise<StreamRow | undefined> {
  const [row] = await db.find<StreamRow>(
    'stream',
    ['source', 'category', 'channel'],
    ['id', 'hold_ms'],
    [[stream.source, stream.category, stream.channel]],
  );
  return row;
}

/** The stream's id; makes it when it is new, and works its findings out again when its hold time changed. */
export async function ensureStream(
  db: Db,
  stream: StreamRef,
  holdMs: number,
  log: ChangeLog,
): Promise<number> {
  const known = await findStream(db, stream);
  if (known === undefined) {
    const id = await db.allocate('stream', 1);
    await db.insert('stream', [[id, stream.source, stream.category, stream.channel, holdMs]]);
    return id;
  }
  if (known.hold_ms === holdMs) return known.id;
  await db.update('stream', 'id', ['hold_ms'], [[known.id, holdMs]]);
  const findings = await db.all<{ finding_id: number }>(
    `SELECT DISTINCT c.finding_id FROM claim c JOIN observation o ON o.id = c.observation_id WHERE o.stream_id = ?`,
    [known.id],
  );
  await recomputeFindings(
    db,
    findings.map(({ finding_id }) => finding_id),
    log,
  );
  return known.id;
}

/** Every observation that the committed pages of a run mention; `parts`: also those it only told details of. */
export async function observationsOfRun(
  db: Db,
  runId: number,
  parts: readonly number[],
): Promise<readonly number[]> {
  const pages = await db.all<{ members: Uint8Array }>('SELECT members FROM run_member WHERE run_id = ?', [
    runId,
  ]);
  const observations = new Set<number>();
  for (const { members } of pages) {
    const rows = await db.select<{ observation_id: number; part: number }>(
      'revision',
      'id',
      ['observation_id', 'part'],
      decodeMembers(members),
    );
    for (const row of rows) if (parts.includes(row.part)) observations.add(row.observation_id);
  }
  return [...observations];
}

/** Every finding that the committed pages of a run mention, and whether the run created it. */
export async function findingsOfRun(db: Db, runId: number): Promise<readonly EarlierFinding[]> {
  const observations = await observationsOfRun(db, runId, [PARTS.main, PARTS.detail]);
  const claims = await db.select<{ finding_id: number }>(
    'claim',
    'observation_id',
    ['finding_id'],
    observations,
  );
  const ids = [...new Set(claims.map(({ finding_id }) => finding_id))];
  const rows = await db.select<{ id: number; run_id: number }>('finding', 'id', ['id', 'run_id'], ids);
  return rows.map(({ id, run_id }) => ({ id, isCreated: run_id === runId }));
}
