/** What a BOM says of its components, as the entries about them need it. */
import type { Occurrence } from '../../domain/statement.ts';
import { packageUrl, parsePackageUrl, readablePackageUrl } from '../../platform/package-url.ts';
import { asObject, type JsonObject, objectOf, objectsOf, textOf } from '../loose-values.ts';

export interface KnownComponent {
  readonly purl: string;
  readonly version: string | undefined;
  /** Each with its path and layer only. */
  readonly places: readonly Occurrence[];
}

/** The components of a tree of them, a parent before its parts. */
export function* componentsIn(value: unknown): Generator<JsonObject> {
  const component = asObject(value);
  if (component === undefined) return;
  yield component;
  for (const name of ['components', 'services'])
    for (const part of objectsOf(component, name)) yield* componentsIn(part);
}

/** What others refer to it by. */
export function referenceOf(component: JsonObject): string | undefined {
  return textOf(component, 'bom-ref');
}

/** A component without a package URL goes by its group and name. */
export function knownComponentOf(component: JsonObject): KnownComponent | undefined {
  const name = textOf(component, 'name');
  const stated = readablePackageUrl(textOf(component, 'purl'));
  if (stated === undefined && name === undefined) return undefined;
  const version = textOf(component, 'version') ?? versionIn(stated);
  const purl = stated ?? packageUrl('generic', name ?? '', version, textOf(component, 'group'));
  return { purl, version, places: placesOf(component, purl) };
}

/** The element of a BOM that a reference names: itself, or the end of a link (`urn:cdx:…/1#element`). */
export function elementOf(reference: string): string {
  const at = reference.startsWith('urn:cdx:') ? reference.indexOf('#') : -1;
  if (at < 0) return reference;
  const element = reference.slice(at + 1);
  // The escapes of a package URL are its own, unless the whole was escaped once more.
  if (element.startsWith('pkg:') && element.includes('/')) return element;
  try {
    return decodeURIComponent(element);
  } catch {
    // A broken escape: it is taken as it stands.
    return element;
  }
}

/** What is known of a component that the BOM does not hold: most tools refer to it by its package URL. */
export function componentNamedBy(element: string): KnownComponent | undefined {
  const purl = readablePackageUrl(element);
  return purl === undefined ? undefined : { purl, version: versionIn(purl), places: [] };
}

function versionIn(purl: string | undefined): string | undefined {
  return purl === undefined ? undefined : (parsePackageUrl(purl)?.version ?? undefined);
}

const SYSTEM_PACKAGE = /^pkg:\/*(?:deb|rpm|apk|alpm)\//;
const MOST_PLACES = 100;

/** Where the tools say it: Syft and Grype, Trivy and cdxgen in properties of their own, version 1.5 as evidence. */
function placesOf(component: JsonObject, purl: string): readonly Occurrence[] {
  const places = new Map<string, { path?: string; layer?: string }>();
  const placeAt = (key: string) => {
    const place = places.get(key) ?? {};
    places.set(key, place);
    return place;
  };
  for (const property of objectsOf(component, 'properties')) {
    const [name, value] = [textOf(property, 'name'), textOf(property, 'value')];
    if (name === undefined || value === undefined) continue;
    const [, at, member] = /^syft:location:(\d+):(path|layerID)$/.exec(name) ?? [];
    if (at !== undefined) placeAt(at)[member === 'path' ? 'path' : 'layer'] = value;
    else if (name === 'aquasecurity:trivy:FilePath') placeAt('trivy').path = value;
    else if (name === 'aquasecurity:trivy:LayerDiffID') placeAt('trivy').layer = value;
    else if (name === 'SrcFile') placeAt('source').path = value;
  }
  if (places.size === 0)
    for (const [at, { location }] of objectsOf(objectOf(component, 'evidence'), 'occurrences').entries())
      if (typeof location === 'string' && location.trim() !== '') placeAt(String(at)).path = location.trim();
  // Of a package of the system the first place is its entry in the package database; the others are its files.
  return [...places.values()].slice(0, SYSTEM_PACKAGE.test(purl) ? 1 : MOST_PLACES);
}
