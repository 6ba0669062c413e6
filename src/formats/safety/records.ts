/** What Safety's fields mean: of its object, of its project scans, and of the rows of old. */
import { type Severity, severityOfScore } from '../../domain/severity.ts';
import type { AssetRef, Observation, SourceSetAside } from '../../domain/statement.ts';
import { packageUrl } from '../../platform/package-url.ts';
import {
  asObject,
  isPrototypeName,
  type JsonObject,
  numberOf,
  objectOf,
  shortened,
  textOf,
  textsOf,
  timeOf,
} from '../loose-values.ts';
import { namedDefects } from '../named-defects.ts';
import { fixesOfRange } from '../version-range.ts';

export const TOOL = 'Safety';

/** What an entry of any layout comes down to. */
interface Entry {
  readonly id: string;
  readonly names: readonly string[];
  readonly name: string;
  readonly version: string | undefined;
  readonly path?: string | undefined;
  readonly asset?: AssetRef | undefined;
  readonly rating: JsonObject | undefined;
  readonly score: JsonObject | undefined;
  readonly about: Observation['about'];
  readonly fixes: readonly string[];
  readonly setAside: readonly SourceSetAside[];
}

function observationOf(entry: Entry): Observation {
  const { version } = entry;
  const versions = [...new Set(entry.fixes)];
  const score = scoreOf(entry.score);
  return {
    kind: 'observation',
    class: 'vulnerability',
    asset: entry.asset,
    defects: namedDefects(entry.id, entry.names),
    component: { purl: packageUrl('pypi', entry.name, version), version },
    occurrences: [{ version, path: entry.path }],
    life: { state: 'open' },
    severity: severityOf(entry.rating),
    score: score.score,
    about: { ...entry.about, vector: score.vector },
    fix: versions.length === 0 ? undefined : { versions },
    setAside: entry.setAside,
    labels: [],
  };
}

/** One entry of `vulnerabilities`, of `safety check` since 2.0. */
export function vulnerabilityOf(value: unknown): Observation | string {
  const entry = asObject(value);
  const id = idOf(entry, 'vulnerability_id');
  const name = textOf(entry, 'package_name');
  if (entry === undefined || id === undefined) return 'the entry has no vulnerability_id';
  if (name === undefined) return `${shortened(id)} names no package (package_name)`;
  const rating = objectOf(entry, 'severity');
  const stated = [
    textsOf(entry, 'fixed_versions'),
    textsOf(entry, 'closest_versions_without_known_vulnerabilities'),
    rangesOf(entry, 'vulnerable_spec').flatMap(fixesOfRange),
  ];
  return observationOf({
    id,
    names: namesIn(textOf(entry, 'CVE') ?? textOf(objectOf(entry, 'CVE'), 'name')),
    name,
    version: textOf(entry, 'analyzed_version'),
    path: textOf(objectOf(entry, 'analyzed_requirement'), 'found'),
    rating,
    score: [rating, objectOf(entry, 'CVE')].find((one) => scoreOf(one).score !== undefined),
    about: {
      description: textOf(entry, 'advisory'),
      url: textOf(entry, 'more_info_url'),
      publishedAt: dayOf(entry, 'published_date'),
    },
    fixes: stated.find((versions) => versions.length > 0) ?? [],
    setAside: ignoredBy(entry.ignored, textOf(entry, 'ignored_reason'), timeOf(entry, 'ignored_expires')),
  });
}

/** Where a dependency of a project scan stands. */
export interface Place {
  readonly asset: AssetRef | undefined;
  readonly path: string | undefined;
}

/** One specification of a dependency, of `safety scan`. */
export interface Specification {
  readonly name: string;
  readonly version: string | undefined;
  readonly fixes: readonly string[];
}

export function specificationOf(value: unknown, dependency: JsonObject): Specification {
  const entry = asObject(value);
  const raw = textOf(entry, 'raw') ?? '';
  const remedy = objectOf(objectOf(entry, 'vulnerabilities'), 'remediation');
  const recommended = textOf(remedy, 'recommended');
  return {
    name: textOf(dependency, 'name') ?? '',
    version: /={2,3}\s*([^\s;,#]+)/.exec(raw)?.[1] ?? textOf(dependency, 'version'),
    fixes: [...(recommended === undefined ? [] : [recommended]), ...textsOf(remedy, 'other_recommended')],
  };
}

/** One entry of `known_vulnerabilities`. */
export function knownVulnerabilityOf(
  value: unknown,
  { name, version, fixes }: Specification,
  place: Place,
): Observation | string {
  const entry = asObject(value);
  const id = idOf(entry, 'id');
  if (entry === undefined || id === undefined) return `a vulnerability of ${shortened(name)} has no id`;
  const cve = objectOf(entry, 'cve') ?? objectOf(entry, 'CVE');
  const rating = objectOf(entry, 'severity');
  const ignored = objectOf(entry, 'ignored');
  return observationOf({
    id,
    names: namesIn(textOf(entry, 'cve') ?? textOf(entry, 'CVE') ?? textOf(cve, 'name')),
    name,
    version,
    ...place,
    rating,
    score: [rating, cve].find((one) => scoreOf(one).score !== undefined),
    about: {
      description: textOf(entry, 'advisory') ?? textOf(cve, 'advisory'),
      url: textOf(entry, 'more_info_url'),
    },
    fixes: fixes.length > 0 ? fixes : rangesOf(entry, 'vulnerable_spec').flatMap(fixesOfRange),
    setAside: ignoredBy(entry.ignored, textOf(ignored, 'reason'), timeOf(ignored, 'expires')),
  });
}

/** One row of Safety 1: package, vulnerable range, installed version, advisory, id, and sometimes more. */
export function rowOf(value: unknown): Observation | string {
  if (!Array.isArray(value)) return 'the row is not a list';
  const texts = value.map((cell) => (typeof cell === 'string' ? cell.trim() : ''));
  const [name = '', range = '', version = '', advisory = '', , ...rest] = texts;
  const id = vendorId(value[4]);
  if (name === '') return 'the row names no package';
  if (id === undefined) return `the row about ${shortened(name)} has no id`;
  return observationOf({
    id,
    names: rest.flatMap(namesIn),
    name,
    version: version === '' ? undefined : version,
    rating: undefined,
    score: undefined,
    about: { description: advisory === '' ? undefined : advisory },
    fixes: fixesOfRange(range),
    setAside: [],
  });
}

function idOf(entry: JsonObject | undefined, name: string): string | undefined {
  return vendorId(entry?.[name]);
}

/** Safety numbers its vulnerabilities; its own database writes `pyup.io-25853` where numbers alone say nothing. */
function vendorId(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  return /^\d+$/.test(text.trim()) ? `pyup.io-${text.trim()}` : text.trim();
}

/** `PVE-…` is Safety's own name for what had no CVE. */
function namesIn(text: string | undefined): readonly string[] {
  return [...new Set(text?.match(/(?:CVE|PVE)-\d{4}-\d{4,}/gi) ?? [])];
}

function rangesOf(entry: JsonObject, name: string): readonly string[] {
  const one = textOf(entry, name);
  return one === undefined ? textsOf(entry, name) : [one];
}

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
  ['NONE', 'info'],
]);

/** Only what Safety states as the severity of the entry; what stands beside its CVE is the score alone. */
function severityOf(rating: JsonObject | undefined): Severity {
  const version3 = objectOf(rating, 'cvssv3');
  const stated = SEVERITIES.get(textOf(version3, 'base_severity')?.toUpperCase() ?? '');
  return stated ?? severityOfScore(numberOf(version3, 'base_score'));
}

interface Score {
  readonly score: number | undefined;
  readonly vector: string | undefined;
}

function scoreOf(rating: JsonObject | undefined): Score {
  for (const version of ['cvssv3', 'cvssv2']) {
    const found = objectOf(rating, version);
    const score = numberOf(found, 'base_score');
    if (score !== undefined && score > 0 && score <= 10)
      return { score, vector: textOf(found, 'vector_string') };
  }
  return { score: undefined, vector: undefined };
}

/** `2021-Apr-14`. */
function dayOf(entry: JsonObject, name: string): number | undefined {
  const text = textOf(entry, name);
  const time =
    text !== undefined && /^\d{4}-[A-Z][a-z]{2}-\d\d$/.test(text) ? Date.parse(`${text} UTC`) : NaN;
  return Number.isNaN(time) ? timeOf(entry, name) : time;
}

/** Not ignored are `false`, `null` and, of Safety 3, an empty object. */
function ignoredBy(
  ignored: unknown,
  reason: string | undefined,
  until: number | undefined,
): readonly SourceSetAside[] {
  const isIgnored =
    ignored === true || Object.keys(asObject(ignored) ?? {}).some((name) => !isPrototypeName(name));
  return isIgnored
    ? [
        {
          kind: 'suppression',
          issuer: TOOL,
          reason: reason ?? 'ignored by its policy, without a reason',
          until,
        },
      ]
    : [];
}
