/** The meaning of each criterion of `securityProblemSelector`. */

import { isMuted, isOpen, type Problem, type Tag, type Topology } from '../data/model.ts';
import { badRequest } from '../refusal.ts';
import { hostsOf, type Tenant } from '../tenant.ts';
import { type Criterion, parseCriteria } from './criteria.ts';

export interface ProblemFilter {
  readonly matches: (problem: Problem) => boolean;
  /** Where an index knows them: a superset of what can match. */
  readonly candidates?: () => ReadonlySet<Problem>;
}

export interface SelectorDialect {
  /** The vendor forbids combining score and level criteria; what it answers then is inferred. */
  readonly mixedScoreAndLevel: 'refuse' | 'accept';
  /** A resolved problem has no zones of its own and shows under every zone filter. */
  readonly resolvedUnderZoneFilter: 'every' | 'none';
}

type Test = (problem: Problem) => boolean;
type Compile = (values: readonly string[], tenant: Tenant, dialect: SelectorDialect, name: string) => Test;

const parameter = 'securityProblemSelector';
const longestContains = 48;

/** Throws a refusal (400) for anything outside the grammar and for unknown criteria and values. */
export function compileProblemSelector(
  text: string | undefined,
  tenant: Tenant,
  dialect: SelectorDialect,
): ProblemFilter {
  if (text === undefined || text.trim() === '') return { matches: () => true };
  const criteria = parseCriteria(text, parameter);
  const names = criteria.map(({ name }) => name);
  const mixed = names.some((name) => /RiskScore$/.test(name)) && names.some((name) => /iskLevel$/.test(name));
  if (mixed && dialect.mixedScoreAndLevel === 'refuse')
    throw badRequest(parameter, 'Risk scores and risk levels cannot be combined in one selector.');
  const tests = criteria.map((criterion) => compileOne(criterion, tenant, dialect));
  const matches: Test = (problem) => tests.every((test) => test(problem));
  const onHosts = criteria.find(({ name }) => name === 'relatedHostIds');
  if (onHosts === undefined) return { matches };
  const wanted = caseless(onHosts.values);
  const { hosts } = tenant.topology;
  const positions = [...hosts.keys()].filter((at) => wanted.has(hosts[at]!.id.toLowerCase()));
  return { matches, candidates: () => tenant.onHosts(positions) };
}

function compileOne(criterion: Criterion, tenant: Tenant, dialect: SelectorDialect): Test {
  const { name, values, inner } = criterion;
  if (inner !== undefined) throw badRequest(parameter, `${name} takes values, not criteria.`);
  const compile = Object.hasOwn(criterionTable, name) ? criterionTable[name] : undefined;
  if (compile === undefined) throw badRequest(parameter, `Unknown criterion '${name}'.`);
  return compile(values, tenant, dialect, name);
}

const levels = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'NONE'];
const technologies = ['DOTNET', 'GO', 'JAVA', 'KUBERNETES', 'NODE_JS', 'PHP', 'PYTHON'];

const criterionTable: Readonly<Record<string, Compile>> = {
  status: oneOf(['OPEN', 'RESOLVED'], (problem) => (isOpen(problem) ? 'OPEN' : 'RESOLVED')),
  muted: oneOf(['TRUE', 'FALSE'], (problem) => (isMuted(problem) ? 'TRUE' : 'FALSE')),
  riskLevel: oneOf(levels, ({ risk }) => risk.riskLevel),
  baseRiskLevel: oneOf(levels, ({ risk }) => risk.baseRiskLevel),
  technology: oneOf(technologies, ({ technology }) => technology ?? ''),
  vulnerabilityType: oneOf(['THIRD_PARTY', 'CODE_LEVEL', 'RUNTIME'], ({ type }) => type),
  minRiskScore: score(({ risk }, bound) => risk.riskScore >= bound),
  minBaseRiskScore: score(({ risk }, bound) => risk.baseRiskScore >= bound),
  // Strictly below, unlike the lower bounds.
  maxRiskScore: score(({ risk }, bound) => risk.riskScore < bound),
  maxBaseRiskScore: score(({ risk }, bound) => risk.baseRiskScore < bound),
  externalVulnerabilityId: equalsAny(({ externalId }) => some(externalId)),
  externalVulnerabilityIdContains: containsAny(({ externalId }) => some(externalId), longestContains),
  cveId: equalsAny(({ cves }) => cves),
  displayIds: equalsAny(({ displayNumber }) => [`S-${displayNumber}`]),
  securityProblemIds: equalsAny(({ id }) => [id]),
  riskAssessment: assessment,
  managementZoneIds: zones(({ id }, wanted) => wanted.has(id)),
  managementZones: zones(({ name }, wanted) => wanted.has(name)),
  relatedHostIds: equalsAny(hostTexts('id')),
  relatedHostNames: isAny(hostTexts('name')),
  relatedHostNameContains: containsAny(hostTexts('name')),
  relatedKubernetesClusterIds: equalsAny(clusterTexts('id')),
  relatedKubernetesClusterNames: isAny(clusterTexts('name')),
  relatedKubernetesClusterNameContains: containsAny(clusterTexts('name')),
  relatedKubernetesWorkloadIds: equalsAny(workloadTexts('id')),
  relatedKubernetesWorkloadNames: isAny(workloadTexts('name')),
  relatedKubernetesWorkloadNameContains: containsAny(workloadTexts('name')),
  affectedPgiIds: equalsAny((problem, topology) =>
    problem.processes.map(({ at }) => topology.processes[at]!.id),
  ),
  affectedPgIds: equalsAny(groupTexts('id')),
  affectedPgNames: isAny(groupTexts('name')),
  affectedPgNameContains: containsAny(groupTexts('name')),
  vulnerableComponentIds: equalsAny(componentTexts('id')),
  vulnerableComponentNames: isAny(componentTexts('name')),
  vulnerableComponentNameContains: containsAny(componentTexts('name')),
  hostTags: containsAny(hostTags, longestContains),
  pgTags: containsAny(groupTags, longestContains),
  pgiTags: containsAny(processTags, longestContains),
  tags: containsAny(
    (problem, topology) => [
      ...hostTags(problem, topology),
      ...groupTags(problem, topology),
      ...processTags(problem, topology),
    ],
    longestContains,
  ),
};

export const criterionNames: readonly string[] = Object.keys(criterionTable);

type Texts = (problem: Problem, topology: Topology) => readonly string[];

function oneOf(allowed: readonly string[], read: (problem: Problem) => string): Compile {
  return (values, _tenant, _dialect, name) => {
    const wanted = new Set(values.map((value) => value.toUpperCase()));
    for (const value of wanted)
      if (!allowed.includes(value)) throw badRequest(parameter, `'${value}' is not a value of ${name}.`);
    return (problem) => wanted.has(read(problem));
  };
}

function score(holds: (problem: Problem, bound: number) => boolean): Compile {
  return (values, _tenant, _dialect, name) => {
    const bound = /^\d{1,2}(\.\d+)?$/.test(values[0]!) ? Number(values[0]) : 0;
    if (values.length > 1 || bound < 1 || bound > 10)
      throw badRequest(parameter, `${name} takes one number between 1.0 and 10.0.`);
    return (problem) => holds(problem, bound);
  };
}

/** Equal without regard to case, as most values are compared. */
function equalsAny(texts: Texts): Compile {
  return (values, { topology }) => {
    const wanted = caseless(values);
    return (problem) => texts(problem, topology).some((text) => wanted.has(text.toLowerCase()));
  };
}

/** Equal with regard to case: names. */
function isAny(texts: Texts): Compile {
  return (values, { topology }) => {
    const wanted = new Set(values);
    return (problem) => texts(problem, topology).some((text) => wanted.has(text));
  };
}

function containsAny(texts: Texts, longest = Number.POSITIVE_INFINITY): Compile {
  return (values, { topology }, _dialect, name) => {
    if (values.some((value) => value.length > longest))
      throw badRequest(parameter, `A value of ${name} must not be longer than ${longest} characters.`);
    const wanted = [...caseless(values)];
    return (problem) =>
      texts(problem, topology).some((text) => wanted.some((part) => text.toLowerCase().includes(part)));
  };
}

function zones(isWanted: (zone: Topology['zones'][number], wanted: ReadonlySet<string>) => boolean): Compile {
  return (values, { topology }, { resolvedUnderZoneFilter }) => {
    const wanted = new Set(values);
    const positions = new Set(topology.zones.keys().filter((at) => isWanted(topology.zones[at]!, wanted)));
    return (problem) =>
      isOpen(problem)
        ? problem.zones.some((zone) => positions.has(zone))
        : resolvedUnderZoneFilter === 'every';
  };
}

function assessment(values: readonly string[]): Test {
  const tests: Readonly<Record<string, Test>> = {
    EXPOSED: ({ risk }) => risk.exposure === 'PUBLIC_NETWORK',
    SENSITIVE: ({ risk }) => risk.dataAssets === 'REACHABLE',
    EXPLOIT: ({ risk }) => risk.publicExploit === 'AVAILABLE',
    VULNERABLE_FUNCTION_IN_USE: ({ risk }) => risk.vulnerableFunctionUsage === 'IN_USE',
    ACCURACY_REDUCED: ({ risk }) => risk.assessmentAccuracy === 'REDUCED',
  };
  const wanted = values.map((value) => {
    const test = tests[value.toUpperCase()];
    if (test === undefined) throw badRequest(parameter, `'${value}' is not a value of riskAssessment.`);
    return test;
  });
  return (problem) => wanted.some((test) => test(problem));
}

function hostTexts(field: 'id' | 'name'): Texts {
  return (problem, topology) => [...hostsOf(problem, topology)].map((host) => topology.hosts[host]![field]);
}

function clusterTexts(field: 'id' | 'name'): Texts {
  return (problem, topology) => [
    ...problem.nodes.map(({ at }) => topology.clusters[topology.nodes[at]!.cluster]![field]),
    ...workloads(problem, topology).map(({ cluster }) => topology.clusters[cluster]![field]),
  ];
}

function workloadTexts(field: 'id' | 'name'): Texts {
  return (problem, topology) => workloads(problem, topology).map((workload) => workload[field]);
}

function groupTexts(field: 'id' | 'name'): Texts {
  return (problem, topology) => groups(problem, topology).map((group) => group[field]);
}

function componentTexts(field: 'id' | 'name'): Texts {
  return ({ components }, topology) => components.map((at) => topology.components[at]![field]);
}

function groups({ processes }: Problem, topology: Topology) {
  return processes.map(({ at }) => topology.groups[topology.processes[at]!.group]!);
}

function workloads(problem: Problem, topology: Topology) {
  return groups(problem, topology).flatMap(({ workload }) =>
    workload === undefined ? [] : [topology.workloads[workload]!],
  );
}

function hostTags(problem: Problem, topology: Topology): string[] {
  return [...hostsOf(problem, topology)].flatMap((host) => topology.hosts[host]!.tags.map(tagText));
}

function groupTags(problem: Problem, topology: Topology): string[] {
  return groups(problem, topology).flatMap(({ tags }) => tags.map(tagText));
}

function processTags({ processes }: Problem, topology: Topology): string[] {
  return processes.flatMap(({ at }) => topology.processes[at]!.tags.map(tagText));
}

/** `key:value`, with the context in front unless it is the usual one. */
export function tagText({ context, key, value }: Tag): string {
  const text = value === undefined ? key : `${key}:${value}`;
  return context === 'CONTEXTLESS' ? text : `[${context}]${text}`;
}

function caseless(values: readonly string[]): Set<string> {
  return new Set(values.map((value) => value.toLowerCase()));
}

function some(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text];
}
