/** An image reference, divided into what names the asset and what names this build of it. */
export interface ImageName {
  /** `registry:5000/team/app`, without tag and digest. */
  readonly name: string;
  /** The tag, else the digest. */
  readonly version: string | undefined;
}

/** Undefined where it names no image: empty, an archive on disk, or a bare image id. */
export function imageNameOf(reference: string | undefined): ImageName | undefined {
  if (reference === undefined || isArchive(reference) || isImageId(reference)) return undefined;
  const at = reference.indexOf('@');
  const digest = at < 0 ? undefined : reference.slice(at + 1);
  const tagged = at < 0 ? reference : reference.slice(0, at);
  const colon = tagged.lastIndexOf(':');
  const hasTag = colon > tagged.lastIndexOf('/');
  const name = hasTag ? tagged.slice(0, colon) : tagged;
  if (name === '' || /[\s\\]/.test(name)) return undefined;
  return { name, version: (hasTag ? tagged.slice(colon + 1) : undefined) ?? digest };
}

function isArchive(reference: string): boolean {
  return (
    /\.(tar|tar\.gz|tgz|tar\.zst|oci|img)$/i.test(reference) || /^(\.{0,2}\/|[A-Za-z]:\\)/.test(reference)
  );
}

function isImageId(reference: string): boolean {
  return /^(sha256:)?([0-9a-f]{64}|[0-9a-f]{12})$/.test(reference);
}
