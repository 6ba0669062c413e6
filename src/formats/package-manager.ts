/** Package managers and the files they lock packages in, as the ecosystem they take them from. */
const ECOSYSTEMS: ReadonlyMap<string, string> = new Map([
  ['npm', 'npm'],
  ['node', 'npm'],
  ['nodejs', 'npm'],
  ['nodepkg', 'npm'],
  ['javascript', 'npm'],
  ['yarn', 'npm'],
  ['pnpm', 'npm'],
  ['bun', 'npm'],
  ['pip', 'pypi'],
  ['pipenv', 'pypi'],
  ['poetry', 'pypi'],
  ['uv', 'pypi'],
  ['setuptools', 'pypi'],
  ['python', 'pypi'],
  ['pythonpkg', 'pypi'],
  ['pypi', 'pypi'],
  ['maven', 'maven'],
  ['gradle', 'maven'],
  ['sbt', 'maven'],
  ['jar', 'maven'],
  ['pom', 'maven'],
  ['java', 'maven'],
  ['go', 'go'],
  ['gomod', 'go'],
  ['gobinary', 'go'],
  ['golang', 'go'],
  ['bundler', 'rubygems'],
  ['gem', 'rubygems'],
  ['gemspec', 'rubygems'],
  ['ruby', 'rubygems'],
  ['composer', 'composer'],
  ['packagist', 'composer'],
  ['php', 'composer'],
  ['cargo', 'cargo'],
  ['rustbinary', 'cargo'],
  ['nuget', 'nuget'],
  ['dotnet', 'nuget'],
  ['dotnetcore', 'nuget'],
  ['dotnetdeps', 'nuget'],
  ['conan', 'conancenter'],
  ['pub', 'pub'],
  ['swift', 'swift'],
  ['hex', 'hex'],
]);

const FILES: readonly (readonly [pattern: RegExp, ecosystem: string])[] = [
  [/^(?:package(?:-lock)?|npm-shrinkwrap)\.json$|^yarn\.lock$|^pnpm-lock\.ya?ml$|^bun\.lock/, 'npm'],
  [
    /requirements.*\.(?:txt|in|pip)$|^Pipfile|^poetry\.lock$|^uv\.lock$|^setup\.py$|^pyproject\.toml$/,
    'pypi',
  ],
  [/^pom\.xml$|^build\.(?:gradle|sbt)|^gradle\.lockfile$|\.[jw]ar$|^maven_dep_tree/, 'maven'],
  [/^go\.(?:mod|sum)$/, 'go'],
  [/^Gemfile|\.gemspec$/, 'rubygems'],
  [/^composer\.(?:lock|json)$/, 'composer'],
  [/^Cargo\.(?:lock|toml)$/, 'cargo'],
  [/^packages\.(?:lock\.json|config)$|\.(?:cs|fs|vb)proj$|\.deps\.json$/, 'nuget'],
  [/^conan(?:\.lock|file)/, 'conancenter'],
  [/^pubspec\.(?:lock|ya?ml)$/, 'pub'],
  [/^Package\.(?:resolved|swift)$/, 'swift'],
  [/^mix\.lock$/, 'hex'],
];

/** Of a package manager however it is written: `GO_BINARY`, `go`. */
export function ecosystemOfManager(manager: string | undefined): string | undefined {
  return ECOSYSTEMS.get((manager ?? '').toLowerCase().replace(/[^a-z]/g, ''));
}

export function ecosystemOfFile(path: string | undefined): string | undefined {
  const name = path?.replaceAll('\\', '/').split('/').at(-1) ?? '';
  return FILES.find(([pattern]) => pattern.test(name))?.[1];
}
