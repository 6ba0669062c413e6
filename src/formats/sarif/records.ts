/** What a SARIF 2.1.0 result means. */
import { type Severity, severityOfScore } from '../../domain/severity.ts';
import type {
  AssetRef,
  FindingClass,
  Location,
  Observation,
  Occurrence,
  SourceSetAside,
} from '../../domain/statement.ts';
import { hashed } from '../hashed.ts';
import { imageNameOf } from '../image-name.ts';
import {
  asObject,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  objectsOf,
  textOf,
  timeOf,
} from '../loose-values.ts';
import { type CarriedVulnerability, carriedVulnerability } from './carried-vulnerability.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { RunContext } from './run-context.ts';

/** Results of other kinds (`pass`, `open`, `informational` …) say that there is no defect, or not yet. */
export function isFinding(result: JsonObject): boolean {
  const kind = textOf(result, 'kind');
  return kind === undefined || kind === 'fail';
}

/** A text in place of an observation says why the result cannot be read. */
export function observationOf(value: unknown, run: RunContext): Observation | string {
  const result = asObject(value);
  if (result === undefined) return 'the result is not an object';
  const rule = run.rules(result);
  const stated = textOf(result, 'ruleId') ?? textOf(objectOf(result, 'rule'), 'id') ?? textOf(rule, 'id');
  const message = messageOf(result, rule);
  const places = objectsOf(result, 'locations');
  if (stated === undefined && objectOf(result, 'message') === undefined && places.length === 0)
    return 'the result has no rule, no message and no place';
  const ruleId = stated ?? 'unnamed';
  const carried = carriedVulnerability(ruleId, result, rule, message);
  const { severity, score } = ratingOf(result, rule);
  const placed = places.map((location) => placeOf(location, run));
  const findingClass = carried === undefined ? classOf(run.tool, rule) : 'vulnerability';
  return {
    kind: 'observation',
    class: findingClass,
    asset: carried === undefined ? undefined : imageOf(result),
    defects: carried?.defects ?? [{ kind: 'rule', tool: run.tool, id: ruleId }],
    component: carried?.component,
    location: carried?.component === undefined ? locationOf(result, placed[0], findingClass) : undefined,
    occurrences: occurrencesOf(placed, carried),
    life: {
      state: textOf(result, 'baselineState') === 'absent' ? 'resolved' : 'open',
      firstSeenAt: timeOf(objectOf(result, 'provenance'), 'firstDetectionTimeUtc'),
    },
    severity,
    score,
    about: {
      title: titleOf(rule) ?? firstLine(message),
      description: descriptionOf(rule, message, carried !== undefined),
      url: textOf(result, 'hostedViewerUri') ?? textOf(rule, 'helpUri'),
    },
    fix:
      carried === undefined || carried.fixVersions.length === 0
        ? undefined
        : { versions: carried.fixVersions },
    setAside: suppressionsOf(result, run.tool),
    labels: [],
  };
}

function ratingOf(
  result: JsonObject,
  rule: JsonObject | undefined,
): { severity: Severity; score: number | undefined } {
  for (const owner of [result, rule]) {
    const score = numberOf(objectOf(owner, 'properties'), 'security-severity');
    if (score !== undefined && score >= 0 && score <= 10) return { severity: severityOfScore(score), score };
  }
  const level =
    textOf(result, 'level') ?? textOf(objectOf(rule, 'defaultConfiguration'), 'level') ?? 'warning';
  return { severity: LEVELS.get(level.toLowerCase()) ?? 'unknown', score: undefined };
}

const LEVELS: ReadonlyMap<string, Severity> = new Map([
  ['error', 'high'],
  ['warning', 'medium'],
  ['note', 'low'],
  ['none', 'info'],
]);

const SECRET_TOOLS = /^(gitleaks|trufflehog|detect-secrets|ggshield|gitguardian|whispers)\b/i;
const CONFIGURATION_TOOLS =
  /^(checkov|tfsec|kics|terrascan|hadolint|kubescape|kube-linter|kube-score|polaris|cfn-?lint|cfn_nag|snyk (iac|infrastructure)|conftest|defsec)\b/i;

function classOf(tool: string, rule: JsonObject | undefined): FindingClass {
  const name = textOf(rule, 'name');
  if (/^trivy/i.test(tool) && name === 'Secret') return 'secret';
  if (/^trivy/i.test(tool) && name === 'Misconfiguration') return 'misconfiguration';
  if (SECRET_TOOLS.test(tool)) return 'secret';
  return CONFIGURATION_TOOLS.test(tool) ? 'misconfiguration' : 'code';
}

interface Place {
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly snippet: string | undefined;
  readonly name: string | undefined;
}

function placeOf(location: JsonObject, run: RunContext): Place {
  const physical = objectOf(location, 'physicalLocation');
  const region = objectOf(physical, 'region');
  const snippet = textOf(objectOf(region, 'snippet'), 'text');
  const [logical] = objectsOf(location, 'logicalLocations');
  return {
    file: run.uris(objectOf(physical, 'artifactLocation')),
    line: numberOf(region, 'startLine'),
    column: numberOf(region, 'startColumn'),
    snippet: snippet ?? textOf(objectOf(objectOf(physical, 'contextRegion'), 'snippet'), 'text'),
    name: textOf(logical, 'fullyQualifiedName') ?? textOf(logical, 'name'),
  };
}

/** Of a result in no file: the class or function it names, and failing that nothing. */
function locationOf(
  result: JsonObject,
  place: Place | undefined,
  findingClass: FindingClass,
): Location | undefined {
  const snippet = place?.snippet;
  const isSecret = findingClass === 'secret';
  // What a secret scanner shows of the code is the secret: it is told apart by its hash and not kept.
  const fingerprint =
    fingerprintOf(result) ?? (isSecret && snippet !== undefined ? hashed(snippet) : undefined);
  const file = place?.file ?? place?.name;
  if (file === undefined && fingerprint === undefined) return undefined;
  return {
    file: file ?? '',
    line: place?.line,
    column: place?.column,
    fingerprint,
    snippet: isSecret ? undefined : snippet,
  };
}

function occurrencesOf(places: readonly Place[], carried: CarriedVulnerability | undefined): Occurrence[] {
  const version = carried?.component?.version;
  const occurrences = places
    .filter((place) => place.file !== undefined)
    // A package is in no line; scanners write 1 because the standard wants a number.
    .map((place) => ({ version, path: place.file, line: version === undefined ? place.line : undefined }));
  return occurrences.length === 0 && version !== undefined ? [{ version }] : occurrences;
}

function suppressionsOf(result: JsonObject, tool: string): readonly SourceSetAside[] {
  const suppressions = objectsOf(result, 'suppressions');
  // Earlier drafts call the status "state".
  const statuses = suppressions.map((one) => textOf(one, 'status') ?? textOf(one, 'state') ?? 'accepted');
  // One that is rejected or still under review leaves the result as it is (§3.27.23).
  if (statuses.some((status) => status !== 'accepted')) return [];
  return suppressions.map((one) => ({
    kind: 'suppression',
    issuer: tool,
    reason: textOf(one, 'justification') ?? reasonOf(textOf(one, 'kind')),
  }));
}

function reasonOf(kind: string | undefined): string {
  if (kind === 'inSource') return 'suppressed in the source code';
  return kind === 'external' ? 'suppressed outside the source code' : 'suppressed';
}

/** The image in Grype's logical locations: `nginx:1.25@sha256:…:/usr/lib/x`. */
function imageOf(result: JsonObject): AssetRef | undefined {
  const [location] = objectsOf(result, 'locations');
  const [logical] = objectsOf(location, 'logicalLocations');
  const name = /^(.+?)@sha256:[0-9a-f]{64}(?:@sha256:[0-9a-f]{64})?:\//.exec(
    textOf(logical, 'fullyQualifiedName') ?? '',
  )?.[1];
  const image = imageNameOf(name);
  return image === undefined ? undefined : { kind: 'image', name: image.name };
}

function messageOf(result: JsonObject, rule: JsonObject | undefined): string {
  const message = objectOf(result, 'message');
  const id = textOf(message, 'id');
  const template =
    textOf(message, 'text') ??
    textOf(message, 'markdown') ??
    (id === undefined ? undefined : textOf(objectOf(objectOf(rule, 'messageStrings'), id), 'text'));
  const values = listOf(message, 'arguments');
  if (template === undefined || values.length === 0) return template ?? '';
  return template.replace(/\{(\d+)\}/g, (placeholder, n: string) => String(values[Number(n)] ?? placeholder));
}

function titleOf(rule: JsonObject | undefined): string | undefined {
  return textOf(objectOf(rule, 'shortDescription'), 'text') ?? textOf(rule, 'name');
}

/** What is said of a package's vulnerability belongs to the vulnerability; of code, to the place. */
function descriptionOf(
  rule: JsonObject | undefined,
  message: string,
  isCarried: boolean,
): string | undefined {
  const full = textOf(objectOf(rule, 'fullDescription'), 'text');
  const told = message === '' ? undefined : message;
  return isCarried ? (full ?? told) : (told ?? full);
}

const LONGEST_TITLE = 200;

function firstLine(message: string): string | undefined {
  const line = message.split('\n', 1)[0]?.trim();
  return line === undefined || line === '' ? undefined : line.slice(0, LONGEST_TITLE);
}
