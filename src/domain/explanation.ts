/** Why a finding is one: what joined its names, and which findings it was made of. */
import type { FindingId } from './finding.ts';

/** That two names are of one vulnerability, or are not though somebody once said so. */
export interface NameLink {
  readonly name: string;
  readonly other: string;
  readonly holds: boolean;
  /** Undefined: an entry said it, among too many to find the first. */
  readonly by:
    | {
        readonly kind: 'advisory';
        readonly advisory: string;
        readonly source: string;
        /** Of the revision that says so, or that says so no longer. */
        readonly modifiedAt: number;
      }
    | { readonly kind: 'entry'; readonly source: string; readonly key: string; readonly at: number }
    | undefined;
}

/** Why a finding is one. */
export interface Explanation {
  /** Of all names of its vulnerability; none for a rule. */
  readonly links: readonly NameLink[];
  readonly lineage: readonly {
    readonly kind: 'merged-in' | 'split-from';
    readonly finding: FindingId;
  }[];
}
