/** Documents of scanners, written for one question: what becomes of findings when they are imported again? */

/** One finding of a document. Everything but `n` may change while it stays the same finding. */
export interface Entry {
  readonly n: number;
  readonly isSevere: boolean;
  readonly title: string;
  readonly line: number;
  readonly version: string;
}

export interface Scan {
  readonly entries: readonly Entry[];
  /** Named in the document where its format can; the importer is told besides where it cannot. */
  readonly asset: string;
  /** In the document where its format says when it was written. */
  readonly at: Date;
  /** The scanner says of itself that it failed, or that there is more. */
  readonly isFailed: boolean;
}

/** What of an entry the document tells at all. */
export type Told = 'isSevere' | 'title' | 'line' | 'version';

export interface Writer {
  readonly kind: string;
  /** Where one format has several. */
  readonly variant?: string;
  readonly tells: readonly Told[];
  /** The document names its asset, also when it has no findings. */
  readonly namesAsset?: boolean;
  /** It says when it was written. */
  readonly isDated?: boolean;
  /** What a scanner that failed writes: still a scan, though a partial one, or nothing that could be imported. */
  readonly failure?: 'partial' | 'refused';
  /** Silence in it closes nothing, ever. */
  readonly isNeverWhole?: boolean;
  /** Its entries have ids of their own, which stay the same when the version does not. */
  readonly isKeyed?: boolean;
  /** An empty document does not say what there is none of, and closes nothing. */
  readonly isPartialWhenEmpty?: boolean;
  /** An empty document shows nothing of its format. */
  readonly isNamelessWhenEmpty?: boolean;
  write(scan: Scan): string;
}

export function isRefusedScan({ failure }: Pick<Writer, 'failure'>, { isFailed }: Scan): boolean {
  return isFailed && failure === 'refused';
}

export const cveOf = (n: number): string => `CVE-2099-${70_000 + n}`;

export const ghsaOf = (n: number): string => {
  const letters = [...String(1000 + n)].map((digit) => '23456789cf'[Number(digit)]).join('');
  return `GHSA-2222-3333-${letters}`;
};

/** Several of one package, and several packages. */
export const packageOf = (n: number): string => `pad-${n % 4}`;
