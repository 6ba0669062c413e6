import { packageUrl } from '../../platform/package-url.ts';

/** Trivy's `Type` of a result (operating system, lock file or package kind) and the package URL type it means. */
const LANGUAGES: Readonly<Record<string, readonly string[]>> = {
  npm: ['npm', 'node-pkg', 'yarn', 'pnpm', 'bun'],
  pypi: ['pip', 'pipenv', 'poetry', 'uv', 'python-pkg', 'pylock'],
  maven: ['jar', 'pom', 'gradle', 'gradle-lockfile', 'sbt', 'sbt-lockfile'],
  golang: ['gobinary', 'gomod'],
  gem: ['bundler', 'gemspec'],
  cargo: ['cargo', 'rustbinary', 'rust-binary'],
  composer: ['composer', 'composer-vendor'],
  nuget: ['nuget', 'nuget-config', 'dotnet-core', 'packages-props'],
  conda: ['conda-pkg', 'conda-environment'],
  conan: ['conan'],
  cocoapods: ['cocoapods'],
  swift: ['swift'],
  pub: ['pub'],
  hex: ['hex', 'mix-lock'],
  julia: ['julia'],
  wordpress: ['wordpress'],
};

const SYSTEMS: Readonly<Record<string, readonly string[]>> = {
  deb: ['debian', 'ubuntu', 'echo'],
  apk: ['alpine', 'wolfi', 'chainguard', 'minimos'],
  rpm: [
    ...['redhat', 'centos', 'fedora', 'rocky', 'alma', 'oracle', 'amazon', 'photon'],
    ...['azurelinux', 'cbl-mariner', 'opensuse', 'opensuse-leap', 'opensuse-tumbleweed'],
    ...['suse linux enterprise server', 'sles', 'slem'],
  ],
  alpm: ['archlinux'],
};

/** The namespace where it is not the family's own name. */
const NAMESPACES: ReadonlyMap<string, string> = new Map([
  ['opensuse-leap', 'opensuse'],
  ['opensuse-tumbleweed', 'opensuse'],
  ['suse linux enterprise server', 'suse'],
  ['sles', 'suse'],
  ['slem', 'suse'],
  ['archlinux', 'arch'],
]);

const LANGUAGE_TYPES = typesByName(LANGUAGES);
const SYSTEM_TYPES = typesByName(SYSTEMS);

function typesByName(names: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(names).flatMap(([type, all]) => all.map((name) => [name, type] as const)));
}

/** The package URL that newer Trivy states itself, made from what older ones state. */
export function packageUrlOf(
  resultType: string | undefined,
  name: string,
  version: string | undefined,
): string {
  const type = (resultType ?? '').toLowerCase();
  const language = LANGUAGE_TYPES.get(type);
  if (language !== undefined) return packageUrl(language, name, version);
  const system = SYSTEM_TYPES.get(type);
  if (system !== undefined) return packageUrl(system, name, version, NAMESPACES.get(type) ?? type);
  return packageUrl('generic', name, version);
}
