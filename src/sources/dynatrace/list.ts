/**
 * Paging. A page key freezes the window and the order, and is all that a later page may be asked with. The order of
 * a full pass is by what never changes, oldest first: a problem that changes, or is new, while pages are read cannot
 * slip past the reader, as it would in the vendor's order by time of change.
 */
import * as z from 'zod';
import { GatehouseError } from '../../domain/errors.ts';
import { type Environment, type Query, statusOf } from './environment.ts';
import { quote } from './selector.ts';

export const LIST = ['securityProblems'];
const PAGE_SIZE = '500';
const MAX_RESTARTS = 3;
const FIELDS = '+riskAssessment,+managementZones,+globalCounts,+codeLevelVulnerabilityDetails';

const ProblemList = z.object({
  securityProblems: z.array(z.unknown()),
  totalCount: z.int().nonnegative().nullish(),
  nextPageKey: z.string().nullish(),
});

/** The sort signs of time stamps are inverted: `-` is oldest first, `+` newest first. */
export const ORDERS = { full: '-firstSeenTimestamp', incremental: '+lastUpdatedTimestamp' } as const;

/** Which of the scope's selectors, and which page of it; no key: its first. */
export interface Position {
  readonly selector: number;
  readonly key?: string | undefined;
}

export interface ListPage {
  readonly at: Position;
  /** Undefined: this is the end of the last selector. */
  readonly next: Position | undefined;
  readonly records: readonly unknown[];
  /** The vendor has no more of this selector: what was read of it must be all. */
  readonly isEnd: boolean;
  /** How many the vendor says the selector holds. */
  readonly total: number | undefined;
  readonly serverAt: number | undefined;
  /** The vendor refused the key of a page, and this is the selector's first page again. */
  readonly startedOver: boolean;
}

export interface ListOptions {
  readonly environment: Environment;
  readonly selectors: readonly string[];
  readonly order: string;
  readonly from: string;
  readonly start: Position;
  /** Whether the pages after this one need not be read. */
  readonly isEnough: (records: readonly unknown[]) => boolean;
  readonly signal: AbortSignal;
}

export async function* listPages(options: ListOptions): AsyncGenerator<ListPage> {
  const { environment, selectors, isEnough, signal } = options;
  const used = new Set<string>();
  let restarts = 0;
  let startedOver = false;
  let at: Position | undefined = options.start;
  while (at !== undefined) {
    let reply: Awaited<ReturnType<typeof environment.get<z.infer<typeof ProblemList>>>>;
    try {
      reply = await environment.get(LIST, queryOf(at, options), ProblemList, signal);
    } catch (error) {
      if (at.key === undefined || statusOf(error) !== 400 || restarts === MAX_RESTARTS) throw error;
      restarts += 1;
      used.clear();
      startedOver = true;
      at = { selector: at.selector };
      continue;
    }
    const { securityProblems: records, totalCount, nextPageKey } = reply.body;
    const key = isEnough(records) ? undefined : nextPageKey || undefined;
    if (key !== undefined && used.has(key)) throw goesInCircles();
    if (key !== undefined) used.add(key);
    const next: Position | undefined = following(at.selector, key, selectors.length);
    const total = totalCount ?? undefined;
    yield { at, next, records, isEnd: !nextPageKey, total, serverAt: reply.serverAt, startedOver };
    startedOver = false;
    at = next;
  }
}

function following(selector: number, key: string | undefined, selectors: number): Position | undefined {
  if (key !== undefined) return { selector, key };
  return selector + 1 < selectors ? { selector: selector + 1 } : undefined;
}

function queryOf(at: Position, { selectors, order, from }: ListOptions): Query {
  if (at.key !== undefined) return { nextPageKey: at.key };
  const selector = selectors[at.selector];
  return {
    ...(selector ? { securityProblemSelector: selector } : {}),
    fields: FIELDS,
    sort: order,
    pageSize: PAGE_SIZE,
    from,
  };
}

function goesInCircles(): GatehouseError {
  return new GatehouseError(
    'source-unavailable',
    'dynatrace: the list of security problems gave the same page key twice; try again, and tell the vendor if it stays',
  );
}

/** Strict: a row that cannot be read might be the one that is asked for. */
const ListedIds = z.object({ securityProblems: z.array(z.object({ securityProblemId: z.string() })) });

/** Which of these the list still holds: a detail that answers 404 may belong to a problem that has just gone. */
export async function stillListed(
  environment: Environment,
  ids: readonly string[],
  from: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const selector = `securityProblemIds(${ids.map(quote).join(',')})`;
  const query = { securityProblemSelector: selector, pageSize: PAGE_SIZE, from };
  const { body } = await environment.get(LIST, query, ListedIds, signal);
  return new Set(body.securityProblems.map(({ securityProblemId }) => securityProblemId));
}
