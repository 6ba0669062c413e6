/** What Snyk's fields mean in an entry of `vulnerabilities`: one issue, by one path through the dependencies. */
import type { Severity } from '../../domain/severity.ts';
import type { Defect, Observation, Occurrence } from '../../domain/statement.ts';
import { readablePackageUrl } from '../../platform/package-url.ts';
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
import { isSystem, packageUrlOf } from './package-managers.ts';
import type { Project } from './project.ts';

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['none', 'info'],
  ['info', 'info'],
]);

export function severityOf(entry: JsonObject): Severity {
  return SEVERITIES.get(textOf(entry, 'severity')?.toLowerCase() ?? '') ?? 'unknown';
}

/** As nobody else names vulnerabilities. */
export function isNamedBySnyk(value: unknown): boolean {
  return /^(?:SNYK-|snyk:lic:|npm:)/.test(textOf(asObject(value), 'id') ?? '');
}

/** The observation, or what is wrong with the entry. `application`: where in the image it stands. */
export function entryOf(
  value: unknown,
  project: Project,
  application: string | undefined,
): Observation | string {
  const entry = asObject(value);
  const id = textOf(entry, 'id');
  if (entry === undefined || id === undefined) return 'the entry names no issue (id)';
  const version = textOf(entry, 'version');
  const purl = purlOf(entry, project, version);
  if (purl === undefined) return `${shortened(id)} names no package (packageName, name)`;
  count(project, entry, id, version);
  const isLicence = textOf(entry, 'type') === 'license' || id.startsWith('snyk:lic:');
  return {
    kind: 'observation',
    class: isLicence ? 'misconfiguration' : 'vulnerability',
    defects: isLicence ? [{ kind: 'rule', tool: 'Snyk Open Source', id }] : defectsOf(entry, id),
    component: { purl, version },
    occurrences: occurrencesOf(entry, version, project.imageVersion, application),
    life: { state: 'open' },
    severity: severityOf(entry),
    score: scoreOf(entry),
    about: {
      title: textOf(entry, 'title'),
      description: textOf(entry, 'description'),
      url: addressOf(id) ?? textOf(objectsOf(entry, 'references')[0], 'url'),
      vector: textOf(entry, 'CVSSv3') ?? textOf(entry, 'CVSSv4'),
      publishedAt: timeOf(entry, 'publicationTime'),
    },
    fix: fixOf(entry),
    assessment: isExploited(entry) ? { exploit: 'available' } : undefined,
    setAside: [],
    labels: [],
  };
}

/** The names that Snyk itself gives the issue; several CVEs in it are not one vulnerability. */
function defectsOf(entry: JsonObject, id: string): readonly Defect[] {
  const identifiers = objectOf(entry, 'identifiers');
  const named = ['CVE', 'GHSA', 'ALTERNATIVE'].flatMap((kind) => textsOf(identifiers, kind));
  return namedDefects(id, [...new Set([...named, ...textsOf(entry, 'alternativeIds')])]);
}

function purlOf(entry: JsonObject, project: Project, version: string | undefined): string | undefined {
  const stated = readablePackageUrl(textOf(entry, 'purl'));
  if (stated !== undefined) return stated;
  const packageManager = textOf(entry, 'packageManager') ?? project.packageManager;
  // With --group-issues an entry has the names of all packages that the issue was found in.
  const installed = textOf(entry, 'name') ?? textsOf(entry, 'name')[0];
  const published = textOf(entry, 'packageName') ?? textOf(entry, 'moduleName');
  const name = isSystem(packageManager) ? (installed ?? published) : (published ?? installed);
  if (name === undefined) return undefined;
  return packageUrlOf(packageManager, textOf(entry, 'language'), name, version);
}

const MOST_PATHS = 100;

function occurrencesOf(
  entry: JsonObject,
  version: string | undefined,
  imageVersion: string | undefined,
  application: string | undefined,
): readonly Occurrence[] {
  const paths = Array.isArray(listOf(entry, 'from')[0])
    ? listOf(entry, 'from').slice(0, MOST_PATHS).map(pathOf)
    : [pathOf(entry.from)];
  return paths.map((path) => ({
    version,
    path: [application, path].filter((part) => part !== undefined).join(': ') || undefined,
    imageVersion,
  }));
}

/** Through what the package comes, without the project itself, whose version changes with each release. */
function pathOf(from: unknown): string | undefined {
  const steps = textsOf({ from }, 'from');
  return (steps.length > 1 ? steps.slice(1) : steps).join(' > ') || undefined;
}

function scoreOf(entry: JsonObject): number | undefined {
  const score = numberOf(entry, 'cvssScore');
  return score !== undefined && score > 0 && score <= 10 ? score : undefined;
}

function addressOf(id: string): string | undefined {
  return /^(?:SNYK-[\w-]+|(?:npm|snyk:lic):[\w:@./-]+)$/.test(id)
    ? `https://security.snyk.io/vuln/${id}`
    : undefined;
}

function fixOf(entry: JsonObject): Observation['fix'] {
  const nearest = textOf(entry, 'nearestFixedInVersion');
  const versions = [...new Set([...(nearest === undefined ? [] : [nearest]), ...textsOf(entry, 'fixedIn')])];
  const [upgrade] = textsOf(entry, 'upgradePath');
  const isPatchable = entry.isPatchable === true;
  const text =
    upgrade === undefined ? (isPatchable ? 'Snyk has a patch' : undefined) : `upgrade to ${upgrade}`;
  return versions.length === 0 && text === undefined ? undefined : { versions, text };
}

const KNOWN_EXPLOITS: ReadonlySet<string> = new Set([
  'proof of concept',
  'proof-of-concept',
  'functional',
  'high',
  'mature',
  'attacked',
]);

function isExploited(entry: JsonObject): boolean {
  const levels = objectsOf(objectOf(entry, 'exploitDetails'), 'maturityLevels');
  const said = [textOf(entry, 'exploit'), ...levels.map((level) => textOf(level, 'level'))];
  return said.some((word) => KNOWN_EXPLOITS.has(word?.toLowerCase() ?? ''));
}

const MOST_COUNTED = 1_000_000;

/** The same issue comes by many paths. */
function count(
  { distinctIssues }: Project,
  entry: JsonObject,
  id: string,
  version: string | undefined,
): void {
  if (distinctIssues.size >= MOST_COUNTED) return;
  const name = textOf(entry, 'packageName') ?? textOf(entry, 'name');
  distinctIssues.add(`${id} ${name} ${version}`);
}
