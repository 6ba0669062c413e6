/**
 * One careful ordering for every ecosystem: numbers between dots, an epoch before a colon, and nothing guessed. Two
 * versions that differ only in words (`2.0-rc1` and `2.0`, `1.2~beta` and `1.2-1`) are not compared, because their
 * order is a matter of the ecosystem: the caller then shows both rather than choosing.
 */
interface Version {
  readonly text: string;
  readonly epoch: number;
  readonly numbers: readonly number[];
  readonly rest: string;
}

function parse(text: string): Version | undefined {
  const match = /^(?:(\d{1,9}):)?v?(\d{1,15}(?:\.\d{1,15})*)(.{0,200})$/s.exec(text.trim());
  if (match === null) return undefined;
  const [, epoch = '0', numbers = '', rest = ''] = match;
  return { text, epoch: Number(epoch), numbers: numbers.split('.').map(Number), rest };
}

/** Negative, zero or positive; undefined where no order is certain. */
export function compareVersions(a: string, b: string): number | undefined {
  const [one, other] = [parse(a), parse(b)];
  return one === undefined || other === undefined ? undefined : compare(one, other);
}

function compare(a: Version, b: Version): number | undefined {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  return compareNumbers(a.numbers, b.numbers) || compareRest(a.rest, b.rest);
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
  const versions = new Map([...installed, ...fixes.flat()].map((text) => [text, parse(text)]));
  const parsed = (texts: readonly string[]): readonly (Version | undefined)[] =>
    texts.map((text) => versions.get(text));
  const current = parsed(installed);
  const defects = [...new Map(fixes.map((texts) => [texts.join('\n'), parsed(texts)])).values()];
  const repairing = [...new Set(defects.flat())].filter(
    (version) =>
      version !== undefined &&
      current.every((one) => isBelow(one, version)) &&
      defects.every((versionsOfOne) => repairs(version, versionsOfOne)),
  );
  return smallestOf(repairing.filter((version) => version !== undefined))?.text;
}

function smallestOf(versions: readonly Version[]): Version | undefined {
  const [first, ...others] = versions;
  if (first === undefined) return undefined;
  const smallest = others.reduce((least, version) => (isAtMost(version, least) ? version : least), first);
  return versions.every((version) => isAtMost(smallest, version)) ? smallest : undefined;
}

function repairs(version: Version, fixes: readonly (Version | undefined)[]): boolean {
  if (fixes.includes(version)) return true;
  if (fixes.some((fix) => isOnBranchOf(version, fix) && isAtMost(fix, version))) return true;
  return fixes.length > 0 && fixes.every((fix) => isAtMost(fix, version));
}

function isOnBranchOf({ epoch, numbers }: Version, fix: Version | undefined): boolean {
  if (fix === undefined || fix.epoch !== epoch) return false;
  if (numbers.length < 3 || numbers.length !== fix.numbers.length) return false;
  return numbers.every((number, index) => index === numbers.length - 1 || number === fix.numbers[index]);
}

function isBelow(a: Version | undefined, b: Version): boolean {
  const order = a === undefined ? undefined : compare(a, b);
  return order !== undefined && order < 0;
}

function isAtMost(a: Version | undefined, b: Version): boolean {
  const order = a === undefined ? undefined : compare(a, b);
  return order !== undefined && order <= 0;
}
