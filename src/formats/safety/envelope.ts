/** What surrounds the entries, in any of Safety's layouts. */
import { GatehouseError } from '../../domain/errors.ts';
import type { AssetRef } from '../../domain/statement.ts';
import { type JsonPath, showPath, streamJson } from '../../platform/json-stream.ts';
import { repositoryNameOf } from '../../platform/repository-name.ts';
import type { ScanFile } from '../format.ts';
import { jsonInText } from '../json-in-text.ts';
import { asObject, type JsonObject, objectOf, textOf, textsOf, timeOf } from '../loose-values.ts';
import type { Place } from './records.ts';

export const VULNERABILITIES = 'vulnerabilities[*]';
export const IGNORED = 'ignored_vulnerabilities[*]';
export const PACKAGES: readonly string[] = ['scanned_packages.*', 'scanned_packages[*]'];
export const ROWS = '[*]';
const IN_PROJECTS = 'scan_results.projects[*].files[*].results.dependencies[*]';
const OUTSIDE_PROJECTS = 'scan_results.files[*].results.dependencies[*]';
export const DEPENDENCIES: ReadonlySet<string> = new Set([IN_PROJECTS, OUTSIDE_PROJECTS]);

export const ITEMS: readonly string[] = [
  VULNERABILITIES,
  IGNORED,
  ROWS,
  ...PACKAGES,
  ...DEPENDENCIES,
  'affected_packages.*',
  'remediations.*',
];

export interface Envelope {
  readonly category: string;
  /** What the file names as a whole; of project scans each project names its own. */
  readonly asset: AssetRef | undefined;
  readonly observedAt: number | undefined;
  readonly projects: readonly AssetRef[];
  /** Where the entry of a project scan at this path stands. */
  placeOf(path: JsonPath): Place;
}

const MOST_PLACES = 200_000;

/** Read before the entries. It must be Safety's, or "nothing found" would be said of any file. */
export async function readEnvelope(file: ScanFile): Promise<Envelope> {
  const projects = new Map<string, AssetRef | undefined>();
  const files = new Map<string, string | undefined>();
  let document: unknown;
  let hasEntries = false;
  for await (const event of streamJson(jsonInText(file.open()), { items: ITEMS })) {
    if (event.kind === 'document') document = event.value;
    if (event.kind === 'item') hasEntries ||= event.pattern === VULNERABILITIES && isOfSafety(event.value);
    if (event.kind !== 'end' || typeof event.path.at(-1) !== 'number') continue;
    if (projects.size + files.size >= MOST_PLACES) throw refused(`it has more than ${MOST_PLACES} files`);
    const value = asObject(event.value);
    if (event.path.at(-2) === 'files') files.set(showPath(event.path), textOf(value, 'location'));
    else if (event.path.at(-2) === 'projects') projects.set(showPath(event.path), repositoryOf(value));
  }
  const placeOf = (path: JsonPath): Place => {
    const end = path.lastIndexOf('files');
    return {
      asset: path[1] === 'projects' ? projects.get(showPath(path.slice(0, end))) : undefined,
      path: files.get(showPath(path.slice(0, end + 2))),
    };
  };
  return { ...surroundingsOf(document, hasEntries), placeOf, projects: distinct([...projects.values()]) };
}

/** What only Safety calls so. */
const OWN_MEMBERS = ['report_meta', 'scanned_packages', 'affected_packages', 'ignored_vulnerabilities'];

/** Others cut a report down to its entries. */
function isOfSafety(value: unknown): boolean {
  const entry = asObject(value);
  return entry?.vulnerability_id !== undefined && textOf(entry, 'package_name') !== undefined;
}

function surroundingsOf(
  document: unknown,
  hasEntries: boolean,
): Pick<Envelope, 'category' | 'asset' | 'observedAt'> {
  if (Array.isArray(document)) return { category: '', asset: undefined, observedAt: undefined };
  const root = asObject(document);
  if (objectOf(root, 'scan_results') !== undefined) {
    const meta = objectOf(root, 'meta');
    return {
      category: placesOf(textsOf(meta, 'scan_locations')),
      asset: undefined,
      observedAt: timeOf(meta, 'timestamp'),
    };
  }
  const meta = objectOf(root, 'report_meta');
  if (!hasEntries && !OWN_MEMBERS.some((name) => Object.hasOwn(root ?? {}, name))) {
    throw refused('it has neither report_meta nor scan_results, nor vulnerabilities as Safety names them');
  }
  if (!Array.isArray(root?.vulnerabilities)) throw refused('it has no list of vulnerabilities');
  const isOfFiles = textOf(meta, 'scan_target') === 'files';
  return {
    category: isOfFiles ? placesOf(textsOf(meta, 'scanned')) : '',
    asset: repositoryOf(meta),
    observedAt: timeOf(meta, 'timestamp'),
  };
}

function repositoryOf(owner: JsonObject | undefined): AssetRef | undefined {
  const name = repositoryNameOf(textOf(objectOf(owner, 'git'), 'origin'));
  return name === undefined ? undefined : { kind: 'repository', name };
}

/** Scans of several requirement files of one repository are streams of their own. */
function placesOf(places: readonly string[]): string {
  return places
    .filter((place) => place !== '.')
    .join(', ')
    .slice(0, 500);
}

function distinct(assets: readonly (AssetRef | undefined)[]): readonly AssetRef[] {
  const named = assets.filter((asset) => asset !== undefined);
  return [...new Map(named.map((asset) => [asset.name, asset])).values()];
}

export function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no report of Safety: ${reason}`);
}
