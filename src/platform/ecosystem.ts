import { packageUrl } from './package-url.ts';
import { repositoryNameOf } from './repository-name.ts';

/** How OSV, GitHub and Semgrep call ecosystems, in lower case and without a release (`Debian:12`), and the package URL type. */
const TYPES: ReadonlyMap<string, readonly [type: string, namespace?: string]> = new Map([
  ['npm', ['npm']],
  ['pypi', ['pypi']],
  ['pip', ['pypi']],
  ['maven', ['maven']],
  ['go', ['golang']],
  ['golang', ['golang']],
  ['gomod', ['golang']],
  ['rubygems', ['gem']],
  ['gem', ['gem']],
  ['crates.io', ['cargo']],
  ['cargo', ['cargo']],
  ['rust', ['cargo']],
  ['packagist', ['composer']],
  ['composer', ['composer']],
  ['nuget', ['nuget']],
  ['pub', ['pub']],
  ['hex', ['hex']],
  ['erlang', ['hex']],
  ['hackage', ['hackage']],
  ['cran', ['cran']],
  ['bioconductor', ['bioconductor']],
  ['conancenter', ['conan']],
  ['swift', ['swift']],
  ['swifturl', ['swift']],
  ['swiftpm', ['swift']],
  ['actions', ['github']],
  ['github actions', ['github']],
  ['julia', ['julia']],
  ['bitnami', ['bitnami']],
  ['debian', ['deb', 'debian']],
  ['ubuntu', ['deb', 'ubuntu']],
  ['echo', ['deb', 'echo']],
  ['alpine', ['apk', 'alpine']],
  ['alpaquita', ['apk', 'alpaquita']],
  ['wolfi', ['apk', 'wolfi']],
  ['chainguard', ['apk', 'chainguard']],
  ['minimos', ['apk', 'minimos']],
  ['red hat', ['rpm', 'redhat']],
  ['rocky linux', ['rpm', 'rocky']],
  ['almalinux', ['rpm', 'alma']],
  ['opensuse', ['rpm', 'opensuse']],
  ['suse', ['rpm', 'suse']],
  ['mageia', ['rpm', 'mageia']],
  ['azure linux', ['rpm', 'azurelinux']],
  ['openeuler', ['rpm', 'openeuler']],
  ['photon os', ['rpm', 'photon']],
]);

/** The package URL of a package as its ecosystem names it; a repository on its own goes by its host. */
export function ecosystemPackageUrl(
  ecosystem: string | undefined,
  name: string,
  version: string | undefined,
): string {
  const family = (ecosystem ?? '').split(':')[0]?.trim().toLowerCase() ?? '';
  const known = TYPES.get(family);
  if (known?.[0] === 'swift') return packageUrl('swift', repositoryNameOf(name) ?? name, version);
  if (known !== undefined) return packageUrl(known[0], name, version, known[1]);
  const repository = /^(github|gitlab|bitbucket)\.(?:com|org)\/(.+)\/([^/]+)$/.exec(
    repositoryNameOf(name) ?? '',
  );
  if (repository === null) return packageUrl('generic', name, version);
  return packageUrl(repository[1] ?? '', repository[3] ?? '', version, repository[2]);
}
