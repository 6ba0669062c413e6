import type { Format } from './format.ts';

/**
 * The one of these formats that a file is called after, by its own name (`gitleaks-report.json`), else by its folder's.
 * For files that say nothing of their own: what a file says comes before what it is called.
 */
export function namesakeOf(path: string, formats: readonly Format[]): Format | undefined {
  const [name = '', folder = ''] = path.split(/[\\/]/).reverse();
  const [first, second] = [name, folder].map((one) => calledIn(one, formats)).find(hasSome) ?? [];
  return second === undefined ? first : undefined;
}

function calledIn(name: string, formats: readonly Format[]): readonly Format[] {
  const words = `-${name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .join('-')}-`;
  return formats.filter(({ kind }) => words.includes(`-${kind}-`));
}

function hasSome(list: readonly unknown[]): boolean {
  return list.length > 0;
}
