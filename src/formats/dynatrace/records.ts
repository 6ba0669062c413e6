/**
 * What Dynatrace's fields mean, as in the source of that name: what is read from a saved page and what is collected
 * are the same findings.
 */
import type { Severity } from '../../domain/severity.ts';
import type {
  Assessment,
  AssetRef,
  Component,
  Defect,
  Label,
  Life,
  Location,
  Observation,
} from '../../domain/statement.ts';
import { ecosystemPackageUrl } from '../../platform/ecosystem.ts';
import { packageUrl } from '../../platform/package-url.ts';
import {
  asObject,
  type JsonObject,
  numberOf,
  objectOf,
  objectsOf,
  textOf,
  textsOf,
} from '../loose-values.ts';
import { environmentOf } from './environment.ts';
import { occurrencesOf } from './occurrences.ts';

export const TOOL = 'Dynatrace';

const LEVELS: ReadonlyMap<string, Severity> = new Map([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
  ['NONE', 'info'],
]);

/** The observation, or what is wrong with the problem. */
export function problemOf(value: unknown): Observation | string {
  const problem = asObject(value);
  const id = textOf(problem, 'securityProblemId');
  if (problem === undefined || id === undefined) return 'the problem has no securityProblemId';
  const isCode = textOf(problem, 'vulnerabilityType') === 'CODE_LEVEL';
  const risk = objectOf(problem, 'riskAssessment');
  const remediation = textOf(problem, 'remediationDescription');
  return {
    kind: 'observation',
    key: id,
    class: isCode ? 'code' : 'vulnerability',
    asset: assetOf(problem),
    defects: isCode ? [ruleOf(problem)] : vulnerabilitiesOf(problem, id),
    component: isCode ? undefined : componentOf(problem),
    location: isCode ? locationOf(problem, id) : undefined,
    occurrences: occurrencesOf(problem),
    life: lifeOf(problem),
    severity: LEVELS.get(textOf(risk, 'riskLevel')?.toUpperCase() ?? '') ?? 'unknown',
    score: scoreOf(risk),
    about: {
      title: textOf(problem, 'title') ?? textOf(problem, 'displayId'),
      description: textOf(problem, 'description'),
      url: textOf(problem, 'url'),
      vector: textOf(risk, 'baseRiskVector'),
    },
    fix: remediation === undefined ? undefined : { versions: [], text: remediation },
    assessment: assessmentOf(risk),
    setAside:
      problem.muted === true
        ? [{ kind: 'vendor-mute', issuer: 'dynatrace', reason: 'muted in Dynatrace' }]
        : [],
    labels: labelsOf(problem),
  };
}

function assetOf(problem: JsonObject): AssetRef | undefined {
  const name = environmentOf(textOf(problem, 'url'));
  return name === undefined ? undefined : { kind: 'environment', name };
}

/** A problem lists CVEs, it does not declare them to be one: no id here is an alias of another. */
function vulnerabilitiesOf(problem: JsonObject, id: string): readonly Defect[] {
  const cves = [...new Set(textsOf(problem, 'cveIds').map((cve) => cve.trim()))].sort();
  const ids = cves.length > 0 ? cves : [textOf(problem, 'externalVulnerabilityId') ?? id];
  return ids.map((one) => ({ kind: 'vulnerability', id: one, aliases: [] }));
}

function ruleOf(problem: JsonObject): Defect {
  const type = textOf(objectOf(problem, 'codeLevelVulnerabilityDetails'), 'type');
  return { kind: 'rule', tool: 'dynatrace', id: type ?? 'CODE_LEVEL' };
}

/** `org.example.OrderDao.find(String):42`: the vendor follows the defect by its problem id when the line moves. */
function locationOf(problem: JsonObject, id: string): Location {
  const details = objectOf(problem, 'codeLevelVulnerabilityDetails');
  const place =
    textOf(details, 'vulnerabilityLocation') ??
    textOf(details, 'shortVulnerabilityLocation') ??
    textOf(problem, 'title') ??
    'unknown';
  const line = /:(\d{1,9})$/.exec(place);
  return {
    file: (line === null ? place : place.slice(0, line.index)) || 'unknown',
    line: line === null ? undefined : Number(line[1]),
    fingerprint: id,
    snippet: textOf(details, 'vulnerableFunction'),
  };
}

/** What packages are called by technology; Kubernetes has no ecosystem, and a runtime is no package of its language. */
const ECOSYSTEMS: ReadonlyMap<string, string> = new Map([
  ['JAVA', 'maven'],
  ['NODE_JS', 'npm'],
  ['GO', 'go'],
  ['PHP', 'composer'],
  ['DOTNET', 'nuget'],
  ['PYTHON', 'pypi'],
]);

const RUNTIMES: ReadonlyMap<string, string> = new Map([
  ['DOTNET', 'dotnet'],
  ['GO', 'go'],
  ['JAVA', 'java'],
  ['KUBERNETES', 'kubernetes'],
  ['NODE_JS', 'nodejs'],
  ['PHP', 'php'],
  ['PYTHON', 'python'],
]);

function componentOf(problem: JsonObject): Component | undefined {
  const technology = textOf(problem, 'technology') ?? '';
  const isRuntime = textOf(problem, 'vulnerabilityType') === 'RUNTIME' || technology === 'KUBERNETES';
  const name = textOf(problem, 'packageName') ?? (isRuntime ? RUNTIMES.get(technology) : undefined);
  if (name === undefined) return undefined;
  const ecosystem = isRuntime ? undefined : ECOSYSTEMS.get(technology);
  const isNamedSo = ecosystem !== 'maven' || /^[^:]+:[^:]+/.test(name);
  if (ecosystem === undefined || !isNamedSo) return { purl: genericUrl(name) };
  // A classifier may follow group and artifact.
  const known = ecosystem === 'maven' ? name.split(':').slice(0, 2).join(':') : name;
  return { purl: ecosystemPackageUrl(ecosystem, known, undefined) };
}

function genericUrl(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  const name = parts.pop() ?? path;
  return packageUrl('generic', name, undefined, parts.length === 0 ? undefined : parts.join('/'));
}

/** Only the word RESOLVED resolves: a status that is not known yet must not close anything. */
function lifeOf(problem: JsonObject): Life {
  const firstSeenAt = momentOf(problem, 'firstSeenTimestamp');
  const openedAt = momentOf(problem, 'lastOpenedTimestamp');
  const resolvedAt = momentOf(problem, 'lastResolvedTimestamp');
  const isReopened =
    resolvedAt !== undefined && openedAt !== undefined && openedAt > (firstSeenAt ?? openedAt);
  return {
    state: textOf(problem, 'status') === 'RESOLVED' ? 'resolved' : 'open',
    firstSeenAt,
    resolvedAt,
    reopenedAt: isReopened ? openedAt : undefined,
  };
}

const LAST_MOMENT = 8.64e15;

function momentOf(problem: JsonObject, name: string): number | undefined {
  const time = numberOf(problem, name);
  return time !== undefined && Number.isInteger(time) && time > 0 && time <= LAST_MOMENT ? time : undefined;
}

function scoreOf(risk: JsonObject | undefined): number | undefined {
  const score = numberOf(risk, 'riskScore');
  return score !== undefined && score >= 0 && score <= 10 ? score : undefined;
}

/** A function usage that is missing or not understood could not be assessed, and policy must see that. */
function assessmentOf(risk: JsonObject | undefined): Assessment {
  const usage = textOf(risk, 'vulnerableFunctionUsage');
  return {
    functionUsage: usage === 'IN_USE' ? 'in-use' : usage === 'NOT_IN_USE' ? 'not-in-use' : 'not-available',
    exposure: stated(risk, 'exposure', { PUBLIC_NETWORK: 'public', NOT_DETECTED: 'not-detected' }),
    dataAssets: stated(risk, 'dataAssets', { REACHABLE: 'reachable', NOT_DETECTED: 'not-detected' }),
    exploit: stated(risk, 'publicExploit', { AVAILABLE: 'available' }),
  };
}

function stated<Word extends string>(
  risk: JsonObject | undefined,
  name: string,
  words: Readonly<Record<string, Word>>,
): Word | 'not-available' | undefined {
  const word = textOf(risk, name);
  if (word === undefined) return undefined;
  return Object.hasOwn(words, word) ? words[word] : 'not-available';
}

function labelsOf(problem: JsonObject): readonly Label[] {
  const labels: Label[] = [];
  for (const zone of objectsOf(problem, 'managementZones')) {
    const id = textOf(zone, 'id');
    if (id !== undefined) labels.push({ kind: 'zone', id, name: textOf(zone, 'name') });
  }
  const technology = textOf(problem, 'technology');
  if (technology !== undefined) labels.push({ kind: 'technology', id: technology });
  const code = objectOf(problem, 'codeLevelVulnerabilityDetails');
  const names = textsOf(code, 'processGroups');
  for (const [at, id] of textsOf(code, 'processGroupIds').entries()) {
    labels.push({ kind: 'process-group', id, name: names[at] });
  }
  return labels;
}
