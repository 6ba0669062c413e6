/** Remediation items: one per affected process group or cluster node of a third-party problem. */
import { isOpen, type MuteState, type Problem, type TrackingLink } from '../data/model.ts';
import { type Criterion, parseCriteria } from '../query/criteria.ts';
import { badRequest, notFound } from '../refusal.ts';
import type { Tenant } from '../tenant.ts';
import { componentRows } from './detail.ts';
import { functionsByUsage, usageIn } from './functions.ts';
import { type Relations, relationsOf } from './relations.ts';

const parameter = 'remediationItemSelector';
/** Progress entities are limited in number; the vendor does not say to how many. */
const mostProgressEntities = 500;

export function remediationItems(
  problem: Problem,
  tenant: Tenant,
  parameters: ReadonlyMap<string, string>,
): { remediationItems: readonly Item[] } {
  const criteria = readSelector(parameters.get(parameter));
  const items = itemsOf(problem, tenant).filter((item) => criteria.every((holds) => holds(item)));
  return { remediationItems: items };
}

export function remediationItem(problem: Problem, itemId: string, tenant: Tenant) {
  const item = findItem(problem, itemId, tenant);
  return {
    ...item,
    vulnerableComponents: item.vulnerableComponents.map((component) => ({
      ...component,
      loadOrigins: [`/opt/app/lib/${component.fileName}`],
    })),
  };
}

export function progressEntities(problem: Problem, itemId: string, tenant: Tenant) {
  const item = findItem(problem, itemId, tenant);
  const affected = new Set(item.remediationProgress.affectedEntities);
  const nth = itemsOf(problem, tenant).findIndex(({ id }) => id === itemId);
  return {
    remediationProgressEntities: item.entityIds.slice(0, mostProgressEntities).map((id) => ({
      id,
      name: item.name,
      state: affected.has(id) ? 'AFFECTED' : 'UNAFFECTED',
      firstAffectedTimestamp: item.firstAffectedTimestamp,
      assessment: usageOf(problem, nth),
      vulnerableComponents: item.vulnerableComponents.map(
        ({ id: componentId, displayName, fileName, shortName }) => ({
          id: componentId,
          displayName,
          fileName,
          shortName,
        }),
      ),
    })),
  };
}

export type Item = ReturnType<typeof itemsOf>[number];

export function findItem(problem: Problem, itemId: string, tenant: Tenant): Item {
  const item = itemsOf(problem, tenant).find(({ id }) => id === itemId);
  if (item === undefined) throw notFound(`Remediation item with id '${itemId}' not found.`);
  return item;
}

export function itemsOf(problem: Problem, tenant: Tenant) {
  if (problem.type !== 'THIRD_PARTY')
    throw badRequest('id', 'Remediation items exist for third-party problems only.', 'PATH');
  const { topology } = tenant;
  const ever = relationsOf(problem, topology, { since: 0 });
  const now = relationsOf(problem, topology, { since: tenant.now() });
  return subjectsOf(problem, tenant, ever, now).map((subject, nth) => {
    const { id, name, entityIds, affected, resolvedAt } = subject;
    const link = problem.trackingLinks.get(id);
    const vulnerable = isOpen(problem) && affected.length > 0;
    return {
      id,
      entityIds,
      name,
      firstAffectedTimestamp: problem.firstSeenAt,
      ...(vulnerable || resolvedAt === undefined ? {} : { resolvedTimestamp: resolvedAt }),
      vulnerabilityState: vulnerable ? 'VULNERABLE' : 'RESOLVED',
      assessment: assessmentOf(problem, nth, subject.databases),
      muteState: muteRow(problem.itemMutes.get(id), problem.firstSeenAt),
      remediationProgress: {
        affectedEntities: affected,
        unaffectedEntities: entityIds.filter((entity) => !affected.includes(entity)),
      },
      vulnerableComponents: componentRows(problem, { ...ever, affectedEntities: entityIds }, topology),
      ...(link === undefined ? {} : { trackingLink: linkRow(link) }),
    };
  });
}

interface Subject {
  readonly id: string;
  readonly name: string;
  readonly entityIds: readonly string[];
  readonly affected: readonly string[];
  readonly databases: number;
  readonly resolvedAt: number | undefined;
}

/** What there is to remedy: process groups with their processes, and cluster nodes. */
function subjectsOf(problem: Problem, { topology }: Tenant, ever: Relations, now: Relations): Subject[] {
  const closedAt = problem.openPeriods[problem.openPeriods.length - 1]?.to;
  const lastSeen = (ends: readonly (number | undefined)[]) =>
    closedAt ?? (ends.includes(undefined) ? undefined : Math.max(...ends.map((end) => end ?? 0)));
  const groups = [...ever.groups].map(([group, entityIds]) => {
    const { id, name, service } = topology.groups[group]!;
    const its = problem.processes.filter(({ at }) => topology.processes[at]!.group === group);
    return {
      id,
      name,
      entityIds,
      affected: now.groups.get(group) ?? [],
      databases: topology.services[service]!.databases.length,
      resolvedAt: lastSeen(its.map(({ until }) => until)),
    };
  });
  const nodes = problem.nodes.map(({ at, until }) => {
    const { id, name } = topology.nodes[at]!;
    const affected = now.nodes.includes(at) ? [id] : [];
    return { id, name, entityIds: [id], affected, databases: 0, resolvedAt: lastSeen([until]) };
  });
  return [...groups, ...nodes];
}

function linkRow({ displayName, url, user, at }: TrackingLink) {
  return { displayName, url, user, lastUpdatedTimestamp: at };
}

function assessmentOf(problem: Problem, nth: number, databases: number) {
  const { risk } = problem;
  return {
    exposure: risk.exposure,
    dataAssets: risk.dataAssets,
    numberOfDataAssets: risk.dataAssets === 'REACHABLE' ? databases : 0,
    ...usageOf(problem, nth),
    vulnerableFunctionRestartRequired: risk.vulnerableFunctionUsage === 'NOT_AVAILABLE',
    assessmentAccuracy: risk.assessmentAccuracy,
    ...(risk.reducedReasons === undefined
      ? {}
      : { assessmentAccuracyDetails: { reducedReasons: risk.reducedReasons } }),
  };
}

function usageOf(problem: Problem, nth: number) {
  const { inUse, notInUse, notAvailable } = functionsByUsage(problem, nth);
  return {
    vulnerableFunctionUsage: usageIn(problem, 0, nth),
    vulnerableFunctionsInUse: inUse,
    vulnerableFunctionsNotInUse: notInUse,
    vulnerableFunctionsNotAvailable: notAvailable,
  };
}

/** An item that nobody has touched has a state all the same. */
function muteRow(mute: MuteState | undefined, since: number) {
  const { muted, reason, comment, user, at } = mute ?? {
    muted: false,
    reason: 'INITIAL_STATE' as const,
    comment: '',
    user: 'unknown',
    at: since,
  };
  return { muted, reason, comment, user, lastUpdatedTimestamp: at };
}

type Holds = (item: Item) => boolean;

function readSelector(text: string | undefined): readonly Holds[] {
  if (text === undefined || text.trim() === '') return [];
  return parseCriteria(text, parameter).map(compile);
}

function compile({ name, values }: Criterion): Holds {
  const lower = values.map((value) => value.toLowerCase());
  const equals =
    (read: (item: Item) => unknown): Holds =>
    (item) =>
      lower.includes(String(read(item)).toLowerCase());
  const contains =
    (read: (item: Item) => readonly string[]): Holds =>
    (item) =>
      read(item).some((text) => lower.some((part) => text.toLowerCase().includes(part)));
  switch (name) {
    case 'vulnerabilityState':
      return equals(({ vulnerabilityState }) => vulnerabilityState);
    case 'muted':
      return equals(({ muteState }) => muteState.muted);
    case 'assessment.dataAssets':
      return equals(({ assessment }) => assessment.dataAssets);
    case 'assessment.exposure':
      return equals(({ assessment }) => assessment.exposure);
    case 'assessment.vulnerableFunctionUsage':
      return equals(({ assessment }) => assessment.vulnerableFunctionUsage);
    case 'assessment.vulnerableFunctionRestartRequired':
      return equals(({ assessment }) => assessment.vulnerableFunctionRestartRequired);
    case 'assessment.accuracy':
      return equals(({ assessment }) => assessment.assessmentAccuracy);
    case 'assessment.vulnerableFunctionInUseContains':
      return contains(({ assessment }) =>
        assessment.vulnerableFunctionsInUse.map(
          ({ className, functionName }) => `${className}.${functionName}`,
        ),
      );
    case 'entityNameContains':
      return contains((item) => [item.name]);
    case 'trackingLink.displayNameContains':
      return contains(({ trackingLink }) => (trackingLink === undefined ? [] : [trackingLink.displayName]));
    default:
      throw badRequest(parameter, `Unknown criterion '${name}'.`);
  }
}
