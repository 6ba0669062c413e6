import { GatehouseError } from '../../domain/errors.ts';
import type { FindingClass } from '../../domain/statement.ts';
import { streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, type JsonObject, textOf } from '../loose-values.ts';
import { ReportedFailures } from '../reported-failures.ts';
import { resultOf, TOOL } from './records.ts';
import { issueOf } from './supply-chain.ts';

const RESULTS = 'results[*]';
const ERRORS = 'errors[*]';
const ISSUES = 'vulns[*]';
/** Long lists of files and rules, given one by one so that they are not kept. */
const PASSED_OVER = [
  'paths.scanned[*]',
  'paths.skipped[*]',
  'skipped_rules[*]',
  'time.targets[*]',
  'time.rules[*]',
];
const ITEMS = [RESULTS, ERRORS, ISSUES, ...PASSED_OVER];

const PART: PartIdentity = { index: 0, tool: TOOL, category: '', asset: undefined };

/** What `semgrep … --json` writes, and the issues of its supply-chain API. */
export const semgrep: Format = { kind: 'semgrep', detect, read };

/** What stands beside results and errors in the files of others. */
const FOREIGN = ['metrics', 'generated_at', 'runs', 'check_type', 'matches'];
const OWN = ['paths', 'skipped_rules', 'interfile_languages_used', 'engine_requested', 'profiling_results'];

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root !== 'object') return false;
  if (members.has('vulns')) {
    return members.has('hasMore') || /"(?:matchedDependency|advisory|exposureType)"\s*:/.test(text);
  }
  if (FOREIGN.some((name) => members.has(name))) return false;
  if (/"results"\s*:\s*\[/.test(text) && members.has('results')) {
    if (members.has('errors') || OWN.some((name) => members.has(name))) return true;
    return /"check_id"\s*:/.test(text) || (members.size === 2 && isVersion(members.get('version')));
  }
  if (!members.has('errors')) return false;
  return OWN.some((name) => members.has(name)) || (/"level"\s*:/.test(text) && /"code"\s*:\s*\d/.test(text));
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const batch = new EntryBatch();
  const failures = new ReportedFailures();
  const classes = new Set<FindingClass>(['code', 'secret']);
  let report: JsonObject = {};
  let suppressed = 0;
  let entries = 0;
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'document') report = reportOf(event.value);
    if (event.kind !== 'item') continue;
    if (event.pattern === ERRORS) failures.add(failureOf(event.value));
    if (event.pattern !== RESULTS && event.pattern !== ISSUES) continue;
    entries++;
    const read = event.pattern === RESULTS ? resultOf(event.value) : issueOf(event.value);
    if (typeof read !== 'string') {
      classes.add(read.class);
      if (read.setAside.length > 0) suppressed++;
    }
    batch.add(event.path, read);
    yield* batch.full(PART);
  }
  const isIssues = Object.hasOwn(report, 'vulns');
  if (entries === 0 && !isMarked(report) && !isVersion(report.version)) assertErrors(report);
  if (batch.isNothingReadable && !isMarked(report)) throw refused('nothing in its list of results is one');
  yield batch.take(PART);
  if (report.hasMore === true) failures.add('the file is one page of several: it says that it has more');
  return {
    parts: [
      {
        ...PART,
        assets: [],
        observedAt: undefined,
        classes: isIssues ? ['vulnerability'] : [...classes],
        inventory: false,
        complete: failures.count === 0,
        reasons: failures.reasons,
        extra: { errors: isIssues ? 0 : failures.count, suppressed },
      },
    ],
  };
}

/** What Semgrep could not do: a file it could not parse, a rule it could not run, time it did not have. */
function failureOf(value: unknown): string {
  const error = asObject(value);
  const said = ['message', 'long_msg', 'short_msg', 'type'].map((name) => textOf(error, name));
  const path = textOf(error, 'path');
  const reason = said.find((text) => text !== undefined) ?? 'no reason given';
  return path === undefined
    ? `Semgrep reports an error: ${reason}`
    : `${path} was not scanned whole: ${reason}`;
}

/** The envelope must be Semgrep's, or "nothing found" would be said of any file. */
function reportOf(value: unknown): JsonObject {
  const report = asObject(value);
  if (report !== undefined && Array.isArray(report.vulns)) return report;
  if (report === undefined || !Array.isArray(report.results)) throw refused('it has no list of results');
  const foreign = FOREIGN.find((name) => Object.hasOwn(report, name));
  if (foreign !== undefined) throw refused(`it has '${foreign}' beside its results`);
  return report;
}

/** Programs that pass results on leave out what they do not need; of an empty list it must still be told whose it is. */
function assertErrors(report: JsonObject): void {
  if (Array.isArray(report.vulns) || Array.isArray(report.errors)) return;
  throw refused('it has no results and no list of errors');
}

function isVersion(value: unknown): boolean {
  return typeof value === 'string' && /^\d+\.\d+\.\d+$/.test(value);
}

function isMarked(report: JsonObject): boolean {
  return OWN.some((name) => Object.hasOwn(report, name)) || typeof report.hasMore === 'boolean';
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no report of Semgrep: ${reason}`);
}
