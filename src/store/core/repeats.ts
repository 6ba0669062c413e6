import type { KeyedStatement } from '../../domain/keyed.ts';

/** Splits a batch so that no part holds a key twice: each is then looked up once. */
export function withoutRepeats(batch: readonly KeyedStatement[]): readonly (readonly KeyedStatement[])[] {
  const parts: KeyedStatement[][] = [[]];
  let seen = new Set<string>();
  for (const statement of batch) {
    const key = `${statement.part} ${statement.key}`;
    if (seen.has(key)) {
      seen = new Set();
      parts.push([]);
    }
    seen.add(key);
    parts.at(-1)?.push(statement);
  }
  return parts;
}
