import type { Intelligence } from './intelligence.ts';
import type { Severity } from './severity.ts';
import type {
  Assessment,
  AssetRef,
  FindingClass,
  Fix,
  Label,
  Occurrence,
  SourceSetAside,
} from './statement.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = number & { readonly [brand]: Name };
/** Surrogate ids: integers that mean nothing and never change. What people see is computed. */
export type FindingId = Branded<'finding'>;
export type AssetId = Branded<'asset'>;
export type RunId = Branded<'run'>;
export type ObservationId = Branded<'observation'>;

export type FindingState = 'open' | 'resolved';

/** One stretch of being open. `closedAt` undefined: still open. Times by the source's clock, epoch ms. */
export interface Episode {
  readonly openedAt: number;
  readonly closedAt?: number | undefined;
  readonly reason?: EndReason | undefined;
}
/** `stated`: the source says so. `absent`: a complete run that covers it no longer mentions it. */
export type EndReason = 'stated' | 'absent' | 'no-longer-named';

/** One vulnerability (or rule) on one component (or location) of one asset: the merged view. */
export interface Finding {
  readonly id: FindingId;
  readonly class: FindingClass;
  /** Canonical: CVE, else GHSA, else the first; undefined for a rule. */
  readonly vulnerability?: string | undefined;
  readonly aliases: readonly string[];
  readonly rule?: string | undefined;
  /** Package URL without version. */
  readonly component?: string | undefined;
  readonly location?: string | undefined;
  readonly asset: AssetRef;
  readonly assetId: AssetId;
  readonly severity: Severity;
  readonly score?: number | undefined;
  readonly title?: string | undefined;
  readonly state: FindingState;
  readonly openedAt: number;
  readonly closedAt?: number | undefined;
  readonly dueAt?: number | undefined;
  readonly assessment: Assessment;
  /** Of its vulnerability; undefined: nothing is known. */
  readonly intelligence?: Intelligence | undefined;
  /** What sources name; advisories are in `advisedFixes`. */
  readonly fixVersions: readonly string[];
  readonly advisedFixes?: readonly AdvisedVersions[] | undefined;
  readonly occurrences: number;
  /** Names of the sources whose observations of it are live (of all, when it is resolved). */
  readonly sources: readonly string[];
  readonly observations: readonly ObservationView[];
}

/** What an advisory says of the component: one word of its own, beside those of the sources. */
export interface AdvisedVersions {
  readonly advisory: string;
  readonly versions: readonly string[];
}

/** What one source says of a finding, as policy needs it. */
export interface ObservationView {
  readonly id: ObservationId;
  readonly source: string;
  readonly channel: string;
  /** Groups the findings of one entry: problems are counted by it. */
  readonly key: string;
  readonly live: boolean;
  readonly severity: Severity;
  readonly score?: number | undefined;
  readonly assessment: Assessment;
  readonly setAside: readonly SourceSetAside[];
  readonly labels: readonly Label[];
  readonly versions: readonly string[];
  /** Tags or digests of the image it was seen in. */
  readonly imageVersions?: readonly string[] | undefined;
  readonly fix?: Fix | undefined;
}

export interface FindingDetail extends Finding {
  readonly description?: string | undefined;
  readonly origin: Readonly<Record<string, string>>;
  readonly where: readonly Occurrence[];
  readonly episodes: readonly Episode[];
}
