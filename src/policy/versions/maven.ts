/**
 * Maven, by the order that its POM reference specifies. Every dot, hyphen and change between digits and letters ends a
 * token; a qualifier (`alpha`, `rc`, `sp`, any word) comes before a number after a hyphen, that before one after a dot.
 */
import { compareCodes, compareDigits, defineScheme, lineOf } from './scheme.ts';

interface Token {
  readonly prefix: '.' | '-';
  readonly text: string;
  readonly isNumber: boolean;
}

interface MavenVersion {
  readonly tokens: readonly Token[];
  readonly numbers: readonly string[];
}

/** The empty one is the release; a word that is not here comes after all of them, by its letters. */
const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const RELEASE_WORDS: ReadonlySet<string> = new Set(['ga', 'final', 'release']);
const ALIASES: ReadonlyMap<string, string> = new Map([['cr', 'rc']]);
const SHORT: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);

function read(text: string): MavenVersion | undefined {
  if (!/^[\dA-Za-z._+-]+$/.test(text) || !/^v?\d/i.test(text)) return undefined;
  const bare = text.toLowerCase().replace(/^v/, '');
  const numbers = /^\d+(?:\.\d+)*/.exec(bare)?.[0].split('.') ?? [];
  return { tokens: trimmed(tokensOf(bare)), numbers };
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let prefix: Token['prefix'] = '-';
  const pieces = text.match(/\d+|[^\d.-]+|[.-]/g) ?? [];
  let isOpen = true;
  for (const [index, piece] of pieces.entries()) {
    if (piece === '.' || piece === '-') {
      if (isOpen) tokens.push({ prefix, text: '0', isNumber: true });
      prefix = piece;
      isOpen = true;
      continue;
    }
    const isNumber = /^\d/.test(piece);
    tokens.push({
      // A change between digits and letters is a hyphen, and so is the dot before a word.
      prefix: isOpen && isNumber ? prefix : '-',
      text: isNumber ? piece : qualifierOf(piece, pieces[index + 1], pieces[index + 2]),
      isNumber,
    });
    isOpen = false;
  }
  if (isOpen) tokens.push({ prefix, text: '0', isNumber: true });
  return tokens;
}

/** `a1` and `a-1` are `alpha-1`; `a` alone is a word like any other. */
function qualifierOf(word: string, next: string | undefined, second: string | undefined): string {
  const follower = next === '-' ? second : next;
  const isFollowed = follower !== undefined && /^\d/.test(follower);
  return ALIASES.get(word) ?? (isFollowed ? SHORT.get(word) : undefined) ?? word;
}

/** What says nothing is dropped at the end (`.0`, `-ga`), and zeros also before each hyphen. */
function trimmed(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  for (const token of tokens) {
    if (token.prefix === '-') dropLast(kept, isZero, 1);
    kept.push(token);
  }
  dropLast(kept, (token) => isZero(token) || RELEASE_WORDS.has(token.text), 1);
  return kept;
}

function dropLast(tokens: Token[], isNothing: (token: Token) => boolean, least: number): void {
  while (tokens.length > least) {
    const last = tokens.at(-1);
    if (last === undefined || !isNothing(last)) return;
    tokens.pop();
  }
}

function isZero({ text, isNumber }: Token): boolean {
  return isNumber && /^0+$/.test(text);
}

function compare(a: MavenVersion, b: MavenVersion): number {
  for (let index = 0; index < Math.max(a.tokens.length, b.tokens.length); index += 1) {
    const [one, other] = [a.tokens[index], b.tokens[index]];
    const difference = compareTokens(one ?? nothingLike(other), other ?? nothingLike(one));
    if (difference !== 0) return difference;
  }
  return 0;
}

function nothingLike(token: Token | undefined): Token {
  return token?.prefix === '.'
    ? { prefix: '.', text: '0', isNumber: true }
    : { prefix: '-', text: '', isNumber: false };
}

function compareTokens(a: Token, b: Token): number {
  const difference = kindOf(a) - kindOf(b);
  if (difference !== 0) return difference;
  return a.isNumber ? compareDigits(a.text, b.text) : compareQualifiers(a.text, b.text);
}

function kindOf({ prefix, isNumber }: Token): number {
  return isNumber ? (prefix === '.' ? 2 : 1) : 0;
}

function compareQualifiers(a: string, b: string): number {
  const [one, other] = [standingOf(a), standingOf(b)];
  return one - other || (one === QUALIFIERS.length ? compareCodes(a, b) : 0);
}

function standingOf(word: string): number {
  const known = QUALIFIERS.indexOf(RELEASE_WORDS.has(word) ? '' : word);
  return known === -1 ? QUALIFIERS.length : known;
}

export const maven = defineScheme({ read, compare, branch: ({ numbers }) => lineOf(numbers) });
