/** What of a finding's row follows from its claims. */
export interface FindingRow {
  readonly id: number;
  readonly open: number;
  readonly severity: number;
  readonly score: number | null;
  readonly facts: number;
  readonly fixable: number;
  readonly set_aside: number;
  readonly due_at: number | null;
  readonly occurrences: number;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly title: string | null;
}

/** Columns that follow from the claims, in the order they are written. */
export const DERIVED = [
  'open',
  'severity',
  'score',
  'facts',
  'fixable',
  'set_aside',
  'due_at',
  'occurrences',
  'opened_at',
  'closed_at',
  'title',
] as const satisfies readonly (keyof FindingRow)[];
