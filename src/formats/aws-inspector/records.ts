/** What the fields of a finding mean: a vulnerable package, a defect in code, or a port that is reachable. */
import type { Severity } from '../../domain/severity.ts';
import type { Assessment, Life, Observation, SourceSetAside } from '../../domain/statement.ts';
import {
  asObject,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  objectsOf,
  shortened,
  textOf,
  textsOf,
  timeOf,
} from '../loose-values.ts';
import { namedDefects } from '../named-defects.ts';
import { sourcePath } from '../source-path.ts';
import { packagesOf } from './packages.ts';
import { type Resource, resourceOf } from './resource.ts';

export const TOOL = 'Amazon Inspector';

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
  ['INFORMATIONAL', 'info'],
]);

type Shared = Omit<Observation, 'class' | 'defects' | 'occurrences'>;

/** The observations of a finding, one for each package of each resource, or what is wrong with it. */
export function findingOf(value: unknown): readonly Observation[] | string {
  const finding = asObject(value);
  if (finding === undefined) return 'the finding is not an object';
  const arn = textOf(finding, 'findingArn');
  const resources = objectsOf(finding, 'resources').map(resourceOf);
  const on = resources.length === 0 ? [resourceOf(undefined)] : resources;
  const read = on.map((resource) => observationsOf(finding, resource));
  const wrong = read.find((one) => typeof one === 'string');
  return wrong === undefined
    ? read.flat().filter((one) => typeof one !== 'string')
    : `${shortened(arn ?? 'a finding')} ${wrong}`;
}

function observationsOf(finding: JsonObject, on: Resource): readonly Observation[] | string {
  const shared = sharedOf(finding, on);
  const code = objectOf(finding, 'codeVulnerabilityDetails');
  if (code !== undefined) return codeOf(finding, code, on, shared);
  const network = objectOf(finding, 'networkReachabilityDetails');
  if (network !== undefined) return [reachabilityOf(finding, network, on, shared)];
  const details = objectOf(finding, 'packageVulnerabilityDetails');
  const id = textOf(details, 'vulnerabilityId');
  if (id === undefined) return 'names no vulnerability (packageVulnerabilityDetails.vulnerabilityId)';
  const packages = packagesOf(details, on);
  if (packages.length === 0) return `names no package of ${shortened(id)} (vulnerablePackages)`;
  // What is related to a CVE is another defect; what is related to an advisory is what the advisory is about.
  const related = /^CVE-/i.test(id) ? [] : textsOf(details, 'relatedVulnerabilities');
  return packages.map(({ component, occurrences, fix }) => ({
    ...shared,
    class: 'vulnerability',
    defects: namedDefects(id, related),
    component,
    occurrences,
    fix: fix ?? shared.fix,
    about: {
      ...shared.about,
      url: textOf(details, 'sourceUrl') ?? textsOf(details, 'referenceUrls')[0],
      publishedAt: momentOf(details, 'vendorCreatedAt'),
    },
  }));
}

function sharedOf(finding: JsonObject, on: Resource): Shared {
  const rating = ratingOf(finding);
  const advice = textOf(objectOf(objectOf(finding, 'remediation'), 'recommendation'), 'text');
  return {
    kind: 'observation',
    asset: on.asset,
    life: lifeOf(finding),
    severity: SEVERITIES.get(textOf(finding, 'severity')?.toUpperCase() ?? '') ?? 'unknown',
    score: rating.score,
    about: {
      title: textOf(finding, 'title'),
      description: textOf(finding, 'description'),
      vector: rating.vector,
    },
    fix: advice === undefined || /^none provided$/i.test(advice) ? undefined : { versions: [], text: advice },
    assessment: assessmentOf(finding),
    setAside: setAsideOf(finding),
    labels: on.labels,
  };
}

function codeOf(
  finding: JsonObject,
  code: JsonObject,
  on: Resource,
  shared: Shared,
): readonly Observation[] | string {
  const rule = textOf(code, 'ruleId') ?? textOf(code, 'detectorId') ?? textOf(finding, 'title');
  if (rule === undefined) return 'names no rule (codeVulnerabilityDetails.ruleId)';
  const place = objectOf(code, 'filePath');
  const path = textOf(place, 'filePath') ?? textOf(place, 'fileName');
  const file = path === undefined ? undefined : sourcePath(path);
  const line = numberOf(place, 'startLine') || undefined;
  const url = textsOf(code, 'referenceUrls')[0];
  return [
    {
      ...shared,
      class: 'code',
      defects: [{ kind: 'rule', tool: TOOL, id: rule }],
      location: file === undefined ? undefined : { file, line },
      occurrences: [{ path: file, line, imageVersion: on.version }],
      about: { ...shared.about, url },
    },
  ];
}

/** A port that can be reached; which way leads to it may change. */
function reachabilityOf(finding: JsonObject, network: JsonObject, on: Resource, shared: Shared): Observation {
  const range = objectOf(network, 'openPortRange');
  const [from, to] = [numberOf(range, 'begin'), numberOf(range, 'end')];
  const ports = from === to ? `${from ?? 'any port'}` : `${from ?? ''}-${to ?? ''}`;
  const protocol = textOf(network, 'protocol')?.toLowerCase();
  const isTold = from !== undefined || protocol !== undefined;
  const id = isTold ? `network-reachability/${protocol ?? 'any'}/${ports}` : textOf(finding, 'title');
  return {
    ...shared,
    class: 'misconfiguration',
    defects: [{ kind: 'rule', tool: TOOL, id: id ?? 'network-reachability' }],
    occurrences: [{ imageVersion: on.version }],
  };
}

/** Inspector's own score, which knows the surroundings; else that of CVSS 3 before 4 before 2. */
function ratingOf(finding: JsonObject): { score: number | undefined; vector: string | undefined } {
  const ratings = listOf(objectOf(finding, 'packageVulnerabilityDetails'), 'cvss').map(asObject);
  const best = ['3', '4', '2']
    .map((version) => ratings.find((one) => textOf(one, 'version')?.startsWith(version)))
    .find((one) => one !== undefined);
  const adjusted = objectOf(objectOf(finding, 'inspectorScoreDetails'), 'adjustedCvss');
  const scores = [
    numberOf(finding, 'inspectorScore'),
    numberOf(adjusted, 'score'),
    numberOf(best, 'baseScore'),
  ];
  return {
    score: scores.find((score) => score !== undefined && score > 0 && score <= 10),
    vector: textOf(adjusted, 'scoringVector') ?? textOf(best, 'scoringVector'),
  };
}

function assessmentOf(finding: JsonObject): Assessment | undefined {
  const exploit = textOf(finding, 'exploitAvailable')?.toUpperCase();
  if (exploit === 'YES') return { exploit: 'available' };
  return exploit === 'NO' ? { exploit: 'not-available' } : undefined;
}

function lifeOf(finding: JsonObject): Life {
  const isClosed = textOf(finding, 'status')?.toUpperCase() === 'CLOSED';
  return {
    state: isClosed ? 'resolved' : 'open',
    firstSeenAt: momentOf(finding, 'firstObservedAt'),
    resolvedAt: isClosed ? momentOf(finding, 'updatedAt') : undefined,
  };
}

function setAsideOf(finding: JsonObject): readonly SourceSetAside[] {
  if (textOf(finding, 'status')?.toUpperCase() !== 'SUPPRESSED') return [];
  return [{ kind: 'vendor-mute', issuer: TOOL, reason: 'suppressed by a rule in Amazon Inspector' }];
}

const SECONDS_UNTIL = 100_000_000_000;

/** Text, or a number as the command line of AWS writes it: seconds, with a fraction. */
function momentOf(from: JsonObject | undefined, name: string): number | undefined {
  const value = from?.[name];
  if (typeof value !== 'number') return timeOf(from, name);
  if (!(value > 0 && value < SECONDS_UNTIL * 1000)) return undefined;
  return Math.round(value < SECONDS_UNTIL ? value * 1000 : value);
}
