import { jsonReport } from './json/index.ts';
import type { Report } from './report.ts';
import { terminalReport } from './terminal/index.ts';

/** The first is what `gate` prints when nothing is asked for. */
export const REPORTS: readonly Report[] = [terminalReport, jsonReport];

export function findReport(kind: string): Report | undefined {
  return REPORTS.find((report) => report.kind === kind);
}
