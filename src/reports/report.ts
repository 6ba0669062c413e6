import type { Verdict } from '../domain/verdict.ts';

/** Writes a verdict out. Pure: the same verdict and options give the same text, ending in a line break. */
export interface Report {
  /** Folder name, and the value of `gate --format`. */
  readonly kind: string;
  render(verdict: Verdict, options: ReportOptions): string;
}

/** What the one who asks can say about where it will be read. Reports for machines need none of it. */
export interface ReportOptions {
  /** ANSI colours; meaning never rests on them alone. */
  readonly colour: boolean;
  /** Columns; taken as at least 40. */
  readonly width: number;
  /** How many findings are named per reason before "and N more". */
  readonly findingsShown: number;
  /** Also what every rule asks and what became of it. */
  readonly explain: boolean;
}

export const DEFAULT_REPORT_OPTIONS: ReportOptions = {
  colour: false,
  width: 100,
  findingsShown: 5,
  explain: false,
};
