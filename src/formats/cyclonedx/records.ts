/** What the fields of a vulnerability mean, in all versions; a string in place of observations says what is wrong. */
import { type Severity, severityOfScore, severityRank } from '../../domain/severity.ts';
import type { Life, Observation, Occurrence, SourceSetAside } from '../../domain/statement.ts';
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
import { namedDefects } from '../named-defects.ts';
import type { KnownComponent } from './components.ts';

/** What an entry leaves to the BOM around it. */
export interface Surroundings {
  readonly subjectVersion: string | undefined;
  /** Who sets aside what its analysis sets aside. */
  readonly issuer: string;
}

/** What an entry says wherever it is, and the text that says why it cannot be read. */
export type SharedPart = Omit<Observation, 'component' | 'occurrences'>;

export function sharedPartOf(value: unknown, around: Surroundings): SharedPart | string {
  const entry = asObject(value);
  if (entry === undefined) return 'the vulnerability is not an object';
  const others = objectsOf(entry, 'references').flatMap((reference) => textOf(reference, 'id') ?? []);
  // The standard asks for no id; what others in the BOM refer to it by is better than nothing.
  const id = textOf(entry, 'id') ?? others[0] ?? textOf(entry, 'bom-ref');
  if (id === undefined) return 'the vulnerability has no id';
  const defects = namedDefects(id, others);
  const ratings = objectsOf(entry, 'ratings').map(ratingOf);
  const rating = bestRating(ratings);
  return {
    kind: 'observation',
    class: 'vulnerability',
    defects,
    life: lifeOf(entry),
    severity: severityOf(ratings),
    score: rating?.score,
    about: {
      // A notice that stands for several vulnerabilities is told with each of them.
      title: defects.some((defect) => defect.id === id) ? undefined : id,
      description: textOf(entry, 'description') ?? textOf(entry, 'detail'),
      url: textOf(objectOf(entry, 'source'), 'url') ?? linksOf(entry)[0],
      vector: rating?.vector,
      publishedAt: timeOf(entry, 'published'),
    },
    setAside: setAsideOf(entry, around.issuer),
    labels: [],
  };
}

/** The entry where it is: on a component, or on the whole when it names none that is known. */
export function observationOn(
  entry: JsonObject | undefined,
  target: JsonObject | undefined,
  shared: SharedPart,
  component: KnownComponent | undefined,
  { subjectVersion, issuer }: Surroundings,
): Observation {
  const place: Occurrence = { version: component?.version, imageVersion: subjectVersion };
  const places = component?.places ?? [];
  return {
    ...shared,
    component: component && { purl: component.purl, version: component.version },
    occurrences: places.length === 0 ? [place] : places.map((one) => ({ ...place, ...one })),
    fix: fixOf(entry, component),
    setAside: shared.setAside.length > 0 ? shared.setAside : unaffected(target, component, issuer),
  };
}

interface Rating {
  readonly severity: Severity | undefined;
  readonly score: number | undefined;
  readonly vector: string | undefined;
  /** Of CVSS: `3.1`; empty where no method is named, undefined for what is not CVSS. */
  readonly version: string | undefined;
}

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['info', 'info'],
  ['none', 'info'],
]);

const METHODS: ReadonlyMap<string, string> = new Map([
  ['cvssv4', '4.0'],
  ['cvssv31', '3.1'],
  ['cvssv3', '3.0'],
  ['cvssv2', '2.0'],
]);

function ratingOf(rating: JsonObject): Rating {
  // The extension of before version 1.4 has the score in parts.
  const score = numberOf(rating, 'score') ?? numberOf(objectOf(rating, 'score'), 'base');
  const method = textOf(rating, 'method')?.toLowerCase();
  const vector = textOf(rating, 'vector');
  const stated = /^CVSS:(\d\.\d)\//.exec(vector ?? '')?.[1];
  const version = stated ?? (method === undefined ? '' : METHODS.get(method));
  const isScored = version !== undefined && score !== undefined && score > 0 && score <= 10;
  return {
    severity: SEVERITIES.get(textOf(rating, 'severity')?.toLowerCase() ?? ''),
    score: isScored ? score : undefined,
    vector: vector !== undefined && stated === undefined ? prefixed(vector, version) : vector,
    version,
  };
}

/** Many tools leave out which version of CVSS a vector is of; their method says it. */
function prefixed(vector: string, version: string | undefined): string {
  return version !== undefined && version >= '3' && vector.startsWith('AV:')
    ? `CVSS:${version}/${vector}`
    : vector;
}

/** The highest that is stated; where none is, that of the highest score. */
function severityOf(ratings: readonly Rating[]): Severity {
  const stated = ratings.map(({ severity }) => severity ?? 'unknown');
  const scored = ratings.map(({ score }) => severityOfScore(score));
  return highest(stated) ?? highest(scored) ?? 'unknown';
}

function highest(severities: readonly Severity[]): Severity | undefined {
  const [first] = severities
    .filter((severity) => severity !== 'unknown')
    .sort((a, b) => severityRank(b) - severityRank(a));
  return first;
}

/** CVSS 3 before 4 before 2, and before a score of no stated method; of one version the highest. */
function bestRating(ratings: readonly Rating[]): Rating | undefined {
  for (const version of ['3', '4', '2', '']) {
    const [best] = ratings
      .filter((rating) => rating.score !== undefined)
      .filter((rating) => (version === '' ? rating.version === '' : rating.version?.startsWith(version)))
      .sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
    if (best !== undefined) return best;
  }
  return undefined;
}

/** Of the extension, a link is a text of its own. */
function linksOf(entry: JsonObject): readonly string[] {
  return listOf(entry, 'advisories').flatMap((one) => {
    const url = typeof one === 'string' ? one.trim() : textOf(asObject(one), 'url');
    return url === undefined || url === '' ? [] : [url];
  });
}

export function analysisStateOf(value: unknown): string | undefined {
  return textOf(objectOf(asObject(value), 'analysis'), 'state')?.toLowerCase();
}

const RESOLVED: ReadonlySet<string | undefined> = new Set(['resolved', 'resolved_with_pedigree']);
const SET_ASIDE: ReadonlySet<string | undefined> = new Set(['not_affected', 'false_positive']);

function lifeOf(entry: JsonObject): Life {
  if (!RESOLVED.has(analysisStateOf(entry))) return { state: 'open' };
  return { state: 'resolved', resolvedAt: timeOf(objectOf(entry, 'analysis'), 'lastUpdated') };
}

function setAsideOf(entry: JsonObject, issuer: string): readonly SourceSetAside[] {
  const state = analysisStateOf(entry);
  if (state === undefined || !SET_ASIDE.has(state)) return [];
  const analysis = objectOf(entry, 'analysis');
  const words = [state, textOf(analysis, 'justification')].filter((word) => word !== undefined);
  const why = [words.map((word) => word.replaceAll('_', ' ')).join(', '), textOf(analysis, 'detail')];
  const at = timeOf(analysis, 'lastUpdated') ?? timeOf(analysis, 'firstIssued');
  return [{ kind: 'vex', issuer, reason: why.filter(Boolean).join(': '), at }];
}

/** An entry may say of the very version that is there that it is not affected. */
function unaffected(
  target: JsonObject | undefined,
  component: KnownComponent | undefined,
  issuer: string,
): readonly SourceSetAside[] {
  const own = objectsOf(target, 'versions').filter(
    (one) => component?.version !== undefined && textOf(one, 'version') === component.version,
  );
  if (own.length === 0 || !own.every((one) => textOf(one, 'status') === 'unaffected')) return [];
  return [{ kind: 'vex', issuer, reason: `version ${component?.version ?? ''} is said to be unaffected` }];
}

/** As Trivy and Snyk write it: `Upgrade NAME to version A, B or higher.` */
const UPGRADE = /\bupgrade (\S+) to version ([^;]+)/gi;

function fixOf(entry: JsonObject | undefined, component: KnownComponent | undefined): Observation['fix'] {
  const text = textOf(entry, 'recommendation') ?? recommendationsOf(entry);
  if (text === undefined) return undefined;
  const name = component?.purl
    .replace(/[@?#].*$/, '')
    .split('/')
    .at(-1);
  const versions = [...text.matchAll(UPGRADE)]
    .filter(
      ([, upgraded]) => name !== undefined && upgraded?.split(/[/:]/).at(-1) === decodeURIComponent(name),
    )
    .flatMap(([, , list]) => (list ?? '').split(/,|\s/))
    .map((version) => version.replace(/\.$/, ''))
    .filter((version) => /^v?\d[\w.+:~-]*$/i.test(version));
  return { versions: [...new Set(versions)], text };
}

function recommendationsOf(entry: JsonObject | undefined): string | undefined {
  const texts = Object.values(objectOf(entry, 'recommendations') ?? {}).filter(
    (one) => typeof one === 'string',
  );
  return texts.join(' ').trim() || undefined;
}
