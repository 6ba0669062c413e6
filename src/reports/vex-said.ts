/** Our own judgement of a finding, as VEX documents say it; both dialects are written from this. */
import { PackageURL } from 'packageurl-js';
import type { Finding } from '../domain/finding.ts';
import { showInstant } from '../domain/instant.ts';
import type { AssetRef } from '../domain/statement.ts';
import type { Justification, Triage } from '../domain/triage.ts';
import type { Waiver } from '../domain/waiver.ts';

export interface JudgedFinding {
  readonly finding: Finding;
  readonly triage: Triage | undefined;
  readonly waiver: Waiver | undefined;
}

export interface VexFacts {
  readonly author: string;
  /** Epoch ms. */
  readonly at: number;
  readonly judged: readonly JudgedFinding[];
}

export interface Said {
  readonly finding: Finding;
  readonly vulnerability: string;
  readonly status: 'not-affected' | 'false-positive' | 'affected' | 'under-investigation';
  readonly justification: Justification | undefined;
  /** Why, or what is done about it. */
  readonly statement: string;
  readonly at: number;
}

/** Only of vulnerabilities: VEX has no word for rules. An acceptance is `affected`: it denies nothing. */
export function saidOf({ judged, at }: VexFacts): readonly Said[] {
  return judged.flatMap(({ finding, triage, waiver }): readonly Said[] => {
    const { vulnerability } = finding;
    if (vulnerability === undefined) return [];
    const common = { finding, vulnerability, justification: triage?.justification };
    const comment = triage?.comments.findLast(
      (one) => one.by === triage.stateBy && one.at === triage.stateAt,
    )?.text;
    const said = { ...common, at: triage?.stateAt ?? at };
    switch (triage?.state) {
      case 'not-affected':
      case 'false-positive':
      case 'under-investigation':
        return [{ ...said, status: triage.state, statement: comment ?? triage.state.replace('-', ' ') }];
      default:
        return [
          {
            ...said,
            status: 'affected',
            statement: waiver === undefined ? (comment ?? 'to be fixed') : waivedBy(waiver),
          },
        ];
    }
  });
}

function waivedBy({ by, reason, until }: Waiver): string {
  return `accepted by ${by} until ${showInstant(until)}: ${reason}`;
}

/** A package URL where there is one for its kind, else its name as a URN. */
export function productIdOf({ kind, name }: AssetRef): string {
  if (kind === 'image') {
    const last = name.split('/').at(-1) ?? name;
    const qualifiers = name.includes('/') ? { repository_url: name } : undefined;
    return new PackageURL('oci', undefined, last, undefined, qualifiers, undefined).toString();
  }
  if (name.startsWith('pkg:')) return name;
  return `urn:gatehouse:${kind}:${encodeURIComponent(name.toWellFormed())}`;
}

/** The component in each installed version; none where the finding names none. */
export function partsOf({ component, observations }: Finding): readonly string[] {
  if (component === undefined) return [];
  const versions = [
    ...new Set(observations.filter(({ live }) => live).flatMap((view) => view.versions)),
  ].sort();
  if (versions.length === 0) return [component];
  const { type, namespace, name, qualifiers } = PackageURL.fromString(component);
  return versions.map((version) =>
    new PackageURL(type, namespace, name, version, qualifiers, undefined).toString(),
  );
}
