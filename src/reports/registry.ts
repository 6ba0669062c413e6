import type { Report } from './report.ts';

/** A format that is read only when it is asked for: the gate starts without the others. */
export interface KnownReport {
  /** As that of the report itself. */
  readonly kind: string;
  load(): Promise<Report>;
}

/** The first is what `gate` prints when nothing is asked for. Adding one is a folder and a line here. */
export const REPORTS: readonly KnownReport[] = [
  { kind: 'terminal', load: async () => (await import('./terminal/index.ts')).terminalReport },
  { kind: 'json', load: async () => (await import('./json/index.ts')).jsonReport },
  { kind: 'csv', load: async () => (await import('./csv/index.ts')).csvReport },
  { kind: 'sarif', load: async () => (await import('./sarif/index.ts')).sarifReport },
  { kind: 'junit', load: async () => (await import('./junit/index.ts')).junitReport },
  { kind: 'markdown', load: async () => (await import('./markdown/index.ts')).markdownReport },
  { kind: 'html', load: async () => (await import('./html/index.ts')).htmlReport },
  {
    kind: 'gl-code-quality',
    load: async () => (await import('./gl-code-quality/index.ts')).glCodeQualityReport,
  },
];

/** Undefined when there is none of that kind. */
export async function loadReport(kind: string): Promise<Report | undefined> {
  return await REPORTS.find((report) => report.kind === kind)?.load();
}
