/** What is seen of a store without changing anything in it. */
export interface StoreState {
  /** Undefined: nothing is there yet, and the first command makes it. */
  readonly schemaVersion: number | undefined;
  /** Why nothing can be written; undefined: it can. */
  readonly readOnly: string | undefined;
}
