import type { StreamRef } from '../../domain/statement.ts';
import type { Db } from '../db.ts';
import { PARTS } from '../schema.ts';
import type { ChangeLog, EarlierFinding } from './changes.ts';
import { recomputeFindings } from './findings.ts';
import { Identity, nameKey } from './identity.ts';
import { decodeMembers } from './members.ts';
import { type MainBody, parseMain } from './rows.ts';

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

/** Where the source's next run begins. */
export async function saveSourceCursor(db: Db, source: string, cursor: string): Promise<void> {
  await db.run(
    'INSERT INTO source_cursor (source, cursor) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET cursor = excluded.cursor',
    [source, cursor],
  );
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

/** Every finding that the committed pages of a run mention, by what they say and not by what was said since. */
export async function findingsOfRun(db: Db, runId: number): Promise<readonly EarlierFinding[]> {
  const named = await namedByRun(db, runId);
  const claims = await db.select<{ observation_id: number; name_id: number; finding_id: number }>(
    'claim',
    'observation_id',
    ['observation_id', 'name_id', 'finding_id'],
    [...named.keys()],
  );
  const mentioned = claims.filter(({ observation_id, name_id }) => {
    const names = named.get(observation_id);
    return names === 'all' || names?.has(name_id) === true;
  });
  const ids = [...new Set(mentioned.map(({ finding_id }) => finding_id))];
  const rows = await db.select<{ id: number; run_id: number }>('finding', 'id', ['id', 'run_id'], ids);
  return rows.map(({ id, run_id }) => ({ id, isCreated: run_id === runId }));
}

/** By observation the ids of the names the run last gave it; `all` where it told details alone. */
async function namedByRun(db: Db, runId: number): Promise<ReadonlyMap<number, 'all' | ReadonlySet<number>>> {
  interface Row {
    readonly id: number;
    readonly observation_id: number;
    readonly part: number;
    readonly body: string;
  }
  const said = new Map<number, MainBody>();
  const told = new Set<number>();
  const identity = new Identity(db);
  const pages = await db.all<{ members: Uint8Array }>(
    'SELECT members FROM run_member WHERE run_id = ? ORDER BY page',
    [runId],
  );
  for (const { members } of pages) {
    const ids = decodeMembers(members);
    const columns = ['id', 'observation_id', 'part', 'body'];
    const rows = new Map((await db.select<Row>('revision', 'id', columns, ids)).map((row) => [row.id, row]));
    for (const id of ids) {
      const row = rows.get(id);
      if (row === undefined) continue;
      told.add(row.observation_id);
      if (row.part === PARTS.main) said.set(row.observation_id, parseMain(row.body));
    }
  }
  const names = await identity.names([...said.values()].flatMap(({ defects }) => defects));
  return new Map(
    [...told].map((observation): [number, 'all' | ReadonlySet<number>] => {
      const defects = said.get(observation)?.defects;
      if (defects === undefined) return [observation, 'all'];
      const own = defects.map(({ kind, names: given }) => names.get(nameKey(kind, given[0]))?.id ?? 0);
      return [observation, new Set(own)];
    }),
  );
}
