/**
 * The life of a waiver that people ask for and grant: events that are only ever appended, each by a named person with
 * a reason. What holds at a moment follows from them. Nobody approves what they asked for themselves.
 */
import * as z from 'zod';
import { showInstant } from './instant.ts';
import { isSamePerson, PersonName } from './person.ts';
import {
  SELECTS_EVERYTHING,
  SELECTS_NOTHING,
  selectsEverything,
  selectsSomething,
  type Waiver,
  type WaiverSelector,
  waiverSelectors,
} from './waiver.ts';

export const WaiverId = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'an id has up to 100 letters, digits, dots, dashes and underscores');

const moment = z.int().nonnegative().max(8_640_000_000_000_000);
const said = {
  by: PersonName,
  reason: z.string().trim().min(1, 'a reason is needed').max(10_000),
  validAt: moment,
};

export const WaiverEvent = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('requested'),
      ...said,
      ...waiverSelectors,
      from: moment.optional(),
      until: moment,
    })
    .refine(selectsSomething, { message: SELECTS_NOTHING }),
  z.strictObject({ kind: z.literal('approved'), ...said }),
  z.strictObject({ kind: z.literal('rejected'), ...said }),
  /** Asks for a later end. Until somebody approves it, the old end counts. */
  z.strictObject({ kind: z.literal('renewed'), ...said, until: moment }),
  z.strictObject({ kind: z.literal('revoked'), ...said }),
]);
export type WaiverEvent = z.infer<typeof WaiverEvent>;

/** As it is stored. `validAt`: when it was said; `recordedAt`: when we learned it. */
export type RecordedWaiverEvent = WaiverEvent & { readonly recordedAt: number };

/** In the order in which they were recorded. */
export interface WaiverHistory {
  readonly id: string;
  readonly events: readonly RecordedWaiverEvent[];
}

export const WAIVER_STATES = ['requested', 'approved', 'expired', 'rejected', 'revoked'] as const;
export type WaiverState = (typeof WAIVER_STATES)[number];

export interface WaiverStanding {
  readonly state: WaiverState;
  readonly selector: WaiverSelector;
  readonly requestedBy: string;
  readonly reason: string;
  /** Of the last approval. */
  readonly approvedBy: string | undefined;
  /** When it ends, or would if it were approved; when it was revoked. */
  readonly until: number;
  /** A later end that somebody asked for and nobody has decided on. */
  readonly renewal: AskedEnd | undefined;
  /** When it counted, counts and will count, oldest first. */
  readonly stretches: readonly Stretch[];
}

export interface AskedEnd {
  readonly by: string;
  readonly reason: string;
  readonly until: number;
}

interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly by: string;
}

type Requested = Extract<WaiverEvent, { kind: 'requested' }>;

interface Folded {
  readonly request: Requested;
  readonly asked: AskedEnd | undefined;
  readonly ended: 'rejected' | 'revoked' | undefined;
  readonly stretches: readonly Stretch[];
}

/** What holds at a moment by what was said until then; undefined: nobody had asked yet. */
export function standingOf(events: readonly WaiverEvent[], at: number): WaiverStanding | undefined {
  const folded = fold(inTime(events).filter(({ validAt }) => validAt <= at));
  if (folded === undefined) return undefined;
  const { request, asked, ended, stretches } = folded;
  const last = stretches.at(-1);
  const { kind: _kind, by, reason, validAt: _validAt, from: _from, until: wanted, ...selector } = request;
  const until = last?.until ?? wanted;
  return {
    state: ended ?? (at >= until ? 'expired' : last === undefined ? 'requested' : 'approved'),
    selector,
    requestedBy: by,
    reason,
    approvedBy: last?.by,
    until,
    renewal: last === undefined ? undefined : asked,
    stretches,
  };
}

/** Why this cannot be said next, in a sentence; undefined: it can. */
export function whyNotNext(events: readonly WaiverEvent[], next: WaiverEvent): string | undefined {
  const folded = fold(inTime(events));
  const at = Math.max(next.validAt, inTime(events).at(-1)?.validAt ?? 0);
  if (next.kind === 'requested') {
    if (folded !== undefined) return 'it was requested before: give the new one another id';
    if (selectsEverything(next)) return SELECTS_EVERYTHING;
    return whyNotUntil(next.until, Math.max(at, next.from ?? at));
  }
  if (folded === undefined) return 'nobody has requested it';
  if (folded.ended !== undefined) return `it was ${folded.ended}: request a new one`;
  return whyNotLater(folded, next, at);
}

function whyNotLater(
  { request, asked, stretches }: Folded,
  next: WaiverEvent,
  at: number,
): string | undefined {
  const last = stretches.at(-1);
  if (next.kind === 'approved') {
    if (asked === undefined) return 'nothing is asked for that could be approved: request a renewal';
    if (isSamePerson(asked.by, next.by))
      return `${next.by} asked for it, and nobody approves their own request`;
    if (isSamePerson(request.by, next.by))
      return `${next.by} asked for the waiver, and nobody approves their own request, also when another renews it`;
    return whyNotUntil(asked.until, at);
  }
  if (next.kind === 'rejected' && asked === undefined) return 'nothing is asked for that could be rejected';
  if (next.kind === 'renewed') {
    if (last === undefined) return 'nobody has approved it yet: there is nothing to renew';
    if (next.until <= last.until) return `it ends ${showInstant(last.until)} already: give a later end`;
    return whyNotUntil(next.until, at);
  }
  return undefined;
}

function whyNotUntil(until: number, at: number): string | undefined {
  return until > at ? undefined : `its end ${showInstant(until)} is over before it begins`;
}

/** Two hosts' clocks may differ: what was recorded later was said no earlier. */
function inTime(events: readonly WaiverEvent[]): readonly WaiverEvent[] {
  let reached = 0;
  return events.map((event) => {
    reached = Math.max(reached, event.validAt);
    return { ...event, validAt: reached };
  });
}

function fold(events: readonly WaiverEvent[]): Folded | undefined {
  const [request, ...rest] = events;
  if (request?.kind !== 'requested') return undefined;
  const { by, reason, until } = request;
  return rest.reduce<Folded>((folded, event) => after(folded, event), {
    request,
    asked: { by, reason, until },
    ended: undefined,
    stretches: [],
  });
}

function after(folded: Folded, event: WaiverEvent): Folded {
  const { asked, stretches } = folded;
  switch (event.kind) {
    case 'requested':
      return folded;
    case 'approved':
      return asked === undefined
        ? folded
        : { ...folded, asked: undefined, stretches: granted(folded, asked.until, event) };
    case 'rejected':
      // Of a renewal that is refused, what was granted before stays.
      return stretches.length > 0
        ? { ...folded, asked: undefined }
        : { ...folded, asked: undefined, ended: 'rejected' };
    case 'renewed':
      return { ...folded, asked: { by: event.by, reason: event.reason, until: event.until } };
    case 'revoked':
      return { ...folded, asked: undefined, ended: 'revoked', stretches: cutAt(stretches, event.validAt) };
  }
}

/** In force without a break where it had not ended; what was over stays over in between. */
function granted(
  { request, stretches }: Folded,
  until: number,
  { by, validAt }: WaiverEvent,
): readonly Stretch[] {
  const last = stretches.at(-1);
  if (last !== undefined && validAt < last.until) {
    return [...stretches.slice(0, -1), { from: last.from, until, by }];
  }
  return [...stretches, { from: Math.max(request.from ?? validAt, validAt), until, by }];
}

function cutAt(stretches: readonly Stretch[], at: number): readonly Stretch[] {
  return stretches.filter(({ from }) => from < at).map((one) => ({ ...one, until: Math.min(one.until, at) }));
}

/** What the gate judges by: one waiver for every stretch in which it was or is in force, by who approved it. */
export function waiversOf(id: string, standing: WaiverStanding): readonly Waiver[] {
  const { selector, requestedBy, reason } = standing;
  return standing.stretches.map(({ from, until, by }) => ({
    id,
    ...selector,
    by,
    requestedBy,
    reason,
    from,
    until,
  }));
}
