/** Who is touched by a problem: from the affected processes and nodes everything around them follows. */
import type { Affected, Problem, Topology } from '../data/model.ts';

export const countNames = [
  'affectedNodes',
  'affectedProcessGroupInstances',
  'affectedProcessGroups',
  'exposedProcessGroups',
  'reachableDataAssets',
  'relatedApplications',
  'relatedAttacks',
  'relatedHosts',
  'relatedKubernetesClusters',
  'relatedKubernetesWorkloads',
  'relatedServices',
  'vulnerableComponents',
] as const;
export type Counts = Readonly<Record<(typeof countNames)[number], number>>;

/** Keys are positions in the topology, values the ids of the affected entities behind them. */
type Related = ReadonlyMap<number, readonly string[]>;

export interface Relations {
  readonly processes: readonly number[];
  readonly nodes: readonly number[];
  readonly affectedEntities: readonly string[];
  readonly groups: Related;
  readonly hosts: Related;
  readonly workloads: Related;
  readonly clusters: Related;
  readonly services: Related;
  readonly applications: Related;
  readonly images: Related;
  readonly databases: Related;
}

export interface RelationFilter {
  /** Only what was affected at this moment or later. */
  readonly since: number;
  /** Only what lies in one of these zones. */
  readonly zones?: ReadonlySet<number>;
}

export function relationsOf(problem: Problem, topology: Topology, filter: RelationFilter): Relations {
  const resolvedAt = problem.openPeriods[problem.openPeriods.length - 1]?.to;
  const inTime = ({ until }: Affected) => (until ?? resolvedAt ?? Number.POSITIVE_INFINITY) >= filter.since;
  const inZone = (zones: readonly number[]) =>
    filter.zones === undefined || zones.some((zone) => filter.zones!.has(zone));
  const processes = problem.processes
    .filter((one) => inTime(one) && inZone(topology.groups[topology.processes[one.at]!.group]!.zones))
    .map(({ at }) => at);
  const nodes = problem.nodes
    .filter((one) => inTime(one) && inZone(topology.hosts[topology.nodes[one.at]!.host]!.zones))
    .map(({ at }) => at);
  return relate(processes, nodes, topology);
}

function relate(processes: readonly number[], nodes: readonly number[], topology: Topology): Relations {
  const related = {
    groups: new Map<number, string[]>(),
    hosts: new Map<number, string[]>(),
    workloads: new Map<number, string[]>(),
    clusters: new Map<number, string[]>(),
    services: new Map<number, string[]>(),
    applications: new Map<number, string[]>(),
    images: new Map<number, string[]>(),
    databases: new Map<number, string[]>(),
  };
  for (const at of processes) {
    const { id, group, host } = topology.processes[at]!;
    const { workload, image, service } = topology.groups[group]!;
    const { application, databases } = topology.services[service]!;
    put(related.groups, group, id);
    put(related.hosts, host, id);
    put(related.services, service, id);
    if (image !== undefined) put(related.images, image, id);
    if (application !== undefined) put(related.applications, application, id);
    for (const database of databases) put(related.databases, database, id);
    if (workload !== undefined) {
      put(related.workloads, workload, id);
      put(related.clusters, topology.workloads[workload]!.cluster, id);
    }
  }
  for (const at of nodes) {
    const { id, cluster, host } = topology.nodes[at]!;
    put(related.hosts, host, id);
    put(related.clusters, cluster, id);
  }
  const affectedEntities = [
    ...processes.map((at) => topology.processes[at]!.id),
    ...nodes.map((at) => topology.nodes[at]!.id),
  ];
  return { processes, nodes, affectedEntities, ...related };
}

/** How many of each; `exposed` and `dataAssets` only count where the assessment saw them. */
export function countsOf(problem: Problem, relations: Relations): Counts {
  const exposed = problem.risk.exposure === 'PUBLIC_NETWORK';
  const reachable = problem.risk.dataAssets === 'REACHABLE';
  return {
    affectedNodes: relations.nodes.length,
    affectedProcessGroupInstances: relations.processes.length,
    affectedProcessGroups: relations.groups.size,
    exposedProcessGroups: exposed ? relations.groups.size : 0,
    reachableDataAssets: reachable ? relations.databases.size : 0,
    relatedApplications: relations.applications.size,
    relatedAttacks: problem.attacks.length,
    relatedHosts: relations.hosts.size,
    relatedKubernetesClusters: relations.clusters.size,
    relatedKubernetesWorkloads: relations.workloads.size,
    relatedServices: relations.services.size,
    vulnerableComponents: problem.components.length,
  };
}

function put(into: Map<number, string[]>, key: number, id: string): void {
  const known = into.get(key);
  if (known === undefined) into.set(key, [id]);
  else known.push(id);
}
