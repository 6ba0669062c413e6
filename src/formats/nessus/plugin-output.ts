/** One copy of what a plugin found, as its output tells for people. */
export interface Installation {
  readonly path: string | undefined;
  readonly version: string | undefined;
  /** Of several branches, each has its own. */
  readonly fixedVersions: readonly string[];
}

const LINE = /^\s*([A-Za-z][A-Za-z ]{1,40}?)\s*:\s(.*)$/;

type Member = 'path' | 'version' | 'fixed';

/** What plugins call it; those of packages of Linux distributions have both in one. */
const MEMBERS: ReadonlyMap<string, Member> = new Map([
  ['path', 'path'],
  ['installed version', 'version'],
  ['remote version', 'version'],
  ['reported version', 'version'],
  ['version', 'version'],
  ['remote package installed', 'version'],
  ['fixed version', 'fixed'],
  ['should be', 'fixed'],
]);

const MOST_LOOKED_AT = 20_000;
const MOST = 100;

/**
 * The installations that an output tells of: groups of lines such as `Installed version : 1.0`. A line that repeats
 * what the group has begins the next one. Without a version there is none.
 */
export function installationsIn(output: string): readonly Installation[] {
  const found: Installation[] = [];
  let group: Partial<Record<Member, string>> = {};
  const end = (): void => {
    if (group.version !== undefined && found.length < MOST) {
      const { path, version, fixed } = group;
      found.push({ path, version, fixedVersions: fixed?.split(/\s*\/\s+|\s*,\s*|\s+or\s+/) ?? [] });
    }
    group = {};
  };
  for (const line of output.slice(0, MOST_LOOKED_AT).split('\n')) {
    const [, name = '', value = ''] = LINE.exec(line) ?? [];
    const member = MEMBERS.get(name.toLowerCase());
    if (member === undefined || value.trim() === '') continue;
    if (group[member] !== undefined) end();
    group[member] = value.trim();
  }
  end();
  return found;
}
