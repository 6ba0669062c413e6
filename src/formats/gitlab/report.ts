/** What a report says of the scan as a whole. It stands behind the vulnerabilities. */
import type { FindingClass } from '../../domain/statement.ts';
import { type JsonObject, objectOf, objectsOf, textOf, timeOf } from '../loose-values.ts';
import { ReportedFailures } from '../reported-failures.ts';

export interface SecurityReport {
  readonly tool: string;
  /** `sast`, `dependency_scanning`, …; '' where it is not said. */
  readonly type: string;
  readonly class: FindingClass | undefined;
  readonly observedAt: number | undefined;
  /** Whether it has a scan, as all have since schema 14. */
  readonly isScan: boolean;
  /** What was cut out of a report may have neither. */
  readonly isVersioned: boolean;
  readonly failures: ReportedFailures;
  /** By lock file. */
  readonly packageManagers: ReadonlyMap<string, string>;
}

const CLASSES: ReadonlyMap<string, FindingClass> = new Map([
  ['dependency_scanning', 'vulnerability'],
  ['container_scanning', 'vulnerability'],
  ['cluster_image_scanning', 'vulnerability'],
  ['secret_detection', 'secret'],
  ['sast', 'code'],
  ['dast', 'code'],
  ['api_fuzzing', 'code'],
  ['coverage_fuzzing', 'code'],
]);

/** They check configuration, and write it into a report of code. */
const CONFIGURATION_SCANNERS = /^(?:kics|checkov|tfsec|hadolint|kube-?sec|terrascan)\b/i;

/** `first` is the first vulnerability: before schema 14 only those named the scanner and the type. */
export function reportOf(
  document: JsonObject,
  first: JsonObject | undefined,
  packageManagers: ReadonlyMap<string, string>,
): SecurityReport {
  const scan = objectOf(document, 'scan');
  const tool = scannerOf(scan) ?? scannerOf(first) ?? textOf(objectOf(scan, 'analyzer'), 'name') ?? 'GitLab';
  const type = (textOf(scan, 'type') ?? textOf(first, 'category') ?? '').toLowerCase();
  return {
    tool,
    type,
    class: classOf(type, tool),
    observedAt: timeOf(scan, 'end_time') ?? timeOf(scan, 'start_time'),
    isScan: scan !== undefined,
    isVersioned: textOf(document, 'version') !== undefined,
    failures: failuresOf(scan),
    packageManagers,
  };
}

export function classOf(type: string, tool: string): FindingClass | undefined {
  const known = CLASSES.get(type);
  return known === 'code' && CONFIGURATION_SCANNERS.test(tool) ? 'misconfiguration' : known;
}

export function scannerOf(from: JsonObject | undefined): string | undefined {
  const scanner = objectOf(from, 'scanner');
  return textOf(scanner, 'name') ?? textOf(scanner, 'id');
}

function failuresOf(scan: JsonObject | undefined): ReportedFailures {
  const failures = new ReportedFailures();
  if (textOf(scan, 'status')?.toLowerCase() === 'failure') failures.add('the scanner reports that it failed');
  for (const message of objectsOf(scan, 'messages')) {
    if (textOf(message, 'level')?.toLowerCase() !== 'fatal') continue;
    failures.add(`the scanner reports: ${textOf(message, 'value') ?? 'a fatal error'}`);
  }
  const partial = objectOf(scan, 'partial_scan');
  if (partial !== undefined)
    failures.add(`only a part was scanned (${textOf(partial, 'mode') ?? 'it does not say which'})`);
  return failures;
}
