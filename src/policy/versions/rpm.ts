/** RPM's label comparison: epoch, version, release, each by `rpmvercmp` with its tilde (before) and caret (after). */
import { compareCodes, compareDigits, defineScheme } from './scheme.ts';

interface RpmVersion {
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
}

function read(text: string): RpmVersion | undefined {
  const match = /^(?:(\d{1,10}):)?([\x21-\x7e]+)$/.exec(text);
  const [, epoch = '0', rest = ''] = match ?? [];
  const dash = rest.lastIndexOf('-');
  const version = dash === -1 ? rest : rest.slice(0, dash);
  if (!/\d/.test(version)) return undefined;
  return { epoch, version, release: dash === -1 ? '' : rest.slice(dash + 1) };
}

function compare(a: RpmVersion, b: RpmVersion): number {
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareLabels(a.version, b.version) ||
    compareLabels(a.release, b.release)
  );
}

/** Digits, letters, tildes and carets; all else only separates. */
const PIECES = /\d+|[A-Za-z]+|~|\^/g;

function compareLabels(a: string, b: string): number {
  const [one, other] = [a.match(PIECES) ?? [], b.match(PIECES) ?? []];
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    const difference = comparePieces(one[index], other[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function comparePieces(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === '~' || b === '~') return a === '~' ? -1 : 1;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  if (a === '^' || b === '^') return a === '^' ? -1 : 1;
  const [isNumber, isOtherNumber] = [/^\d/.test(a), /^\d/.test(b)];
  if (isNumber && isOtherNumber) return compareDigits(a, b);
  return isNumber === isOtherNumber ? compareCodes(a, b) : isNumber ? 1 : -1;
}

export const rpm = defineScheme({
  read,
  compare,
  branch: ({ epoch, version }) => `${epoch}:${version}`,
});
