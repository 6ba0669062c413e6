/**
 * Which names are one vulnerability. Names are joined by edges: those that observations ever stated, and those that
 * advisories state. Only an advisory parts names again: an edge that it once stated and no longer does is denied,
 * whoever repeats it, unless another advisory states it. Sets are the connected parts; findings follow.
 */
import type { KeyedAdvisory, KeyedDefect } from '../../domain/keyed.ts';
import { canonicalName } from '../../domain/names.ts';
import type { Db } from '../db.ts';
import { ChangeLog } from './changes.ts';
import { type Identity, nameKey } from './identity.ts';
import { weighVulnerabilities } from './intelligence.ts';
import { type Edge, joinSets } from './join-sets.ts';
import { packRating } from './rating.ts';
import { rateNames, rateVulnerabilities, recordRatings } from './ratings.ts';
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
  if (fresh.length > 0) await joinSets(db, identity, fresh, log);
}

function edgesOf(
  defects: readonly KeyedDefect[],
  names: Awaited<ReturnType<Identity['names']>>,
): readonly Edge[] {
  const edges = new Map<string, Edge>();
  for (const { kind, names: own } of defects) {
    const [primary, ...aliases] = own.map((name) => names.get(nameKey(kind, name))?.id ?? 0);
    for (const alias of aliases) edges.set(`${primary} ${alias}`, [primary ?? 0, alias]);
  }
  return [...edges.values()];
}

/** What an advisory changes, worked out from what is known before it. */
interface Told {
  readonly advisory: KeyedAdvisory;
  readonly name: number;
  readonly isLatest: boolean;
  /** Aliases, whether they hold from now on, and whether a word on them stood before. */
  readonly changes: readonly (readonly [alias: number, holds: number, stood: boolean])[];
  /** Vulnerabilities whose names it may join or part. */
  readonly vulnerabilities: readonly number[];
}

/** No two of them of one id, in one transaction. What no finding is about is done for all together. */
export async function recordAdvisories(
  db: Db,
  identity: Identity,
  source: string,
  advisories: readonly KeyedAdvisory[],
  recordedAt: number,
): Promise<void> {
  const told = await workOut(db, identity, advisories);
  const concerned = await concerningFindings(db, told);
  const others = told.filter(({ advisory }) => !concerned.has(advisory));
  const nothing = new ChangeLog(() => recordedAt);
  await write(db, source, others, recordedAt);
  await regroup(db, identity, dirtyOf(others), nothing);
  await rateNames(db, namesOf(others), nothing);
  for (const advisory of concerned) {
    const log = new ChangeLog(() => advisory.modifiedAt);
    const own = await workOut(db, identity, [advisory]);
    await write(db, source, own, recordedAt);
    await regroup(db, identity, dirtyOf(own), log);
    await rateNames(db, namesOf(own), log);
    await log.write(db, recordedAt, null);
  }
}

async function workOut(
  db: Db,
  identity: Identity,
  advisories: readonly KeyedAdvisory[],
): Promise<readonly Told[]> {
  const names = await identity.names(advisories.map((one) => ({ kind: 'vulnerability', names: one.names })));
  const rowOf = (name: string) => names.get(nameKey('vulnerability', name)) ?? { id: 0, vulnerability_id: 0 };
  const ids = advisories.map((one) => rowOf(one.names[0]).id);
  const known = await db.find<{ modified_at: number }>(
    'advisory',
    ['name_id'],
    ['modified_at'],
    ids.map((id) => [id]),
  );
  const stood = Map.groupBy(
    await db.select<{ name_id: number; alias_id: number; stated: number }>(
      'advisory_alias',
      'name_id',
      ['name_id', 'alias_id', 'stated'],
      ids,
    ),
    (row) => row.name_id,
  );
  const partners = await db.select<NameRow>(
    'name',
    'id',
    ['id', 'kind', 'name', 'vulnerability_id'],
    [...new Set([...stood.values()].flat().map((row) => row.alias_id))],
  );
  const vulnerabilityOf = new Map(partners.map((row) => [row.id, row.vulnerability_id]));
  return advisories.map((advisory, index): Told => {
    const [own, ...aliases] = advisory.names.map(rowOf);
    const name = own?.id ?? 0;
    for (const one of [own, ...aliases])
      if (one !== undefined) vulnerabilityOf.set(one.id, one.vulnerability_id);
    // An advisory is known by its id, whichever source brings it.
    const isLatest = advisory.modifiedAt >= (known[index]?.modified_at ?? Number.NEGATIVE_INFINITY);
    const stated = new Set(advisory.withdrawnAt === undefined ? aliases.map(({ id }) => id) : []);
    const before = new Map((stood.get(name) ?? []).map((row) => [row.alias_id, row.stated]));
    const changes = [...new Set([...before.keys(), ...stated])].flatMap((alias) => {
      const holds = isLatest ? Number(stated.has(alias)) : (before.get(alias) ?? 0);
      return before.get(alias) === holds ? [] : [[alias, holds, before.has(alias)] as const];
    });
    const met = [name, ...changes.map(([alias]) => alias)];
    return {
      advisory,
      name,
      isLatest,
      changes,
      vulnerabilities: met.map((id) => vulnerabilityOf.get(id) ?? 0),
    };
  });
}

/** Those that may move findings, also together with others: each is then so from the moment it names. */
async function concerningFindings(db: Db, told: readonly Told[]): Promise<ReadonlySet<KeyedAdvisory>> {
  const all = [...new Set(told.flatMap(({ vulnerabilities }) => vulnerabilities))];
  const carrying = await db.all<{ vulnerability_id: number }>(
    `SELECT DISTINCT vulnerability_id FROM finding WHERE vulnerability_id IN ${db.list('int')}`,
    [db.listValue(all)],
  );
  const neighbours = new Map<number, Set<number>>(all.map((id) => [id, new Set()]));
  for (const { vulnerabilities } of told)
    for (const id of vulnerabilities) for (const other of vulnerabilities) neighbours.get(id)?.add(other);
  const reached = new Set(carrying.map((row) => row.vulnerability_id));
  for (const set of connected(all, neighbours))
    if (set.some((id) => reached.has(id))) for (const id of set) reached.add(id);
  return new Set(
    told
      .filter(({ vulnerabilities }) => vulnerabilities.some((id) => reached.has(id)))
      .map((one) => one.advisory),
  );
}

async function write(db: Db, source: string, told: readonly Told[], recordedAt: number): Promise<void> {
  const changed = told.filter(({ changes }) => changes.length > 0);
  for (const { name, changes } of changed)
    for (const [alias, , stood] of changes)
      if (stood) await db.run('DELETE FROM advisory_alias WHERE name_id = ? AND alias_id = ?', [name, alias]);
  await db.insert(
    'advisory_alias',
    changed.flatMap(({ name, changes }) => changes.map(([alias, holds]) => [name, alias, holds])),
  );
  const latest = told.filter(({ isLatest }) => isLatest);
  await db.remove(
    'advisory',
    'name_id',
    latest.map(({ name }) => name),
  );
  await db.insert(
    'advisory',
    latest.map(({ name, advisory }) => {
      const { modifiedAt, withdrawnAt } = advisory;
      const content = JSON.stringify(advisory);
      return [source, name, modifiedAt, withdrawnAt ?? null, recordedAt, ratingOf(advisory), content];
    }),
  );
  await recordRatings(
    db,
    told.map(({ name, advisory }) => ({
      name,
      modifiedAt: advisory.modifiedAt,
      rating: ratingOf(advisory),
    })),
    recordedAt,
  );
  await writeFixes(db, latest);
}

function ratingOf({ severity, score, withdrawnAt }: KeyedAdvisory): number | null {
  return withdrawnAt === undefined ? packRating(severity, score) : null;
}

async function writeFixes(db: Db, latest: readonly Told[]): Promise<void> {
  await db.remove(
    'advisory_fix',
    'name_id',
    latest.map(({ name }) => name),
  );
  const standing = latest.filter(({ advisory }) => advisory.withdrawnAt === undefined);
  const rows = standing.flatMap(({ name, advisory }) =>
    [...fixesByComponent(advisory)].map(([component, versions]) => [
      name,
      component,
      JSON.stringify([...versions]),
    ]),
  );
  await db.insert('advisory_fix', rows);
}

function fixesByComponent({ fixes = [] }: KeyedAdvisory): ReadonlyMap<string, ReadonlySet<string>> {
  const versions = new Map<string, Set<string>>();
  for (const fix of fixes)
    versions.set(fix.component, new Set([...(versions.get(fix.component) ?? []), ...fix.versions]));
  return versions;
}

function namesOf(told: readonly Told[]): readonly number[] {
  return told.map(({ name }) => name);
}

function dirtyOf(told: readonly Told[]): ReadonlySet<number> {
  return new Set(told.flatMap(({ name, changes }) => [name, ...changes.map(([alias]) => alias)]));
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
    await moveClaims(db, target, [...new Set(moved.map((row) => row.vulnerability_id))], log);
  }
  await nameSets(db, sets, names, target);
  if (moved.length === 0) return;
  const vulnerabilities = [...new Set(target.values())];
  await weighVulnerabilities(db, vulnerabilities);
  await rateVulnerabilities(db, vulnerabilities, log);
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
  interface Said {
    readonly a: number;
    readonly b: number;
    readonly weight: number;
  }
  const list = db.listValue(names);
  const among = db.list('int');
  const edges = await db.all<Said>(
    `SELECT name_id AS a, alias_id AS b, 1 AS weight FROM alias WHERE name_id IN ${among} OR alias_id IN ${among}
     UNION ALL
     SELECT name_id AS a, alias_id AS b, CASE stated WHEN 1 THEN 3 ELSE 2 END AS weight
     FROM advisory_alias WHERE name_id IN ${among} OR alias_id IN ${among}`,
    [list, list, list, list],
  );
  // Stated by an advisory (3) beats denied by one (2) beats stated by observations (1).
  const weights = new Map<string, Said>();
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
      await db.insert('vulnerability', [[chosen, 'vulnerability', '', null, 0, null]]);
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
