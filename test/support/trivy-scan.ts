/** Invented Trivy scans of any size. */
import { writeFile } from 'node:fs/promises';

export interface TrivyScan {
  readonly image?: string;
  readonly createdAt?: string;
  readonly entries: readonly TrivyEntry[];
}

export interface TrivyEntry {
  readonly id: string;
  readonly severity?: string;
  readonly name?: string;
  readonly version?: string;
  readonly fixed?: string;
  readonly title?: string;
}

export function trivyScan({ image = 'registry.example.org/app:1.0', createdAt, entries }: TrivyScan): string {
  return JSON.stringify({
    SchemaVersion: 2,
    CreatedAt: createdAt ?? '2026-05-01T00:00:00Z',
    ArtifactName: image,
    ArtifactType: 'container_image',
    Results: [
      {
        Target: 'package-lock.json',
        Class: 'lang-pkgs',
        Type: 'npm',
        Vulnerabilities: entries.map(
          ({ id, severity = 'HIGH', name = 'left-pad', version = '1.0.0', fixed, title }) => ({
            VulnerabilityID: id,
            PkgName: name,
            InstalledVersion: version,
            FixedVersion: fixed,
            Severity: severity,
            Title: title ?? `A problem called ${id}`,
          }),
        ),
      },
    ],
  });
}

/** `count` entries over many packages; what they say depends on their number alone. */
export function manyEntries(count: number): readonly TrivyEntry[] {
  const severities = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
  return Array.from({ length: count }, (_, n) => ({
    id: `CVE-2024-${10_000 + (n % 700)}`,
    name: `package-${Math.floor(n / 3)}`,
    severity: severities[n % 4] ?? 'LOW',
    fixed: '2.0.0',
  }));
}

export async function writeTrivyScan(path: string, scan: TrivyScan): Promise<string> {
  await writeFile(path, trivyScan(scan));
  return path;
}
