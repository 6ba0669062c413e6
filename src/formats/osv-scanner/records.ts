/** What OSV-Scanner's fields mean. Of a record, which may be large, only what findings need is kept. */
import { type Severity, severityOfScore } from '../../domain/severity.ts';
import type { Assessment, Component, Defect, Location, Observation } from '../../domain/statement.ts';
import { ecosystemPackageUrl } from '../../platform/ecosystem.ts';
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
import { isNotice, namedDefects } from '../named-defects.ts';

export const TOOL = 'OSV-Scanner';

/** One entry of `vulnerabilities`. */
export interface OsvRecord {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly vector: string | undefined;
  readonly severity: Severity;
  readonly publishedAt: number | undefined;
  /** Versions that fix it, with the package each is of. */
  readonly fixes: readonly { readonly name: string; readonly version: string }[];
}

/** One entry of `groups`: ids that are one vulnerability. */
export interface OsvGroup {
  readonly ids: readonly string[];
  readonly aliases: readonly string[];
  readonly score: number | undefined;
  readonly functionUsage: Assessment['functionUsage'];
}

/** What the groups of a package share. */
export interface ScannedPackage {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly component: Component | undefined;
  /** The lock file, or what else the package was found in. */
  readonly path: string | undefined;
}

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['moderate', 'medium'],
  ['medium', 'medium'],
  ['low', 'low'],
]);

export function recordOf(value: unknown): OsvRecord | string {
  const entry = asObject(value);
  const id = textOf(entry, 'id');
  if (id === undefined) return 'the vulnerability has no id';
  const severity = textOf(objectOf(entry, 'database_specific'), 'severity')?.toLowerCase();
  return {
    id,
    aliases: textsOf(entry, 'aliases'),
    title: textOf(entry, 'summary'),
    description: textOf(entry, 'details'),
    vector: vectorOf(entry),
    severity: SEVERITIES.get(severity ?? '') ?? 'unknown',
    publishedAt: timeOf(entry, 'published'),
    fixes: fixesOf(entry),
  };
}

/** CVSS 3 before 4 before 2. */
function vectorOf(entry: JsonObject | undefined): string | undefined {
  const ratings = objectsOf(entry, 'severity');
  return ['CVSS_V3', 'CVSS_V4', 'CVSS_V2']
    .map((type) =>
      textOf(
        ratings.find((rating) => textOf(rating, 'type') === type),
        'score',
      ),
    )
    .find((vector) => vector !== undefined);
}

const MOST_FIXES = 100;

function fixesOf(entry: JsonObject | undefined): OsvRecord['fixes'] {
  const fixes = objectsOf(entry, 'affected').flatMap((affected) => {
    const name = textOf(objectOf(affected, 'package'), 'name')?.toLowerCase() ?? '';
    return objectsOf(affected, 'ranges')
      .filter((range) => textOf(range, 'type') !== 'GIT')
      .flatMap((range) => objectsOf(range, 'events'))
      .flatMap((event) => textOf(event, 'fixed') ?? [])
      .map((version) => ({ name, version }));
  });
  return fixes.slice(0, MOST_FIXES);
}

export function groupOf(value: unknown): OsvGroup | string {
  const entry = asObject(value);
  const ids = textsOf(entry, 'ids');
  if (ids.length === 0) return 'the group names no vulnerability (ids)';
  return {
    ids,
    aliases: textsOf(entry, 'aliases'),
    score: numberOf(entry, 'max_severity'),
    functionUsage: functionUsageOf(
      objectOf(entry, 'experimental_analysis') ?? objectOf(entry, 'experimentalAnalysis'),
    ),
  };
}

/** Call analysis speaks of each id: the vulnerable function is in use when it is for one of them. */
function functionUsageOf(analysis: JsonObject | undefined): Assessment['functionUsage'] {
  const called = Object.values(analysis ?? {}).map((one) => asObject(one)?.called);
  if (called.includes(true)) return 'in-use';
  return called.length > 0 && called.every((one) => one === false) ? 'not-in-use' : undefined;
}

/** A commit of vendored code has neither name nor ecosystem: it is known by where it stands. */
export function packageOf(value: unknown, path: string | undefined): ScannedPackage {
  const entry = asObject(value);
  const described = objectOf(entry, 'package') ?? objectOf(entry, 'Package');
  const name = textOf(described, 'name');
  const version = textOf(described, 'version') ?? textOf(described, 'commit');
  if (name === undefined) return { name, version, component: undefined, path };
  // A distribution's advisory goes by the source package; what is installed, and must be updated, is the binary one.
  const installed = textOf(described, 'os_package_name') ?? name;
  const purl = ecosystemPackageUrl(textOf(described, 'ecosystem'), installed, version);
  return { name, version, component: { purl, version }, path };
}

/** The records are those of the group, in the group's order. */
export function observationOf(
  group: OsvGroup,
  records: readonly OsvRecord[],
  scanned: ScannedPackage,
): Observation {
  const [first] = records;
  const isScored = group.score !== undefined && group.score > 0 && group.score <= 10;
  return {
    kind: 'observation',
    class: 'vulnerability',
    defects: defectsOf(group, records),
    component: scanned.component,
    location: scanned.component === undefined ? locationOf(scanned) : undefined,
    occurrences: [{ version: scanned.version, path: scanned.path }],
    life: { state: 'open' },
    severity: isScored ? severityOfScore(group.score) : (first?.severity ?? 'unknown'),
    score: isScored ? group.score : undefined,
    about: {
      title: firstOf(records, 'title'),
      description: firstOf(records, 'description'),
      url: `https://osv.dev/${encodeURIComponent((group.ids[0] ?? '').toWellFormed())}`,
      vector: firstOf(records, 'vector'),
      publishedAt: first?.publishedAt,
    },
    fix: fixOf(records, scanned.name),
    assessment: group.functionUsage && { functionUsage: group.functionUsage },
    setAside: [],
    labels: [],
  };
}

/**
 * What the records of a group call themselves is one vulnerability: OSV declares these aliases. The notices of
 * distributions (DSA, USN …) fix several, whatever early records declared.
 */
function defectsOf(group: OsvGroup, records: readonly OsvRecord[]): readonly Defect[] {
  const names = [...group.ids, ...group.aliases, ...records.flatMap((record) => record.aliases)];
  const [id, ...aliases] = [...new Set(names.filter((name) => !isNotice(name)))];
  const isOnlyNotices = group.ids.every(isNotice);
  if (id === undefined || isOnlyNotices) return namedDefects(group.ids[0] ?? '', names);
  const carried = group.ids.flatMap((name) => DISTRIBUTION_CVE.exec(name)?.[1] ?? []);
  return [{ kind: 'vulnerability', id, aliases: [...new Set([...aliases, ...carried])] }];
}

/** A distribution's own record of a CVE: `DEBIAN-CVE-2024-1234`. */
const DISTRIBUTION_CVE = /^[A-Z]+-(CVE-\d{4}-\d{4,})$/;

function firstOf(
  records: readonly OsvRecord[],
  name: 'title' | 'description' | 'vector',
): string | undefined {
  return records.map((record) => record[name]).find((text) => text !== undefined);
}

function locationOf({ path }: ScannedPackage): Location | undefined {
  return path === undefined ? undefined : { file: path };
}

function fixOf(records: readonly OsvRecord[], name: string | undefined): Observation['fix'] {
  const wanted = name?.toLowerCase();
  const fixes = records.flatMap((record) => record.fixes).filter((fix) => fix.name === wanted);
  const versions = [...new Set(fixes.map(({ version }) => version))];
  return versions.length === 0 ? undefined : { versions };
}
