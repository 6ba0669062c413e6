/** PHP, as Composer normalises and `version_compare` orders: dev, alpha, beta, RC, the release, patches. */
import { compareDigits, compareNumbers, defineScheme, lineOf } from './scheme.ts';

interface ComposerVersion {
  readonly numbers: readonly string[];
  readonly stability: number;
  /** The numbers of the stability. */
  readonly steps: readonly string[];
  readonly isDevelopment: boolean;
}

const COMPOSER =
  /^v?(\d+(?:\.\d+){0,3})(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)[.-]?(\d*(?:[.-]\d+)*))?([.-]?dev)?(?:\+.*)?$/i;
const STABILITIES: ReadonlyMap<string, number> = new Map([
  ['alpha', 1],
  ['a', 1],
  ['beta', 2],
  ['b', 2],
  ['rc', 3],
  ['stable', 4],
  ['patch', 5],
  ['pl', 5],
  ['p', 5],
]);
const [DEVELOPMENT, STABLE] = [0, 4];

function read(text: string): ComposerVersion | undefined {
  const match = COMPOSER.exec(text);
  if (match === null) return undefined;
  const [, numbers = '', word, steps = '', dev] = match;
  const stability = word === undefined ? STABLE : (STABILITIES.get(word.toLowerCase()) ?? STABLE);
  const isDevelopment = dev !== undefined;
  return {
    numbers: numbers.split('.'),
    stability: isDevelopment && stability === STABLE ? DEVELOPMENT : stability,
    steps: steps === '' ? [] : steps.split(/[.-]/),
    isDevelopment,
  };
}

function compare(a: ComposerVersion, b: ComposerVersion): number {
  return (
    compareNumbers(a.numbers, b.numbers) ||
    a.stability - b.stability ||
    compareSteps(a, b) ||
    Number(b.isDevelopment) - Number(a.isDevelopment)
  );
}

/** Where one ends, the other goes on with a number (after it) or with `dev` (before it). */
function compareSteps(a: ComposerVersion, b: ComposerVersion): number {
  for (let index = 0; index < Math.max(a.steps.length, b.steps.length); index += 1) {
    const [one, other] = [a.steps[index], b.steps[index]];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    const difference = compareDigits(one, other);
    if (difference !== 0) return difference;
  }
  return 0;
}

export const composer = defineScheme({ read, compare, branch: ({ numbers }) => lineOf(numbers) });
