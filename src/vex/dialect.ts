/** Documents in which somebody says what affects a product and what does not. */
import type { BySeverity } from '../domain/severity.ts';
import type { Rejected } from '../domain/statement.ts';
import type { VexDocument } from '../domain/vex-document.ts';

/** Reads one way to write them. It knows its fields and nothing else. */
export interface VexDialect {
  /** Folder name, and the format that an import shows. */
  readonly kind: string;
  /** Is this document mine? Judged from its start (64 KiB, or all of a smaller one). */
  detect(text: string): boolean;
  /** Throws `input-invalid` for a document that says it is one and is not. `now`: where it names no moment. */
  read(document: unknown, now: number): VexRead;
}

export interface VexRead {
  readonly document: VexDocument;
  /** How many statements it makes, as its own standard counts them. */
  readonly statements: number;
  /** Of the statements, as they themselves rate what they are about. */
  readonly bySeverity: BySeverity;
  /** How many different vulnerabilities they are about. */
  readonly vulnerabilities: number;
  readonly rejected: readonly Rejected[];
}
