import { ecosystemPackageUrl } from '../../platform/ecosystem.ts';
import { readablePackageUrl } from '../../platform/package-url.ts';
import { ecosystemOfManager } from '../package-manager.ts';
import { fixesOfRange } from '../version-range.ts';

export interface FoundPackage {
  readonly purl: string;
  readonly version: string | undefined;
  /** From the range of vulnerable versions, where the text has one. */
  readonly fixes: readonly string[];
}

/** Each scanner writes it in its own way: `npm:left-pad@1.0.0`, `npm-left-pad < 1.4.1`, `bind-libs:9.11.4`, a package URL. */
export function packageOf(text: string | undefined): FoundPackage | undefined {
  if (text === undefined) return undefined;
  const stated = readablePackageUrl(text);
  if (stated !== undefined) return { purl: stated, version: undefined, fixes: [] };
  const [, named = text, range = ''] = /^([^<>=]+?)\s*([<>=].*)?$/s.exec(text) ?? [];
  const [ecosystem, rest] = ecosystemIn(named, range !== '');
  const [, name = rest, version] = /^(.+?)[@:](v?\d[\w.+~:-]*)$/.exec(rest) ?? [];
  // Maven's alone have a group and an artifact.
  const guessed = /^[\w.-]+:[\w.-]+$/.test(name) ? 'maven' : undefined;
  return {
    purl: ecosystemPackageUrl(ecosystem ?? guessed, name, version),
    version,
    fixes: fixesOfRange(range),
  };
}

/** `npm:` stands before a name; `npm-` too, but only where a range follows: `go-git` is a package. */
function ecosystemIn(
  text: string,
  hasRange: boolean,
): readonly [ecosystem: string | undefined, rest: string] {
  const [, word, separator, rest] = /^([A-Za-z.]+)([:-])(.+)$/s.exec(text) ?? [];
  const ecosystem = ecosystemOfManager(word);
  const isKnown = ecosystem !== undefined && (separator === ':' || hasRange);
  return isKnown && rest !== undefined ? [ecosystem, rest] : [undefined, text];
}
