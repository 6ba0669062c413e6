import type { AssetRef, Coverage, Observation, Rejected } from '../domain/statement.ts';
import type { HeadOutline } from './head-outline.ts';

/**
 * Reads the scans of one scanner (or one standard). It knows the file's fields and nothing else: not the store,
 * not other formats, not what was imported before.
 */
export interface Format {
  /** Folder name, and the value of `--format`. */
  readonly kind: string;
  /** Is this file mine? Judged from its first bytes only (64 KiB at least when the file has them). */
  detect(head: ScanHead): boolean;
  /**
   * Yields what the file states, a batch at a time, and returns what it may speak for. Throws `input-invalid` when
   * the file ends too early or is not what it claims: the caller then forgets every batch already given. One
   * unreadable entry is `rejected`, the rest goes on.
   */
  read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts>;
}

export interface ScanHead {
  readonly fileName: string;
  /** Decoded start of the file, without byte-order mark. */
  readonly text: string;
  readonly outline: HeadOutline;
  /** The whole file parsed, when it is small enough (< 64 KiB) and is JSON. */
  readonly json?: unknown;
}

export interface ScanFile {
  readonly fileName: string;
  /** A fresh stream of the (decompressed) bytes at every call: a format may read twice. */
  open(): AsyncIterable<Uint8Array>;
}

/**
 * One tool's run within the file (a SARIF file may hold several). Known before its first observation is given: a
 * format whose file names the tool last reads it twice.
 */
export interface PartIdentity {
  /** Position in the file, from 0. */
  readonly index: number;
  /** The tool's name as it states it: `Trivy`, `CodeQL`. */
  readonly tool: string;
  /** The tool's own category (SARIF automation id); '' where there is none. */
  readonly category: string;
  /** What the file names; undefined: nothing, or each observation names its own. */
  readonly asset: AssetRef | undefined;
}

/**
 * Entries that a format hands on at a time. Measured with the import bench: with 500 so much of it is alive whenever
 * the nursery is emptied that collecting garbage takes a fifth of the reading, with 100 a tenth.
 */
export const BATCH_SIZE = 100;

export interface ScanBatch {
  readonly part: PartIdentity;
  readonly observations: readonly Observation[];
  readonly rejected: readonly Rejected[];
}

/** What the file says of itself, one entry per part, also for parts without observations. */
export interface ScanFacts {
  readonly parts: readonly ScanPart[];
}

export interface ScanPart extends PartIdentity {
  /** Assets the file looked at when it names several; the caller adds those of the observations. */
  readonly assets: readonly AssetRef[];
  /** Epoch ms by the file's own clock; undefined: the moment of import. */
  readonly observedAt: number | undefined;
  /** What its absence of entries speaks for; `'all'` where the file shows no filter. */
  readonly classes: Coverage['classes'];
  /** An inventory decides nothing and closes nothing. */
  readonly inventory: boolean;
  /** False when the tool reports its own failure. */
  readonly complete: boolean;
  readonly reasons: readonly string[];
  /** Counted apart, for the report: suppressed, passed, licences … */
  readonly extra: Readonly<Record<string, number>>;
}
