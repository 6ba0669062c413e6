/**
 * One monitored environment while it is being served: the problems as they are now, and what is prepared from
 * them once per version so that a list over 100,000 of them stays cheap. Problems themselves are immutable;
 * a change replaces one and starts a new version.
 */
import { type Counts, countsOf, relationsOf } from './answers/relations.ts';
import type { Problem, TenantData, Topology } from './data/model.ts';
import { notFound } from './refusal.ts';

export interface Tenant {
  readonly environmentId: string;
  readonly topology: Topology;
  /** The emulator's clock, epoch ms. */
  now(): number;
  /** Rises with every change. */
  version(): number;
  all(): IteratorObject<Problem>;
  size(): number;
  find(id: string): Problem | undefined;
  put(problem: Problem): void;
  remove(id: string): void;
  /** Counts over what is affected now. */
  counts(problem: Problem): Counts;
  /** Problems that touch any of these hosts, by the position of the host. */
  onHosts(hosts: readonly number[]): ReadonlySet<Problem>;
}

export function openTenant(data: TenantData, now: () => number): Tenant {
  const problems = new Map(data.problems.map((problem) => [problem.id, problem]));
  const counted = new WeakMap<Problem, Counts>();
  let version = 0;
  let hostIndex: { version: number; byHost: Map<number, Problem[]> } | undefined;
  return {
    environmentId: data.environmentId,
    topology: data.topology,
    now,
    version: () => version,
    all: () => problems.values(),
    size: () => problems.size,
    find: (id) => problems.get(id),
    put(problem) {
      problems.set(problem.id, problem);
      version += 1;
    },
    remove(id) {
      if (problems.delete(id)) version += 1;
    },
    counts(problem) {
      const known = counted.get(problem);
      if (known !== undefined) return known;
      const since = Number.MAX_SAFE_INTEGER;
      const counts = countsOf(problem, relationsOf(problem, data.topology, { since }));
      counted.set(problem, counts);
      return counts;
    },
    onHosts(hosts) {
      if (hostIndex?.version !== version)
        hostIndex = { version, byHost: indexByHost(problems.values(), data.topology) };
      const { byHost } = hostIndex;
      return new Set(hosts.flatMap((host) => byHost.get(host) ?? []));
    },
  };
}

/** By `securityProblemId`, the only name the API knows; throws a refusal (404). */
export function requireProblem(tenant: Tenant, id: string): Problem {
  const problem = tenant.find(id);
  if (problem === undefined) throw notFound(`Security problem with id '${id}' not found.`);
  return problem;
}

function indexByHost(problems: Iterable<Problem>, topology: Topology): Map<number, Problem[]> {
  const byHost = new Map<number, Problem[]>();
  for (const problem of problems) {
    for (const host of hostsOf(problem, topology)) {
      const known = byHost.get(host);
      if (known === undefined) byHost.set(host, [problem]);
      else known.push(problem);
    }
  }
  return byHost;
}

/** Hosts that a problem ever touched, each once. */
export function hostsOf(problem: Problem, topology: Topology): Set<number> {
  const hosts = new Set<number>();
  for (const { at } of problem.processes) hosts.add(topology.processes[at]!.host);
  for (const { at } of problem.nodes) hosts.add(topology.nodes[at]!.host);
  return hosts;
}
