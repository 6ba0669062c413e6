/** May this ship? Asks the store (or a few scans) what the policy needs to know, and decides. */

import { type GatehouseError, isGatehouseError } from '../domain/errors.ts';
import { type Filter, OPEN } from '../domain/filter.ts';
import type { Finding } from '../domain/finding.ts';
import type { Mode, Policy } from '../domain/policy.ts';
import type { Run } from '../domain/run.ts';
import { EVERYTHING, type Scope } from '../domain/scope.ts';
import type { Evidence, Verdict } from '../domain/verdict.ts';
import type { ReadableFile } from '../platform/spooled-file.ts';
import { compilePolicy } from '../policy/compile-policy.ts';
import { decide } from '../policy/decide.ts';
import { openMemoryStore } from '../store/sqlite/memory.ts';
import type { Store, StoreReader } from '../store/store.ts';
import { type ImportedFile, importScan } from './import.ts';
import type { ScanOptions } from './read-scan.ts';

export interface GateJob {
  readonly release: string;
  readonly policy: Policy;
  readonly scope: Scope;
  readonly baselineScope?: Scope | undefined;
  /** Exactly the sources the verdict cannot do without. Undefined: those expected, and every other that has spoken. */
  readonly required?: readonly string[] | undefined;
  /** Sources that ought to have spoken; undefined: those that the scope names. */
  readonly expected?: readonly string[] | undefined;
  readonly now: number;
}

/** From what the store holds. */
export async function gateStore(reader: StoreReader, job: GateJob): Promise<Verdict> {
  const { policy, scope, baselineScope, now } = job;
  const mode: Mode = baselineScope === undefined ? policy.mode : 'compare';
  const evidence = [
    ...(await evidenceOf(reader, scope, 'release', job)),
    ...(baselineScope === undefined ? [] : await evidenceOf(reader, baselineScope, 'baseline', {})),
  ];
  const asked = compilePolicy(policy, { scope, baselineScope, mode });
  const inScope: Filter = { op: 'all', of: [OPEN, { op: 'scope', scope }] };
  const [candidates, baseline, counts] = await Promise.all([
    allFindings(reader, asked.candidates),
    asked.baseline === undefined || baselineScope === undefined
      ? Promise.resolve(undefined)
      : allFindings(reader, asked.baseline),
    reader.count(inScope),
  ]);
  return decide({
    release: job.release,
    policy,
    mode,
    scope,
    baselineScope,
    now,
    evidence,
    candidates,
    baseline,
    counts: { open: counts.total, bySeverity: counts.bySeverity },
    fromScans: false,
  });
}

/** From these scans alone: in memory, without configuration, honouring nothing they say about themselves. */
export async function gateScans(
  files: readonly ReadableFile[],
  options: ScanOptions,
  job: Pick<GateJob, 'release' | 'policy' | 'now'>,
  signal: AbortSignal,
): Promise<{ readonly verdict: Verdict; readonly imported: readonly ImportedFile[] }> {
  const store = await openMemoryStore();
  try {
    const imported: ImportedFile[] = [];
    const evidence: Evidence[] = [];
    let refused: GatehouseError | undefined;
    for (const file of files) {
      const read = await readOne(store, file, options, job.now, signal);
      if (isGatehouseError(read)) {
        refused ??= read;
        evidence.push(unreadable(file.name, read.message));
      } else {
        imported.push(read);
        evidence.push(scanEvidence(read));
      }
    }
    if (refused !== undefined && imported.length === 0) throw refused;
    const { policy } = job;
    const asked = compilePolicy(policy, { scope: EVERYTHING, mode: 'evaluate' });
    const [candidates, counts] = await Promise.all([
      allFindings(store.reader, asked.candidates),
      store.reader.count(OPEN),
    ]);
    const verdict = decide({
      release: job.release,
      policy,
      mode: 'evaluate',
      scope: EVERYTHING,
      now: job.now,
      evidence,
      candidates,
      counts: { open: counts.total, bySeverity: counts.bySeverity },
      fromScans: true,
    });
    return { verdict, imported };
  } finally {
    await store.close();
  }
}

/** A file that cannot be read is evidence that lacks, beside others; alone it is the caller's mistake. */
async function readOne(
  store: Store,
  file: ReadableFile,
  options: ScanOptions,
  now: number,
  signal: AbortSignal,
): Promise<ImportedFile | GatehouseError> {
  try {
    return await importScan({ store, file, options, now: () => now, signal });
  } catch (error) {
    if (!isGatehouseError(error) || error.code !== 'input-invalid') throw error;
    return error;
  }
}

function unreadable(source: string, problem: string): Evidence {
  const counts = { observations: 0, rejected: 0 };
  return { source, role: 'release', state: 'unreadable', required: true, ...counts, reasons: [problem] };
}

function scanEvidence(file: ImportedFile): Evidence {
  // Nothing looked at anything: that nothing was found then says nothing.
  if (file.runs.length === 0) return unreadable(file.file, 'it holds no run of any tool');
  const isComplete = file.runs.every(({ state }) => state === 'complete');
  return {
    source: file.file,
    role: 'release',
    state: file.isInventory ? 'inventory' : isComplete ? 'complete' : 'partial',
    required: true,
    observedAt: file.runs.reduce<number | undefined>(
      (at, run) => Math.min(at ?? run.observedAt, run.observedAt),
      undefined,
    ),
    observations: file.observations,
    rejected: file.rejected,
    reasons: file.runs.flatMap(({ reasons }) => reasons),
  };
}

const PAGE = 2000;

async function allFindings(reader: StoreReader, filter: Filter): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (let after: string | undefined; ; ) {
    const page = await reader.findings({ filter, order: 'id', limit: PAGE, after });
    for (const finding of page.findings) findings.push(finding);
    after = page.next;
    if (after === undefined) return findings;
  }
}

/** The latest run of each stream in scope, and one entry for every required source that never ran. */
async function evidenceOf(
  reader: StoreReader,
  scope: Scope,
  role: Evidence['role'],
  wanted: Pick<GateJob, 'required' | 'expected'>,
): Promise<readonly Evidence[]> {
  const asked = { sources: scope.sources, assets: scope.assets };
  const runs = (await reader.latestRuns(asked)).filter((run) => speaksIn(run, scope));
  const spoken = new Set(runs.map(({ stream }) => stream.source));
  const expected = scope.sources ?? wanted.expected ?? [];
  const required = wanted.required ?? [...new Set([...expected, ...spoken])];
  const missing = required.filter((source) => !spoken.has(source));
  return [
    ...[...Map.groupBy(runs, nameOf)].map(([source, own]) => runEvidence(source, own, role, required)),
    ...missing.map((source): Evidence => {
      const counts = { observations: 0, rejected: 0 };
      return {
        source,
        role,
        state: 'missing',
        required: true,
        ...counts,
        reasons: ['it was never collected'],
      };
    }),
  ];
}

function speaksIn(run: Run, scope: Scope): boolean {
  const { channel } = run.stream;
  return scope.channels === undefined || scope.channels.includes(channel);
}

/** What people call the stream: its source, and what tells it from others of the same source. */
function nameOf({ stream: { source, category, channel } }: Run): string {
  const beside = [category, channel].filter((part) => part !== '');
  return beside.length === 0 ? source : `${source} (${beside.join(', ')})`;
}

/** Several runs of one stream are of several assets: together no younger than the oldest, no better than the worst. */
function runEvidence(
  source: string,
  runs: readonly Run[],
  role: Evidence['role'],
  required: readonly string[],
): Evidence {
  const sum = (of: (run: Run) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    source,
    role,
    state: worstOf(runs),
    required: runs.some(({ stream }) => required.includes(stream.source)),
    observedAt: Math.min(...runs.map(({ observedAt }) => observedAt)),
    observations: sum(({ observations }) => observations),
    rejected: sum(({ rejected }) => rejected),
    reasons: [...new Set(runs.flatMap(reasonsOf))],
  };
}

function worstOf(runs: readonly Run[]): Evidence['state'] {
  if (runs.some(({ state }) => state !== 'complete')) return 'partial';
  // A run that may speak for no class of findings is an inventory.
  return runs.some(({ classes }) => classes.length === 0) ? 'inventory' : 'complete';
}

function reasonsOf(run: Run): readonly string[] {
  return run.state === 'running' ? ['its run has not ended', ...run.reasons] : run.reasons;
}
