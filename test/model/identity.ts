/** Which names are one vulnerability, worked out from everything that was ever said. */
import type { KeyedAdvisory } from '../../src/domain/keyed.ts';
import type { World } from './world.ts';

type Edge = readonly [string, string];

/** All names of the vulnerability that a name belongs to, the name people see first and the others in order. */
export type Names = (name: string) => readonly string[];

export function namesOf(world: World): Names {
  const edges = edgesOf(world);
  return (name) => {
    const set = new Set([name]);
    for (let before = 0; before < set.size; ) {
      before = set.size;
      for (const edge of edges) if (edge.some((end) => set.has(end))) for (const end of edge) set.add(end);
    }
    const [canonical = name, ...others] = [...set].sort(byPrecedence);
    return [canonical, ...others.sort()];
  };
}

function edgesOf(world: World): readonly Edge[] {
  const advisories = advisoryEdges(world);
  const denied = (edge: Edge) => advisories.denied.some((one) => isSame(one, edge));
  return [...advisories.stated, ...sourceEdges(world).filter((edge) => !denied(edge))];
}

/** Aliases that sources give: everything an observation ever stated, replaced since or not. */
function sourceEdges(world: World): readonly Edge[] {
  const mains = world.runs.flatMap(({ statements }) => statements.filter((one) => one.part === 'main'));
  return mains.flatMap(({ defects }) =>
    defects
      .filter(({ kind }) => kind === 'vulnerability')
      .flatMap(({ names: [primary, ...aliases] }) => aliases.map((alias): Edge => [primary, alias])),
  );
}

/** What the latest revision of each advisory states, and what earlier ones stated that no latest one does. */
function advisoryEdges(world: World): { stated: readonly Edge[]; denied: readonly Edge[] } {
  const ids = [...new Set(world.advisories.map((advisory) => advisory.names[0]))];
  const stated: Edge[] = [];
  const earlier: Edge[] = [];
  for (const id of ids) {
    const revisions = world.advisories.filter((advisory) => advisory.names[0] === id);
    revisions.sort((a, b) => a.modifiedAt - b.modifiedAt);
    revisions.forEach((revision, n) => {
      (n === revisions.length - 1 ? stated : earlier).push(...statedBy(revision));
    });
  }
  return { stated, denied: earlier.filter((edge) => !stated.some((one) => isSame(one, edge))) };
}

function statedBy({ names, withdrawnAt }: KeyedAdvisory): readonly Edge[] {
  const [id, ...aliases] = names;
  return withdrawnAt === undefined ? aliases.map((alias): Edge => [id, alias]) : [];
}

function isSame([a, b]: Edge, [c, d]: Edge): boolean {
  return (a === c && b === d) || (a === d && b === c);
}

/** CVE by year and number, then GHSA, then any other. */
function byPrecedence(a: string, b: string): number {
  const [schemeA, schemeB] = [schemeOf(a), schemeOf(b)];
  if (schemeA !== schemeB) return schemeA - schemeB;
  if (schemeA === 0) {
    const [yearA = 0, numberA = 0] = cveNumbers(a);
    const [yearB = 0, numberB = 0] = cveNumbers(b);
    return yearA - yearB || numberA - numberB;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function schemeOf(name: string): number {
  if (/^CVE-\d{4}-\d{4,}$/.test(name)) return 0;
  return name.startsWith('GHSA-') ? 1 : 2;
}

function cveNumbers(name: string): readonly number[] {
  return name.split('-').slice(1).map(Number);
}
