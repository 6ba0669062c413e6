import { dynatrace } from './dynatrace/index.ts';
import type { Source } from './source.ts';

/** Its own settings and cursor are parsed by its own schemas; nobody else looks into them. */
export type AnySource = Source<unknown, unknown>;

/** Every kind of source, one line each. */
export const SOURCES: readonly AnySource[] = [dynatrace];

export function sourceOfKind(kind: string): AnySource | undefined {
  return SOURCES.find((source) => source.kind === kind);
}
