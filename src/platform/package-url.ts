import { PackageURL } from 'packageurl-js';

/** Whether the text can be read as a package URL. */
export function isPackageUrl(text: string): boolean {
  return /^pkg:\/{0,2}[A-Za-z][\w.+-]*\/[^\s]+$/.test(text);
}

/**
 * A package URL of what a scanner says of a package. `fullName` is the name as the ecosystem writes it: `@scope/name`,
 * `group:artifact`, `github.com/owner/module`. Where type and name do not go together: `generic`.
 */
export function packageUrl(type: string, fullName: string, version?: string, namespace?: string): string {
  // Half a character cannot be written into a URL.
  const [whole, release, space] = [fullName, version, namespace].map((text) => text?.toWellFormed());
  const divided = space === undefined ? divide(type, whole ?? '') : { namespace: space, name: whole ?? '' };
  try {
    return new PackageURL(type, divided.namespace, divided.name, release, undefined, undefined).toString();
  } catch {
    // Swift and others require a namespace that the scanner did not give.
    return new PackageURL('generic', undefined, whole ?? '', release, undefined, undefined).toString();
  }
}

const COLON_TYPES: ReadonlySet<string> = new Set(['maven']);
const SLASH_TYPES: ReadonlySet<string> = new Set([
  'npm',
  'golang',
  'composer',
  'swift',
  'github',
  'hex',
  'conan',
]);

function divide(type: string, fullName: string): { namespace: string | undefined; name: string } {
  const separator = COLON_TYPES.has(type) ? ':' : SLASH_TYPES.has(type) ? '/' : undefined;
  const at = separator === undefined ? -1 : fullName.lastIndexOf(separator);
  if (at <= 0 || at === fullName.length - 1) return { namespace: undefined, name: fullName };
  return { namespace: fullName.slice(0, at), name: fullName.slice(at + 1) };
}

/** A stated package URL as it stands, where it can be read as one in every part; else undefined. */
export function readablePackageUrl(text: string | undefined): string | undefined {
  return text !== undefined && parsePackageUrl(text) !== undefined ? text : undefined;
}

/** Undefined where the text is no package URL, or has a part that is none. */
export function parsePackageUrl(text: string): PackageURL | undefined {
  if (!isPackageUrl(text)) return undefined;
  try {
    return PackageURL.fromString(text);
  } catch {
    // A type that requires a namespace, a broken escape: it names no package.
    return undefined;
  }
}
