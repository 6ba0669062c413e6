/** How Syft, and Grype with it, call kinds of packages where it is not what package URLs call them. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['python', 'pypi'],
  ['wheel', 'pypi'],
  ['egg', 'pypi'],
  ['java-archive', 'maven'],
  ['jenkins-plugin', 'maven'],
  ['graalvm-native-image', 'maven'],
  ['go-module', 'golang'],
  ['rust-crate', 'cargo'],
  ['dotnet', 'nuget'],
  ['php-composer', 'composer'],
  ['php-pecl', 'pecl'],
  ['dart-pub', 'pub'],
  ['pod', 'cocoapods'],
  ['erlang-otp', 'otp'],
  ['github-action', 'github'],
  ['github-action-workflow', 'github'],
  ['lua-rocks', 'luarocks'],
  ['r-package', 'cran'],
  ['binary', 'generic'],
  ['linux-kernel', 'generic'],
  ['linux-kernel-module', 'generic'],
]);

/** The type of a package URL for Syft's type of a package. */
export function typeOfCataloguedPackage(type: string | undefined): string {
  const name = (type ?? '').toLowerCase();
  if (!/^[a-z][a-z0-9.+-]*$/.test(name) || name === 'unknownpackage') return 'generic';
  return TYPES.get(name) ?? name;
}
