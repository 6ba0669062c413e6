import { ecosystemPackageUrl } from '../../platform/ecosystem.ts';
import { packageUrl } from '../../platform/package-url.ts';
import { systemPackageUrl } from '../distribution.ts';
import { ecosystemOfManager } from '../package-manager.ts';

/** What Snyk alone calls so: its names of package managers and languages. */
const ECOSYSTEMS: ReadonlyMap<string, string> = new Map([
  ['yarn-workspace', 'npm'],
  ['js', 'npm'],
  ['golangdep', 'go'],
  ['gomodules', 'go'],
  ['govendor', 'go'],
  ['paket', 'nuget'],
  ['rubygems', 'rubygems'],
  ['elixir', 'hex'],
  ['rust', 'cargo'],
  ['dart', 'pub'],
]);

/** What it says where it names no distribution. */
const UNNAMED_SYSTEMS: ReadonlySet<string> = new Set(['deb', 'rpm', 'apk']);

/** `deb`, or a distribution with its release: `debian:12`. */
export function isSystem(packageManager: string | undefined): boolean {
  const family = familyOf(packageManager);
  return (
    family === 'linux' || UNNAMED_SYSTEMS.has(family) || systemPackageUrl(family, 'a', '1') !== undefined
  );
}

/** The package URL of what Snyk calls `name`; a package of a distribution has its source in front: `curl/libcurl4`. */
export function packageUrlOf(
  packageManager: string | undefined,
  language: string | undefined,
  name: string,
  version: string | undefined,
): string {
  const family = familyOf(packageManager);
  if (isSystem(packageManager)) {
    const own = name.slice(name.lastIndexOf('/') + 1).trim() || name;
    const type = UNNAMED_SYSTEMS.has(family) ? family : 'generic';
    return systemPackageUrl(packageManager, own, version) ?? packageUrl(type, own, version);
  }
  if (family === 'cocoapods') return packageUrl('cocoapods', name, version);
  if (family === 'upstream') return packageUrl('generic', name, version);
  return ecosystemPackageUrl(ecosystemOf(family) ?? ecosystemOf(language?.toLowerCase()), name, version);
}

function ecosystemOf(word: string | undefined): string | undefined {
  return ECOSYSTEMS.get(word ?? '') ?? ecosystemOfManager(word);
}

function familyOf(packageManager: string | undefined): string {
  return packageManager?.split(':')[0]?.trim().toLowerCase() ?? '';
}
