/**
 * Which names are one vulnerability. Names are joined by edges: those that observations ever stated, and those that
 * advisories state. Only an advisory parts names again: an edge that it once stated and no longer does is denied,
 * whoever repeats it, unless another advisory states it. Sets are the connected parts; findings follow.
 */
import type { KeyedAdvisory, KeyedDefect } from '../../domain/keyed.ts';
import { canonicalName } from '../../domain/names.ts';
import type { Db } from '../db.ts';
import type { ChangeLog } from './changes.ts';
import { type Identity, nameKey } from './identity.ts';
import { moveClaims } from './regroup.ts';

/** What observations call the same is the same from now on; a scanner that later says less takes nothing back. */
export async function stateAliases(
  db: Db,
  identity: Identity,
  defects: readonly KeyedDefect[],
  log: ChangeLog,
): Promise<void> {
  const aliased = defects.filter(({ names }) => names.length > 1);
  if (aliased.length === 0) return;
  const names = await identity.names(aliased);
  const edges = edgesOf(aliased, names);
  const rows = await db.find<{ name_id: number }>('alias', ['name_id', 'alias_id'], ['name_id'], edges);
  const fresh = edges.filter((_, index) => rows[index] === undefined);
  await db.insert('alias', fresh);
  await regroup(db, identity, new Set(fresh.flat()), log);
}

function edgesOf(
  defects: readonly KeyedDefect[],
  names: Awaited<ReturnType<Identity['names']>>,
): readonly (readonly [number, number])[] {
  const edges = new Map<string, readonly [number, number]>();
  for (const { kind, names: own } of defects) {
    const [primary, ...aliases] = own.map((name) => names.get(nameKey(kind, name))?.id ?? 0);
    for (const alias of aliases) edges.set(`${primary} ${alias}`, [primary ?? 0, alias]);
  }
  return [...edges.values()];
}

export async function recordAdvisory(
  db: Db,
  identity: Identity,
  source: string,
  advisory: KeyedAdvisory,
  recordedAt: number,
  log: ChangeLog,
): Promise<void> {
  const ids = await identity.names([{ kind: 'vulnerability', names: advisory.names }]);
  const [name = 0, ...aliases] = advisory.names.map((one) => ids.get(nameKey('vulnerability', one))?.id ?? 0);
  const [known] = await db.find<{ modified_at: number }>('advisory', ['name_id'], ['modified_at'], [[name]]);
  // An advisory is known by its id, whichever source brings it.
  const isLatest = known === undefined || advisory.modifiedAt >= known.modified_at;
  const stated = new Set(advisory.withdrawnAt === undefined ? aliases : []);
  const rows = await db.all<{ alias_id: number; stated: number }>(
    'SELECT alias_id, stated FROM advisory_alias WHERE name_id = ?',
    [name],
  );
  const dirty = new Set<number>([name]);
  const before = new Map(rows.map((row) => [row.alias_id, row.stated]));
  for (const alias of new Set([...before.keys(), ...stated])) {
    const holds = isLatest ? Number(stated.has(alias)) : (before.get(alias) ?? 0);
    if (before.get(alias) === holds) continue;
    dirty.add(alias);
    await db.run('DELETE FROM advisory_alias WHERE name_id = ? AND alias_id = ?', [name, alias]);
    await db.insert('advisory_alias', [[name, alias, holds]]);
  }
  if (isLatest) {
    await db.run('DELETE FROM advisory WHERE name_id = ?', [name]);
    const { modifiedAt, withdrawnAt } = advisory;
    const content = JSON.stringify(advisory);
    await db.insert('advisory', [[source, name, modifiedAt, withdrawnAt ?? null, recordedAt, content]]);
  }
  await regroup(db, identity, dirty, log);
}

/** Works out the sets around these names again and moves what belongs elsewhere. */
async function regroup(
  db: Db,
  identity: Identity,
  dirty: ReadonlySet<number>,
  log: ChangeLog,
): Promise<void> {
  if (dirty.size === 0) return;
  const names = await wholeSets(db, dirty);
  const neighbours = await liveEdges(db, [...names.keys()]);
  const sets = connected([...names.keys()], neighbours);
  const target = await assign(db, sets, names);
  const moved = [...names.values()].filter(({ id, vulnerability_id }) => target.get(id) !== vulnerability_id);
  if (moved.length > 0) {
    await db.update(
      'name',
      'id',
      ['vulnerability_id'],
      moved.map(({ id }) => [id, target.get(id) ?? 0]),
    );
    identity.forgetNames();
    await moveClaims(db, target, [...new Set([...names.values()].map((row) => row.vulnerability_id))], log);
  }
  await nameSets(db, sets, names, target);
}

interface NameRow {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly vulnerability_id: number;
}

/** The names, all that shared a vulnerability with them, and all that an edge now reaches. */
async function wholeSets(db: Db, dirty: ReadonlySet<number>): Promise<ReadonlyMap<number, NameRow>> {
  const found = new Map<number, NameRow>();
  let frontier = [...dirty];
  while (frontier.length > 0) {
    const list = db.listValue(frontier);
    const rows = await db.all<NameRow>(
      `SELECT id, kind, name, vulnerability_id FROM name WHERE vulnerability_id IN
         (SELECT vulnerability_id FROM name WHERE id IN ${db.list('int')})`,
      [list],
    );
    for (const row of rows) found.set(row.id, row);
    const edges = await liveEdges(
      db,
      rows.map(({ id }) => id),
    );
    frontier = [...edges.values()].flatMap((ids) => [...ids]).filter((id) => !found.has(id));
  }
  return found;
}

async function liveEdges(
  db: Db,
  names: readonly number[],
): Promise<ReadonlyMap<number, ReadonlySet<number>>> {
  interface Edge {
    readonly a: number;
    readonly b: number;
    readonly weight: number;
  }
  const list = db.listValue(names);
  const among = db.list('int');
  const edges = await db.all<Edge>(
    `SELECT name_id AS a, alias_id AS b, 1 AS weight FROM alias WHERE name_id IN ${among} OR alias_id IN ${among}
     UNION ALL
     SELECT name_id AS a, alias_id AS b, CASE stated WHEN 1 THEN 3 ELSE 2 END AS weight
     FROM advisory_alias WHERE name_id IN ${among} OR alias_id IN ${among}`,
    [list, list, list, list],
  );
  // Stated by an advisory (3) beats denied by one (2) beats stated by observations (1).
  const weights = new Map<string, Edge>();
  for (const edge of edges) {
    const key = edge.a < edge.b ? `${edge.a} ${edge.b}` : `${edge.b} ${edge.a}`;
    const known = weights.get(key);
    if (known === undefined || known.weight < edge.weight) weights.set(key, edge);
  }
  const neighbours = new Map<number, Set<number>>();
  const link = (from: number, to: number): void => {
    const known = neighbours.get(from);
    if (known === undefined) neighbours.set(from, new Set([to]));
    else known.add(to);
  };
  for (const { a, b, weight } of weights.values()) {
    if (weight === 2) continue;
    link(a, b);
    link(b, a);
  }
  return neighbours;
}

function connected(
  names: readonly number[],
  neighbours: ReadonlyMap<number, ReadonlySet<number>>,
): readonly (readonly number[])[] {
  const seen = new Set<number>();
  const sets: number[][] = [];
  for (const start of [...names].sort((a, b) => a - b)) {
    if (seen.has(start)) continue;
    const set: number[] = [];
    const pending = [start];
    seen.add(start);
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      set.push(id);
      for (const next of neighbours.get(id) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        pending.push(next);
      }
    }
    sets.push(set);
  }
  return sets;
}

/** Each set keeps the lowest vulnerability id of its names that no earlier set took, else gets a new one. */
async function assign(
  db: Db,
  sets: readonly (readonly number[])[],
  names: ReadonlyMap<number, NameRow>,
): Promise<ReadonlyMap<number, number>> {
  const taken = new Set<number>();
  const target = new Map<number, number>();
  for (const set of sets) {
    const own = [...new Set(set.map((id) => names.get(id)?.vulnerability_id ?? 0))].sort((a, b) => a - b);
    let chosen = own.find((id) => !taken.has(id));
    if (chosen === undefined) {
      chosen = await db.allocate('vulnerability', 1);
      await db.insert('vulnerability', [[chosen, 'vulnerability', '']]);
    }
    taken.add(chosen);
    for (const id of set) target.set(id, chosen);
  }
  return target;
}

async function nameSets(
  db: Db,
  sets: readonly (readonly number[])[],
  names: ReadonlyMap<number, NameRow>,
  target: ReadonlyMap<number, number>,
): Promise<void> {
  const used = new Set(target.values());
  const empty = new Set([...names.values()].map((row) => row.vulnerability_id).filter((id) => !used.has(id)));
  await db.remove('vulnerability', 'id', [...empty]);
  await db.update(
    'vulnerability',
    'id',
    ['canonical'],
    sets.map((set) => {
      const canonical = canonicalName(set.flatMap((id) => names.get(id)?.name ?? []));
      return [target.get(set[0] ?? 0) ?? 0, canonical];
    }),
  );
}
