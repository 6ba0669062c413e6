/** Semantic versions (semver.org), read a little more widely: any number of numbers, `v` in front. */
import { compareCodes, compareDigits, compareNumbers, defineScheme, lineOf } from './scheme.ts';

interface SemanticVersion {
  readonly numbers: readonly string[];
  /** Empty: a release, which comes after all its pre-releases. */
  readonly pre: readonly string[];
}

const SEMANTIC = /^[v=]{0,2}(\d+(?:\.\d+){0,5})(?:-([\dA-Za-z.-]+))?(?:\+[\dA-Za-z.-]*)?$/;
/** The Go distribution's own: `go1.22rc1`. */
const GO_RELEASE = /^(?:go)?(\d+(?:\.\d+){0,2})(?:(alpha|beta|rc)(\d+))?$/;

function read(text: string): SemanticVersion | undefined {
  const match = SEMANTIC.exec(text);
  if (match === null) return undefined;
  const [, numbers = '', pre] = match;
  return { numbers: numbers.split('.'), pre: pre?.split('.') ?? [] };
}

function readGo(text: string): SemanticVersion | undefined {
  const [, numbers, word, number = ''] = GO_RELEASE.exec(text) ?? [];
  if (numbers === undefined) return read(text);
  return { numbers: numbers.split('.'), pre: word === undefined ? [] : [word, number] };
}

function compare(a: SemanticVersion, b: SemanticVersion): number {
  return compareNumbers(a.numbers, b.numbers) || comparePre(a.pre, b.pre);
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [index, one] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const difference = compareIdentifiers(one, other);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareIdentifiers(a: string, b: string): number {
  const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber && isOtherNumber) return compareDigits(a, b);
  return isNumber === isOtherNumber ? compareCodes(a, b) : isNumber ? -1 : 1;
}

const branch = ({ numbers }: SemanticVersion): string | undefined => lineOf(numbers);

export const semver = defineScheme({ read, compare, branch });
export const golang = defineScheme({ read: readGo, compare, branch });
/** Up to four numbers, and capitals mean nothing. */
export const nuget = defineScheme({ read: (text) => read(text.toLowerCase()), compare, branch });
