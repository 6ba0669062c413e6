/**
 * Sets of names that observations join. An edge more never parts what was together, so only what comes to another set is
 * read and moved: a set of thousands of names may grow by some with every batch.
 */
import { canonicalName } from '../../domain/names.ts';
import type { Db } from '../db.ts';
import type { ChangeLog } from './changes.ts';
import type { Identity } from './identity.ts';
import { setRatings } from './ratings.ts';
import { moveClaims } from './regroup.ts';

export type Edge = readonly [name: number, alias: number];

interface Placed {
  readonly id: number;
  readonly vulnerability_id: number;
}

/** After observations first stated these edges. */
export async function joinSets(
  db: Db,
  identity: Identity,
  edges: readonly Edge[],
  log: ChangeLog,
): Promise<void> {
  const live = await notDenied(db, edges);
  const columns = ['id', 'vulnerability_id'];
  const ends = await db.select<Placed>('name', 'id', columns, [...new Set(live.flat())]);
  const goals = goalsOf(live, new Map(ends.map((row) => [row.id, row.vulnerability_id])));
  if (goals.size === 0) return;
  const moving = await db.select<Placed>('name', 'vulnerability_id', columns, [...goals.keys()]);
  const target = new Map(moving.map((row) => [row.id, goals.get(row.vulnerability_id) ?? 0]));
  await db.update('name', 'id', ['vulnerability_id'], [...target]);
  identity.forgetNames();
  await moveClaims(db, target, [...goals.keys()], log);
  await joinVulnerabilities(db, goals, log);
}

/** What an advisory took back is so whoever repeats it, unless another advisory states it. */
async function notDenied(db: Db, edges: readonly Edge[]): Promise<readonly Edge[]> {
  const saidOf = (ends: readonly Edge[]) =>
    db.find<{ stated: number }>('advisory_alias', ['name_id', 'alias_id'], ['stated'], ends);
  const there = await saidOf(edges);
  const back = await saidOf(edges.map(([name, alias]) => [alias, name]));
  return edges.filter((_, index) => {
    const said = [there[index], back[index]].filter((row) => row !== undefined);
    return said.length === 0 || said.some(({ stated }) => stated === 1);
  });
}

/** Of vulnerabilities that become one the lowest stays: where each of the others goes. */
function goalsOf(
  edges: readonly Edge[],
  vulnerabilityOf: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> {
  const goals = new Map<number, number>();
  const goalOf = (vulnerability: number): number => {
    let goal = vulnerability;
    for (let next = goals.get(goal); next !== undefined; next = goals.get(goal)) goal = next;
    // The next to ask finds it in one step.
    for (let on = vulnerability; on !== goal; ) {
      const next = goals.get(on) ?? goal;
      goals.set(on, goal);
      on = next;
    }
    return goal;
  };
  for (const edge of edges) {
    const [a = 0, b = 0] = edge.map((name) => goalOf(vulnerabilityOf.get(name) ?? 0));
    if (a !== b) goals.set(Math.max(a, b), Math.min(a, b));
  }
  return new Map([...goals.keys()].map((vulnerability) => [vulnerability, goalOf(vulnerability)]));
}

interface VulnerabilityRow {
  readonly id: number;
  readonly canonical: string;
  readonly epss: number | null;
  readonly kev: number;
  readonly rating: number | null;
}

/** The one that stays takes the first name of all and the worst that is said of any. */
async function joinVulnerabilities(
  db: Db,
  goals: ReadonlyMap<number, number>,
  log: ChangeLog,
): Promise<void> {
  const rows = await db.select<VulnerabilityRow>(
    'vulnerability',
    'id',
    ['id', 'canonical', 'epss', 'kev', 'rating'],
    [...new Set([...goals].flat())],
  );
  const sets = [...Map.groupBy(rows, ({ id }) => goals.get(id) ?? id)];
  await db.remove('vulnerability', 'id', [...goals.keys()]);
  await db.update(
    'vulnerability',
    'id',
    ['canonical', 'epss', 'kev'],
    sets.map(([goal, set]) => [
      goal,
      canonicalName(set.map(({ canonical }) => canonical)),
      worst(set.map(({ epss }) => epss)),
      worst(set.map(({ kev }) => kev)) ?? 0,
    ]),
  );
  await setRatings(
    db,
    new Map(sets.map(([goal, set]) => [goal, worst(set.map(({ rating }) => rating))])),
    log,
  );
}

function worst(values: readonly (number | null)[]): number | null {
  return values.reduce((one, other) => (one === null || (other !== null && other > one) ? other : one), null);
}
