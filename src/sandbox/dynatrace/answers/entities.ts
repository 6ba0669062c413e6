/** Everything that has an entity id, as one list per tenant, spelled as `/entities` spells it. */
import type { Tag, Topology } from '../data/model.ts';
import { tagText } from '../query/problem-selector.ts';

export interface EntityRef {
  readonly id: string;
  readonly type: string;
}

export interface Entity {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly firstSeenAt: number;
  /** Missing while it is still there. */
  readonly lastSeenAt?: number;
  readonly tags: readonly Tag[];
  readonly zones: readonly number[];
  readonly properties: Readonly<Record<string, unknown>>;
  readonly from: ReadonlyMap<string, readonly EntityRef[]>;
  readonly to: ReadonlyMap<string, readonly EntityRef[]>;
}

export interface EntityStore {
  find(id: string): Entity | undefined;
  /** By name, then by id: the order of every answer. */
  ofType(type: string): readonly Entity[];
  readonly types: ReadonlySet<string>;
}

interface Draft extends Entity {
  readonly from: Map<string, EntityRef[]>;
  readonly to: Map<string, EntityRef[]>;
}

export function indexEntities(topology: Topology, at: number): EntityStore {
  const byId = new Map<string, Draft>();
  const add = (id: string, name: string, more: Partial<Entity> = {}) => {
    const known = byId.get(id);
    if (known !== undefined) return known;
    const draft: Draft = {
      id,
      name,
      type: id.slice(0, id.lastIndexOf('-')),
      firstSeenAt: at - 200 * 86_400_000,
      tags: [],
      zones: [],
      properties: {},
      ...more,
      from: new Map(),
      to: new Map(),
    };
    byId.set(id, draft);
    return draft;
  };
  addAll(topology, add);
  relateAll(topology, (id) => byId.get(id)!);
  const byType = new Map<string, Draft[]>();
  for (const draft of byId.values()) append(byType, draft.type, draft);
  for (const drafts of byType.values()) drafts.sort(byName);
  return {
    find: (id) => byId.get(id),
    ofType: (type) => byType.get(type) ?? [],
    types: new Set(byType.keys()),
  };
}

export function byName(a: Pick<Entity, 'id' | 'name'>, b: Pick<Entity, 'id' | 'name'>): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function addAll(topology: Topology, add: (id: string, name: string, more?: Partial<Entity>) => Entity): void {
  for (const { id, name, tags, zones, osType, ip, firstSeenAt, lastSeenAt } of topology.hosts)
    add(id, name, {
      tags,
      zones,
      firstSeenAt,
      ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
      properties: { osType, ipAddress: [ip], detectedName: name },
    });
  for (const { id, name, tags, zones, technology } of topology.groups)
    add(id, name, {
      tags,
      zones,
      properties: { softwareTechnologies: [{ type: technology }], detectedName: name },
    });
  for (const { id, name, tags, group, host } of topology.processes) {
    const { lastSeenAt } = topology.hosts[host]!;
    const gone = lastSeenAt === undefined ? {} : { lastSeenAt };
    add(id, name, { tags, zones: topology.groups[group]!.zones, ...gone });
  }
  for (const { id, name, host } of topology.nodes) add(id, name, { zones: topology.hosts[host]!.zones });
  for (const { id, name, namespace } of topology.workloads)
    add(id, name, { properties: { namespaceName: namespace } });
  for (const { id, name, fileName, version } of topology.components)
    add(id, name, { properties: { softwareComponentFileName: fileName, softwareComponentVersion: version } });
  for (const things of [
    topology.clusters,
    topology.services,
    topology.databases,
    topology.applications,
    topology.images,
  ])
    for (const { id, name } of things) add(id, name);
}

function relateAll(topology: Topology, find: (id: string) => Draft): void {
  const relate = (from: string, name: string, to: string) => {
    const [source, target] = [find(from), find(to)];
    append(source.from, name, { id: to, type: target.type });
    append(target.to, name, { id: from, type: source.type });
  };
  for (const { id, group, host } of topology.processes) {
    relate(id, 'isInstanceOf', topology.groups[group]!.id);
    relate(id, 'isProcessOf', topology.hosts[host]!.id);
  }
  for (const { id, service } of topology.groups) relate(topology.services[service]!.id, 'runsOn', id);
  for (const { id, cluster, host } of topology.nodes) {
    relate(id, 'isNodeOf', topology.clusters[cluster]!.id);
    relate(topology.hosts[host]!.id, 'runsOn', id);
  }
  for (const { id, cluster } of topology.workloads) relate(id, 'isPartOf', topology.clusters[cluster]!.id);
}

const entityFields = ['firstSeenTms', 'lastSeenTms', 'tags', 'managementZones', 'icon'];
const nestedFields = ['properties', 'fromRelationships', 'toRelationships'];

/** Reads `fields` of the entities API: here the plus sign is documented, and examples work without it. */
export function parseEntityFields(text: string | undefined): readonly string[] | string {
  const wanted = (text ?? '').split(',').map((part) => part.trim().replace(/^\+/, ''));
  const names = wanted.filter((name) => name !== '');
  const unknown = names.find(
    (name) => !entityFields.includes(name) && !nestedFields.includes(name.split('.')[0]!),
  );
  return unknown === undefined ? names : unknown;
}

export function entityRow(entity: Entity, { zones }: Topology, fields: readonly string[], now: number) {
  const nested = (head: string, all: Readonly<Record<string, unknown>>) => {
    if (fields.includes(head)) return { [head]: all };
    const picked = fields.flatMap((field) => {
      const name = field.slice(head.length + 1);
      return field.startsWith(`${head}.`) && all[name] !== undefined ? [[name, all[name]]] : [];
    });
    return picked.length === 0 ? {} : { [head]: Object.fromEntries(picked) };
  };
  return {
    entityId: entity.id,
    type: entity.type,
    displayName: entity.name,
    ...(fields.includes('firstSeenTms') ? { firstSeenTms: entity.firstSeenAt } : {}),
    ...(fields.includes('lastSeenTms') ? { lastSeenTms: entity.lastSeenAt ?? now } : {}),
    ...(fields.includes('tags')
      ? { tags: entity.tags.map((tag) => ({ ...tag, stringRepresentation: tagText(tag) })) }
      : {}),
    ...(fields.includes('managementZones') ? { managementZones: entity.zones.map((at) => zones[at]!) } : {}),
    ...(fields.includes('icon') ? { icon: { primaryIconType: entity.type.toLowerCase() } } : {}),
    ...nested('properties', entity.properties),
    ...nested('fromRelationships', Object.fromEntries(entity.from)),
    ...nested('toRelationships', Object.fromEntries(entity.to)),
  };
}

function append<Key, Value>(into: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = into.get(key);
  if (known === undefined) into.set(key, [value]);
  else known.push(value);
}
