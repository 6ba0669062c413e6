/**
 * Alpine, as `apk version -t`: numbers, a letter, suffixes, a revision. Where one version ends or goes on differently,
 * the kind of what follows decides: an end comes before a revision, that before a suffix, a letter, a number.
 */
import { defineScheme } from './scheme.ts';

const KINDS = ['number', 'digits', 'letter', 'suffix', 'suffix-number', 'revision', 'end'] as const;
interface Token {
  readonly kind: (typeof KINDS)[number];
  readonly value: bigint;
}

interface AlpineVersion {
  readonly tokens: readonly Token[];
  readonly upstream: string;
}

const ALPINE = /^(\d+(?:\.\d+)*)([a-z]?)((?:_[a-z]+\d*)*)(?:~[\da-f]+)?(?:-r(\d+))?$/;
/** Those before the release, which counts as zero, and those after it. */
const SUFFIXES: ReadonlyMap<string, bigint> = new Map([
  ['alpha', -4n],
  ['beta', -3n],
  ['pre', -2n],
  ['rc', -1n],
  ['cvs', 0n],
  ['svn', 1n],
  ['git', 2n],
  ['hg', 3n],
  ['p', 4n],
]);

function read(text: string): AlpineVersion | undefined {
  const match = ALPINE.exec(text);
  if (match === null) return undefined;
  const [, numbers = '', letter = '', suffixes = '', revision] = match;
  const tokens: Token[] = numbers.split('.').flatMap(numberTokens);
  if (letter !== '') tokens.push({ kind: 'letter', value: BigInt(letter.charCodeAt(0)) });
  for (const [, word = '', number = ''] of suffixes.matchAll(/_([a-z]+)(\d*)/g)) {
    const value = SUFFIXES.get(word);
    if (value === undefined) return undefined;
    tokens.push({ kind: 'suffix', value });
    if (number !== '') tokens.push({ kind: 'suffix-number', value: BigInt(number) });
  }
  if (revision !== undefined) tokens.push({ kind: 'revision', value: BigInt(revision) });
  return { tokens, upstream: `${numbers}${letter}${suffixes}` };
}

/** After the first, zeros in front make a number a fraction: `1.02` is before `1.1`. */
function numberTokens(digits: string, index: number): readonly Token[] {
  const zeros = /^0*/.exec(digits)?.[0].length ?? 0;
  if (index === 0 || zeros === 0) return [{ kind: 'number', value: BigInt(digits) }];
  const rest = digits.slice(zeros);
  const fraction: Token = { kind: 'number', value: BigInt(-zeros) };
  return rest === '' ? [fraction] : [fraction, { kind: 'digits', value: BigInt(rest) }];
}

function compare(a: AlpineVersion, b: AlpineVersion): number {
  for (let index = 0; index <= Math.max(a.tokens.length, b.tokens.length); index += 1) {
    const [one, other] = [a.tokens[index], b.tokens[index]];
    const difference = one?.kind === other?.kind ? compareValues(one, other) : compareKinds(one, other);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareValues(a: Token | undefined, b: Token | undefined): number {
  const [one, other] = [a?.value ?? 0n, b?.value ?? 0n];
  return one < other ? -1 : one > other ? 1 : 0;
}

function compareKinds(a: Token | undefined, b: Token | undefined): number {
  if (isBeforeRelease(a)) return -1;
  if (isBeforeRelease(b)) return 1;
  return KINDS.indexOf(b?.kind ?? 'end') - KINDS.indexOf(a?.kind ?? 'end');
}

function isBeforeRelease(token: Token | undefined): boolean {
  return token?.kind === 'suffix' && token.value < 0n;
}

export const apk = defineScheme({ read, compare, branch: ({ upstream }) => upstream });
