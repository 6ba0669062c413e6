/** Waivers that people ask for and grant in the store, beside those that stand in files. */
import { GatehouseError } from '../domain/errors.ts';
import { type Filter, OPEN } from '../domain/filter.ts';
import { normaliseName } from '../domain/names.ts';
import type { Waiver, WaiverSelector } from '../domain/waiver.ts';
import {
  type AskedEnd,
  standingOf,
  type WaiverEvent,
  type WaiverHistory,
  type WaiverState,
  waiversOf,
} from '../domain/waiver-history.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';

const DAY_MS = 86_400_000;

/**
 * Those of the store, as the gate judges by them: each stretch in which one was approved is a waiver of its own, and one
 * that is over still tells when a finding was waived. A file wins over the store for the same id.
 */
export async function waiversInForce(
  reader: StoreReader,
  now: number,
  inFiles: readonly Waiver[] = [],
): Promise<readonly Waiver[]> {
  const taken = new Set(inFiles.map(({ id }) => id));
  const histories = await reader.waivers();
  return histories
    .filter(({ id }) => !taken.has(id))
    .flatMap(({ id, events }) => {
      const standing = standingOf(events, now);
      return standing === undefined ? [] : waiversOf(id, standing);
    });
}

export interface WaiverView {
  readonly id: string;
  /** A file wins over the store for the same id. */
  readonly origin: 'file' | 'store';
  readonly isOverruled: boolean;
  readonly state: WaiverState;
  readonly selector: WaiverSelector;
  /** Who accepts it; nobody yet, where it is only requested. */
  readonly by: string | undefined;
  readonly requestedBy: string | undefined;
  readonly reason: string;
  readonly from: number | undefined;
  readonly until: number;
  readonly renewal: AskedEnd | undefined;
  /** Open findings that it selects today, whether it counts or not. */
  readonly findings: number;
  /** What was said of it, where it is in the store. */
  readonly history: WaiverHistory | undefined;
}

/** Those of files first, each with what it selects today. */
export async function viewWaivers(
  reader: StoreReader,
  now: number,
  inFiles: readonly Waiver[],
): Promise<readonly WaiverView[]> {
  const taken = new Set(inFiles.map(({ id }) => id));
  const known = [
    ...inFiles.map((waiver) => viewOfFile(waiver, now)),
    ...(await reader.waivers()).flatMap((history) => viewOfStore(history, now, taken)),
  ];
  const views: WaiverView[] = [];
  for (const view of known) {
    const { total } = await reader.count(openFindingsOf(view.selector));
    views.push({ ...view, findings: total });
  }
  return views;
}

type Uncounted = Omit<WaiverView, 'findings'>;

function viewOfFile(waiver: Waiver, now: number): Uncounted {
  const { id, by, requestedBy, reason, from, until, ...selector } = waiver;
  const state = now >= until ? 'expired' : 'approved';
  const origin = { origin: 'file' as const, isOverruled: false, history: undefined, renewal: undefined };
  return { id, ...origin, state, selector, by, requestedBy, reason, from, until };
}

function viewOfStore(history: WaiverHistory, now: number, taken: ReadonlySet<string>): readonly Uncounted[] {
  const { id, events } = history;
  const standing = standingOf(events, now);
  if (standing === undefined) return [];
  const { state, selector, approvedBy, requestedBy, reason, until, renewal, stretches } = standing;
  const from = stretches.at(-1)?.from;
  const origin = { origin: 'store' as const, isOverruled: taken.has(id), history };
  return [{ id, ...origin, state, selector, by: approvedBy, requestedBy, reason, from, until, renewal }];
}

/** What a waiver with these selectors is about; with a scope, whatever is seen there, if also elsewhere. */
export function openFindingsOf({ vulnerability, component, asset, rule, scope }: WaiverSelector): Filter {
  const of: Filter[] = [OPEN];
  if (vulnerability !== undefined) of.push({ op: 'defect', in: [normaliseName(vulnerability)] });
  if (rule !== undefined) of.push({ op: 'defect', in: [rule] });
  if (component !== undefined) of.push({ op: 'component', in: [component] });
  if (asset !== undefined) of.push({ op: 'asset', in: [asset] });
  if (scope !== undefined) of.push({ op: 'scope', scope });
  return { op: 'all', of };
}

export interface WaiverLimits {
  /** Epoch ms. */
  readonly now: number;
  readonly maxDays: number;
}

/** Asks for one; returns its id. `taken`: ids that stand in files. Throws GatehouseError `input-invalid`. */
export async function requestWaiver(
  writer: StoreWriter,
  request: Extract<WaiverEvent, { kind: 'requested' }>,
  {
    now,
    maxDays,
    id,
    taken,
  }: WaiverLimits & { readonly id: string | undefined; readonly taken: readonly string[] },
): Promise<string> {
  if (id !== undefined && taken.includes(id)) {
    throw new GatehouseError(
      'input-invalid',
      `waiver ${id} stands in a file, which would win: give another id`,
    );
  }
  assertShort(request.until, now, maxDays);
  return await writer.recordWaiver({ waiver: id, taken, event: request }, now);
}

/** Approves, rejects, renews or revokes it. Throws GatehouseError `not-found`, `input-invalid`. */
export async function answerWaiver(
  { writer, reader }: { readonly writer: StoreWriter; readonly reader: StoreReader },
  id: string,
  answer: Exclude<WaiverEvent, { kind: 'requested' }>,
  { now, maxDays }: WaiverLimits,
): Promise<WaiverView> {
  if (answer.kind === 'renewed') assertShort(answer.until, now, maxDays);
  if (answer.kind === 'approved') {
    const [known] = await reader.waivers(id);
    const asked = known && standingOf(known.events, now);
    // The limit may be shorter by now than when it was asked for.
    if (asked !== undefined) assertShort(asked.renewal?.until ?? asked.until, now, maxDays);
  }
  await writer.recordWaiver({ waiver: id, event: answer }, now);
  const [view] = (await reader.waivers(id)).flatMap((history) => viewOfStore(history, now, new Set()));
  if (view === undefined) throw new GatehouseError('not-found', `there is no waiver ${id} in the store`);
  const { total } = await reader.count(openFindingsOf(view.selector));
  return { ...view, findings: total };
}

function assertShort(until: number, now: number, maxDays: number): void {
  if (until - now <= maxDays * DAY_MS) return;
  throw new GatehouseError(
    'input-invalid',
    `a waiver ends after at most ${maxDays} days (maxWaiverDays of the policy): give an earlier end`,
  );
}
