/**
 * For ecosystems without a scheme of their own: numbers between dots, an epoch before a colon, and nothing guessed.
 * Two versions that differ only in words (`2.0-rc1` and `2.0`, `1.2~beta` and `1.2-1`) have no certain order.
 */
import { compareCodes, compareDigits, compareNumbers, defineScheme, lineOf } from './scheme.ts';

interface PlainVersion {
  readonly epoch: string;
  readonly numbers: readonly string[];
  /** What follows, with a mark for each run of digits. */
  readonly words: string;
  readonly inWords: readonly string[];
}

function read(text: string): PlainVersion | undefined {
  const match = /^(?:(\d{1,10}):)?v?(\d+(?:\.\d+)*)(.*)$/s.exec(text);
  if (match === null) return undefined;
  const [, epoch = '0', numbers = '', rest = ''] = match;
  return {
    epoch,
    numbers: numbers.split('.'),
    words: rest.replace(/\d+/g, '#'),
    inWords: rest.match(/\d+/g) ?? [],
  };
}

function compareSurely(a: PlainVersion, b: PlainVersion): number {
  return compareDigits(a.epoch, b.epoch) || compareNumbers(a.numbers, b.numbers);
}

function compare(a: PlainVersion, b: PlainVersion): number {
  return compareSurely(a, b) || compareCodes(a.words, b.words) || compareNumbers(a.inWords, b.inWords);
}

export const generic = defineScheme({
  read,
  compare,
  branch: ({ epoch, numbers }) => lineOf(numbers, epoch),
  doubt: { compare: compareSurely, family: ({ words }) => words },
});
