/** What Trivy's fields mean. One function per kind of entry; a string in place of an observation says what is wrong. */
import type { Severity } from '../../domain/severity.ts';
import type {
  AssetRef,
  Component,
  Defect,
  Label,
  Observation,
  Occurrence,
  SourceSetAside,
} from '../../domain/statement.ts';
import { isPackageUrl } from '../../platform/package-url.ts';
import {
  asObject,
  type JsonObject,
  numberOf,
  objectOf,
  objectsOf,
  textOf,
  textsOf,
  timeOf,
} from '../loose-values.ts';
import { packageUrlOf } from './package-types.ts';

export const TOOL = 'Trivy';

/** What an entry's own record leaves to the records around it. */
export interface Surroundings {
  /** Only where each result has its own asset. */
  readonly asset: AssetRef | undefined;
  readonly labels: readonly Label[];
  readonly imageVersion: string | undefined;
  readonly target: string;
  readonly type: string | undefined;
  readonly class: string | undefined;
}

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
  ['NEGLIGIBLE', 'info'],
  ['NONE', 'info'],
]);

function severityOf(entry: JsonObject): Severity {
  return SEVERITIES.get(textOf(entry, 'Severity')?.toUpperCase() ?? '') ?? 'unknown';
}

export function vulnerabilityOf(value: unknown, around: Surroundings): Observation | string {
  const entry = asObject(value);
  const id = textOf(entry, 'VulnerabilityID');
  const name = textOf(entry, 'PkgName');
  if (entry === undefined) return 'the entry is not an object';
  if (name === undefined && id === undefined) return 'the entry has neither VulnerabilityID nor PkgName';
  const version = textOf(entry, 'InstalledVersion');
  const component = componentOf(entry, around, name, version);
  const rating = ratingOf(entry);
  return {
    kind: 'observation',
    class: 'vulnerability',
    asset: around.asset,
    defects: [defectOf(entry, id)],
    component,
    location: component === undefined && around.target !== '' ? { file: around.target } : undefined,
    occurrences: [occurrenceOf(entry, around, version)],
    life: { state: 'open' },
    severity: severityOf(entry),
    score: rating.score,
    about: {
      title: textOf(entry, 'Title'),
      description: textOf(entry, 'Description'),
      url: textOf(entry, 'PrimaryURL'),
      vector: rating.vector,
      publishedAt: timeOf(entry, 'PublishedDate'),
    },
    fix: fixOf(entry),
    setAside: setAsideOf(entry),
    labels: around.labels,
  };
}

/** Undefined when the entry names no package: then the vulnerability is known by its target. */
function componentOf(
  entry: JsonObject,
  around: Surroundings,
  name: string | undefined,
  version: string | undefined,
): Component | undefined {
  const stated = textOf(objectOf(entry, 'PkgIdentifier'), 'PURL');
  if (stated !== undefined && isPackageUrl(stated)) return { purl: stated, version };
  return name === undefined ? undefined : { purl: packageUrlOf(around.type, name, version), version };
}

/**
 * A GHSA is another name of the same defect; the distributions' notices (DSA, RHSA, USN …) each fix several. Some
 * entries say that a package is vulnerable without saying by what.
 */
function defectOf(entry: JsonObject, id: string | undefined): Defect {
  if (id === undefined) return { kind: 'rule', tool: TOOL, id: 'unnamed vulnerability' };
  return { kind: 'vulnerability', id, aliases: textsOf(entry, 'VendorIDs').filter(isGitHubAdvisory) };
}

function isGitHubAdvisory(id: string): boolean {
  return /^GHSA(-[0-9a-z]{4}){3}$/i.test(id);
}

/** Types whose target is a heading ("Node.js"), not a file. */
const GATHERED_TYPES: ReadonlySet<string> = new Set([
  'node-pkg',
  'python-pkg',
  'gemspec',
  'jar',
  'conda-pkg',
]);

function occurrenceOf(entry: JsonObject, around: Surroundings, version: string | undefined): Occurrence {
  const layer = objectOf(entry, 'Layer');
  const isLockFile = around.class === 'lang-pkgs' && !GATHERED_TYPES.has(around.type ?? '');
  return {
    version,
    path: textOf(entry, 'PkgPath') ?? (isLockFile && around.target !== '' ? around.target : undefined),
    layer: textOf(layer, 'DiffID') ?? textOf(layer, 'Digest'),
    imageVersion: around.imageVersion,
  };
}

const PREFERRED_VENDORS = ['nvd', 'ghsa', 'redhat'];

/** The rating of whoever decided the severity, else the best known vendor's; CVSS 3 before 4 before 2. */
function ratingOf(entry: JsonObject): { score: number | undefined; vector: string | undefined } {
  const ratings = objectOf(entry, 'CVSS');
  const source = textOf(entry, 'SeveritySource');
  const vendors = [
    ...(source === undefined ? [] : [source]),
    ...PREFERRED_VENDORS,
    ...Object.keys(ratings ?? {}),
  ];
  for (const version of ['V3', 'V40', 'V2']) {
    for (const vendor of vendors) {
      const rating = objectOf(ratings, vendor);
      const score = numberOf(rating, `${version}Score`);
      if (score !== undefined && score > 0 && score <= 10) {
        return { score, vector: textOf(rating, `${version}Vector`) };
      }
    }
  }
  return { score: undefined, vector: undefined };
}

/** The vendor's word about a missing fix, which people need to know. */
const WITHOUT_FIX: ReadonlySet<string> = new Set(['will_not_fix', 'fix_deferred', 'end_of_life']);

function fixOf(entry: JsonObject): Observation['fix'] {
  const versions = (textOf(entry, 'FixedVersion') ?? '').split(/[,\s]+/).filter((version) => version !== '');
  const status = textOf(entry, 'Status');
  const text = status !== undefined && WITHOUT_FIX.has(status) ? status.replaceAll('_', ' ') : undefined;
  return versions.length === 0 && text === undefined ? undefined : { versions, text };
}

function setAsideOf(entry: JsonObject): readonly SourceSetAside[] {
  if (textOf(entry, 'Status') !== 'not_affected') return [];
  const issuer = textOf(objectOf(entry, 'DataSource'), 'Name') ?? TOOL;
  return [{ kind: 'suppression', issuer, reason: 'not affected, by the status in its vulnerability data' }];
}

export function misconfigurationOf(value: unknown, around: Surroundings): Observation | string {
  const entry = asObject(value);
  if (entry === undefined) return 'the entry is not an object';
  // Checks that people wrote themselves may have no ID.
  const id = ['AVDID', 'ID', 'Namespace', 'Title'].map((name) => textOf(entry, name)).find((text) => text);
  if (id === undefined) return 'the entry names no check (AVDID, ID)';
  const cause = objectOf(entry, 'CauseMetadata');
  const resolution = textOf(entry, 'Resolution');
  return {
    ...ruleObservation(entry, around, id),
    class: 'misconfiguration',
    location: {
      file: around.target,
      line: numberOf(cause, 'StartLine') || undefined,
      snippet: causeOf(cause),
    },
    about: {
      title: textOf(entry, 'Title'),
      description: textOf(entry, 'Message') ?? textOf(entry, 'Description'),
      url: textOf(entry, 'PrimaryURL'),
    },
    fix: resolution === undefined ? undefined : { versions: [], text: resolution },
  };
}

export function secretOf(value: unknown, around: Surroundings): Observation | string {
  const entry = asObject(value);
  if (entry === undefined) return 'the entry is not an object';
  const named = ['RuleID', 'Title', 'Category', 'VulnerabilityID'];
  const id = named.map((name) => textOf(entry, name)).find((text) => text);
  if (id === undefined) return 'the entry names no rule (RuleID)';
  return {
    ...ruleObservation(entry, around, id),
    class: 'secret',
    location: {
      file: around.target,
      line: numberOf(entry, 'StartLine') || undefined,
      // Trivy masks the secret itself.
      snippet: textOf(entry, 'Match'),
    },
    about: { title: textOf(entry, 'Title'), description: textOf(entry, 'Category') },
  };
}

function ruleObservation(
  entry: JsonObject,
  around: Surroundings,
  id: string,
): Omit<Observation, 'class' | 'about'> {
  return {
    kind: 'observation',
    asset: around.asset,
    defects: [{ kind: 'rule', tool: TOOL, id }],
    occurrences: [
      {
        path: around.target,
        line:
          numberOf(entry, 'StartLine') ||
          numberOf(objectOf(entry, 'CauseMetadata'), 'StartLine') ||
          undefined,
        layer: textOf(objectOf(entry, 'Layer'), 'DiffID'),
        imageVersion: around.imageVersion,
      },
    ],
    life: { state: 'open' },
    severity: severityOf(entry),
    setAside: [],
    labels: around.labels,
  };
}

function causeOf(cause: JsonObject | undefined): string | undefined {
  const lines = objectsOf(objectOf(cause, 'Code'), 'Lines').filter((line) => line.IsCause === true);
  const code = lines.map((line) => (typeof line.Content === 'string' ? line.Content : '')).join('\n');
  // Of several resources in one file that break the same rule, the name tells which, whatever moves around it.
  return (
    [textOf(cause, 'Resource'), code.trim() === '' ? undefined : code].filter(Boolean).join('\n') || undefined
  );
}
