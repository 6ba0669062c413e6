/** What the packages of versions 2.x mean, and the advisories that they refer to. */
import type { Observation } from '../../domain/statement.ts';
import { packageUrl, parsePackageUrl, readablePackageUrl } from '../../platform/package-url.ts';
import { asObject, type JsonObject, objectsOf, shortened, textOf } from '../loose-values.ts';
import { type SbomSubject, subjectOf } from '../sbom-subject.ts';

interface Reference {
  readonly category: string | undefined;
  readonly type: string | undefined;
  readonly locator: string | undefined;
}

/** A type may be written as the address that defines it. */
function referencesOf(spdxPackage: JsonObject): readonly Reference[] {
  return objectsOf(spdxPackage, 'externalRefs').map((reference) => ({
    category: textOf(reference, 'referenceCategory')?.toLowerCase(),
    type: textOf(reference, 'referenceType')?.split('/').at(-1)?.toLowerCase(),
    locator: textOf(reference, 'referenceLocator'),
  }));
}

/** References to what is known of a package's security; its names in the dictionary of platforms (CPE) are none. */
export function securityReferencesOf(value: unknown): readonly Reference[] {
  const spdxPackage = asObject(value);
  if (spdxPackage === undefined) return [];
  return referencesOf(spdxPackage).filter(
    ({ category, type }) => category === 'security' && !(type ?? '').startsWith('cpe'),
  );
}

export function isAdvisory({ type }: Reference): boolean {
  return type === 'advisory';
}

export function identifierOf(value: unknown): string | undefined {
  return textOf(asObject(value), 'SPDXID');
}

/** What a DESCRIBES relationship, in either direction, says the document is about. */
export function describedBy(value: unknown): string | undefined {
  const relationship = asObject(value);
  const type = textOf(relationship, 'relationshipType')?.toUpperCase();
  const [from, to] = [textOf(relationship, 'spdxElementId'), textOf(relationship, 'relatedSpdxElement')];
  if (type === 'DESCRIBES' && from === 'SPDXRef-DOCUMENT') return to;
  return type === 'DESCRIBED_BY' && to === 'SPDXRef-DOCUMENT' ? from : undefined;
}

export function subjectOfPackage(value: unknown): SbomSubject | undefined {
  const spdxPackage = asObject(value);
  if (spdxPackage === undefined) return undefined;
  const purpose = textOf(spdxPackage, 'primaryPackagePurpose')?.toLowerCase();
  return subjectOf({
    name: nameOf(spdxPackage),
    version: versionOf(spdxPackage),
    purl: statedUrl(spdxPackage),
    kind: purpose === 'container' || purpose === 'file' ? purpose : 'other',
  });
}

/** One observation for each advisory that the package refers to; text says what is wrong with one. */
export function advisoriesOf(
  value: unknown,
  subjectVersion: string | undefined,
): readonly (Observation | string)[] {
  const references = securityReferencesOf(value);
  const advisories = references.filter(isAdvisory);
  const spdxPackage = asObject(value);
  if (advisories.length === 0 || spdxPackage === undefined) return [];
  const version = versionOf(spdxPackage) ?? versionIn(statedUrl(spdxPackage));
  const purl = urlOf(spdxPackage, version);
  const place = { version, path: textOf(spdxPackage, 'packageFileName'), imageVersion: subjectVersion };
  return advisories.map(({ locator }) => {
    if (locator === undefined) return 'the reference to an advisory has no locator';
    if (purl === undefined) return `the package of ${shortened(locator)} has no name`;
    const id = vulnerabilityIn(locator);
    const fix = references.find((one) => one.type === 'fix' && isOf(one.locator, id, advisories.length));
    return {
      kind: 'observation',
      class: 'vulnerability',
      defects: [{ kind: 'vulnerability', id, aliases: [] }],
      component: { purl, version },
      occurrences: [place],
      life: { state: 'open' },
      severity: 'unknown',
      about: { url: /^https?:/i.test(locator) ? locator : undefined },
      fix: fix?.locator === undefined ? undefined : { versions: [], text: fix.locator },
      setAside: [],
      labels: [],
    };
  });
}

/** A fix names the vulnerability in its address, or is the only one it can be of. */
function isOf(locator: string | undefined, id: string, advisories: number): boolean {
  if (locator === undefined) return false;
  const named = vulnerabilityIn(locator);
  return named === id || (named === locator && advisories === 1);
}

const KNOWN_ID = /\b(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3})\b/i;
const OTHER_ID = /^[A-Z][A-Za-z0-9]*[-_]\w*\d[\w:.-]*$/;

/** The vulnerability that the address of an advisory names, in it or as its last part; else the address itself. */
export function vulnerabilityIn(locator: string): string {
  const known = KNOWN_ID.exec(locator)?.[0];
  if (known !== undefined) return known.toUpperCase().startsWith('CVE') ? known.toUpperCase() : known;
  const last =
    locator
      .replace(/[?#].*$/, '')
      .replace(/\/+$/, '')
      .split('/')
      .at(-1) ?? '';
  return OTHER_ID.test(last) ? last : locator;
}

/** Some tools write `packageName`. */
function nameOf(spdxPackage: JsonObject): string | undefined {
  return textOf(spdxPackage, 'name') ?? textOf(spdxPackage, 'packageName');
}

function versionOf(spdxPackage: JsonObject): string | undefined {
  const version = textOf(spdxPackage, 'versionInfo');
  return version === 'NOASSERTION' || version === 'NONE' ? undefined : version;
}

function versionIn(purl: string | undefined): string | undefined {
  return purl === undefined ? undefined : (parsePackageUrl(purl)?.version ?? undefined);
}

function statedUrl(spdxPackage: JsonObject): string | undefined {
  return referencesOf(spdxPackage)
    .filter(({ type }) => type === 'purl')
    .map(({ locator }) => readablePackageUrl(locator))
    .find((purl) => purl !== undefined);
}

function urlOf(spdxPackage: JsonObject, version: string | undefined): string | undefined {
  const name = nameOf(spdxPackage);
  return statedUrl(spdxPackage) ?? (name === undefined ? undefined : packageUrl('generic', name, version));
}
