/**
 * Where things run: the same applications on both sides, each side with hosts and processes of its own. A
 * process group keeps its id on both sides when the sides are different tenants (its id comes from what it
 * is, not from where it runs), so that a client can compare the two entity by entity.
 */
import { artefactName, packages, runtimes, technologyWeights } from './catalogue.ts';
import type {
  ClusterNode,
  Component,
  Host,
  Process,
  ProcessGroup,
  Service,
  Side,
  Technology,
  Topology,
  Workload,
  Zone,
} from './model.ts';
import { hash64Hex, makeRandom, type Random } from './random.ts';

const dayMs = 86_400_000;
export const teams = ['checkout', 'payments', 'catalogue', 'identity', 'fulfilment', 'search', 'insights'];
const parts = ['api', 'worker', 'gateway', 'batch', 'store', 'events', 'admin', 'web'];

/** One application as both sides know it. */
export interface Application {
  readonly name: string;
  readonly team: number;
  readonly technology: Technology;
  readonly containerised: boolean;
  readonly public: boolean;
  readonly release: string;
}

export interface Landscape {
  readonly applications: readonly Application[];
  readonly byTechnology: ReadonlyMap<Technology, readonly number[]>;
}

export function makeLandscape(random: Random, size: number): Landscape {
  const applications = Array.from({ length: size }, (_, at): Application => {
    const team = at % teams.length;
    const serial = Math.floor(at / (teams.length * parts.length));
    const part = parts[Math.floor(at / teams.length) % parts.length]!;
    return {
      name: `${teams[team]}-${part}${serial === 0 ? '' : `-${serial + 1}`}`,
      team,
      technology: at === 0 ? 'JAVA' : random.weighted(technologyWeights),
      containerised: random.chance(0.6),
      public: random.chance(0.35),
      release: `${random.between(1, 4)}.${random.below(20)}.${random.below(10)}`,
    };
  });
  const byTechnology = new Map<Technology, number[]>();
  for (const [at, { technology }] of applications.entries()) {
    const known = byTechnology.get(technology);
    if (known === undefined) byTechnology.set(technology, [at]);
    else known.push(at);
  }
  return { applications, byTechnology };
}

export interface TopologyOptions {
  readonly seed: string;
  readonly landscape: Landscape;
  readonly sides: readonly Side[];
  readonly hostsPerSide: number;
  readonly at: number;
}

export interface SidedTopology {
  readonly topology: Topology;
  /** Process groups of a side, in the order of the landscape's applications. */
  readonly groupsOf: Readonly<Record<Side, readonly number[]>>;
  readonly processesOf: (group: number) => readonly number[];
  readonly nodesOf: Readonly<Record<Side, readonly number[]>>;
  /** The zone that covers a whole side, and the zone of each team on it. */
  readonly zonesOf: Readonly<Record<Side, { readonly whole: number; readonly teams: readonly number[] }>>;
}

export function makeTopology(options: TopologyOptions): SidedTopology {
  const build = new Builder(options.seed, options.sides.length > 1);
  for (const side of options.sides) build.addSide(side, options);
  return build.finish();
}

interface Sided {
  groups: number[];
  nodes: number[];
  zones: { whole: number; teams: readonly number[] };
}

class Builder {
  readonly zones: Zone[] = [];
  readonly hosts: Host[] = [];
  readonly nodes: ClusterNode[] = [];
  readonly clusters: { id: string; name: string }[] = [];
  readonly workloads: Workload[] = [];
  readonly groups: ProcessGroup[] = [];
  readonly processes: Process[] = [];
  readonly services: Service[] = [];
  readonly databases: { id: string; name: string }[] = [];
  readonly applications: { id: string; name: string }[] = [];
  readonly images: { id: string; name: string }[] = [];
  private readonly sided: Record<Side, Sided> = { certification: nothing(), production: nothing() };
  private readonly processesByGroup: number[][] = [];
  private readonly seed: string;
  private readonly shared: boolean;

  constructor(seed: string, shared: boolean) {
    this.seed = seed;
    this.shared = shared;
  }

  addSide(side: Side, { landscape, hostsPerSide, at }: TopologyOptions): void {
    const random = makeRandom(`${this.seed}/${side}`);
    const zones = this.addZones(side);
    const clustered = Math.ceil(hostsPerSide * 0.6);
    const cluster = this.clusters.push(named('KUBERNETES_CLUSTER', `${side}-eu-1`)) - 1;
    const firstHost = this.hosts.length;
    const nodes: number[] = [];
    for (let n = 0; n < hostsPerSide; n += 1) {
      const host = this.addHost(random, side, n, zones.whole, at, n < clustered ? cluster : undefined);
      if (host.node !== undefined) nodes.push(host.node);
    }
    // Hosts come and go: one left five days ago, outside the default windows of details and entities.
    const gone = hostsPerSide >= 8 ? this.hosts.length : undefined;
    if (gone !== undefined) this.addHost(random, side, hostsPerSide, zones.whole, at, undefined, true);
    const database = this.databases.push(named('SERVICE', `${side}-orders-db`)) - 1;
    const groups = landscape.applications.map((application) => {
      const plain = { from: firstHost + clustered, count: hostsPerSide - clustered };
      const place =
        application.containerised || plain.count === 0 ? { from: firstHost, count: clustered } : plain;
      const group = this.addGroup(random, side, application, zones, cluster, database, place);
      if (gone !== undefined && random.chance(0.1))
        this.processesByGroup[group]!.push(this.addProcess(group, gone, application.name, side));
      return group;
    });
    this.sided[side] = { groups, nodes, zones };
  }

  finish(): SidedTopology {
    const { zones, hosts, nodes, clusters, workloads, groups, processes, services, databases } = this;
    const { applications, images } = this;
    const topology = { zones, hosts, nodes, clusters, workloads, groups, processes, services, databases };
    const side = <Key extends keyof Sided>(key: Key): Readonly<Record<Side, Sided[Key]>> => ({
      certification: this.sided.certification[key],
      production: this.sided.production[key],
    });
    return {
      topology: { ...topology, applications, images, components: allComponents },
      groupsOf: side('groups'),
      nodesOf: side('nodes'),
      zonesOf: side('zones'),
      processesOf: (group) => this.processesByGroup[group] ?? [],
    };
  }

  private addZones(side: Side) {
    const add = (name: string) => this.zones.push({ id: zoneId(`${this.seed}/${name}`), name }) - 1;
    const suffix = this.shared ? ` ${side}` : '';
    // One name needs escaping inside a selector: a client that forgets will be found out.
    const zoneName = (team: string) => (team === 'insights' ? `Insights "labs" ~ beta` : capital(team));
    return { whole: add(capital(side)), teams: teams.map((team) => add(zoneName(team) + suffix)) };
  }

  private addHost(
    random: Random,
    side: Side,
    n: number,
    zone: number,
    at: number,
    cluster?: number,
    gone = false,
  ): Host {
    const number = String(n + 1).padStart(3, '0');
    const name = `${side.slice(0, 4)}-${cluster === undefined ? 'vm' : 'node'}-${number}.example.internal`;
    const index = this.hosts.length;
    const node =
      cluster === undefined
        ? undefined
        : this.nodes.push({ ...named('KUBERNETES_NODE', name), cluster, host: index }) - 1;
    const host: Host = {
      ...named('HOST', name),
      side,
      osType: cluster === undefined && random.chance(0.25) ? 'WINDOWS' : 'LINUX',
      ip: `10.${side === 'production' ? 20 : 10}.${Math.floor(n / 250)}.${(n % 250) + 1}`,
      tags: [
        { context: 'CONTEXTLESS', key: 'stage', value: side },
        ...(random.chance(0.2) ? [{ context: 'CONTEXTLESS', key: 'pci' }] : []),
      ],
      zones: [zone],
      ...(node === undefined ? {} : { node }),
      firstSeenAt: at - random.between(60, 700) * dayMs,
      ...(gone ? { lastSeenAt: at - 5 * dayMs } : {}),
    };
    this.hosts.push(host);
    return host;
  }

  private addGroup(
    random: Random,
    side: Side,
    application: Application,
    zones: Sided['zones'],
    cluster: number,
    database: number,
    place: { from: number; count: number },
  ): number {
    const { name, team, technology } = application;
    const idName = this.shared ? `${name}@${side}` : name;
    const front = application.public
      ? this.applications.push(named('APPLICATION', `${name} (${side})`)) - 1
      : undefined;
    const service =
      this.services.push({
        id: entityId('SERVICE', idName),
        name,
        exposure: application.public ? 'PUBLIC_NETWORK' : 'NOT_DETECTED',
        databases: random.chance(0.5) ? [database] : [],
        ...(front === undefined ? {} : { application: front }),
      }) - 1;
    const group =
      this.groups.push({
        id: entityId('PROCESS_GROUP', idName),
        name,
        side,
        technology,
        tags: [{ context: 'CONTEXTLESS', key: 'team', value: teams[team]! }],
        zones: [zones.whole, zones.teams[team]!],
        service,
        ...(application.containerised ? this.addContainer(side, application, idName, cluster) : {}),
      }) - 1;
    const count = side === 'production' ? random.between(2, 4) : random.between(1, 2);
    this.processesByGroup[group] = random
      .sample(
        Array.from({ length: place.count }, (_, n) => place.from + n),
        count,
      )
      .map((host) => this.addProcess(group, host, name, side));
    return group;
  }

  private addContainer(side: Side, application: Application, idName: string, cluster: number) {
    const { name, release, team } = application;
    const imageName = `registry.example.invalid/${teams[team]}/${name}:${release}${side === 'production' ? '' : '-rc1'}`;
    return {
      workload:
        this.workloads.push({
          id: entityId('CLOUD_APPLICATION', idName),
          name,
          cluster,
          namespace: teams[team]!,
        }) - 1,
      image: this.images.push({ id: entityId('CONTAINER_IMAGE', imageName), name: imageName }) - 1,
    };
  }

  private addProcess(group: number, host: number, name: string, side: Side): number {
    const id = entityId('PROCESS_GROUP_INSTANCE', `${side}/${name}/${this.hosts[host]!.name}`);
    const tags = [{ context: 'CONTEXTLESS', key: 'deployment', value: `${name}-${side}` }];
    return this.processes.push({ id, name, group, host, tags }) - 1;
  }
}

/** Every package in every version, shared by all estates: what differs is who is affected by it. */
export const allComponents: readonly Component[] = [
  ...Object.values(packages).flat(),
  ...Object.values(runtimes),
].flatMap(({ name, versions }) =>
  versions.map((version) => ({
    id: entityId('SOFTWARE_COMPONENT', `${name}:${version}`),
    name: `${name}:${version}`,
    packageName: name,
    version,
    technology: technologyOf(name),
    fileName: artefactName[technologyOf(name)](name, version),
  })),
);

const componentsByPackage = Map.groupBy(allComponents.keys(), (at) => allComponents[at]!.packageName);

export function componentsOf(packageName: string): readonly number[] {
  return componentsByPackage.get(packageName) ?? [];
}

export function entityId(type: string, name: string): string {
  return `${type}-${hash64Hex(`${type}:${name}`)}`;
}

function technologyOf(packageName: string): Technology {
  for (const technology of ['JAVA', 'NODE_JS', 'DOTNET', 'GO', 'PHP', 'PYTHON'] as const) {
    if (runtimes[technology].name === packageName) return technology;
    if (packages[technology].some(({ name }) => name === packageName)) return technology;
  }
  return 'KUBERNETES';
}

function named(type: string, name: string) {
  return { id: entityId(type, name), name };
}

function nothing(): Sided {
  return { groups: [], nodes: [], zones: { whole: 0, teams: [] } };
}

/** Zone ids are signed 64-bit decimals; about half are negative. */
function zoneId(name: string): string {
  return BigInt.asIntN(64, BigInt(`0x${hash64Hex(name)}`)).toString();
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
