/** What a Trivy report says of the thing it looked at. */
import type { AssetRef, FindingClass } from '../../domain/statement.ts';
import { repositoryNameOf } from '../../platform/repository-name.ts';
import { type ImageName, imageNameOf } from '../image-name.ts';
import { type JsonObject, objectOf, textOf, textsOf } from '../loose-values.ts';

export interface Artifact {
  readonly asset: AssetRef | undefined;
  readonly imageVersion: string | undefined;
}

/**
 * The asset a report is about. A folder, a file system or an SBOM file is named by a path on the machine that ran
 * Trivy: two projects scanned as `.` or `src` must not close each other's findings, so those name no asset.
 */
export function artifactOf(report: JsonObject): Artifact {
  const metadata = objectOf(report, 'Metadata');
  const name = textOf(report, 'ArtifactName');
  const type = textOf(report, 'ArtifactType');
  const image = imageOf(metadata, type === 'container_image' ? name : undefined);
  if (image !== undefined) return { asset: { kind: 'image', name: image.name }, imageVersion: image.version };
  const repository = repositoryNameOf(textOf(metadata, 'RepoURL')) ?? repositoryNameOf(name);
  if (repository !== undefined)
    return { asset: { kind: 'repository', name: repository }, imageVersion: undefined };
  if (type === 'aws_account' && name !== undefined) {
    return { asset: { kind: 'environment', name: `aws:${name}` }, imageVersion: undefined };
  }
  return { asset: undefined, imageVersion: undefined };
}

function imageOf(metadata: JsonObject | undefined, name: string | undefined): ImageName | undefined {
  // What the person typed comes first: one build may carry many tags.
  for (const reference of [name, ...textsOf(metadata, 'RepoTags'), ...textsOf(metadata, 'RepoDigests')]) {
    const image = imageNameOf(reference);
    if (image !== undefined) return image;
  }
  return undefined;
}

/** The workload of a Kubernetes resource; `cluster` tells equal names in two clusters apart. */
export function workloadOf(cluster: string | undefined, resource: JsonObject): AssetRef | undefined {
  const name = textOf(resource, 'Name');
  if (name === undefined) return undefined;
  const parts = [cluster, textOf(resource, 'Namespace'), textOf(resource, 'Kind'), name];
  return { kind: 'workload', name: parts.filter((part) => part !== undefined).join('/') };
}

/** The image a result of a Kubernetes report belongs to: its target is `redis:6.0.5 (debian 10.4)`. */
export function imageOfTarget(target: string, resultClass: string | undefined): string | undefined {
  return resultClass === 'os-pkgs' ? /^(\S+) \([^)]*\)$/.exec(target)?.[1] : undefined;
}

/**
 * Which findings the absence of entries speaks for. Trivy does not write down which scanners ran, but their results
 * show it: packages that were looked at, configuration that was checked. A scan of configuration never closes a
 * vulnerability. A report without any result shows no filter.
 */
export function classesOf(resultClasses: ReadonlySet<string>): 'all' | readonly FindingClass[] {
  if (resultClasses.size === 0) return 'all';
  const classes = new Set<FindingClass>();
  for (const resultClass of resultClasses) {
    if (resultClass === 'config' || resultClass === 'custom') classes.add('misconfiguration');
    else if (resultClass === 'secret') classes.add('secret');
    else if (resultClass !== 'license' && resultClass !== 'license-file') {
      classes.add('vulnerability');
      classes.add('secret');
    }
  }
  return [...classes];
}
