import type { AssetRef } from '../domain/statement.ts';
import { parsePackageUrl } from '../platform/package-url.ts';
import { repositoryNameOf } from '../platform/repository-name.ts';
import { imageNameOf } from './image-name.ts';

/** What an SBOM is about; its version is that of every occurrence. */
export interface SbomSubject {
  readonly asset: AssetRef;
  readonly version: string | undefined;
}

/** How an SBOM describes what it is about. */
export interface DescribedSubject {
  readonly name: string | undefined;
  readonly group?: string | undefined;
  readonly version: string | undefined;
  readonly purl: string | undefined;
  readonly kind: 'container' | 'file' | 'other';
  /** Other names of the image, as its tool knows them. */
  readonly imageReferences?: readonly (string | undefined)[];
}

/** Undefined for a file, a folder, an archive: a place on one machine tells no two projects apart. */
export function subjectOf(described: DescribedSubject): SbomSubject | undefined {
  const { name, group, kind } = described;
  const purl = parsePackageUrl(described.purl ?? '');
  const version = described.version ?? purl?.version ?? undefined;
  if (kind === 'container' || purl?.type === 'oci' || purl?.type === 'docker')
    return imageOf(described, purl?.qualifiers?.repository_url, version);
  if (purl?.type === 'github' && purl.namespace)
    return { asset: { kind: 'repository', name: `github.com/${purl.namespace}/${purl.name}` }, version };
  const repository = repositoryNameOf(name);
  if (repository !== undefined) return { asset: { kind: 'repository', name: repository }, version };
  if (kind === 'file' || name === undefined || isPath(name)) return undefined;
  const own = group === undefined ? name : `${group}/${name}`;
  const named =
    purl === undefined ? own : `pkg:${[purl.type, purl.namespace, purl.name].filter(Boolean).join('/')}`;
  return { asset: { kind: 'sbom-subject', name: named }, version };
}

function imageOf(
  { name, imageReferences }: DescribedSubject,
  repository: string | undefined,
  version: string | undefined,
): SbomSubject | undefined {
  for (const reference of [name, ...(imageReferences ?? []), repository]) {
    const image = imageNameOf(reference);
    if (image !== undefined)
      return { asset: { kind: 'image', name: image.name }, version: image.version ?? version };
  }
  return undefined;
}

function isPath(name: string): boolean {
  return /^(?:\.{0,2}[\\/]|\.{1,2}$|[A-Za-z]:[\\/]|~\/)/.test(name);
}
