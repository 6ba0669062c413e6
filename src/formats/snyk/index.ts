/** Snyk writes the name of a project behind its entries, so a file is read twice: for its projects, then for the entries. */
import { GatehouseError } from '../../domain/errors.ts';
import { type JsonItem, type JsonPath, streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, ScanBatch, ScanFacts, ScanFile, ScanHead, ScanPart } from '../format.ts';
import { issueOf } from './infrastructure.ts';
import { type Project, projectOf } from './project.ts';
import { entryOf, isNamedBySnyk } from './records.ts';

const ENTRIES = 'vulnerabilities[*]';
const ISSUES = 'infrastructureAsCodeIssues[*]';
const IGNORED = 'filtered.ignore[*]';
const PATCHED = 'filtered.patch[*]';
/** Advice may be larger than the entries; it is read past. */
const ADVICE = 'remediation.*';
/** What a test of code without a package manager writes before its entries: the same once more, by issue. */
const BY_ISSUE = ['issues[*]', 'issuesData.*'];
const OF_A_TEST = [ENTRIES, IGNORED, PATCHED, ADVICE, ...BY_ISSUE];
const OF_A_PROJECT = [...OF_A_TEST, ISSUES, ...OF_A_TEST.map((pattern) => `applications[*].${pattern}`)];
const ITEMS = [...OF_A_PROJECT, ...OF_A_PROJECT.map((pattern) => `[*].${pattern}`)];

/** What `snyk test`, `snyk container test` and `snyk iac test` write with `--json`. */
export const snyk: Format = { kind: 'snyk', detect, read };

/** What stands beside `ok` and `vulnerabilities`; files that were cut down to their entries have none of it. */
const AROUND = ['packageManager', 'summary', 'dependencyCount', 'uniqueCount', 'projectName'];

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root === 'other') return false;
  if (members.get('ok') === false && typeof members.get('error') === 'string' && members.has('path'))
    return true;
  if (members.has('infrastructureAsCodeIssues')) return true;
  if (members.has('issues') && /"issueId"\s*:\s*"SNYK-/.test(text)) return true;
  if (!members.has('vulnerabilities') || members.has('bomFormat')) return false;
  if (typeof members.get('ok') === 'boolean' && AROUND.some((name) => members.has(name))) return true;
  return (
    /"id"\s*:\s*"(?:SNYK-|snyk:lic:|npm:)/.test(text) &&
    /"(?:isUpgradable|isPatchable|upgradePath|semver|patches|packageName)"\s*:/.test(text)
  );
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const { projects, strangers } = await readProjects(file);
  const [first] = projects.values();
  if (first === undefined) throw refused('it has no list of vulnerabilities');
  if ([...projects.values()].every(({ isTested }) => !isTested)) {
    const said = first.failures.reasons.join(' ');
    throw new GatehouseError('input-invalid', `Snyk could not test, so the file tells nothing: ${said}`);
  }
  const batch = new EntryBatch();
  for (const at of strangers) batch.reject([at], 'it is neither the result of a test nor its failure');
  let current = first;
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind !== 'item') continue;
    const [at] = event.path;
    const project = projects.get(typeof at === 'number' ? at : 0);
    if (project === undefined) continue;
    if (project !== current) yield batch.take(current.part);
    current = project;
    addItem(event, project, batch);
    yield* batch.full(project.part);
  }
  yield batch.take(current.part);
  return { parts: [...projects.values()].map(factsOf) };
}

function addItem({ pattern, path, value }: JsonItem, project: Project, batch: EntryBatch): void {
  if (pattern.endsWith(IGNORED)) project.ignored++;
  else if (pattern.endsWith(PATCHED)) project.patched++;
  else if (pattern.endsWith(ISSUES)) batch.add(path, issueOf(value, project));
  else if (pattern.endsWith(ENTRIES)) {
    const [name, number] = withinProject(path);
    const place = name === 'applications' ? project.applications[Number(number)] : undefined;
    batch.add(path, entryOf(value, project, place));
  }
}

/** The path from the project on, which may stand alone or in a list. */
function withinProject(path: JsonPath): JsonPath {
  return typeof path[0] === 'number' ? path.slice(1) : path;
}

function factsOf({ part, isInfrastructure, failures, ...project }: Project): ScanPart {
  return {
    ...part,
    assets: [],
    observedAt: undefined,
    classes: isInfrastructure ? ['misconfiguration'] : ['vulnerability', 'misconfiguration'],
    inventory: false,
    complete: failures.count === 0,
    reasons: failures.reasons,
    extra: {
      projects: 1,
      distinctIssues: project.distinctIssues.size,
      ignored: project.ignored,
      patched: project.patched,
    },
  };
}

interface Projects {
  /** By place in the list; a file of one project has it at 0. */
  readonly projects: ReadonlyMap<number, Project>;
  /** Places in the list where something else stands. */
  readonly strangers: readonly number[];
}

/** What surrounds the entries. It must be Snyk's, or "nothing found" would be said of any file. */
async function readProjects(file: ScanFile): Promise<Projects> {
  const projects = new Map<number, Project>();
  const strangers: number[] = [];
  let applications: unknown[] = [];
  let hasEntries = false;
  const add = (at: number, value: unknown): void => {
    const project = projectOf(value, { applications, hasEntries }, projects.size);
    applications = [];
    hasEntries = false;
    if (project === undefined) strangers.push(at);
    else projects.set(at, project);
  };
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'item') hasEntries ||= event.pattern.endsWith(ENTRIES) && isNamedBySnyk(event.value);
    if (event.kind === 'document' && !Array.isArray(event.value)) add(0, event.value);
    if (event.kind !== 'end') continue;
    const within = withinProject(event.path);
    const [at] = event.path;
    if (within.length === 0 && typeof at === 'number') add(at, event.value);
    if (within.length === 2 && within[0] === 'applications') applications.push(event.value);
  }
  return { projects, strangers };
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no result of Snyk: ${reason}`);
}
