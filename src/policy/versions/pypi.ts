/** Python, by PEP 440: epoch, release, then pre-, post- and development releases, then the local label. */
import { compareCodes, compareDigits, compareNumbers, defineScheme, lineOf } from './scheme.ts';

interface PythonVersion {
  readonly epoch: string;
  readonly release: readonly string[];
  /** Development release of the release itself, alpha, beta, candidate, release: from 0 up. */
  readonly stage: number;
  readonly pre: string;
  /** Undefined: none, which comes before any. */
  readonly post: string | undefined;
  /** Undefined: none, which comes after any. */
  readonly dev: string | undefined;
  readonly local: readonly string[];
}

const PEP_440 = new RegExp(
  [
    /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)/,
    /(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?/,
    /(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?/,
    /(?:[-_.]?(dev)[-_.]?(\d*))?/,
    /(?:\+([\da-z]+(?:[-_.][\da-z]+)*))?$/,
  ]
    .map(({ source }) => source)
    .join(''),
);
const STAGES: ReadonlyMap<string, number> = new Map([
  ['a', 1],
  ['alpha', 1],
  ['b', 2],
  ['beta', 2],
  ['c', 3],
  ['rc', 3],
  ['pre', 3],
  ['preview', 3],
]);
const [DEVELOPMENT, RELEASED] = [0, 4];

function read(text: string): PythonVersion | undefined {
  const match = PEP_440.exec(text.toLowerCase());
  if (match === null) return undefined;
  const [, epoch = '0', release = '', stage, pre = '', bare, post, postNumber, dev, devNumber, local] = match;
  const hasPost = bare !== undefined || post !== undefined;
  const isDevelopment = stage === undefined && !hasPost && dev !== undefined;
  return {
    epoch,
    release: release.split('.'),
    stage: isDevelopment ? DEVELOPMENT : (STAGES.get(stage ?? '') ?? RELEASED),
    pre: pre || '0',
    post: hasPost ? bare || postNumber || '0' : undefined,
    dev: dev === undefined ? undefined : devNumber || '0',
    local: local?.split(/[-_.]/) ?? [],
  };
}

function compare(a: PythonVersion, b: PythonVersion): number {
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareNumbers(a.release, b.release) ||
    a.stage - b.stage ||
    compareDigits(a.pre, b.pre) ||
    compareOptional(a.post, b.post) ||
    compareDevelopment(a.dev, b.dev) ||
    compareLocal(a.local, b.local)
  );
}

/** What is absent comes first. */
function compareOptional(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareDigits(a, b);
}

/** What is absent comes last. */
function compareDevelopment(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return compareDigits(a, b);
}

function compareLocal(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [one, other] = [a[index], b[index]];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    const [isNumber, isOtherNumber] = [/^\d+$/.test(one), /^\d+$/.test(other)];
    const difference =
      isNumber !== isOtherNumber
        ? Number(isNumber) - Number(isOtherNumber)
        : isNumber
          ? compareDigits(one, other)
          : compareCodes(one, other);
    if (difference !== 0) return difference;
  }
  return 0;
}

export const pypi = defineScheme({
  read,
  compare,
  branch: ({ epoch, release }) => lineOf(release, epoch),
});
