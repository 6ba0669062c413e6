/** May this ship? Asks the store (or a few scans) what the policy needs to know, and decides. */

import { type GatehouseError, isGatehouseError } from '../domain/errors.ts';
import { type Filter, OPEN } from '../domain/filter.ts';
import type { Finding } from '../domain/finding.ts';
import type { Mode, Policy } from '../domain/policy.ts';
import { EVERYTHING, type Scope } from '../domain/scope.ts';
import type { Evidence, Verdict } from '../domain/verdict.ts';
import type { VexStatement } from '../domain/vex.ts';
import type { Waiver } from '../domain/waiver.ts';
import type { ReadableFile } from '../platform/spooled-file.ts';
import { compilePolicy } from '../policy/compile-policy.ts';
import { type DecideInput, decide } from '../policy/decide.ts';
import { openMemoryStore } from '../store/sqlite/memory.ts';
import type { Store, StoreReader } from '../store/store.ts';
import { withStoredTables } from './decision-tables.ts';
import { type AgeLimit, feedsRead } from './feeds.ts';
import { evidenceOf, type Wanted } from './gate-evidence.ts';
import { type ImportedFile, importScan } from './import.ts';
import type { ScanOptions } from './read-scan.ts';

export interface GateJob extends Pick<Wanted, 'required' | 'expected'> {
  readonly release: string;
  readonly policy: Policy;
  readonly scope: Scope;
  readonly baselineScope?: Scope | undefined;
  /** What the release is compared with, as it was kept; instead of `baselineScope`. */
  readonly baseline?: KeptBaseline | undefined;
  /** Beside those of the policy. */
  readonly waivers?: readonly Waiver[] | undefined;
  readonly vex?: readonly VexStatement[] | undefined;
  /** How old what publishers say may be. */
  readonly feeds?: readonly AgeLimit[] | undefined;
  readonly now: number;
}

/** Findings of an earlier moment, and what they rest on. */
export interface KeptBaseline {
  readonly scope: Scope;
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
}

/** From what the store holds. */
export async function gateStore(reader: StoreReader, job: GateJob): Promise<Verdict> {
  return decide(await askStore(reader, job));
}

/** All that the verdict is decided from. */
export async function askStore(reader: StoreReader, job: GateJob): Promise<DecideInput> {
  const { scope, baseline: kept, now } = job;
  const policy = await withStoredTables(reader, job.policy);
  const baselineScope = kept?.scope ?? job.baselineScope;
  const mode: Mode = baselineScope === undefined ? policy.mode : 'compare';
  const evidence = [
    ...(await evidenceOf(reader, scope, 'release', job)),
    ...(kept?.evidence ?? []),
    ...(job.baselineScope === undefined ? [] : await evidenceOf(reader, job.baselineScope, 'baseline')),
  ];
  const asked = compilePolicy(policy, { scope, baselineScope, mode, now });
  const inScope: Filter = { op: 'all', of: [OPEN, { op: 'scope', scope }] };
  const [candidates, baseline, counts, owners, read] = await Promise.all([
    allFindings(reader, asked.candidates),
    kept !== undefined || asked.baseline === undefined || baselineScope === undefined
      ? Promise.resolve(kept?.findings)
      : allFindings(reader, asked.baseline),
    reader.count(inScope),
    reader.owners(),
    feedsRead(reader, job.feeds ?? [], now),
  ]);
  return {
    release: job.release,
    policy,
    mode,
    scope,
    baselineScope,
    now,
    evidence,
    candidates,
    baseline,
    waivers: job.waivers,
    vex: job.vex,
    ...read,
    owners,
    counts: { open: counts.total, bySeverity: counts.bySeverity },
    fromScans: false,
  };
}

/** From these scans alone: in memory, without configuration, honouring nothing they say about themselves. */
export async function gateScans(
  files: readonly ReadableFile[],
  options: ScanOptions,
  job: Pick<GateJob, 'release' | 'policy' | 'waivers' | 'now'>,
  signal: AbortSignal,
): Promise<{ readonly verdict: Verdict; readonly imported: readonly ImportedFile[] }> {
  const { input, imported } = await askScans(files, options, job, signal);
  return { verdict: decide(input), imported };
}

/** All that the verdict about these files is decided from. */
export async function askScans(
  files: readonly ReadableFile[],
  options: ScanOptions,
  job: Pick<GateJob, 'release' | 'policy' | 'waivers' | 'now'>,
  signal: AbortSignal,
): Promise<{ readonly input: DecideInput; readonly imported: readonly ImportedFile[] }> {
  const store = await openMemoryStore();
  try {
    const imported: ImportedFile[] = [];
    const evidence: Evidence[] = [];
    let refused: GatehouseError | undefined;
    for (const [index, file] of files.entries()) {
      const read = await readOne(store, file, { ...options, apart: `file ${index}` }, job.now, signal);
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
    const asked = compilePolicy(policy, { scope: EVERYTHING, mode: policy.mode, now: job.now });
    const [candidates, counts] = await Promise.all([
      allFindings(store.reader, asked.candidates),
      store.reader.count(OPEN),
    ]);
    const input: DecideInput = {
      release: job.release,
      policy,
      mode: policy.mode,
      scope: EVERYTHING,
      now: job.now,
      evidence,
      candidates,
      waivers: job.waivers,
      counts: { open: counts.total, bySeverity: counts.bySeverity },
      fromScans: true,
    };
    return { input, imported };
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

export async function allFindings(reader: StoreReader, filter: Filter): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (let after: string | undefined; ; ) {
    const page = await reader.findings({ filter, order: 'id', limit: PAGE, after });
    for (const finding of page.findings) findings.push(finding);
    after = page.next;
    if (after === undefined) return findings;
  }
}
