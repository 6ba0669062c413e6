import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMuted, isOpen, type Problem } from '../data/model.ts';
import { openTenant } from '../tenant.ts';
import { estate } from '../trial.ts';
import { quote } from './criteria.ts';
import { compileProblemSelector, criterionNames, type SelectorDialect } from './problem-selector.ts';

const data = estate.certification;
const { topology } = data;
const tenant = openTenant(data, () => data.at);
const usual: SelectorDialect = { mixedScoreAndLevel: 'refuse', resolvedUnderZoneFilter: 'every' };

function select(selector: string, dialect = usual): readonly Problem[] {
  const { matches, candidates } = compileProblemSelector(selector, tenant, dialect);
  const found = data.problems.filter(matches);
  if (candidates !== undefined) {
    const narrowed = candidates();
    assert.ok(
      found.every((problem) => narrowed.has(problem)),
      'an index left something out',
    );
  }
  return found;
}

const groups = (problem: Problem) =>
  problem.processes.map(({ at }) => topology.groups[topology.processes[at]!.group]!);
const hosts = (problem: Problem) => [
  ...problem.processes.map(({ at }) => topology.hosts[topology.processes[at]!.host]!),
  ...problem.nodes.map(({ at }) => topology.hosts[topology.nodes[at]!.host]!),
];
const components = (problem: Problem) => problem.components.map((at) => topology.components[at]!);
const workloads = (problem: Problem) =>
  groups(problem).flatMap(({ workload }) => (workload === undefined ? [] : [topology.workloads[workload]!]));

const sample = data.problems.find((one) => isOpen(one) && workloads(one).length > 0 && one.cves.length > 0)!;
const host = hosts(sample)[0]!;
const group = groups(sample)[0]!;
const workload = workloads(sample)[0]!;
const cluster = topology.clusters[workload.cluster]!;
const component = components(sample)[0]!;
const zone = topology.zones[sample.zones[0]!]!;
const inZone = (problem: Problem) =>
  !isOpen(problem) || problem.zones.some((at) => topology.zones[at] === zone);
const has = (tag: string) => (things: readonly { tags: readonly { key: string; value?: string }[] }[]) =>
  things.some(({ tags }) => tags.some(({ key, value }) => `${key}:${value}`.includes(tag)));

/** Each criterion with one selector and, said in another way, what it must select. */
const cases: Readonly<
  Record<string, readonly (readonly [selector: string, holds: (problem: Problem) => boolean])[]>
> = {
  status: [
    ['status("OPEN")', isOpen],
    ['status(resolved)', (one) => !isOpen(one)],
    ['status("OPEN","RESOLVED")', () => true],
  ],
  muted: [['muted("true")', isMuted]],
  riskLevel: [['riskLevel("critical","HIGH")', ({ risk }) => ['CRITICAL', 'HIGH'].includes(risk.riskLevel)]],
  baseRiskLevel: [['baseRiskLevel(LOW)', ({ risk }) => risk.baseRiskLevel === 'LOW']],
  minRiskScore: [['minRiskScore("7.5")', ({ risk }) => risk.riskScore >= 7.5]],
  maxRiskScore: [['maxRiskScore(7.5)', ({ risk }) => risk.riskScore < 7.5]],
  minBaseRiskScore: [['minBaseRiskScore(9)', ({ risk }) => risk.baseRiskScore >= 9]],
  maxBaseRiskScore: [['maxBaseRiskScore(9.8)', ({ risk }) => risk.baseRiskScore < 9.8]],
  externalVulnerabilityId: [
    [`externalVulnerabilityId(${quote(sample.externalId!.toLowerCase())})`, (one) => one === sample],
  ],
  externalVulnerabilityIdContains: [
    ['externalVulnerabilityIdContains("snyk-js")', ({ externalId }) => externalId!.includes('SNYK-JS')],
  ],
  cveId: [[`cveId("${sample.cves[0]!.toLowerCase()}")`, ({ cves }) => cves.includes(sample.cves[0]!)]],
  displayIds: [[`displayIds("S-${sample.displayNumber}","s-9999999")`, (one) => one === sample]],
  securityProblemIds: [[`securityProblemIds(${sample.id})`, (one) => one === sample]],
  technology: [['technology("java","GO")', ({ technology }) => technology === 'JAVA' || technology === 'GO']],
  vulnerabilityType: [['vulnerabilityType("CODE_LEVEL")', ({ type }) => type === 'CODE_LEVEL']],
  riskAssessment: [
    ['riskAssessment("EXPOSED")', ({ risk }) => risk.exposure === 'PUBLIC_NETWORK'],
    ['riskAssessment("SENSITIVE")', ({ risk }) => risk.dataAssets === 'REACHABLE'],
    ['riskAssessment("EXPLOIT")', ({ risk }) => risk.publicExploit === 'AVAILABLE'],
    ['riskAssessment("VULNERABLE_FUNCTION_IN_USE")', ({ risk }) => risk.vulnerableFunctionUsage === 'IN_USE'],
    ['riskAssessment("ACCURACY_REDUCED")', ({ risk }) => risk.assessmentAccuracy === 'REDUCED'],
  ],
  managementZones: [[`managementZones(${quote(zone.name)})`, inZone]],
  managementZoneIds: [[`managementZoneIds("${zone.id}")`, inZone]],
  relatedHostIds: [[`relatedHostIds("${host.id}")`, (one) => hosts(one).includes(host)]],
  relatedHostNames: [[`relatedHostNames("${host.name}")`, (one) => hosts(one).includes(host)]],
  relatedHostNameContains: [
    [
      'relatedHostNameContains("CERT-NODE")',
      (one) => hosts(one).some(({ name }) => name.includes('cert-node')),
    ],
  ],
  relatedKubernetesClusterIds: [
    [
      `relatedKubernetesClusterIds("${cluster.id}")`,
      (one) => workloads(one).length > 0 || one.nodes.length > 0,
    ],
  ],
  relatedKubernetesClusterNames: [
    [
      `relatedKubernetesClusterNames("${cluster.name}")`,
      (one) => workloads(one).length > 0 || one.nodes.length > 0,
    ],
  ],
  relatedKubernetesClusterNameContains: [
    [
      'relatedKubernetesClusterNameContains("EU")',
      (one) => workloads(one).length > 0 || one.nodes.length > 0,
    ],
  ],
  relatedKubernetesWorkloadIds: [
    [`relatedKubernetesWorkloadIds("${workload.id}")`, (one) => workloads(one).includes(workload)],
  ],
  relatedKubernetesWorkloadNames: [
    [`relatedKubernetesWorkloadNames("${workload.name}")`, (one) => workloads(one).includes(workload)],
  ],
  relatedKubernetesWorkloadNameContains: [
    [
      'relatedKubernetesWorkloadNameContains("API")',
      (one) => workloads(one).some(({ name }) => name.includes('api')),
    ],
  ],
  affectedPgiIds: [
    [
      `affectedPgiIds("${topology.processes[sample.processes[0]!.at]!.id}")`,
      (one) => one.processes.some(({ at }) => at === sample.processes[0]!.at),
    ],
  ],
  affectedPgIds: [[`affectedPgIds("${group.id}")`, (one) => groups(one).includes(group)]],
  affectedPgNames: [[`affectedPgNames("${group.name}")`, (one) => groups(one).includes(group)]],
  affectedPgNameContains: [
    [
      'affectedPgNameContains("Checkout")',
      (one) => groups(one).some(({ name }) => name.includes('checkout')),
    ],
  ],
  vulnerableComponentIds: [
    [`vulnerableComponentIds("${component.id}")`, (one) => components(one).includes(component)],
  ],
  vulnerableComponentNames: [
    [`vulnerableComponentNames(${quote(component.name)})`, (one) => components(one).includes(component)],
  ],
  vulnerableComponentNameContains: [
    [
      'vulnerableComponentNameContains("LOG4J")',
      (one) => components(one).some(({ name }) => name.includes('log4j')),
    ],
  ],
  hostTags: [['hostTags("stage:cert")', (one) => has('stage:cert')(hosts(one))]],
  pgTags: [['pgTags("team:checkout")', (one) => has('team:checkout')(groups(one))]],
  pgiTags: [
    [
      'pgiTags("deployment:checkout")',
      (one) => has('deployment:checkout')(one.processes.map(({ at }) => topology.processes[at]!)),
    ],
  ],
  tags: [['tags("checkout")', (one) => has('checkout')(groups(one))]],
};

test('every criterion has a case', () => {
  assert.deepEqual(Object.keys(cases).toSorted(), [...criterionNames].toSorted());
});

for (const [name, selectors] of Object.entries(cases))
  for (const [selector, holds] of selectors)
    test(`${name}: ${selector.slice(0, 60)} selects what it says and nothing else`, () => {
      const expected = data.problems.filter(holds);

      const found = select(selector);

      assert.ok(found.length > 0, 'the case proves nothing when nothing is selected');
      assert.deepEqual(found, expected);
    });

test('all criteria must hold', () => {
  const found = select('status("OPEN"),muted("FALSE"),riskLevel("CRITICAL")');

  assert.deepEqual(
    found,
    data.problems.filter((one) => isOpen(one) && !isMuted(one) && one.risk.riskLevel === 'CRITICAL'),
  );
});

test('names are compared with regard to case', () => {
  assert.equal(select(`relatedHostNames("${host.name.toUpperCase()}")`).length, 0);
  assert.equal(select(`affectedPgNames("${group.name.toUpperCase()}")`).length, 0);
  assert.deepEqual(
    select(`managementZones(${quote(zone.name.toUpperCase())})`),
    data.problems.filter((one) => !isOpen(one)),
  );
});

test('a zone name with quotes and a tilde can be asked for, escaped', () => {
  const odd = topology.zones.findIndex(({ name }) => name.includes('"'));

  const found = select(`managementZones(${quote(topology.zones[odd]!.name)}),status("OPEN")`);

  assert.ok(found.length > 0);
  assert.deepEqual(
    found,
    data.problems.filter((one) => isOpen(one) && one.zones.includes(odd)),
  );
});

test('a resolved problem shows under every zone filter, unless that is switched off', () => {
  const resolved = data.problems.filter((one) => !isOpen(one));

  assert.deepEqual(select('managementZones("no such zone")'), resolved);
  assert.deepEqual(
    select('managementZones("no such zone")', { ...usual, resolvedUnderZoneFilter: 'none' }),
    [],
  );
});

for (const [selector, fault] of [
  ['nonsense("a")', /Unknown criterion/],
  ['constructor("a")', /Unknown criterion/],
  ['status("CLOSED")', /not a value of status/],
  ['riskAssessment("SCARY")', /not a value of riskAssessment/],
  ['minRiskScore("0.9")', /between 1.0 and 10.0/],
  ['maxRiskScore("10.1")', /between 1.0 and 10.0/],
  ['minRiskScore("high")', /between 1.0 and 10.0/],
  ['riskLevel("HIGH"),minRiskScore("7")', /cannot be combined/],
  ['baseRiskLevel("HIGH"),maxBaseRiskScore("7")', /cannot be combined/],
  [`externalVulnerabilityIdContains("${'x'.repeat(49)}")`, /longer than 48/],
  [`tags("${'x'.repeat(49)}")`, /longer than 48/],
  ['status(muted("TRUE"))', /takes values/],
] as const)
  test(`the selector ${selector.slice(0, 50)} is refused`, () => {
    assert.throws(() => select(selector), fault);
  });

test('score and level may stand together where the dialect accepts it', () => {
  const found = select('riskLevel("HIGH"),minRiskScore("8")', { ...usual, mixedScoreAndLevel: 'accept' });

  assert.deepEqual(
    found,
    data.problems.filter(({ risk }) => risk.riskLevel === 'HIGH' && risk.riskScore >= 8),
  );
});
