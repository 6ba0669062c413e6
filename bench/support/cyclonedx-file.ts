/** A CycloneDX bill of materials with its vulnerabilities, as large as asked for: components first, as tools write it. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { inventPackages, inventVulnerabilities, pairOf } from './catalogue.ts';

export interface CycloneDxFile {
  readonly path: string;
  readonly subject: string;
  readonly findings: number;
}

/** Each vulnerability is stated with the component it affects, about 2 kB. */
export async function writeCycloneDxFile({ path, subject, findings }: CycloneDxFile): Promise<void> {
  const vulnerabilities = inventVulnerabilities();
  const packages = inventPackages();
  const out = createWriteStream(path);
  const writeList = async (count: number, entryOf: (n: number) => object): Promise<void> => {
    for (let n = 0; n < count; n++) {
      const text = `${n === 0 ? '' : ','}\n${JSON.stringify(entryOf(n), null, 1)}`;
      if (!out.write(text)) await once(out, 'drain');
    }
  };
  const metadata = { timestamp: '2026-05-01T00:00:00Z', component: { type: 'container', name: subject } };
  const head = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata };
  out.write(`${JSON.stringify(head).slice(0, -1)},"components":[`);
  await writeList(packages.length, (n) => {
    const { name = '', version = '', purl = '' } = packages[n] ?? {};
    return { 'bom-ref': `${n}-${name}`, type: 'library', name, version, purl };
  });
  out.write('],"vulnerabilities":[');
  await writeList(findings, (n) => {
    const [v, p] = pairOf(n);
    const [vulnerability, component] = [vulnerabilities[v], packages[p]];
    if (vulnerability === undefined || component === undefined) throw new Error('the catalogue has a hole');
    const { id, description, url, vector, score, severity, publishedAt } = vulnerability;
    const source = { name: 'Ubuntu CVE Tracker', url: 'https://advisories.example.org/ubuntu-cve-tracker' };
    return {
      id,
      source,
      ratings: [{ source, score, severity, method: 'CVSSv31', vector }],
      cwes: [100 + (n % 300)],
      description,
      recommendation: `Upgrade ${component.name} to version ${component.fixed}`,
      advisories: Array.from({ length: 8 }, (_, m) => ({ url: `${url}/references/${m}` })),
      published: publishedAt,
      affects: [
        { ref: `${p}-${component.name}`, versions: [{ version: component.version, status: 'affected' }] },
      ],
    };
  });
  out.end(']}\n');
  await once(out, 'finish');
}
