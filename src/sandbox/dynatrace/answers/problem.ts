/** How a problem is spelled on the wire, on the list and as the basis of the detail. */
import { type CodeLevel, isMuted, isOpen, type Problem, type Risk } from '../data/model.ts';
import type { Tenant } from '../tenant.ts';
import type { Counts } from './relations.ts';

export const listFields = [
  'riskAssessment',
  'managementZones',
  'codeLevelVulnerabilityDetails',
  'globalCounts',
] as const;

/** Properties without a value are left out, never null. */
export function problemRow(problem: Problem, tenant: Tenant, fields: ReadonlySet<string>) {
  const { externalId, packageName, technology } = problem;
  const opened = problem.openPeriods[problem.openPeriods.length - 1]!;
  const resolvedAt = problem.openPeriods.findLast(({ to }) => to !== undefined)?.to;
  return {
    securityProblemId: problem.id,
    displayId: `S-${problem.displayNumber}`,
    status: isOpen(problem) ? 'OPEN' : 'RESOLVED',
    muted: isMuted(problem),
    ...(externalId === undefined ? {} : { externalVulnerabilityId: externalId }),
    vulnerabilityType: problem.type,
    title: problem.title,
    ...(packageName === undefined ? {} : { packageName }),
    url: `https://${tenant.environmentId}.live.example.invalid/ui/security/problem/${problem.id}`,
    ...(technology === undefined ? {} : { technology }),
    firstSeenTimestamp: problem.firstSeenAt,
    lastUpdatedTimestamp: problem.updatedAt,
    lastOpenedTimestamp: opened.from,
    ...(resolvedAt === undefined ? {} : { lastResolvedTimestamp: resolvedAt }),
    cveIds: problem.cves,
    ...(fields.has('riskAssessment') ? { riskAssessment: riskRow(problem.risk) } : {}),
    ...(fields.has('managementZones') ? { managementZones: zoneRows(problem, tenant) } : {}),
    ...(fields.has('globalCounts') ? { globalCounts: tenant.counts(problem) satisfies Counts } : {}),
    ...(fields.has('codeLevelVulnerabilityDetails') && problem.codeLevel !== undefined
      ? { codeLevelVulnerabilityDetails: codeLevelRow(problem, problem.codeLevel, tenant) }
      : {}),
  };
}

function riskRow({ reducedReasons, ...risk }: Risk) {
  return reducedReasons === undefined ? risk : { ...risk, assessmentAccuracyDetails: { reducedReasons } };
}

function zoneRows(problem: Problem, { topology }: Tenant) {
  return isOpen(problem) ? problem.zones.map((at) => topology.zones[at]!) : [];
}

function codeLevelRow(problem: Problem, codeLevel: CodeLevel, { topology }: Tenant) {
  const groups = [...new Set(problem.processes.map(({ at }) => topology.processes[at]!.group))];
  return {
    processGroupIds: groups.map((at) => topology.groups[at]!.id),
    processGroups: groups.map((at) => topology.groups[at]!.name),
    type: codeLevel.type,
    shortVulnerabilityLocation: codeLevel.shortLocation,
    vulnerabilityLocation: codeLevel.location,
    vulnerableFunction: codeLevel.vulnerableFunction,
    vulnerableFunctionInput: {
      type: codeLevel.inputType,
      inputSegments: codeLevel.inputSegments.map(([type, value]) => ({ type, value })),
    },
  };
}
