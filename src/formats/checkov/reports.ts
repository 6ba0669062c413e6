/** The frameworks of a file: one report, a list of them, or, where there was nothing to check, a summary alone. */
import { GatehouseError } from '../../domain/errors.ts';
import { type JsonPath, showPath, streamJson } from '../../platform/json-stream.ts';
import type { ScanFile } from '../format.ts';
import { asObject, countOf, objectOf, textOf } from '../loose-values.ts';

const LISTS = ['failed_checks', 'passed_checks', 'skipped_checks', 'parsing_errors'];

export const ITEMS: readonly string[] = LISTS.flatMap((list) => [
  `results.${list}[*]`,
  `[*].results.${list}[*]`,
]);

export interface Reports {
  /** By the path of the report, in the order of the file. */
  readonly frameworks: ReadonlyMap<string, string>;
  /** By framework, how many checks the summaries say failed. */
  readonly failed: ReadonlyMap<string, number>;
  /** Entries of the list that are no reports. */
  readonly unreadable: readonly JsonPath[];
  /** Only a summary: nothing was checked. */
  readonly isOnlySummary: boolean;
}

/** They must be Checkov's, or "nothing found" would be said of any file. */
export async function readReports(file: ScanFile): Promise<Reports> {
  const frameworks = new Map<string, string>();
  const failed = new Map<string, number>();
  const unreadable: JsonPath[] = [];
  const add = (path: JsonPath, framework: string, report: unknown): void => {
    frameworks.set(showPath(path), framework);
    const count = countOf(objectOf(asObject(report), 'summary'), 'failed') ?? 0;
    failed.set(framework, (failed.get(framework) ?? 0) + count);
  };
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'end' && event.path.length === 1 && typeof event.path[0] === 'number') {
      const framework = frameworkOf(event.value);
      if (framework === undefined) unreadable.push(event.path);
      else add(event.path, framework, event.value);
    }
    if (event.kind !== 'document') continue;
    const framework = frameworkOf(event.value);
    if (framework !== undefined) add([], framework, event.value);
    const isOnlySummary = isSummary(event.value);
    if (frameworks.size > 0 || isOnlySummary) return { frameworks, failed, unreadable, isOnlySummary };
  }
  throw new GatehouseError(
    'input-invalid',
    'this is no report of Checkov: it names no framework (check_type) with results',
  );
}

function frameworkOf(value: unknown): string | undefined {
  const report = asObject(value);
  const results = objectOf(report, 'results');
  if (results === undefined) return undefined;
  for (const list of LISTS) {
    if (Object.hasOwn(results, list) && !Array.isArray(results[list])) return undefined;
  }
  return LISTS.some((list) => Object.hasOwn(results, list)) ? textOf(report, 'check_type') : undefined;
}

function isSummary(value: unknown): boolean {
  const report = asObject(value);
  return report !== undefined && Object.hasOwn(report, 'checkov_version') && Object.hasOwn(report, 'failed');
}
