import { PackageURL } from 'packageurl-js';
import { GatehouseError } from '../domain/errors.ts';

/**
 * Qualifiers that tell packages apart; all others (architecture, distribution release, epoch, upstream, file name,
 * checksum, download address) say where this copy came from and are no part of identity.
 */
const TELLING_QUALIFIERS: ReadonlySet<string> = new Set(['classifier', 'platform', 'repository_url']);

/** Types whose default repository is implied; naming it changes nothing. */
const DEFAULT_REPOSITORIES: ReadonlySet<string> = new Set([
  'https://repo.maven.apache.org/maven2',
  'https://repo1.maven.org/maven2',
  'https://registry.npmjs.org',
  'https://pypi.org',
  'https://pypi.python.org',
  'https://rubygems.org',
]);

const KEPT_IN_CACHE = 50_000;
const known = new Map<string, string>();

/**
 * The package a package URL names: type, namespace and name in their canonical spelling, without version, subpath
 * and the qualifiers that do not tell packages apart. Throws `input-invalid` for what is no package URL.
 */
export function componentIdentity(purl: string): string {
  const cached = known.get(purl);
  if (cached !== undefined) return cached;
  const identity = identityOf(purl);
  if (known.size >= KEPT_IN_CACHE) known.clear();
  known.set(purl, identity);
  return identity;
}

function identityOf(purl: string): string {
  const parsed = parse(purl);
  const telling = Object.entries(parsed.qualifiers ?? {}).filter(
    ([name, value]) => TELLING_QUALIFIERS.has(name) && !isDefault(value),
  );
  const qualifiers = telling.length === 0 ? undefined : Object.fromEntries(telling);
  return new PackageURL(
    parsed.type,
    parsed.namespace,
    parsed.name,
    undefined,
    qualifiers,
    undefined,
  ).toString();
}

function isDefault(value: unknown): boolean {
  return value === undefined || DEFAULT_REPOSITORIES.has(String(value).replace(/\/+$/, ''));
}

function parse(purl: string): PackageURL {
  try {
    return PackageURL.fromString(purl);
  } catch (cause) {
    throw new GatehouseError('input-invalid', `"${purl.slice(0, 200)}" is not a package URL`, { cause });
  }
}
