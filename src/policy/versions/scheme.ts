/**
 * How one ecosystem orders its versions. What a scheme cannot read has no certain order, and then nobody guesses:
 * a person is shown the choice. Versions are foreign text: longer than any real one, they are not read at all.
 */
const LONGEST = 256;

/** A version among others of the same ranking. */
export interface Rank {
  readonly text: string;
  /** Equal versions, however written, have equal ranks. */
  readonly rank: number;
  /** Versions of one group differ in words only, and of those only one family has a certain order. */
  readonly group: number;
  readonly family: string;
  /** Names the maintained line: a fix there is in every later version of the line. Undefined: not told by the version. */
  readonly branch: string | undefined;
}

export interface Scheme {
  /** Negative, zero or positive; undefined where no order is certain. */
  compare(a: string, b: string): number | undefined;
  /** All that can be read; compare them with `compareRanks`. */
  rank(texts: Iterable<string>): ReadonlyMap<string, Rank>;
}

interface SchemeDefinition<Version> {
  /** Undefined: this is no version of the ecosystem. Given at most 256 characters, trimmed. */
  read(text: string): Version | undefined;
  /** A total order. */
  compare(a: Version, b: Version): number;
  branch(version: Version): string | undefined;
  /** For a scheme that is sure of less than its total order: what it is sure of between any two, and in a family. */
  readonly doubt?: {
    compare(a: Version, b: Version): number;
    family(version: Version): string;
  };
}

/** Schemes differ in what they read; behind this they are all alike. */
export function defineScheme<Version>(definition: SchemeDefinition<Version>): Scheme {
  const rank = (texts: Iterable<string>): ReadonlyMap<string, Rank> => rankAll(texts, definition);
  return {
    rank,
    compare(a, b) {
      const ranks = rank([a, b]);
      return compareRanks(ranks.get(a), ranks.get(b));
    },
  };
}

function rankAll<Version>(
  texts: Iterable<string>,
  { read, compare, branch, doubt }: SchemeDefinition<Version>,
): ReadonlyMap<string, Rank> {
  const known: { readonly text: string; readonly version: Version }[] = [];
  for (const text of new Set(texts)) {
    const version = text.length > LONGEST ? undefined : read(text.trim());
    if (version !== undefined) known.push({ text, version });
  }
  known.sort((a, b) => compare(a.version, b.version));
  const ranks = new Map<string, Rank>();
  let [rank, group] = [0, 0];
  for (const [index, { text, version }] of known.entries()) {
    const before = known[index - 1];
    if (before !== undefined && compare(before.version, version) !== 0) rank += 1;
    if (before !== undefined && (doubt?.compare ?? compare)(before.version, version) !== 0) group += 1;
    ranks.set(text, { text, rank, group, family: doubt?.family(version) ?? '', branch: branch(version) });
  }
  return ranks;
}

export function compareRanks(a: Rank | undefined, b: Rank | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.group === b.group && a.family !== b.family) return undefined;
  return a.rank - b.rank;
}

/** Of runs of digits, however long. */
export function compareDigits(a: string, b: string): number {
  const one = a.replace(/^0+(?=\d)/, '');
  const other = b.replace(/^0+(?=\d)/, '');
  return one.length - other.length || compareCodes(one, other);
}

export function compareCodes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Lists of runs of digits, the shorter one continued with zeros. */
export function compareNumbers(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = compareDigits(a[index] ?? '0', b[index] ?? '0');
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The line that only the last number moves along: `4.17` of 4.17.21. One number alone tells no line. */
export function lineOf(numbers: readonly string[], epoch = ''): string | undefined {
  return numbers.length < 2 ? undefined : `${epoch}!${numbers.slice(0, -1).join('.')}`;
}
