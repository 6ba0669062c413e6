/**
 * Small worlds, so small that everything collides: few names, assets, components and moments, and sequences of runs
 * that do all that runs may do.
 */
import fc from 'fast-check';
import type { KeyedAdvisory, KeyedStatement, Subject } from '../../src/domain/keyed.ts';
import { SEVERITIES, type Severity } from '../../src/domain/severity.ts';
import {
  type Assessment,
  type AssetRef,
  type Coverage,
  FUNCTION_USAGES,
  type Label,
  type Life,
  type Rejected,
  type StreamRef,
} from '../../src/domain/statement.ts';
import {
  aCoverage,
  aDetail,
  anAdvisory,
  anEntry,
  component,
  type DetailFacts,
  type EntryFacts,
  HOUR_MS,
} from '../../src/store/contract/statements.ts';
import {
  type AdvisoryEvent,
  EMPTY_PAGE,
  type Page,
  type RunEvent,
  type ScriptEvent,
  visiblePartOf,
} from './script.ts';
import { streamName } from './world.ts';

interface StreamKind {
  readonly stream: StreamRef;
  readonly holdMs: number;
  /** A vendor has ids of its own and states when; a scan knows only what is there. */
  readonly isVendor: boolean;
}

export const STREAMS: readonly StreamKind[] = [
  {
    stream: { source: 'dynatrace-main', category: '', channel: 'production' },
    holdMs: 24 * HOUR_MS,
    isVendor: true,
  },
  {
    stream: { source: 'scan:trivy/Trivy', category: '', channel: 'production' },
    holdMs: 0,
    isVendor: false,
  },
  {
    stream: { source: 'scan:trivy/Trivy', category: 'nightly', channel: 'certification' },
    holdMs: 0,
    isVendor: false,
  },
];

export const ASSETS: readonly AssetRef[] = [
  { kind: 'image', name: 'shop' },
  { kind: 'image', name: 'cart' },
  { kind: 'host', name: 'shop' },
];

export const SUBJECTS: readonly Subject[] = [
  component('a'),
  component('b'),
  component('c'),
  component('d'),
  component('e'),
];

/** Chosen so that sorting them as text is wrong, and no scheme comes first by chance. */
export const NAMES = [
  'CVE-2024-2000',
  'CVE-2024-10000',
  'CVE-2023-9999',
  'GHSA-aaaa-bbbb-cccc',
  'GHSA-bbbb-cccc-dddd',
  'PYSEC-2024-1',
] as const;
type Name = (typeof NAMES)[number];

/** What an honest source would call the same. */
const ALIASES: Readonly<Record<Name, readonly Name[]>> = {
  'CVE-2024-2000': ['GHSA-aaaa-bbbb-cccc'],
  'GHSA-aaaa-bbbb-cccc': ['CVE-2024-2000'],
  'CVE-2024-10000': ['GHSA-bbbb-cccc-dddd', 'PYSEC-2024-1'],
  'GHSA-bbbb-cccc-dddd': ['CVE-2024-10000'],
  'PYSEC-2024-1': ['CVE-2024-10000'],
  'CVE-2023-9999': [],
};

export const LABELS: readonly Label[] = [
  { kind: 'zone', id: 'z1', name: 'Zone 1' },
  { kind: 'zone', id: 'z2', name: 'Zone 2' },
  { kind: 'tag', id: 't1' },
];

const VENDOR_ENTRIES = [
  { key: 'P-1', asset: ASSETS[0], subject: SUBJECTS[0] },
  { key: 'P-2', asset: ASSETS[0], subject: SUBJECTS[0] },
  { key: 'P-3', asset: ASSETS[0], subject: SUBJECTS[1] },
  { key: 'P-4', asset: ASSETS[1], subject: SUBJECTS[2] },
] as const;

/** Six hours apart, so that times meet, and the vendor's hold of a day is met exactly. */
export const MOMENTS: readonly number[] = Array.from({ length: 17 }, (_, n) => (1000 + 6 * n) * HOUR_MS);

const moment = fc.constantFrom(...MOMENTS);
const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const someOf = <T>(all: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.subarray([...all], { maxLength: Math.min(2, all.length) });

const vulnerability: fc.Arbitrary<readonly [string, ...string[]]> = fc
  .constantFrom(...NAMES)
  .chain((name) =>
    fc
      .oneof(
        { weight: 5, arbitrary: fc.constant([]) },
        { weight: 3, arbitrary: fc.constant(ALIASES[name]) },
        { weight: 1, arbitrary: someOf(NAMES) },
      )
      .map((aliases) => [name, ...aliases.filter((alias) => alias !== name)] as const),
  );

const vulnerabilityNames = fc.uniqueArray(vulnerability, {
  minLength: 1,
  maxLength: 3,
  selector: ([primary]) => primary,
  size: 'small',
});

const life: fc.Arbitrary<Life> = fc.record({
  state: fc.constantFrom('open', 'open', 'resolved'),
  firstSeenAt: sometimes(moment),
  resolvedAt: sometimes(moment),
  reopenedAt: sometimes(moment),
});

const assessment: fc.Arbitrary<Assessment> = fc.record(
  {
    functionUsage: fc.constantFrom(...FUNCTION_USAGES),
    exposure: fc.constantFrom('public', 'not-detected', 'not-available'),
    dataAssets: fc.constantFrom('reachable', 'not-detected', 'not-available'),
    exploit: fc.constantFrom('available', 'not-available'),
  },
  { requiredKeys: [] },
);

const occurrences = fc.array(fc.constantFrom({ version: '1.0.0' }, { version: '1.1.0', path: 'lib' }), {
  maxLength: 3,
});
const fix = sometimes(someOf(['1.2.0', '2.0.0', '10.0.0']).map((versions) => ({ versions })));
const about = sometimes(fc.constantFrom('one title', 'another title')).map((title) =>
  title === undefined ? {} : { title },
);
const revision = sometimes(fc.constantFrom('r1', 'r2'));
const severity: fc.Arbitrary<Severity> = fc.constantFrom(...SEVERITIES);

const values = fc.record({
  severity,
  score: sometimes(fc.constantFrom(0, 4.5, 9.8)),
  assessment: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: assessment }),
  dueAt: sometimes(moment),
  occurrences,
  fix,
  about,
  labels: someOf(LABELS),
  revision,
});

/** Vulnerabilities sit on components; what a rule finds sits in a file. */
const matter: fc.Arbitrary<EntryFacts> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      class: fc.constant('vulnerability' as const),
      names: vulnerabilityNames,
      subject: fc.constantFrom(...SUBJECTS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      class: fc.constant('code' as const),
      rules: fc.uniqueArray(fc.constantFrom('semgrep:sql', 'semgrep:xss'), { minLength: 1, maxLength: 2 }),
      subject: fc.constant({ kind: 'location' as const, key: 'src/a.ts#1' }),
    }),
  },
);

const asset = fc.constantFrom(...ASSETS);

const scanEntry: fc.Arbitrary<KeyedStatement> = fc
  .tuple(matter, values, asset)
  .map(([what, content, on]) => anEntry({ ...content, ...what, asset: on, key: scanKey(what, on) }));

/** As the normaliser makes it: of what the entry is about, nothing else. */
function scanKey({ names = [], rules = [], subject }: EntryFacts, { kind, name }: AssetRef): string {
  return [kind, name, subject?.key, ...names.map(([primary]) => primary).sort(), ...rules].join(' ');
}

/** An entry of a vendor may come to name other defects; what it sits on stays. */
const vendorEntry: fc.Arbitrary<KeyedStatement> = fc
  .tuple(fc.constantFrom(...VENDOR_ENTRIES), vulnerabilityNames, values, life)
  .map(([entry, names, content, stated]) => anEntry({ ...content, ...entry, names, life: stated }));

const detailFacts: fc.Arbitrary<Omit<DetailFacts, 'key'>> = fc.record({
  occurrences,
  fix,
  about,
  labels: someOf(LABELS),
  revision,
});

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
  /** A moment belongs to one run of a stream and to one revision of an advisory, so that order of arrival is free. */
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
  })
  .map((facts) => anAdvisory({ ...facts, aliases: facts.aliases.filter((alias) => alias !== facts.id) }));

const advisoryEvent: fc.Arbitrary<AdvisoryEvent> = fc
  .uniqueArray(advisory, { minLength: 1, maxLength: 2, selector: ({ id }) => id })
  .map((advisories) => ({ kind: 'advisories', source: 'osv', advisories }));

export function script({
  maxEvents,
  distinctMoments = false,
  correctsItself = false,
  clockIsAhead = false,
}: ScriptOptions): fc.Arbitrary<readonly ScriptEvent[]> {
  const event = fc.oneof(...STREAMS.map((on) => ({ weight: 2, arbitrary: roughRun(on) })), {
    weight: 1,
    arbitrary: advisoryEvent,
  });
  return fc
    .array(event, { minLength: 1, maxLength: maxEvents, size: 'max' })
    .map((rough) => (distinctMoments ? atDistinctMoments(rough) : rough))
    .map(refined)
    .map((events) => (correctsItself ? events : events.map(sayingThingsOnce)))
    .map((events) => (clockIsAhead ? events : events.map(sayingNothingOfTheFuture)))
    .map(detailingWhatIsListed);
}

/** Moves each run and revision to the next moment that its stream or advisory has free. */
function atDistinctMoments(
  rough: readonly (RoughRun | AdvisoryEvent)[],
): readonly (RoughRun | AdvisoryEvent)[] {
  const taken = new Set<string>();
  const free = (owner: string, wanted: number): number => {
    let at = wanted;
    while (taken.has(`${owner} ${at}`)) at += 6 * HOUR_MS;
    taken.add(`${owner} ${at}`);
    return at;
  };
  return rough.map((event) =>
    event.kind === 'run'
      ? {
          ...event,
          observedAt: free(JSON.stringify(event.on.stream), event.observedAt),
          startedAt: undefined,
        }
      : {
          ...event,
          advisories: event.advisories.map((one) => ({ ...one, modifiedAt: free(one.id, one.modifiedAt) })),
        },
  );
}

/** Gives details and rejects the keys of entries that are known by then, and lets runs repeat each other. */
function refined(rough: readonly (RoughRun | AdvisoryEvent)[]): readonly ScriptEvent[] {
  const known = new Map<StreamKind, readonly string[]>();
  const before = new Map<StreamKind, readonly KeyedStatement[]>();
  return rough.map((event) => {
    if (event.kind === 'advisories') return event;
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

function sayingNothingOfTheFuture(event: ScriptEvent): ScriptEvent {
  if (event.kind !== 'run') return event;
  const begun = event.observedAt;
  const now = event.end.how === 'finish' ? Math.min(begun, event.end.coverage.observedAt) : begun;
  const isPast = (at: number | undefined): boolean => at === undefined || at <= now;
  const past = ({ statements, rejected }: Page): Page => ({
    statements: statements.filter((statement) => {
      if (statement.part === 'detail') return true;
      const { firstSeenAt, resolvedAt, reopenedAt } = statement.life;
      return [firstSeenAt, resolvedAt, reopenedAt].every(isPast);
    }),
    rejected,
  });
  return { ...event, pages: event.pages.map(past), rest: past(event.rest) };
}

/** A detail of an entry that was never listed is an error of its source, and not what these scripts are about. */
function detailingWhatIsListed(events: readonly ScriptEvent[]): readonly ScriptEvent[] {
  const listed = new Set<string>();
  return events.map((event) => {
    if (event.kind !== 'run') return event;
    const stream = streamName(event.stream);
    const here = new Set(listed);
    const known = ({ statements, rejected }: Page): Page => {
      for (const key of keysOf(statements)) here.add(`${stream} ${key}`);
      return {
        statements: statements.filter(({ part, key }) => part === 'main' || here.has(`${stream} ${key}`)),
        rejected,
      };
    };
    const run = { ...event, pages: event.pages.map(known), rest: known(event.rest) };
    for (const key of keysOf(visiblePartOf(run)?.statements ?? [])) listed.add(`${stream} ${key}`);
    return run;
  });
}

function sayingThingsOnce(event: ScriptEvent): ScriptEvent {
  if (event.kind !== 'run') return event;
  const said = new Set<string>();
  const once = ({ statements, rejected }: Page): Page => ({
    statements: statements.filter(({ part, key }) => {
      const isNew = !said.has(`${part} ${key}`);
      said.add(`${part} ${key}`);
      return isNew;
    }),
    rejected,
  });
  return { ...event, pages: event.pages.map(once), rest: once(event.rest) };
}

function keysOf(statements: readonly KeyedStatement[]): readonly string[] {
  return statements.filter(({ part }) => part === 'main').map(({ key }) => key);
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
