/** What the elements of version 3 mean, each by itself. */
import type { Severity } from '../../domain/severity.ts';
import { packageUrl, parsePackageUrl, readablePackageUrl } from '../../platform/package-url.ts';
import { asObject, type JsonObject, numberOf, objectsOf, textOf, textsOf } from '../loose-values.ts';
import { type SbomSubject, subjectOf } from '../sbom-subject.ts';

/** `software_package` of `software_Package`, `software:Package` and the address that ends in `Software/Package`. */
export function typeOf(element: JsonObject): string {
  const type = textOf(element, 'type') ?? textOf(element, '@type') ?? '';
  const named = type.replace(/^https?:\/\/spdx\.org\/rdf\/[^/]+\/terms\//, '').replace(/^Core\//, '');
  return named.replace(/[:/]/, '_').toLowerCase();
}

export function identifierOf(element: JsonObject): string | undefined {
  return textOf(element, 'spdxId') ?? textOf(element, '@id');
}

/** What a member refers to: one element or several, by their ids. */
export function idsOf(element: JsonObject, name: string): readonly string[] {
  const value = element[name];
  const listed = Array.isArray(value) ? value : [value];
  return listed.flatMap((one) => {
    const id = typeof one === 'string' ? one : identifierOf(asObject(one) ?? {});
    return id === undefined || id === '' ? [] : [id];
  });
}

export interface KnownPackage {
  readonly purl: string;
  readonly version: string | undefined;
}

export function knownPackageOf(element: JsonObject): KnownPackage | undefined {
  const name = textOf(element, 'name');
  const stated = statedUrl(element);
  if (stated === undefined && name === undefined) return undefined;
  const inUrl = stated === undefined ? undefined : (parsePackageUrl(stated)?.version ?? undefined);
  const version = textOf(element, 'software_packageVersion') ?? inUrl;
  return { purl: stated ?? packageUrl('generic', name ?? '', version), version };
}

function statedUrl(element: JsonObject): string | undefined {
  const named = objectsOf(element, 'externalIdentifier').map((one) => textOf(one, 'identifier'));
  return [textOf(element, 'software_packageUrl'), ...named]
    .map((purl) => readablePackageUrl(purl))
    .find((purl) => purl !== undefined);
}

export function subjectOfElement(element: JsonObject): SbomSubject | undefined {
  const purpose = textOf(element, 'software_primaryPurpose')?.toLowerCase();
  const isFile = typeOf(element) === 'software_file' || purpose === 'file';
  return subjectOf({
    name: textOf(element, 'name'),
    version: textOf(element, 'software_packageVersion'),
    purl: statedUrl(element),
    kind: isFile ? 'file' : purpose === 'container' ? 'container' : 'other',
  });
}

/** The names of a vulnerability, a CVE first. */
export function namesOf(element: JsonObject): readonly string[] {
  const identifiers = objectsOf(element, 'externalIdentifier').flatMap((one) => {
    const identifier = textOf(one, 'identifier');
    return identifier === undefined || /\s|^[a-z][a-z+.-]*:/i.test(identifier) ? [] : [identifier];
  });
  const names = [...identifiers, textOf(element, 'name')].filter((name) => name !== undefined);
  const cves = names.filter((name) => /^CVE-/i.test(name));
  return [...new Set([...cves, ...names])];
}

export function advisoryLinkOf(element: JsonObject): string | undefined {
  const references = objectsOf(element, 'externalRef');
  const advisories = references.filter((one) => textOf(one, 'externalRefType') === 'securityAdvisory');
  return [...advisories, ...references]
    .flatMap((one) => [textOf(one, 'locator'), ...textsOf(one, 'locator')])
    .find((locator) => locator !== undefined && /^https?:/i.test(locator));
}

export interface Rating {
  /** Of CVSS: `3`. */
  readonly version: string;
  readonly severity: Severity | undefined;
  readonly score: number | undefined;
  readonly vector: string | undefined;
}

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['none', 'info'],
]);

/** Of an assessment by CVSS; of any other, undefined. */
export function ratingOf(element: JsonObject): Rating | undefined {
  const version = /^security_cvssv([234])/.exec(typeOf(element))?.[1];
  if (version === undefined) return undefined;
  const score = numberOf(element, 'security_score');
  return {
    version,
    severity: SEVERITIES.get(textOf(element, 'security_severity')?.toLowerCase() ?? ''),
    score: score !== undefined && score > 0 && score <= 10 ? score : undefined,
    vector: textOf(element, 'security_vectorString'),
  };
}
