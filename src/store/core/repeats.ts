import type { KeyedStatement } from '../../domain/keyed.ts';

/** Without what is said again later of the same part of the same key: of things said twice in one run the later counts. */
export function lastWords<T extends Pick<KeyedStatement, 'part' | 'key'>>(batch: readonly T[]): readonly T[] {
  const last = new Map(batch.map((statement, index) => [`${statement.part} ${statement.key}`, index]));
  return last.size === batch.length ? batch : [...last.values()].flatMap((index) => batch[index] ?? []);
}
