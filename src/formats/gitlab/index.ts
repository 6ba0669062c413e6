/** Reports say what wrote them behind their entries, so they are read twice: for that, then for the entries. */
import { GatehouseError } from '../../domain/errors.ts';
import type { FindingClass } from '../../domain/statement.ts';
import { streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, type JsonObject, objectOf, textOf } from '../loose-values.ts';
import { isLikelyFalsePositive, observationOf } from './records.ts';
import { reportOf, type SecurityReport } from './report.ts';

const VULNERABILITIES = 'vulnerabilities[*]';
/** Long lists, given one by one so that they are not kept. */
const PASSED_OVER = [
  'remediations[*]',
  'dependency_files[*].dependencies[*]',
  'scan.scanned_resources[*]',
  'scan.primary_identifiers[*]',
];
const ITEMS = [VULNERABILITIES, ...PASSED_OVER];

/** GitLab's security reports: of dependencies, images, code, secrets and attacks from outside. */
export const gitlab: Format = { kind: 'gitlab', detect, read };

/** What stands beside `vulnerabilities` in the files of others. */
const FOREIGN = [
  'bomFormat',
  'document',
  'report_meta',
  'auditReportVersion',
  'packageManager',
  'ok',
  'meta',
];
/** What a cut-out without version and scan still has. */
const CUT_OUT = ['vulnerabilities', 'remediations', 'dependency_files', 'schema', '$schema'];
const SCAN_TYPE =
  /"type"\s*:\s*"(?:sast|dast|dependency_scanning|container_scanning|cluster_image_scanning|secret_detection|api_fuzzing|coverage_fuzzing)"/;

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root !== 'object' || FOREIGN.some((name) => members.has(name))) return false;
  if (members.has('scan') && SCAN_TYPE.test(text)) return true;
  const isReport = ['version', 'scan', 'remediations', 'dependency_files', 'schema', '$schema'].some((name) =>
    members.has(name),
  );
  if (isReport && text.includes('/security-report-schemas/')) return true;
  const hasEntries = /"identifiers"\s*:\s*\[/.test(text) && /"location"\s*:\s*\{/.test(text);
  if (members.has('vulnerabilities') && /"vulnerabilities"\s*:\s*\[/.test(text)) {
    return hasEntries || members.has('remediations') || members.has('dependency_files');
  }
  return members.has('dependency_files') && members.has('version');
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const report = await readReport(file);
  const part: PartIdentity = { index: 0, tool: report.tool, category: report.type, asset: undefined };
  const batch = new EntryBatch();
  const classes = new Set<FindingClass>();
  let likelyFalsePositives = 0;
  let entries = 0;
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind !== 'item' || event.pattern !== VULNERABILITIES) continue;
    entries++;
    const read = observationOf(event.value, report);
    if (typeof read !== 'string') classes.add(read.class);
    if (isLikelyFalsePositive(event.value)) likelyFalsePositives++;
    batch.add(event.path, read);
    yield* batch.full(part);
  }
  if (batch.isNothingReadable && !report.isScan) {
    throw refused('nothing in its list of vulnerabilities is one');
  }
  if (entries === 0 && !report.isScan && !report.isVersioned)
    report.failures.add(
      'it has no vulnerabilities, no version and no scan, so it says nothing of what is gone',
    );
  yield batch.take(part);
  return { parts: [{ ...part, ...factsOf(report, classes), extra: { likelyFalsePositives } }] };
}

function factsOf(report: SecurityReport, seen: ReadonlySet<FindingClass>) {
  const { failures, observedAt } = report;
  return {
    assets: [],
    observedAt,
    classes: report.class === undefined ? [...seen] : [report.class],
    inventory: false,
    complete: failures.count === 0,
    reasons: failures.reasons,
  };
}

async function readReport(file: ScanFile): Promise<SecurityReport> {
  let first: JsonObject | undefined;
  const packageManagers = new Map<string, string>();
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'document') return reportOf(documentOf(event.value), first, packageManagers);
    const value = asObject(event.value);
    if (event.kind === 'item' && event.pattern === VULNERABILITIES) first ??= value;
    if (event.kind !== 'end' || event.path.length !== 2) continue;
    const manager = textOf(value, 'package_manager');
    if (manager !== undefined) packageManagers.set(textOf(value, 'path') ?? '', manager);
  }
  throw new Error('the JSON stream ended without its document');
}

/** The envelope must be GitLab's, or "nothing found" would be said of any file. */
function documentOf(value: unknown): JsonObject {
  const document = asObject(value);
  const vulnerabilities = document?.vulnerabilities;
  const scan = objectOf(document, 'scan');
  if (document === undefined || !(Array.isArray(vulnerabilities) || (vulnerabilities === null && scan))) {
    throw refused('it has no list of vulnerabilities');
  }
  const foreign = FOREIGN.find((name) => Object.hasOwn(document, name));
  if (foreign !== undefined) throw refused(`it has '${foreign}' beside its vulnerabilities`);
  const other = Object.keys(document).find((name) => !CUT_OUT.includes(name));
  if (other !== undefined && document.version === undefined && scan === undefined)
    throw refused(`it has neither a version nor a scan, and '${other}' beside its vulnerabilities`);
  return document;
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no security report of GitLab: ${reason}`);
}
