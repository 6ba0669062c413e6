/** What the fields of Semgrep's supply-chain API mean: the vulnerable packages of many repositories, by page. */
import type {
  AssetRef,
  FunctionUsage,
  Observation,
  Occurrence,
  SourceSetAside,
} from '../../domain/statement.ts';
import { ecosystemPackageUrl } from '../../platform/ecosystem.ts';
import {
  asObject,
  type JsonObject,
  numberOf,
  objectOf,
  objectsOf,
  shortened,
  textOf,
  textsOf,
  timeOf,
} from '../loose-values.ts';
import { sourcePath } from '../source-path.ts';
import { severityOf, TOOL, vulnerabilityOf } from './records.ts';

/** The observation, or what is wrong with the issue. */
export function issueOf(value: unknown): Observation | string {
  const issue = asObject(value);
  if (issue === undefined) return 'the issue is not an object';
  const advisory = objectOf(issue, 'advisory');
  const rule = textOf(advisory, 'ruleId');
  if (rule === undefined) return 'the issue names no rule (advisory.ruleId)';
  const dependency = objectOf(issue, 'matchedDependency');
  const name = textOf(dependency, 'name');
  if (name === undefined) return `${shortened(rule)} names no package (matchedDependency.name)`;
  const version = textOf(dependency, 'versionSpecifier');
  const references = objectOf(advisory, 'references');
  const ids = textsOf(references, 'cveIds');
  return {
    kind: 'observation',
    class: 'vulnerability',
    asset: repositoryOf(issue),
    // A rule that is about several CVEs states several vulnerabilities.
    defects: (ids.length === 0 ? [rule] : [...new Set(ids)]).map(vulnerabilityOf),
    component: { purl: ecosystemPackageUrl(ecosystemOf(advisory, name), name, version), version },
    occurrences: occurrencesOf(issue, version),
    life: lifeOf(issue),
    severity: severityOf(advisory),
    about: {
      title: textOf(advisory, 'title') ?? textOf(issue, 'title'),
      description: textOf(advisory, 'description'),
      url: textsOf(references, 'urls')[0],
      publishedAt: timeOf(advisory, 'announcedAt'),
    },
    fix: fixOf(issue, advisory, name),
    assessment: { functionUsage: usageOf(issue, advisory) },
    setAside: setAsideOf(issue),
    labels: [],
  };
}

function repositoryOf(issue: JsonObject): AssetRef | undefined {
  const name = textOf(issue, 'repositoryName') ?? textOf(issue, 'repositoryId');
  return name === undefined ? undefined : { kind: 'repository', name };
}

/**
 * An advisory may be about packages of several ecosystems and states only its first one (`gem` for Python's `grpcio`),
 * but its rule lists each package with its own.
 */
function ecosystemOf(advisory: JsonObject | undefined, name: string): string | undefined {
  const rule = parsed(textOf(advisory, 'ruleText'));
  const dependsOn = objectOf(rule, 'r2c-internal-project-depends-on');
  const packages = [dependsOn, ...objectsOf(dependsOn, 'depends-on-either')];
  const own = packages.find((one) => textOf(one, 'package')?.toLowerCase() === name.toLowerCase());
  return textOf(own, 'namespace') ?? textOf(advisory, 'ecosystem');
}

function parsed(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  try {
    return asObject(JSON.parse(text));
  } catch {
    // Rules may also be written as YAML.
    return undefined;
  }
}

function occurrencesOf(issue: JsonObject, version: string | undefined): readonly Occurrence[] {
  const lockFile = textOf(objectOf(issue, 'dependencyFileLocation'), 'path');
  const uses = objectsOf(issue, 'usages').map((use) => objectOf(use, 'location'));
  const places = uses.flatMap((location): Occurrence[] => {
    const path = textOf(location, 'path');
    return path === undefined ? [] : [{ version, path: sourcePath(path), line: lineOf(location) }];
  });
  return [{ version, path: lockFile === undefined ? undefined : sourcePath(lockFile) }, ...places];
}

function lineOf(location: JsonObject | undefined): number | undefined {
  return numberOf(location, 'startLine') || undefined;
}

const RESOLVED: ReadonlySet<string> = new Set(['FIXED', 'REMOVED']);
const CLOSED_BY_PEOPLE: ReadonlySet<string> = new Set(['CLOSED', 'IGNORED']);

function statusOf(issue: JsonObject): string {
  return textOf(objectOf(issue, 'triage'), 'status')?.toUpperCase() ?? '';
}

function lifeOf(issue: JsonObject): Observation['life'] {
  return {
    state: RESOLVED.has(statusOf(issue)) ? 'resolved' : 'open',
    firstSeenAt: timeOf(issue, 'openedAt') || undefined,
  };
}

function setAsideOf(issue: JsonObject): readonly SourceSetAside[] {
  const status = statusOf(issue);
  if (!CLOSED_BY_PEOPLE.has(status)) return [];
  const stated = textOf(objectOf(issue, 'triage'), 'dismissReason') ?? 'UNKNOWN_REASON';
  const why = stated === 'UNKNOWN_REASON' ? '' : `: ${stated.toLowerCase().replaceAll('_', ' ')}`;
  // The moment of triage is 1970 where there was none.
  const at = timeOf(issue, 'firstTriagedAt') || undefined;
  return [{ kind: 'vendor-mute', issuer: TOOL, reason: `${status.toLowerCase()} in Semgrep${why}`, at }];
}

function fixOf(issue: JsonObject, advisory: JsonObject | undefined, name: string): Observation['fix'] {
  const closest = textOf(objectOf(issue, 'closestSafeDependency'), 'versionSpecifier');
  const safe = objectsOf(advisory, 'safeDependencies').filter((one) => textOf(one, 'name') === name);
  const versions = [closest, ...safe.map((one) => textOf(one, 'versionSpecifier'))];
  const known = [...new Set(versions.filter((version) => version !== undefined))];
  return known.length === 0 ? undefined : { versions: known };
}

/** Reachable is also said of packages whose use nobody looked for ("manual review"). */
function usageOf(issue: JsonObject, advisory: JsonObject | undefined): FunctionUsage {
  const exposure = textOf(issue, 'exposureType')?.toUpperCase();
  if (exposure === 'UNREACHABLE') return 'not-in-use';
  const isLookedFor = textOf(advisory, 'reachability')?.toUpperCase() === 'REACHABILITY';
  const isUsed = objectsOf(issue, 'usages').length > 0;
  return exposure === 'REACHABLE' && (isLookedFor || isUsed) ? 'in-use' : 'not-available';
}
