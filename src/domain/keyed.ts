/**
 * Statements with their identity worked out: what `normalise` makes and a store keeps. All identity is here as plain
 * text, so that two stores cannot disagree about it.
 */
import type { Severity } from './severity.ts';
import type { Advisory, Assessment, AssetRef, FindingClass, Label, Life } from './statement.ts';

/** Every name is upper-cased where its scheme ignores case; the first is what the source leads with. */
export interface KeyedDefect {
  readonly kind: 'vulnerability' | 'rule';
  /** Primary first, then explicit aliases. A rule has one name: `tool:rule`. */
  readonly names: readonly [string, ...string[]];
}

/** What a defect sits on, without version or line: the middle of a finding's identity. */
export interface Subject {
  readonly kind: 'component' | 'location' | 'none';
  readonly key: string;
}

/**
 * `body` and `about` are canonical JSON (keys in order, nothing undefined); `digest` covers both, `aboutDigest` the
 * second, so that what many entries say alike is kept once.
 */
interface Content {
  readonly body: string;
  readonly about: string;
  readonly aboutDigest: string;
  readonly digest: string;
  readonly labels: readonly Label[];
  readonly occurrences: number;
  readonly fixable: boolean;
  readonly title?: string | undefined;
  readonly revision?: string | undefined;
}

export interface KeyedObservation extends Content {
  readonly part: 'main';
  /** Unique within the stream and stable from run to run. */
  readonly key: string;
  readonly class: FindingClass;
  readonly asset: AssetRef;
  readonly defects: readonly KeyedDefect[];
  readonly subject: Subject;
  readonly life: Life;
  readonly severity: Severity;
  readonly score?: number | undefined;
  readonly assessment: Assessment;
  /** True when the source itself set it aside. */
  readonly isSetAside: boolean;
  readonly dueAt?: number | undefined;
}

export interface KeyedDetail extends Content {
  readonly part: 'detail';
  readonly key: string;
}

export type KeyedAdvisory = Advisory & { readonly names: readonly [string, ...string[]] };

export type KeyedStatement = KeyedObservation | KeyedDetail;
