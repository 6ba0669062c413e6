/** What Grype's fields mean; its models grew from version to version, and all of them are read. */
import type { Severity } from '../../domain/severity.ts';
import type { Observation, Occurrence } from '../../domain/statement.ts';
import { isPackageUrl, packageUrl } from '../../platform/package-url.ts';
import {
  asObject,
  type JsonObject,
  numberOf,
  objectOf,
  objectsOf,
  shortened,
  textOf,
  textsOf,
} from '../loose-values.ts';
import { namedDefects } from '../named-defects.ts';
import { typeOfCataloguedPackage } from '../package-cataloguer-types.ts';

export const TOOL = 'Grype';

/** What a match leaves to the document around it. */
export interface Surroundings {
  readonly imageVersion: string | undefined;
  /** Name of the distribution, `debian`: the namespace of its packages. */
  readonly distribution: string | undefined;
}

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['medium', 'medium'],
  ['moderate', 'medium'],
  ['low', 'low'],
  ['negligible', 'info'],
]);

/** The observation, or what is wrong with the match. */
export function matchOf(value: unknown, around: Surroundings): Observation | string {
  const match = asObject(value);
  if (match === undefined) return 'the match is not an object';
  const vulnerability = objectOf(match, 'vulnerability');
  const artifact = objectOf(match, 'artifact');
  const id = textOf(vulnerability, 'id');
  if (id === undefined) return 'the match names no vulnerability (vulnerability.id)';
  const name = textOf(artifact, 'name');
  const version = textOf(artifact, 'version');
  const purl = purlOf(artifact, name, version, around);
  if (purl === undefined) return `${shortened(id)} names no package (artifact.name, artifact.purl)`;
  const related = objectsOf(match, 'relatedVulnerabilities');
  const defects = namedDefects(id, relatedIds(related));
  const rating = ratingOf([vulnerability, ...related.filter((one) => textOf(one, 'id') === id), ...related]);
  return {
    kind: 'observation',
    class: 'vulnerability',
    defects,
    component: { purl, version },
    occurrences: occurrencesOf(artifact, version, around),
    life: { state: 'open' },
    severity: SEVERITIES.get(textOf(vulnerability, 'severity')?.toLowerCase() ?? '') ?? 'unknown',
    score: rating.score,
    about: {
      // A notice that stands for several CVEs is told with each of them.
      title: defects.some((defect) => defect.id === id) ? undefined : id,
      description: [vulnerability, ...related].map((one) => textOf(one, 'description')).find((text) => text),
      url: textOf(vulnerability, 'dataSource') ?? linksOf(vulnerability)[0],
      vector: rating.vector,
    },
    fix: fixOf(vulnerability),
    assessment: objectsOf(vulnerability, 'knownExploited').length > 0 ? { exploit: 'available' } : undefined,
    setAside: [],
    labels: [],
  };
}

function relatedIds(related: readonly JsonObject[]): readonly string[] {
  return related.map((one) => textOf(one, 'id')).filter((id) => id !== undefined);
}

function linksOf(vulnerability: JsonObject | undefined): readonly string[] {
  return [...textsOf(vulnerability, 'urls'), ...textsOf(vulnerability, 'links')];
}

const SYSTEM_TYPES: ReadonlySet<string> = new Set(['deb', 'rpm', 'apk', 'alpm']);

function purlOf(
  artifact: JsonObject | undefined,
  name: string | undefined,
  version: string | undefined,
  { distribution }: Surroundings,
): string | undefined {
  const stated = textOf(artifact, 'purl');
  if (stated !== undefined && isPackageUrl(stated)) return stated;
  if (name === undefined) return undefined;
  const type = typeOfCataloguedPackage(textOf(artifact, 'type'));
  if (SYSTEM_TYPES.has(type)) return packageUrl(type, name, version, distribution);
  const metadata = objectOf(artifact, 'metadata');
  const group = textOf(metadata, 'pomGroupID') ?? textOf(metadata, 'PomGroupID');
  if (type === 'maven' && group !== undefined && !name.includes(':')) {
    return packageUrl(type, name, version, group);
  }
  return packageUrl(type, name, version);
}

const MOST_PLACES = 100;

/** Every place of a library; of a package of the system only its entry in the package database. */
function occurrencesOf(
  artifact: JsonObject | undefined,
  version: string | undefined,
  { imageVersion }: Surroundings,
): readonly Occurrence[] {
  const locations = objectsOf(artifact, 'locations').filter(
    (location) => textOf(objectOf(location, 'annotations'), 'evidence') !== 'supporting',
  );
  const isSystem = SYSTEM_TYPES.has(typeOfCataloguedPackage(textOf(artifact, 'type')));
  const places = locations.slice(0, isSystem ? 1 : MOST_PLACES).map(
    (location): Occurrence => ({
      version,
      path: textOf(location, 'path'),
      layer: textOf(location, 'layerID'),
      imageVersion,
    }),
  );
  return places.length === 0 ? [{ version, imageVersion }] : places;
}

interface Rating {
  readonly score: number | undefined;
  readonly vector: string | undefined;
}

/** Of the first record that has any: CVSS 3 before 4 before 2, the primary rating of a version before others. */
function ratingOf(records: readonly (JsonObject | undefined)[]): Rating {
  for (const record of records) {
    const ratings = [...objectsOf(record, 'cvss'), ...legacyRatings(record)];
    const found = ['3', '4', '2']
      .flatMap((version) => ratings.filter((one) => textOf(one, 'version')?.startsWith(version)))
      .map((one) => ({ ...readRating(one), type: textOf(one, 'type') }))
      .filter(({ score }) => score !== undefined && score > 0 && score <= 10);
    const [first] = found;
    if (first !== undefined) return { score: first.score, vector: first.vector };
  }
  return { score: undefined, vector: undefined };
}

function readRating(rating: JsonObject): Rating {
  const score = numberOf(objectOf(rating, 'metrics'), 'baseScore') ?? numberOf(rating, 'baseScore');
  return { score, vector: textOf(rating, 'vector') };
}

/** `cvssV2` and `cvssV3` of Grype before 0.13. */
function legacyRatings(record: JsonObject | undefined): readonly JsonObject[] {
  return ['3', '2']
    .map((version) => ({ version, rating: objectOf(record, `cvssV${version}`) }))
    .flatMap(({ version, rating }) => (rating === undefined ? [] : [{ ...rating, version }]));
}

/** Grype's word about a missing fix, which people need to know. */
const WITHOUT_FIX: ReadonlySet<string> = new Set(['wont-fix', 'wontfix']);

function fixOf(vulnerability: JsonObject | undefined): Observation['fix'] {
  const fix = objectOf(vulnerability, 'fix');
  const former = textOf(vulnerability, 'fixedInVersion')?.split(/[,\s]+/) ?? [];
  const versions = [...textsOf(fix, 'versions'), ...former].filter((version) => version !== '');
  const text = WITHOUT_FIX.has(textOf(fix, 'state') ?? '') ? 'will not fix' : undefined;
  return versions.length === 0 && text === undefined ? undefined : { versions, text };
}
