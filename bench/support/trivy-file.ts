/** A Trivy report of one image, as large as asked for, with entries as wordy as real ones (about 2 kB). */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import {
  type InventedPackage,
  type InventedVulnerability,
  inventPackages,
  inventVulnerabilities,
  pairOf,
} from './catalogue.ts';

export interface TrivyFile {
  readonly path: string;
  readonly image: string;
  readonly findings: number;
  /** Of a hundred findings, how many are stated at a second place as well. */
  readonly repeatedPercent: number;
}

/** The number of entries written. */
export async function writeTrivyFile(file: TrivyFile): Promise<number> {
  const vulnerabilities = inventVulnerabilities();
  const packages = inventPackages();
  const out = createWriteStream(file.path);
  const write = async (text: string): Promise<void> => {
    if (!out.write(text)) await once(out, 'drain');
  };
  await write(headOf(file.image));
  let entries = 0;
  for (let n = 0; n < file.findings; n++) {
    const [v, p] = pairOf(n);
    const [vulnerability, package_] = [vulnerabilities[v], packages[p]];
    if (vulnerability === undefined || package_ === undefined) throw new Error('the catalogue has a hole');
    const places = n % 100 < file.repeatedPercent ? 2 : 1;
    for (let place = 0; place < places; place++) {
      await write(
        `${entries === 0 ? '' : ','}\n${JSON.stringify(entryOf(vulnerability, package_, n, place), null, 1)}`,
      );
      entries += 1;
    }
  }
  await write('\n]}]}\n');
  out.end();
  await once(out, 'finish');
  return entries;
}

function headOf(image: string): string {
  const head = JSON.stringify({
    SchemaVersion: 2,
    CreatedAt: '2026-05-01T00:00:00Z',
    ArtifactName: image,
    ArtifactType: 'container_image',
    Metadata: { OS: { Family: 'ubuntu', Name: '22.04' }, RepoTags: [image] },
  });
  return `${head.slice(0, -1)},"Results":[{"Target":"${image} (ubuntu 22.04)","Class":"os-pkgs","Type":"ubuntu","Vulnerabilities":[`;
}

function entryOf(
  vulnerability: InventedVulnerability,
  package_: InventedPackage,
  n: number,
  place: number,
): object {
  const { id, ghsa, title, description, url, vector, score, severity, publishedAt } = vulnerability;
  return {
    VulnerabilityID: id,
    VendorIDs: ghsa === undefined ? undefined : [ghsa],
    PkgID: `${package_.name}@${package_.version}`,
    PkgName: package_.name,
    PkgPath: place === 0 ? undefined : `opt/vendor/${package_.name}/${place}`,
    PkgIdentifier: { PURL: package_.purl, UID: (n * 2_654_435_761).toString(16).slice(-16) },
    InstalledVersion: package_.version,
    FixedVersion: n % 3 === 0 ? undefined : package_.fixed,
    Status: n % 3 === 0 ? 'affected' : 'fixed',
    Layer: { DiffID: `sha256:${(n % 12).toString(16).padStart(64, '0')}` },
    SeveritySource: 'ubuntu',
    PrimaryURL: url,
    DataSource: {
      ID: 'ubuntu',
      Name: 'Ubuntu CVE Tracker',
      URL: 'https://advisories.example.org/ubuntu-cve-tracker',
    },
    Title: title,
    Description: description,
    Severity: severity.toUpperCase(),
    CweIDs: [`CWE-${100 + (n % 300)}`],
    VendorSeverity: { ubuntu: 2, nvd: 3, redhat: 2 },
    CVSS: {
      nvd: { V3Vector: vector, V3Score: score },
      redhat: { V3Vector: vector, V3Score: score },
    },
    References: Array.from(
      { length: 4 },
      (_, m) => `https://advisories.example.org/references/${id.toLowerCase()}/${m}`,
    ),
    PublishedDate: publishedAt,
    LastModifiedDate: publishedAt,
  };
}
