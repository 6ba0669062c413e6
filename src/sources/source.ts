import type * as z from 'zod';
import type { Coverage, Label, Rejected, Statement } from '../domain/statement.ts';
import type { createHttpClient, HttpClient, HttpEvent } from '../platform/http/client.ts';
import type { Log } from '../platform/log.ts';

/** Details that some rule, scope or report needs; a source fetches no more than these. */
export type Detail = 'occurrences' | 'entity-names';

/** What may be pushed down to the vendor: where, never open/resolved or muted. */
export interface SourceScope {
  readonly labels: readonly Label[];
}

/**
 * `full` may close by absence; `incremental` reads what changed since the cursor's watermark, and becomes a full pass
 * by itself where that would leave a hole. The coverage says which one it was (`closes`).
 */
export type Pass = 'full' | 'incremental';

/**
 * Turns one vendor's words into statements, in pages, resumably. Returning Coverage means the end was reached and
 * says what the run may speak for; a throw means the run is partial. A reply without its list is a throw.
 */
export interface Source<Settings, Cursor> {
  /** Folder name, and the `kind` in configuration. */
  readonly kind: string;
  readonly settings: z.ZodType<Settings>;
  readonly cursor: z.ZodType<Cursor>;
  /** Resolved and back within this time is one episode, ms. */
  holdMs(settings: Settings): number;
  /**
   * The client that jobs with these settings are given; the caller closes it.
   * @throws GatehouseError `config-invalid` when a file or variable that the settings refer to is not there
   */
  connect(settings: Settings, platform: SourcePlatform): Promise<HttpClient>;
  /** Small calls that show what the credential may do; the first is one that every pass makes. */
  probes(settings: Settings): readonly [Probe, ...Probe[]];
  collect(job: Job<Settings, Cursor>): AsyncGenerator<Page<Cursor>, Coverage>;
}

/** A call that is answered with little, and refused without one right. */
export interface Probe {
  /** In the vendor's word: `securityProblems.read`. */
  readonly right: string;
  /** What is read with it, as the rest of a sentence: `security problems`. */
  readonly reads: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | number>>;
  /** Needed for this detail alone; undefined: without it nothing can be read. */
  readonly detail?: Detail;
}

/** What a source may use of the outside to make its client: nothing else reaches it. */
export interface SourcePlatform {
  /** The source's name in configuration, as it stands in messages. */
  readonly sourceId: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly createClient: typeof createHttpClient;
  readonly log?: Log | undefined;
  /** Exactly so many calls at a time; goes before the settings. */
  readonly maxWorkers?: number | undefined;
  readonly onEvent?: ((event: HttpEvent) => void) | undefined;
}

export interface Job<Settings, Cursor> {
  readonly sourceId: string;
  readonly settings: Settings;
  readonly scope: SourceScope;
  readonly wants: ReadonlySet<Detail>;
  readonly pass: Pass;
  /** The cursor of the last stored page, of this pass or of one that is done. Undefined: from the beginning. */
  readonly after: Cursor | undefined;
  /** What the store holds of an entry, by its key: its revision and the revision its details were read for. */
  readonly seen: (key: string) => Promise<Seen | undefined>;
  readonly http: HttpClient;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Both are the source's own words, kept as they were given and compared by nobody else. */
export interface Seen {
  readonly revision?: string | undefined;
  readonly detailRevision?: string | undefined;
}

/** The unit of commit: saved with its cursor in one transaction. */
export interface Page<Cursor> {
  readonly statements: readonly Statement[];
  readonly rejected: readonly Rejected[];
  /** True once this page is stored. */
  readonly cursor: Cursor;
  /** The moment the pass speaks of, epoch ms by the vendor's clock; the same on every page of a pass. */
  readonly observedAt?: number | undefined;
  /** False where another page is sure to follow: it is then stored while that one is on its way. */
  readonly isLast?: boolean | undefined;
  /** For progress: how many entries there are in all, once known. */
  readonly total?: number | undefined;
}
