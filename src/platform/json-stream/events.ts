import type { JsonPath } from './path-patterns.ts';

export interface JsonStreamLimits {
  /** How deep containers may nest. */
  readonly maxDepth: number;
  /** The largest single item, in bytes of JSON. */
  readonly maxItemBytes: number;
  /** The most that is kept at one time of what is not items, in bytes of JSON. */
  readonly maxSkeletonBytes: number;
  /** The largest document, in bytes of UTF-8. */
  readonly maxBytes: number;
}

/** One item. `path` ends with its own name or number; `index` counts from 0 within its array or map. */
export interface JsonItem {
  readonly kind: 'item';
  readonly pattern: string;
  readonly path: JsonPath;
  readonly value: unknown;
  readonly index: number;
  /**
   * The skeletons around it as far as they are read, outermost first: `enclosing[n]` is at `path.slice(0, n)`.
   * They are alive: a member that stands behind the items arrives later.
   */
  readonly enclosing: readonly object[];
}

/**
 * A container on the way to items is complete; `value` is its skeleton, where item arrays and maps are empty and
 * `count` says how many members it had. What stands directly in an array or map on the way to items is given
 * so even when it is no container, with count 0, and is afterwards let go: it is not in the skeleton around it.
 */
export interface JsonEnd {
  readonly kind: 'end';
  readonly path: JsonPath;
  readonly value: unknown;
  readonly count: number;
  readonly enclosing: readonly object[];
}

/** The last event, given only when the whole file was valid; `value` is the skeleton of the document. */
export interface JsonDocument {
  readonly kind: 'document';
  readonly value: unknown;
}

export type JsonEvent = JsonItem | JsonEnd | JsonDocument;
