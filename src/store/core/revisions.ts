/** What observations said, each content once: the immutable rows that runs are sets of. */
import type { KeyedStatement } from '../../domain/keyed.ts';
import type { Db, Value } from '../db.ts';
import type { Identity } from './identity.ts';
import type { ObservationRow } from './observation-row.ts';
import { isLate, type RunFacts } from './publication.ts';

/** The revision ids of changed statements: the observation's own earlier one where it says that again. */
export async function revisionsFor(
  db: Db,
  run: RunFacts,
  identity: Identity,
  changed: readonly { readonly statement: KeyedStatement; readonly row: ObservationRow }[],
  part: number,
): Promise<Map<KeyedStatement, number>> {
  const ids = new Map<KeyedStatement, number>();
  if (changed.length === 0) return ids;
  interface Row {
    readonly id: number;
    readonly observation_id: number;
    readonly part: number;
    readonly digest: string;
  }
  const stored = await db.select<Row>(
    'revision',
    'observation_id',
    ['id', 'observation_id', 'part', 'digest'],
    changed.map(({ row }) => row.id),
  );
  const byDigest = new Map(stored.map((row) => [`${row.observation_id} ${row.part} ${row.digest}`, row.id]));
  const unknown = changed.filter(({ statement, row }) => {
    const id = byDigest.get(`${row.id} ${part} ${statement.digest}`);
    if (id !== undefined) ids.set(statement, id);
    return id === undefined;
  });
  const reverted = changed.filter(({ statement }) => ids.has(statement));
  if (!isLate(run)) await noteReversions(db, run.observedAt, reverted, ids, part);
  if (unknown.length === 0) return ids;
  const abouts = await identity.abouts(unknown.map(({ statement }) => statement));
  const first = await db.allocate('revision', unknown.length);
  await db.insert(
    'revision',
    unknown.map(({ statement, row }, index): Value[] => {
      ids.set(statement, first + index);
      const { observedAt, id: runId } = run;
      return [
        first + index,
        row.id,
        part,
        statement.digest,
        abouts[index] ?? 0,
        statement.body,
        observedAt,
        runId,
      ];
    }),
  );
  return ids;
}

async function noteReversions(
  db: Db,
  observedAt: number,
  reverted: readonly { readonly statement: KeyedStatement; readonly row: ObservationRow }[],
  ids: ReadonlyMap<KeyedStatement, number>,
  part: number,
): Promise<void> {
  for (const { statement, row } of reverted) {
    await db.run('DELETE FROM reversion WHERE observation_id = ? AND part = ? AND valid_at = ?', [
      row.id,
      part,
      observedAt,
    ]);
    await db.insert('reversion', [[row.id, part, observedAt, ids.get(statement) ?? 0]]);
  }
}
