/** Random sequences of runs, advisories and intelligence over a small world: they do all that runs may do. */
import fc from 'fast-check';
import type { KeyedAdvisory, KeyedStatement } from '../../src/domain/keyed.ts';
import { SEVERITIES } from '../../src/domain/severity.ts';
import type { Coverage, Rejected } from '../../src/domain/statement.ts';
import {
  aCoverage,
  aDetail,
  anAdvisory,
  type DetailFacts,
  HOUR_MS,
} from '../../src/store/contract/statements.ts';
import { detailingWhatIsListed, keysOf, sayingNothingOfTheFuture, sayingThingsOnce } from './restraints.ts';
import {
  type AdvisoryEvent,
  EMPTY_PAGE,
  type IntelligenceEvent,
  type Page,
  type RunEvent,
  type ScriptEvent,
  visiblePartOf,
} from './script.ts';
import {
  ASSETS,
  detailFacts,
  intelligenceFact,
  LABELS,
  moment,
  NAMES,
  STREAMS,
  type StreamKind,
  scanEntry,
  someOf,
  sometimes,
  vendorEntry,
} from './small-world.ts';

/** Half of a run: mains, and details whose keys are chosen once it is known what there is to choose from. */
interface RoughPage {
  readonly mains: readonly KeyedStatement[];
  readonly details: readonly { readonly of: number; readonly facts: Omit<DetailFacts, 'key'> }[];
  readonly rejected: readonly { readonly of: number | undefined }[];
}

function roughPage(kind: StreamKind): fc.Arbitrary<RoughPage> {
  return fc.record({
    mains: fc.array(kind.isVendor ? vendorEntry : scanEntry, { maxLength: 4 }),
    details: fc.array(fc.record({ of: fc.nat(20), facts: detailFacts }), {
      maxLength: kind.isVendor ? 2 : 0,
    }),
    rejected: fc.oneof(
      { weight: 5, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.record({ of: sometimes(fc.nat(20)) }), { maxLength: 2 }) },
    ),
  });
}

const coverage: fc.Arbitrary<Omit<Coverage, 'observedAt'>> = fc
  .record({
    complete: fc.constantFrom(true, true, true, true, false),
    closes: fc.constantFrom(true, true, true, true, false),
    assets: mostly('all' as const, someOf(ASSETS)),
    classes: mostly('all' as const, someOf(['vulnerability', 'code'] as const)),
    labels: mostly('all' as const, someOf(LABELS)),
  })
  .map((facts) => aCoverage({ ...facts, observedAt: 0 }));

function mostly<A, B>(usual: A, other: fc.Arbitrary<B>): fc.Arbitrary<A | B> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant<A | B>(usual) },
    { weight: 1, arbitrary: other.map((value): A | B => value) },
  );
}

interface RoughRun {
  readonly kind: 'run';
  readonly on: StreamKind;
  readonly observedAt: number;
  readonly startedAt: number | undefined;
  readonly visibility: 'staged' | 'paged';
  readonly pages: readonly RoughPage[];
  readonly rest: RoughPage | undefined;
  readonly diesAfter: readonly number[];
  readonly how: 'finish' | 'abandon' | 'die';
  readonly coverage: Omit<Coverage, 'observedAt'>;
  /** Says again what the run before it on this stream said, before its own. */
  readonly repeats: boolean;
}

export interface ScriptOptions {
  readonly maxEvents: number;
  /**
   * A moment belongs to one run of a stream, one revision of an advisory and one word on a name, so that order of
   * arrival is free.
   */
  readonly distinctMoments?: boolean;
  /** A run may say something of one key again, and differently. */
  readonly correctsItself?: boolean;
  /** Entries may speak of moments after the run that brings them. */
  readonly clockIsAhead?: boolean;
}

function roughRun(on: StreamKind): fc.Arbitrary<RoughRun> {
  return fc.record({
    kind: fc.constant('run' as const),
    on: fc.constant(on),
    observedAt: moment,
    startedAt: sometimes(moment),
    visibility: fc.constantFrom('staged', 'paged'),
    pages: fc.array(roughPage(on), { maxLength: 3 }),
    rest: sometimes(roughPage(on)),
    diesAfter: fc.subarray([0, 1, 2], { maxLength: 1 }),
    how: fc.constantFrom('finish', 'finish', 'finish', 'finish', 'finish', 'abandon', 'die'),
    coverage,
    repeats: fc.boolean(),
  });
}

const advisory: fc.Arbitrary<KeyedAdvisory> = fc
  .record({
    id: fc.constantFrom('GHSA-aaaa-bbbb-cccc', 'GHSA-bbbb-cccc-dddd', 'PYSEC-2024-1'),
    aliases: someOf(NAMES),
    modifiedAt: moment,
    withdrawnAt: fc.option(moment, { nil: undefined, freq: 6 }),
    severity: sometimes(fc.constantFrom(...SEVERITIES)),
    score: sometimes(fc.constantFrom(0, 4.1, 9.8)),
  })
  .map((facts) => anAdvisory({ ...facts, aliases: facts.aliases.filter((alias) => alias !== facts.id) }));

const advisoryEvent: fc.Arbitrary<AdvisoryEvent> = fc
  .uniqueArray(advisory, { minLength: 1, maxLength: 5, selector: ({ id }) => id })
  .map((advisories) => ({ kind: 'advisories', source: 'osv', advisories }));

const intelligenceEvent: fc.Arbitrary<IntelligenceEvent> = fc
  .array(intelligenceFact, { minLength: 1, maxLength: 4 })
  .map((facts) => ({ kind: 'intelligence', facts }));

type RoughEvent = RoughRun | AdvisoryEvent | IntelligenceEvent;

export function script({
  maxEvents,
  distinctMoments = false,
  correctsItself = false,
  clockIsAhead = false,
}: ScriptOptions): fc.Arbitrary<readonly ScriptEvent[]> {
  const event = fc.oneof(
    ...STREAMS.map((on) => ({ weight: 2, arbitrary: roughRun(on) })),
    { weight: 1, arbitrary: advisoryEvent },
    { weight: 1, arbitrary: intelligenceEvent },
  );
  return fc
    .array(event, { minLength: 1, maxLength: maxEvents, size: 'max' })
    .map((rough) => (distinctMoments ? atDistinctMoments(rough) : rough))
    .map(refined)
    .map((events) => (correctsItself ? events : events.map(sayingThingsOnce)))
    .map((events) => (clockIsAhead ? events : events.map(sayingNothingOfTheFuture)))
    .map(detailingWhatIsListed);
}

/** Moves each run, revision and fact to the next moment that its stream, advisory or name has free. */
function atDistinctMoments(rough: readonly RoughEvent[]): readonly RoughEvent[] {
  const taken = new Set<string>();
  const free = (owner: string, wanted: number): number => {
    let at = wanted;
    while (taken.has(`${owner} ${at}`)) at += 6 * HOUR_MS;
    taken.add(`${owner} ${at}`);
    return at;
  };
  return rough.map((event): RoughEvent => {
    if (event.kind === 'run') {
      const observedAt = free(JSON.stringify(event.on.stream), event.observedAt);
      return { ...event, observedAt, startedAt: undefined };
    }
    if (event.kind === 'advisories') {
      const advisories = event.advisories.map((one) => ({
        ...one,
        modifiedAt: free(one.id, one.modifiedAt),
      }));
      return { ...event, advisories };
    }
    const facts = event.facts.map((one) => ({
      ...one,
      validAt: free(`${one.kind} of ${one.name}`, one.validAt),
    }));
    return { ...event, facts };
  });
}

/** Gives details and rejects the keys of entries that are known by then, and lets runs repeat each other. */
function refined(rough: readonly RoughEvent[]): readonly ScriptEvent[] {
  const known = new Map<StreamKind, readonly string[]>();
  const before = new Map<StreamKind, readonly KeyedStatement[]>();
  return rough.map((event) => {
    if (event.kind !== 'run') return event;
    const keys = [...(known.get(event.on) ?? [])];
    const repeated = event.repeats ? [{ statements: before.get(event.on) ?? [], rejected: [] }] : [];
    const pages = [...repeated, ...event.pages.map((page) => refinedPage(page, keys))];
    const rest = event.rest === undefined ? EMPTY_PAGE : refinedPage(event.rest, keys);
    const run = runEvent(event, pages, rest);
    const visible = visiblePartOf(run)?.statements ?? [];
    known.set(event.on, [...(known.get(event.on) ?? []), ...keysOf(visible)]);
    if (visible.length > 0) before.set(event.on, visible);
    return run;
  });
}

function refinedPage(page: RoughPage, keys: string[]): Page {
  keys.push(...keysOf(page.mains));
  const keyOf = (n: number): readonly string[] => (keys.length === 0 ? [] : [keys[n % keys.length] ?? '']);
  const details = page.details.flatMap(({ of, facts }) => keyOf(of).map((key) => aDetail({ ...facts, key })));
  const rejected = page.rejected.flatMap(({ of }, n): readonly Rejected[] => {
    const at = `record ${n}`;
    if (of === undefined) return [{ at, reason: 'unreadable' }];
    return keyOf(of).map((key) => ({ at, reason: 'unreadable', key }));
  });
  return { statements: [...page.mains, ...details], rejected };
}

function runEvent(rough: RoughRun, pages: readonly Page[], rest: Page): RunEvent {
  const { on, observedAt, visibility, diesAfter, how } = rough;
  const end = how === 'finish' ? { how, coverage: { ...rough.coverage, observedAt } } : ({ how } as const);
  return {
    kind: 'run',
    stream: on.stream,
    holdMs: on.holdMs,
    observedAt: rough.startedAt ?? observedAt,
    visibility,
    pages,
    rest,
    diesAfter,
    end,
  };
}
