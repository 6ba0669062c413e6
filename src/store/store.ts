/**
 * What every store promises. State is a function of the set of runs and their `observedAt`: the order in which runs
 * arrive, crashes between them and repeats never change it. (Of two runs of one stream with the same `observedAt`
 * the one recorded later corrects the earlier.)
 */

import type { AssetState, Criticality } from '../domain/asset.ts';
import type { DecisionTable } from '../domain/decision-table.ts';
import type { Explanation } from '../domain/explanation.ts';
import type { Filter } from '../domain/filter.ts';
import type { AssetId, Episode, Finding, FindingDetail, FindingId, RunId } from '../domain/finding.ts';
import type { IntelligenceFact, IntelligenceRecord } from '../domain/intelligence.ts';
import type { KeyedAdvisory, KeyedStatement } from '../domain/keyed.ts';
import type { Run, RunSummary } from '../domain/run.ts';
import type { Scope } from '../domain/scope.ts';
import type { Severity } from '../domain/severity.ts';
import type { AssetRef, Coverage, Label, Rejected, StreamRef } from '../domain/statement.ts';
import type { Triage, TriagedFinding, TriageNote } from '../domain/triage.ts';
import type { Override, VerdictWord } from '../domain/verdict.ts';
import type { VexDocument } from '../domain/vex-document.ts';
import type { WaiverEvent, WaiverHistory } from '../domain/waiver-history.ts';
import type { PackedStatements } from './packed-statements.ts';

export interface Store {
  readonly writer: StoreWriter;
  readonly reader: StoreReader;
  /** Waits for what was begun and releases files, threads and connections. */
  close(): Promise<void>;
}

export interface RunStart {
  readonly stream: StreamRef;
  /** Resolved and back within this time is one episode, ms. A property of the stream: the latest given counts. */
  readonly holdMs: number;
  readonly observedAt: number;
  readonly recordedAt: number;
  /** `staged`: nothing is visible before `finish`. `paged`: each page is visible once committed. */
  readonly visibility: 'staged' | 'paged';
}

export interface StoreWriter {
  beginRun(start: RunStart): Promise<RunWriter>;
  /** Continues the paged run of this source that never ended, if there is one. */
  resumeRun(stream: StreamRef): Promise<RunWriter | undefined>;
  /** Advisories join and split vulnerabilities; findings follow. */
  recordAdvisories(source: string, advisories: readonly KeyedAdvisory[], recordedAt: number): Promise<void>;
  /**
   * Any number at once, in transactions of a few thousand: a crash in between loses what comes after, and saying all of
   * it again does no harm. Of one name and kind the latest `validAt` counts, in whatever order they arrive; of two of one
   * moment the one recorded later. Names that no source has mentioned are kept, too.
   */
  recordIntelligence(facts: readonly IntelligenceFact[], recordedAt: number): Promise<void>;
  addTriage(finding: FindingId, note: TriageNote, recordedAt: number): Promise<void>;
  /**
   * Returns the waiver's id. Throws GatehouseError `not-found`, `input-invalid` when it cannot be said now: one who
   * approves their own request, a waiver that was revoked …
   */
  recordWaiver(event: NewWaiverEvent, recordedAt: number): Promise<string>;
  /** Says what became of it: the first of its author and id, a newer or older revision of one, or one that is there. */
  recordVex(document: VexDocument, recordedAt: number): Promise<VexRecorded>;
  /** What policies go by under that name from now on; one that only repeats the latest is not kept again. */
  saveDecisionTable(name: string, table: DecisionTable, recordedAt: number): Promise<void>;
  setAsset(asset: AssetRef, facts: AssetFacts, validAt: number, recordedAt: number): Promise<void>;
  saveCursor(source: string, cursor: string | undefined): Promise<void>;
  /**
   * Reserves turns for so many calls, `spacingMs` apart, behind those that were given before under this key: returns in
   * how many ms the first of them is. `now` is the caller's clock; workers' clocks agree as well as hosts of one
   * deployment do, and by as much their turns may overlap.
   */
  takeCalls(key: string, calls: number, spacingMs: number, now: number): Promise<number>;
  /** The vendor asked for a pause: turns given from now on start after it. */
  holdCalls(key: string, holdMs: number, now: number): Promise<void>;
  /** Returns its id. */
  saveVerdict(verdict: NewVerdict): Promise<number>;
  /** Of several under one name the newest counts; the earlier ones stay. */
  saveBaseline(baseline: NewBaseline): Promise<void>;
  /** Ends several staged runs in one transaction: the parts of one file become visible together, or none does. */
  finishTogether(ends: readonly RunEnd[]): Promise<readonly RunSummary[]>;
}

export interface NewWaiverEvent {
  /** Absent: a new one, which gets an id of its own. */
  readonly waiver?: string | undefined;
  /** Ids that a new one must not get. */
  readonly taken?: readonly string[] | undefined;
  readonly event: WaiverEvent;
}

/** Something by its digest: SHA-256 of its canonical text, lower-case hex. The bytes may be packed. */
export interface Artefact {
  readonly digest: string;
  readonly bytes: Uint8Array;
}

interface VerdictFacts {
  readonly release: string;
  readonly scope: string;
  readonly baseline: string | undefined;
  readonly policy: string;
  readonly policyDigest: string;
  /** Version of Gatehouse that decided. */
  readonly engine: string;
  readonly word: VerdictWord;
  readonly decidedAt: number;
  readonly recordedAt: number;
  /** Who opened the gate against it. */
  readonly override: Override | undefined;
  /** Canonical JSON of what was decided. */
  readonly core: { readonly digest: string; readonly text: string };
}

export interface NewVerdict extends VerdictFacts {
  readonly facts: Artefact;
}

export interface VerdictRecord extends VerdictFacts {
  readonly id: number;
  readonly factsDigest: string;
}

export interface VerdictQuery {
  readonly release?: string | undefined;
  readonly scope?: string | undefined;
  /** Only older ones than this id. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface NewBaseline {
  readonly name: string;
  readonly scope: string;
  readonly takenAt: number;
  readonly content: Artefact;
}

export interface BaselineRecord {
  readonly name: string;
  readonly scope: string;
  readonly takenAt: number;
  readonly digest: string;
}

export interface DecisionTableRecord {
  readonly name: string;
  readonly recordedAt: number;
  readonly table: DecisionTable;
}

export type VexRecorded = 'created' | 'updated' | 'outdated' | 'unchanged';

export interface RunEnd {
  readonly run: RunWriter;
  readonly coverage: Coverage;
}

export interface AssetFacts {
  readonly state?: AssetState | undefined;
  readonly owner?: string | undefined;
  readonly criticality?: Criticality | undefined;
}

/** One run being written. Calls are awaited one after the other. */
export interface RunWriter {
  readonly id: RunId;
  readonly observedAt: number;
  readonly recordedAt: number;
  /** A paged run's last committed cursor; a run that begins has none. */
  readonly cursor: string | undefined;
  /** Packed statements of one run come from one packer, in its order; their bytes belong to the store from then on. */
  stage(
    statements: readonly KeyedStatement[] | PackedStatements,
    rejected?: readonly Rejected[],
  ): Promise<void>;
  /** Paged runs only: makes what was staged since the last page visible, and keeps the cursor with the run. */
  commitPage(cursor: string): Promise<void>;
  /**
   * Ends the run in one transaction and closes what its coverage lets it close. `coverage.observedAt` replaces the
   * provisional one. The cursor, when given, is from now on the source's: where its next run begins.
   */
  finish(coverage: Coverage, cursor?: string): Promise<RunSummary>;
  /** Paged: the run stays to be continued, and says why it stopped. Staged: as `abandon`. */
  interrupt(reason: string): Promise<void>;
  /** Staged: as if it never began. Paged: what was committed stays, the run is `failed` and closes nothing. */
  abandon(reason: string): Promise<void>;
}

export type FindingOrder = 'severity' | 'opened' | 'id';

export interface FindingQuery {
  readonly filter: Filter;
  /** `severity`: worst first, then oldest id. `opened`: newest first. */
  readonly order?: FindingOrder | undefined;
  readonly limit: number;
  /** As given by the page before. */
  readonly after?: string | undefined;
}

export interface FindingPage {
  readonly findings: readonly Finding[];
  readonly next: string | undefined;
}

export interface FindingCounts {
  readonly total: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
}

export interface HistoryEntry {
  readonly kind: 'created' | 'updated' | 'closed' | 'reopened' | 'merged-into' | 'split-from' | 'triaged';
  readonly finding: FindingId;
  readonly validAt: number;
  readonly recordedAt: number;
  readonly run?: RunId | undefined;
  readonly detail: string;
}

/** By when it was learned, whatever it speaks of: both moments included. */
export interface LearnedQuery {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly after?: string | undefined;
}

export interface LearnedPage {
  readonly entries: readonly HistoryEntry[];
  /** Those they are about, as they stand today; one that was merged away since is missing. */
  readonly findings: readonly Finding[];
  readonly next: string | undefined;
}

export interface AsOfFinding {
  readonly finding: FindingId;
  readonly severity: Severity;
  readonly openedAt: number;
}

export interface AssetView {
  readonly id: AssetId;
  readonly asset: AssetRef;
  readonly state: AssetState;
  readonly owner?: string | undefined;
  readonly criticality: Criticality;
  readonly open: number;
}

export interface LatestRuns {
  readonly sources?: readonly string[] | undefined;
  readonly assets?: readonly { readonly kind?: string | undefined; readonly name: string }[] | undefined;
  /** As in a scope: a run that its source was asked for other zones (hosts, …) only says nothing of these. */
  readonly labels?: Scope['labels'];
  /** As it was at that moment of the sources' clocks: runs observed later have not spoken yet. */
  readonly at?: number | undefined;
}

export interface StoreReader {
  findings(query: FindingQuery): Promise<FindingPage>;
  /** Findings of retired assets are in no count and no list unless the filter names the asset. */
  count(filter: Filter): Promise<FindingCounts>;
  finding(id: FindingId): Promise<FindingDetail | undefined>;
  explanation(id: FindingId): Promise<Explanation | undefined>;
  episodes(id: FindingId): Promise<readonly Episode[]>;
  triage(id: FindingId): Promise<Triage>;
  /** Every finding that somebody noted something on; of these, where given. */
  triaged(ids?: readonly FindingId[]): Promise<readonly TriagedFinding[]>;
  history(id: FindingId): Promise<readonly HistoryEntry[]>;
  /** Every change of any finding that was learned in a stretch of our own clock. */
  learned(query: LearnedQuery): Promise<LearnedPage>;
  /** What was said of this very name, each change once, oldest first. */
  intelligence(name: string): Promise<readonly IntelligenceRecord[]>;
  /** The names of which something of this kind holds. */
  namesWith(kind: IntelligenceFact['kind']): Promise<readonly string[]>;
  /** What was open at a moment, by the sources' clocks and all that is known today. */
  openAt(validAt: number): Promise<readonly AsOfFinding[]>;
  /**
   * Of these, those that were open at that moment, as they then stood: severity, facts, fixes, labels and what was set
   * aside. Names, asset, title and intelligence are those of today.
   */
  findingsAt(ids: readonly FindingId[], validAt: number): Promise<readonly Finding[]>;
  assets(): Promise<readonly AssetView[]>;
  /** Of the assets that somebody owns. */
  owners(): Promise<readonly (readonly [AssetId, string])[]>;
  /**
   * The runs that are the last word on their stream (of a scan's stream: on each asset), newest `observedAt` first;
   * of these sources and assets, of all where undefined.
   */
  latestRuns(asked?: LatestRuns): Promise<readonly Run[]>;
  /** Of each source with anything live, what it has ever stated of these labels. */
  statedLabels(wanted: NonNullable<Scope['labels']>): Promise<readonly StatedLabels[]>;
  run(id: RunId): Promise<Run | undefined>;
  cursor(source: string): Promise<string | undefined>;
  seen(stream: StreamRef, keys: readonly string[]): Promise<readonly SeenEntry[]>;
  rejects(id: RunId): Promise<readonly Rejected[]>;
  verdict(id: number): Promise<VerdictRecord | undefined>;
  /** Newest first. */
  verdicts(query: VerdictQuery): Promise<readonly VerdictRecord[]>;
  /** The newest of each name; with a name, that one. */
  baselines(name?: string): Promise<readonly BaselineRecord[]>;
  artefact(digest: string): Promise<Uint8Array | undefined>;
  /** The latest revision of each, by its author's clock. */
  vexDocuments(): Promise<readonly VexDocument[]>;
  /** The latest of each name; with names, of these. */
  decisionTables(names?: readonly string[]): Promise<readonly DecisionTableRecord[]>;
  /** Every waiver that was asked for here, with all that was said of it; with an id, that one. */
  waivers(id?: string): Promise<readonly WaiverHistory[]>;
  /** Where a finding that was merged away went: itself while it exists. */
  resolveId(id: FindingId): Promise<FindingId | undefined>;
}

export interface StatedLabels {
  readonly source: string;
  /** Of the kinds asked for, those that it states of anything. */
  readonly kinds: readonly Label['kind'][];
  /** Of the values asked for, those that it knows: of what it found, or because it was narrowed to them. */
  readonly known: readonly { readonly kind: Label['kind']; readonly value: string }[];
}

export interface SeenEntry {
  readonly key: string;
  readonly revision?: string | undefined;
  readonly detailRevision?: string | undefined;
}
