/** Ruby, as `Gem::Version`: numbers and words, a word before a number (`1.0.rc1` before `1.0`). */
import { compareCodes, compareDigits, defineScheme, lineOf } from './scheme.ts';

interface GemVersion {
  readonly segments: readonly string[];
  readonly numbers: readonly string[];
}

const GEM = /^v?(\d+(?:\.[\dA-Za-z]+)*(?:-[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?)$/;

function read(text: string): GemVersion | undefined {
  const given = GEM.exec(text)?.[1]?.replaceAll('-', '.pre.');
  if (given === undefined) return undefined;
  const segments = given.match(/\d+|[A-Za-z]+/g) ?? [];
  const firstWord = segments.findIndex(isWord);
  const end = firstWord === -1 ? segments.length : firstWord;
  return {
    segments: [...withoutZeros(segments.slice(0, end)), ...withoutZeros(segments.slice(end))],
    numbers: segments.slice(0, end),
  };
}

function withoutZeros(segments: readonly string[]): readonly string[] {
  return segments.slice(0, segments.findLastIndex((segment) => !/^0+$/.test(segment)) + 1);
}

function isWord(segment: string): boolean {
  return /^[A-Za-z]/.test(segment);
}

function compare(a: GemVersion, b: GemVersion): number {
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index += 1) {
    const [one, other] = [a.segments[index] ?? '0', b.segments[index] ?? '0'];
    const [left, right] = [isWord(one), isWord(other)];
    const difference =
      left === right ? (left ? compareCodes(one, other) : compareDigits(one, other)) : left ? -1 : 1;
    if (difference !== 0) return difference;
  }
  return 0;
}

export const gem = defineScheme({ read, compare, branch: ({ numbers }) => lineOf(numbers) });
