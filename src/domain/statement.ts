/**
 * What a source says, in one language. A Statement is immutable: a run is the set of statements it made, and
 * everything the store shows is a function of its runs. Nothing here depends on what was said before.
 */
import type { Severity } from './severity.ts';

/** Coverage is per class: a vulnerability scan cannot close a secret. */
export const FINDING_CLASSES = ['vulnerability', 'code', 'misconfiguration', 'secret'] as const;
export type FindingClass = (typeof FINDING_CLASSES)[number];

export const ASSET_KINDS = [
  'environment',
  'host',
  'process-group',
  'image',
  'repository',
  'function',
  'workstation',
  'sbom-subject',
  'workload',
  'file',
] as const;
export type AssetKind = (typeof ASSET_KINDS)[number];

/** What carries findings. `name` is the versionless identity: `registry/app`, never `registry/app:1.2`. */
export interface AssetRef {
  readonly kind: AssetKind;
  readonly name: string;
}

/**
 * A defect an entry names. For `vulnerability`, `aliases` are ids that the source itself declares to be the same
 * defect; a distribution notice or a list of CVEs is not an alias. For `rule`, `id` is unique within `tool`.
 */
export type Defect =
  | { readonly kind: 'vulnerability'; readonly id: string; readonly aliases: readonly string[] }
  | { readonly kind: 'rule'; readonly tool: string; readonly id: string };

/** A package. `purl` as the source gives it or as its format derives it; identity ignores its version. */
export interface Component {
  readonly purl: string;
  readonly version?: string | undefined;
}

/** Where a code, configuration or secret finding sits. Line and column are shown, never identity. */
export interface Location {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The tool's own fingerprint; absent when it is a placeholder. */
  readonly fingerprint?: string | undefined;
  /** The code itself, for a fingerprint of ours when the tool has none. */
  readonly snippet?: string | undefined;
}

/** Where exactly: one line of evidence. Only what the source knows is set. */
export interface Occurrence {
  readonly version?: string | undefined;
  readonly path?: string | undefined;
  readonly layer?: string | undefined;
  readonly line?: number | undefined;
  readonly imageVersion?: string | undefined;
  /** A vendor's entity, as `HOST-0123456789ABCDEF`, with its name once known. */
  readonly entity?: string | undefined;
  readonly entityName?: string | undefined;
}

/** What a scope may select by. `id` is stable, `name` is shown. */
export const LABEL_KINDS = [
  'zone',
  'host',
  'process-group',
  'workload',
  'cluster',
  'tag',
  'technology',
] as const;
export type LabelKind = (typeof LABEL_KINDS)[number];
export interface Label {
  readonly kind: LabelKind;
  readonly id: string;
  readonly name?: string | undefined;
}

/**
 * Open or resolved, by the source's own word. Times are epoch ms by the source's clock; a scan, which only knows
 * that the entry is there, says `{ state: 'open' }`.
 */
export interface Life {
  readonly state: 'open' | 'resolved';
  readonly firstSeenAt?: number | undefined;
  readonly resolvedAt?: number | undefined;
  readonly reopenedAt?: number | undefined;
}

export const FUNCTION_USAGES = ['in-use', 'not-in-use', 'not-available'] as const;
export type FunctionUsage = (typeof FUNCTION_USAGES)[number];

/** Runtime facts. An absent fact is one the source cannot state; `not-available` is one it states to be unknown. */
export interface Assessment {
  readonly functionUsage?: FunctionUsage | undefined;
  readonly exposure?: 'public' | 'not-detected' | 'not-available' | undefined;
  readonly dataAssets?: 'reachable' | 'not-detected' | 'not-available' | undefined;
  readonly exploit?: 'available' | 'not-available' | undefined;
}

/** How a source itself sets an entry aside. `vex`: an analysis that stands beside the entry, as CycloneDX has it. */
export const SOURCE_SET_ASIDE_KINDS = ['vendor-mute', 'suppression', 'vex'] as const;

/** Set aside by the source itself. Our waivers and VEX documents are statements of their own. */
export interface SourceSetAside {
  readonly kind: (typeof SOURCE_SET_ASIDE_KINDS)[number];
  readonly issuer: string;
  readonly reason: string;
  readonly at?: number | undefined;
  readonly until?: number | undefined;
}

/** What is known of the defect itself, apart from where it sits; shared by all entries that say the same. */
export interface About {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly url?: string | undefined;
  readonly vector?: string | undefined;
  readonly publishedAt?: number | undefined;
}

export interface Fix {
  readonly versions: readonly string[];
  readonly text?: string | undefined;
}

/** One entry as its source states it. Naming several defects, it is one observation and one finding per defect. */
export interface Observation {
  readonly kind: 'observation';
  /** The source's own stable id of the entry. A scan has none: its key is made of what the entry is about. */
  readonly key?: string | undefined;
  readonly class: FindingClass;
  /** Absent: the asset the run is bound to. */
  readonly asset?: AssetRef | undefined;
  readonly defects: readonly Defect[];
  readonly component?: Component | undefined;
  readonly location?: Location | undefined;
  readonly occurrences: readonly Occurrence[];
  readonly life: Life;
  readonly severity: Severity;
  /** CVSS or the vendor's contextual score, 0–10. */
  readonly score?: number | undefined;
  readonly about: About;
  readonly fix?: Fix | undefined;
  readonly assessment?: Assessment | undefined;
  readonly setAside: readonly SourceSetAside[];
  readonly labels: readonly Label[];
  /** A deadline the vendor itself set. */
  readonly dueAt?: number | undefined;
  /** Changes whenever the vendor's record does: what makes details stale. */
  readonly revision?: string | undefined;
}

/**
 * What is learned about an observation in a second call. It never changes which findings exist nor their life:
 * collecting it later, at once, or not at all differs only in what is shown and what scopes can select by.
 */
export interface ObservationDetail {
  readonly kind: 'detail';
  readonly key: string;
  readonly occurrences: readonly Occurrence[];
  readonly labels: readonly Label[];
  readonly about: About;
  readonly fix?: Fix | undefined;
  /** The revision of the observation this detail was read for. */
  readonly revision?: string | undefined;
}

/**
 * A fact about a vulnerability, by a body that may speak for it. Its latest revision (by `modifiedAt`) counts; an
 * alias that an earlier revision stated and the latest does not is denied, whoever else repeats it.
 */
export interface Advisory {
  readonly kind: 'advisory';
  readonly id: string;
  readonly aliases: readonly string[];
  readonly modifiedAt: number;
  readonly withdrawnAt?: number | undefined;
  readonly severity?: Severity | undefined;
  readonly score?: number | undefined;
  readonly about: About;
  /** Of each package that it speaks of, the versions that are free of it; no word on a package says nothing of it. */
  readonly fixes?: readonly AdvisedFix[] | undefined;
}

export interface AdvisedFix {
  /** Package URL without version. */
  readonly component: string;
  readonly versions: readonly string[];
}

export type Statement = Observation | ObservationDetail | Advisory;

/** A record that could not be read: stored and counted, never skipped. */
export interface Rejected {
  /** Where in the source: a JSON path, an id, a line. */
  readonly at: string;
  readonly reason: string;
  /** The id of the record where it could still be read; it protects that record from being closed. */
  readonly key?: string | undefined;
}

/**
 * What one run may speak for. Absence closes an observation only inside a complete run whose coverage includes it
 * and `closes`; everything else leaves it as it was.
 */
export interface Coverage {
  /** Epoch ms, by the source's clock: the moment the run speaks of. */
  readonly observedAt: number;
  readonly assets: 'all' | readonly AssetRef[];
  readonly classes: 'all' | readonly FindingClass[];
  /**
   * `'all'`, or what was pushed down to the source. An observation is inside when, for every kind named here, it
   * carries labels of that kind and all of them are named.
   */
  readonly labels: 'all' | readonly Label[];
  /** False for an incremental pass, an inventory, or a scan that names no asset. */
  readonly closes: boolean;
  readonly complete: boolean;
  /** Why it is partial or may not close; sentences for people. */
  readonly reasons: readonly string[];
}

/** Where statements come from; findings of different streams never close each other. */
export interface StreamRef {
  /** A configured source's name, or `scan:<format>/<tool>`. */
  readonly source: string;
  /** The tool's category (SARIF automation id) or `--profile`; '' where there is none. */
  readonly category: string;
  /** Where the asset runs (`production`, …); '' where nothing was said. */
  readonly channel: string;
}
