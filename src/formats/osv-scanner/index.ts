import { GatehouseError } from '../../domain/errors.ts';
import { type JsonEnd, type JsonItem, streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, type JsonObject, objectOf, textOf } from '../loose-values.ts';
import { PackageInProgress } from './package-in-progress.ts';
import { packageOf, TOOL } from './records.ts';

const RECORDS = 'results[*].packages[*].vulnerabilities[*]';
const GROUPS = 'results[*].packages[*].groups[*]';
const ITEMS = [RECORDS, GROUPS];

/** Nothing tells two projects apart: the file names paths on the machine that ran the scanner. */
const PART: PartIdentity = { index: 0, tool: TOOL, category: '', asset: undefined };

/** What `osv-scanner --format json` writes. */
export const osvScanner: Format = { kind: 'osv-scanner', detect, read };

/** What stands beside `results` in the files of others: Bandit, Semgrep and more. */
const FOREIGN = ['errors', 'generated_at', 'metrics', 'paths', 'version', 'check_type', 'summary'];

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root !== 'object' || !members.has('results')) return false;
  if (members.has('experimental_config') || members.has('image_metadata')) return true;
  if (FOREIGN.some((name) => members.has(name))) return false;
  if (/"packages"\s*:\s*(?:\[|null)/.test(text))
    return /"(?:source|packageSource|package|Package)"\s*:/.test(text);
  return /^\s*\{\s*"results"\s*:\s*(?:\[\s*\]|null)\s*\}\s*$/.test(text);
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const batch = new EntryBatch();
  const extra = { packages: 0, vulnerabilityRecords: 0, licenceViolations: 0 };
  let inProgress = new PackageInProgress();
  let isJudged = false;
  let sources: readonly (string | undefined)[] | undefined;
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'item') {
      isJudged = true;
      if (event.pattern === RECORDS) extra.vulnerabilityRecords++;
      addItem(event, inProgress, batch);
    } else if (event.kind === 'end' && isElement(event, 'packages', 4)) {
      const around = asObject(event.enclosing[2]) ?? {};
      if (!hasSource(around)) sources ??= await readSources(file);
      const path = pathOf(around) ?? sources?.[Number(event.path[1])];
      addPackage(event, inProgress, path, batch);
      extra.packages++;
      extra.licenceViolations += violationsOf(event.value);
      inProgress = new PackageInProgress();
    } else if (event.kind === 'end' && isElement(event, 'results', 2)) checkResult(event, batch);
    else if (event.kind === 'document') {
      assertResults(event.value, batch);
      isJudged ||= extra.packages === 0 || Object.hasOwn(asObject(event.value) ?? {}, 'experimental_config');
    }
    yield* batch.full(PART);
  }
  yield batch.take(PART);
  return {
    parts: [
      {
        ...PART,
        assets: [],
        observedAt: undefined,
        classes: ['vulnerability'],
        // The same layout, without vulnerabilities, is how OSV-Scanner is told which packages to look at.
        inventory: !isJudged,
        complete: true,
        reasons: [],
        extra,
      },
    ],
  };
}

function isElement({ path }: JsonEnd, list: string, depth: number): boolean {
  return path.length === depth && path.at(-2) === list && typeof path.at(-1) === 'number';
}

function addItem(item: JsonItem, inProgress: PackageInProgress, batch: EntryBatch): void {
  const problem =
    item.pattern === RECORDS ? inProgress.addRecord(item.value) : inProgress.addGroup(item.value);
  if (problem !== undefined) batch.reject(item.path, problem);
}

function addPackage(
  { path, value }: JsonEnd,
  inProgress: PackageInProgress,
  source: string | undefined,
  batch: EntryBatch,
): void {
  const entry = asObject(value);
  if (entry === undefined) batch.reject(path, 'the package is not an object');
  for (const name of ['vulnerabilities', 'groups']) {
    if (isNoList(entry?.[name])) batch.reject([...path, name], `${name} is not a list`);
  }
  for (const observation of inProgress.observations(packageOf(value, source))) batch.add(path, observation);
}

function isNoList(value: unknown): boolean {
  return value !== undefined && value !== null && !Array.isArray(value);
}

function violationsOf(value: unknown): number {
  const violations = asObject(value)?.license_violations;
  return Array.isArray(violations) ? violations.length : 0;
}

function checkResult({ path, value }: JsonEnd, batch: EntryBatch): void {
  const result = asObject(value);
  if (result === undefined || (!Object.hasOwn(result, 'packages') && !hasSource(result))) {
    batch.reject(path, 'the result names no source and no packages');
  } else if (isNoList(result.packages)) batch.reject([...path, 'packages'], 'packages is not a list');
  else batch.isReadable();
}

function hasSource(result: JsonObject): boolean {
  return Object.hasOwn(result, 'source') || Object.hasOwn(result, 'packageSource');
}

function pathOf(result: JsonObject): string | undefined {
  return textOf(objectOf(result, 'source') ?? objectOf(result, 'packageSource'), 'path');
}

const MOST_RESULTS = 1_000_000;

/** Of a file that another program sorted by name: there the source stands behind its packages. */
async function readSources(file: ScanFile): Promise<readonly (string | undefined)[]> {
  const sources: (string | undefined)[] = [];
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind !== 'end' || !isElement(event, 'results', 2)) continue;
    if (sources.length >= MOST_RESULTS) throw refused(`it has more than ${MOST_RESULTS} sources`);
    sources[Number(event.path[1])] = pathOf(asObject(event.value) ?? {});
  }
  return sources;
}

/** The envelope must be OSV-Scanner's, or "nothing found" would be said of any file. */
function assertResults(value: unknown, batch: EntryBatch): void {
  const document = asObject(value);
  const results = document?.results;
  const isList = Array.isArray(results) || (results === null && document !== undefined);
  if (!isList) throw refused('it has no list of results');
  const foreign = FOREIGN.find((name) => document !== undefined && Object.hasOwn(document, name));
  if (foreign !== undefined) throw refused(`it has '${foreign}' beside its results`);
  if (batch.isNothingReadable) throw refused('nothing in its list of results is one');
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no OSV-Scanner file: ${reason}`);
}
