/**
 * SARIF lets a run name its tool, rules, artifacts and category behind its results, and CodeQL does. So a file is read
 * twice: for what its runs say of themselves, then for the results.
 */
import { GatehouseError } from '../../domain/errors.ts';
import type { Observation, Rejected } from '../../domain/statement.ts';
import { type JsonItem, showPath, streamJson } from '../../platform/json-stream.ts';
import {
  BATCH_SIZE,
  type Format,
  type PartIdentity,
  type ScanBatch,
  type ScanFacts,
  type ScanFile,
  type ScanHead,
  type ScanPart,
} from '../format.ts';
import { asObject, type JsonObject, objectOf, shortened, textOf } from '../loose-values.ts';
import { isFinding, observationOf } from './records.ts';
import { type RunContext, runContextOf } from './run-context.ts';

const MOST_RUNS = 10_000;
const RESULTS = 'runs[*].results[*]';
/** Given one by one because they may carry the files' whole contents. */
const ARTIFACTS = 'runs[*].artifacts[*]';

/** SARIF 2.1.0, of any tool. */
export const sarif: Format = { kind: 'sarif', detect, read };

function detect(head: ScanHead): boolean {
  const { root, members } = head.outline;
  if (root !== 'object') return false;
  if (/sarif/i.test(String(members.get('$schema') ?? ''))) return true;
  if (!members.has('runs')) return false;
  if (/^[12]\.\d/.test(String(members.get('version') ?? ''))) return true;
  // A large file that names its version last.
  return /"(?:driver|ruleId|artifactLocation)"\s*:/.test(head.text);
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const runs = await readRuns(file);
  const counts = runs.map(() => new Map<string, number>());
  let batch = new BatchInProgress();
  for await (const event of streamJson(file.open(), { items: [RESULTS, ARTIFACTS] })) {
    if (event.kind !== 'item' || event.pattern !== RESULTS) continue;
    const run = runs[Number(event.path[1])];
    if (run === undefined) throw new Error(`${showPath(event.path)} is in no run that was read before`);
    if (batch.isFull || (batch.part !== undefined && batch.part.index !== run.index)) {
      yield batch.done();
      batch = new BatchInProgress();
    }
    batch.add(event, run, counts[run.index] ?? new Map());
  }
  if (batch.part !== undefined) yield batch.done();
  return { parts: runs.map((run, index) => partOf(run, counts[index] ?? new Map())) };
}

class BatchInProgress {
  part: PartIdentity | undefined;
  readonly #observations: Observation[] = [];
  readonly #rejected: Rejected[] = [];

  get isFull(): boolean {
    return this.#observations.length + this.#rejected.length >= BATCH_SIZE;
  }

  add(item: JsonItem, run: RunContext, counts: Map<string, number>): void {
    const result = asObject(item.value);
    if (result !== undefined && !isFinding(result)) {
      count(counts, 'notFail');
      return;
    }
    this.part = identityOf(run);
    const observation = observationOf(item.value, run);
    if (typeof observation === 'string') {
      this.#rejected.push({ at: showPath(item.path), reason: observation });
      return;
    }
    this.#observations.push(observation);
    if (observation.setAside.length > 0) count(counts, 'suppressed');
    const baseline = textOf(result, 'baselineState');
    if (baseline !== undefined) count(counts, `baseline ${baseline.slice(0, 20)}`);
  }

  done(): ScanBatch {
    if (this.part === undefined) throw new Error('an empty batch has no part');
    return { part: this.part, observations: this.#observations, rejected: this.#rejected };
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function identityOf({ index, tool, category, asset }: RunContext): PartIdentity {
  return { index, tool, category, asset };
}

function partOf(run: RunContext, counts: ReadonlyMap<string, number>): ScanPart {
  return {
    ...identityOf(run),
    assets: [],
    observedAt: run.observedAt,
    classes: 'all',
    inventory: false,
    complete: run.failures.length === 0,
    reasons: run.failures,
    extra: Object.fromEntries(counts),
  };
}

async function readRuns(file: ScanFile): Promise<readonly RunContext[]> {
  const runs: RunContext[] = [];
  let artifacts: (JsonObject | undefined)[] = [];
  for await (const event of streamJson(file.open(), { items: [RESULTS, ARTIFACTS] })) {
    if (event.kind === 'document') assertSarif(event.value);
    else if (event.kind === 'item' && event.pattern === ARTIFACTS) artifacts.push(locationOf(event.value));
    else if (event.kind === 'end' && event.path.length === 2) {
      const run = asObject(event.value);
      if (run === undefined) throw refused(`${showPath(event.path)} is not an object`);
      if (runs.length >= MOST_RUNS) throw refused(`it has more than ${MOST_RUNS} runs`);
      runs.push(runContextOf(runs.length, run, artifacts));
      artifacts = [];
    }
  }
  return runs;
}

/** All that results refer to. */
function locationOf(artifact: unknown): JsonObject | undefined {
  const location = objectOf(asObject(artifact), 'location');
  return location === undefined ? undefined : { uri: location.uri, uriBaseId: location.uriBaseId };
}

function assertSarif(document: unknown): void {
  const log = asObject(document);
  const runs = log?.runs;
  // null says that the runs could not be obtained (§3.13.4); it is a valid log without results.
  if (log === undefined || (!Array.isArray(runs) && runs !== null)) throw refused('it has no list of runs');
  const version = textOf(log, 'version');
  // A later minor version adds to it; those before it name and place things differently.
  if (version !== undefined && !/^2\.[1-9]/.test(version)) {
    throw refused(
      `it is version ${shortened(version)}; 2.1.0 and later are read, so let the tool write 2.1.0`,
    );
  }
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no SARIF 2.1.0 file: ${reason}`);
}
