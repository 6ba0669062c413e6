/** What a Grype document says of the thing it looked at and of how it looked. */
import type { AssetRef } from '../../domain/statement.ts';
import { type ImageName, imageNameOf } from '../image-name.ts';
import { type JsonObject, objectOf, textOf, textsOf } from '../loose-values.ts';
import type { Surroundings } from './records.ts';

/** How the place of an image is written before its name: `docker:alpine:3.20`. */
const SCHEME =
  /^(?:docker|podman|containerd|registry|docker-archive|oci-archive|oci-dir|oci-registry|singularity|snap):(?=[^/])/;
const NO_IMAGE = /^(?:dir|file|sbom|purl|cpe):/;

export function assetOf(document: JsonObject): AssetRef | undefined {
  const image = imageOf(document);
  return image && { kind: 'image', name: image.name };
}

export function surroundingsOf(document: JsonObject): Surroundings {
  const distribution = objectOf(document, 'distro');
  return {
    imageVersion: imageOf(document)?.version,
    distribution: (textOf(distribution, 'name') ?? textOf(distribution, 'id'))?.toLowerCase(),
  };
}

/**
 * The image that was scanned. A folder, a file or an SBOM is named by a path on the machine that ran Grype: two
 * projects scanned as `.` must not close each other's findings, so those name no asset.
 */
function imageOf(document: JsonObject): ImageName | undefined {
  const source = objectOf(document, 'source');
  if (textOf(source, 'type')?.toLowerCase() !== 'image') return undefined;
  const target = objectOf(source, 'target');
  // What the person typed comes first: one build may carry many tags.
  const references = [
    textOf(target, 'userInput'),
    ...textsOf(target, 'tags'),
    ...textsOf(target, 'repoDigests'),
  ];
  for (const reference of references) {
    if (reference === undefined || NO_IMAGE.test(reference)) continue;
    const image = imageNameOf(reference.replace(SCHEME, ''));
    if (image !== undefined) return image;
  }
  return undefined;
}

const FILTERS = ['only-fixed', 'only-notfixed', 'ignore-wontfix'];

/**
 * A scan that was told to leave matches out says nothing of those: it is a stream of its own, so that it never closes
 * what an unfiltered scan found.
 */
export function categoryOf(document: JsonObject): string {
  const configuration = objectOf(objectOf(document, 'descriptor'), 'configuration');
  const states = textOf(configuration, 'ignore-states');
  return [
    ...FILTERS.filter((name) => configuration?.[name] === true),
    ...(states === undefined ? [] : [`ignore-states ${states}`]),
  ].join(', ');
}
