/** Debian and its descendants, as `dpkg --compare-versions`: a tilde sorts before the end, letters before the rest. */
import { compareDigits, defineScheme } from './scheme.ts';

interface DebianVersion {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

/** Colons in the upstream version only behind an epoch. */
const DEBIAN = /^(?:(\d{1,10}):(\d[\dA-Za-z.+~:-]*)|(\d[\dA-Za-z.+~-]*))$/;

function read(text: string): DebianVersion | undefined {
  const match = DEBIAN.exec(text);
  if (match === null) return undefined;
  const [, epoch = '0', behindEpoch, alone = ''] = match;
  const rest = behindEpoch ?? alone;
  const dash = rest.lastIndexOf('-');
  if (dash === -1) return { epoch, upstream: rest, revision: '' };
  const revision = rest.slice(dash + 1);
  return revision === '' || revision.includes(':')
    ? undefined
    : { epoch, upstream: rest.slice(0, dash), revision };
}

function compare(a: DebianVersion, b: DebianVersion): number {
  return (
    compareDigits(a.epoch, b.epoch) ||
    comparePart(a.upstream, b.upstream) ||
    comparePart(a.revision, b.revision)
  );
}

/** Turn by turn a run of anything but digits, then a run of digits. */
function comparePart(a: string, b: string): number {
  const [one, other] = [runsOf(a), runsOf(b)];
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    const [left, right] = [one[index] ?? '', other[index] ?? ''];
    const difference = index % 2 === 0 ? compareWords(left, right) : compareDigits(left || '0', right || '0');
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Even places hold words (the first may be empty), odd places digits. */
function runsOf(text: string): readonly string[] {
  const runs = text.match(/\d+|\D+/g) ?? [];
  return /^\d/.test(text) ? ['', ...runs] : runs;
}

function compareWords(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = orderOf(a[index]) - orderOf(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function orderOf(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  return character.charCodeAt(0) + (/[A-Za-z]/.test(character) ? 0 : 256);
}

export const deb = defineScheme({
  read,
  compare,
  branch: ({ epoch, upstream }) => `${epoch}:${upstream}`,
});
