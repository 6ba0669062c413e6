/** `GET /securityProblems/{id}`: what only the detail knows, seen from `since` and inside the wanted zones. */
import type { Problem, Topology } from '../data/model.ts';
import { parseCriteria } from '../query/criteria.ts';
import { parseFields } from '../query/fields.ts';
import { parseSince } from '../query/time-frame.ts';
import { badRequest } from '../refusal.ts';
import type { Tenant } from '../tenant.ts';
import { type EventDialect, lastEvents } from './events.ts';
import { listFields, problemRow } from './problem.ts';
import { countsOf, type Relations, relationsOf } from './relations.ts';

export const detailFields = [
  ...listFields,
  'filteredCounts',
  'description',
  'remediationDescription',
  'events',
  'vulnerableComponents',
  'affectedEntities',
  'exposedEntities',
  'reachableDataAssets',
  'relatedEntities',
  'relatedContainerImages',
  'relatedAttacks',
  'entryPoints',
] as const;

export interface DetailDialect extends EventDialect {
  /** The 2023 specification wraps `relatedContainerImages` in an array by mistake. */
  readonly imagesWrapped: boolean;
}

export function problemDetail(
  problem: Problem,
  tenant: Tenant,
  parameters: ReadonlyMap<string, string>,
  dialect: DetailDialect,
): Record<string, unknown> {
  const fields = parseFields(parameters.get('fields'), detailFields);
  const since = parseSince(parameters.get('from'), tenant.now());
  const zones = parseZoneFilter(parameters.get('managementZoneFilter'), tenant.topology);
  const filter = zones === undefined ? { since } : { since, zones };
  const relations = relationsOf(problem, tenant.topology, filter);
  const { topology } = tenant;
  const parts: Record<Exclude<(typeof detailFields)[number], (typeof listFields)[number]>, () => unknown> = {
    filteredCounts: () => ({
      ...countsOf(problem, relations),
      relatedDatabases: relations.databases.size,
    }),
    description: () => problem.description,
    remediationDescription: () => problem.remediation,
    events: () => lastEvents(problem, tenant, dialect),
    vulnerableComponents: () => componentRows(problem, relations, topology),
    affectedEntities: () => relations.affectedEntities,
    exposedEntities: () => (problem.risk.exposure === 'PUBLIC_NETWORK' ? relations.affectedEntities : []),
    reachableDataAssets: () =>
      problem.risk.dataAssets === 'REACHABLE'
        ? [...relations.databases.keys()].map((at) => topology.databases[at]!.id)
        : [],
    relatedEntities: () => relatedRows(relations, topology),
    relatedContainerImages: () => imageRows(relations, topology, dialect),
    relatedAttacks: () => ({ attacks: problem.attacks }),
    entryPoints: () => entryPoints(problem),
  };
  const row: Record<string, unknown> = {
    ...problemRow(problem, tenant, fields),
    muteStateChangeInProgress: false,
  };
  if (fields.has('riskAssessment')) {
    const restartRequired = problem.risk.vulnerableFunctionUsage === 'NOT_AVAILABLE';
    row.riskAssessment = {
      ...Object(row.riskAssessment),
      vulnerableFunctionRestartRequired: restartRequired,
    };
  }
  for (const [name, read] of Object.entries(parts)) {
    const value = fields.has(name as keyof typeof parts) ? read() : undefined;
    if (value !== undefined) row[name] = value;
  }
  return row;
}

/** `ids("…")` and `names("…")`, either is enough, compared with regard to case. */
function parseZoneFilter(text: string | undefined, { zones }: Topology): ReadonlySet<number> | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const found = new Set<number>();
  for (const { name, values } of parseCriteria(text, 'managementZoneFilter')) {
    if (name !== 'ids' && name !== 'names')
      throw badRequest('managementZoneFilter', `'${name}' is neither ids nor names.`);
    for (const [at, zone] of zones.entries())
      if (values.includes(name === 'ids' ? zone.id : zone.name)) found.add(at);
  }
  return found;
}

/** Two versions of a package share the affected entities between them, in turn. */
export function componentRows(problem: Problem, { affectedEntities }: Relations, topology: Topology) {
  return problem.components.map((at, nth) => {
    const { id, name, packageName, fileName } = topology.components[at]!;
    const affected = affectedEntities.filter((_, entity) => entity % problem.components.length === nth);
    return {
      id,
      displayName: name,
      shortName: packageName.slice(packageName.lastIndexOf(':') + 1),
      fileName,
      numberOfAffectedEntities: affected.length,
      affectedEntities: affected,
    };
  });
}

function relatedRows(relations: Relations, topology: Topology) {
  const rows = (
    related: ReadonlyMap<number, readonly string[]>,
    things: readonly { readonly id: string }[],
  ) =>
    [...related].map(([at, affected]) => ({
      id: things[at]!.id,
      numberOfAffectedEntities: affected.length,
      affectedEntities: affected,
    }));
  return {
    hosts: rows(relations.hosts, topology.hosts),
    applications: rows(relations.applications, topology.applications),
    kubernetesClusters: rows(relations.clusters, topology.clusters),
    kubernetesWorkloads: rows(relations.workloads, topology.workloads),
    services: [...relations.services].map(([at, affected]) => ({
      id: topology.services[at]!.id,
      numberOfAffectedEntities: affected.length,
      affectedEntities: affected,
      exposure: topology.services[at]!.exposure,
    })),
    databases: [...relations.databases.keys()].map((at) => topology.databases[at]!.id),
  };
}

function imageRows({ images }: Relations, topology: Topology, { imagesWrapped }: DetailDialect) {
  const list = {
    containerImages: [...images].map(([at, affected]) => ({
      imageId: topology.images[at]!.id,
      imageName: topology.images[at]!.name,
      numberOfAffectedEntities: affected.length,
      affectedEntities: affected,
    })),
  };
  return imagesWrapped ? [list] : list;
}

function entryPoints({ codeLevel }: Problem) {
  if (codeLevel === undefined) return undefined;
  return {
    truncated: false,
    items: [
      {
        sourceHttpPath: codeLevel.httpPath,
        usageSegments: codeLevel.inputSegments.map(([segmentType, segmentValue]) => ({
          segmentType,
          segmentValue,
          sourceArgumentName: 'id',
          sourceType: 'HTTP_PARAMETER_VALUE',
        })),
      },
    ],
  };
}
