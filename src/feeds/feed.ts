/** What publishers say of vulnerabilities, wherever these are found. */
import type { DecisionTable } from '../domain/decision-table.ts';
import type { IntelligenceFact } from '../domain/intelligence.ts';
import type { Advisory, Rejected } from '../domain/statement.ts';

/** Reads the files of one publisher (or one standard). It knows their fields and nothing else. */
export interface Feed {
  /** Folder name, and the `kind` in configuration. */
  readonly kind: string;
  /** What it tells, in half a sentence for people. */
  readonly about: string;
  /** Set where its file is one thing: with one entry that cannot be read, nothing of it can, and none is `rejected`. */
  readonly isOneWhole?: true;
  /** Is this file mine? Judged from its start alone. */
  detect(head: FeedHead): boolean;
  /**
   * Gives what the file states, a batch at a time, and returns what it is. Throws `input-invalid` when the file ends
   * too early or is not what it claims: the caller then records nothing of it. One unreadable entry is `rejected`.
   */
  read(file: FeedFile): AsyncGenerator<FeedBatch, FeedFacts>;
}

export interface FeedHead {
  /** Decoded start of the file (64 KiB when it has as many), without byte-order mark. */
  readonly text: string;
}

export interface FeedFile {
  /** Its documents, unpacked: the file itself, or every file of an archive. Fresh at every call. */
  documents(): AsyncIterable<FeedDocument>;
  /** For what names no moment of its own, epoch ms. */
  readonly receivedAt: number;
}

export interface FeedDocument {
  /** Its name within an archive; '' for the file itself. */
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface FeedBatch {
  readonly facts: readonly IntelligenceFact[];
  readonly advisories: readonly Advisory[];
  readonly tables?: readonly DecisionTable[] | undefined;
  readonly rejected: readonly Rejected[];
}

export interface FeedFacts {
  /** The moment it speaks of, epoch ms, by the publisher's clock. */
  readonly publishedAt: number;
  /** Set when the file says everything there is of this kind: what it does not name is no longer so. */
  readonly isWhole?: IntelligenceFact['kind'] | undefined;
}

/** Entries that a feed hands on at a time. */
export const BATCH_SIZE = 500;
