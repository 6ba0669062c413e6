/**
 * One careful ordering for every ecosystem: numbers between dots, an epoch before a colon, and nothing guessed. Two
 * versions that differ only in words (`2.0-rc1` and `2.0`, `1.2~beta` and `1.2-1`) are not compared, because their
 * order is a matter of the ecosystem: the caller then shows both rather than choosing.
 */
interface Parsed {
  readonly epoch: number;
  readonly numbers: readonly number[];
  readonly rest: string;
}

function parse(version: string): Parsed | undefined {
  const match = /^(?:(\d{1,9}):)?v?(\d{1,15}(?:\.\d{1,15})*)(.{0,200})$/s.exec(version.trim());
  if (match === null) return undefined;
  const [, epoch = '0', numbers = '', rest = ''] = match;
  return { epoch: Number(epoch), numbers: numbers.split('.').map(Number), rest };
}

/** Negative, zero or positive; undefined where no order is certain. */
export function compareVersions(a: string, b: string): number | undefined {
  const [one, other] = [parse(a), parse(b)];
  if (one === undefined || other === undefined) return undefined;
  if (one.epoch !== other.epoch) return one.epoch - other.epoch;
  return compareNumbers(one.numbers, other.numbers) || compareRest(one.rest, other.rest);
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `-0+deb11u5` and `-0+deb11u7` have the same words, so their numbers tell; other rests tell nothing. */
function compareRest(a: string, b: string): number | undefined {
  if (a === b) return 0;
  const numbers = /\d{1,15}/g;
  if (a.replace(numbers, '#') !== b.replace(numbers, '#')) return undefined;
  return compareNumbers((a.match(numbers) ?? []).map(Number), (b.match(numbers) ?? []).map(Number));
}

/**
 * The smallest of the fix versions that is free of every defect and above everything installed. `fixes`: for each
 * defect the versions that repair it, one per maintained branch. A version repairs a defect when it is one of its
 * fixes, follows one on the same branch (same numbers but the last), or is not below the highest of them.
 * Undefined: a defect without a fix, or versions without a certain order.
 */
export function smallestUpgrade(
  installed: readonly string[],
  fixes: readonly (readonly string[])[],
): string | undefined {
  const candidates = [...new Set(fixes.flat())];
  const repairing = candidates.filter(
    (version) =>
      installed.every((current) => isAbove(version, current)) &&
      fixes.every((versions) => repairs(version, versions)),
  );
  return repairing.find((version) => repairing.every((other) => isAtMost(version, other)));
}

function repairs(version: string, fixes: readonly string[]): boolean {
  if (fixes.includes(version)) return true;
  if (fixes.some((fix) => isOnBranchOf(version, fix) && isAtMost(fix, version))) return true;
  return fixes.length > 0 && fixes.every((fix) => isAtMost(fix, version));
}

function isOnBranchOf(version: string, fix: string): boolean {
  const [one, other] = [parse(version), parse(fix)];
  if (one === undefined || other === undefined || one.epoch !== other.epoch) return false;
  if (one.numbers.length < 3 || one.numbers.length !== other.numbers.length) return false;
  return compareNumbers(one.numbers.slice(0, -1), other.numbers.slice(0, -1)) === 0;
}

function isAbove(a: string, b: string): boolean {
  const order = compareVersions(a, b);
  return order !== undefined && order > 0;
}

function isAtMost(a: string, b: string): boolean {
  const order = compareVersions(a, b);
  return order !== undefined && order <= 0;
}
