import type { KeyedStatement } from '../../domain/keyed.ts';

/**
 * Splits a batch so that no part holds a key twice: each is then looked up once. Details come after all that they may be
 * details of.
 */
export function withoutRepeats(batch: readonly KeyedStatement[]): readonly (readonly KeyedStatement[])[] {
  const mains = batch.filter(({ part }) => part === 'main');
  if (mains.length === batch.length) return split(batch);
  return [...split(mains), ...split(batch.filter(({ part }) => part === 'detail'))];
}

function split(statements: readonly KeyedStatement[]): readonly (readonly KeyedStatement[])[] {
  const parts: KeyedStatement[][] = [[]];
  let seen = new Set<string>();
  for (const statement of statements) {
    if (seen.has(statement.key)) {
      seen = new Set();
      parts.push([]);
    }
    seen.add(statement.key);
    parts.at(-1)?.push(statement);
  }
  return parts;
}
