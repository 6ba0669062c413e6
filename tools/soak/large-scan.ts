/**
 * Scans of half a gigabyte, imported in bounded memory: `npm run soak -- large-scan [--megabytes N] [--most N] [--only FORMAT]`.
 * Each is made, read and stored by a process of its own, as `gatehouse import` does it. Ends with 1 when one takes more
 * than `--most` MB, or does not hold what was written. CycloneDX is read up to three times; the seconds say what that costs.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runChild, type Watched } from '../../bench/support/child.ts';
import { writeCycloneDxFile } from '../../bench/support/cyclonedx-file.ts';
import { writeTrivyFile } from '../../bench/support/trivy-file.ts';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '500' },
    most: { type: 'string', default: '600' },
    only: { type: 'string', default: '' },
  },
});

const IMAGE = 'images.example.org/new/monolith:7.1';
/** Measured: what a finding takes in each file. */
const WRITERS = {
  trivy: {
    bytes: 2050,
    write: (path: string, findings: number) =>
      writeTrivyFile({ path, image: IMAGE, findings, repeatedPercent: 0 }),
  },
  cyclonedx: {
    bytes: 2050,
    write: (path: string, findings: number) => writeCycloneDxFile({ path, subject: IMAGE, findings }),
  },
} as const;

const folder = await mkdtemp(join(tmpdir(), 'gatehouse-large-scan-'));
try {
  for (const [format, { bytes, write }] of Object.entries(WRITERS)) {
    if (!format.includes(values.only)) continue;
    const findings = Math.ceil((Number(values.megabytes) * 1e6) / bytes);
    const scan = join(folder, 'scan.json');
    const store = join(folder, `${format}.db`);
    await write(scan, findings);
    const megabytes = Math.round((await stat(scan)).size / 1e6);
    const imported = await runChild<Watched<{ readonly findings: number }>>('./import-child.ts', [
      'import',
      scan,
      store,
    ]);
    await rm(store, { force: true });
    const faults = [
      ...(imported.peakMb > Number(values.most) ? [`more than ${values.most} MB`] : []),
      ...(imported.result.findings === findings
        ? []
        : [`${imported.result.findings} findings of ${findings}`]),
    ];
    if (faults.length > 0) process.exitCode = 1;
    const seconds = (imported.ms / 1000).toFixed(1);
    const told = faults.length === 0 ? 'ok   ' : 'FAILS';
    process.stdout.write(
      `${told} ${format}: ${findings} findings in ${megabytes} MB, ${seconds} s, at most ${Math.round(imported.peakMb)} MB` +
        `${faults.map((fault) => `; ${fault}`).join('')}\n`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
