/** A world so small that everything collides: few names, assets, components and moments, and what is said of them. */
import fc from 'fast-check';
import type { IntelligenceFact } from '../../src/domain/intelligence.ts';
import type { KeyedStatement, Subject } from '../../src/domain/keyed.ts';
import { SEVERITIES, type Severity } from '../../src/domain/severity.ts';
import {
  type Assessment,
  type AssetRef,
  FUNCTION_USAGES,
  type Label,
  type Life,
  type StreamRef,
} from '../../src/domain/statement.ts';
import {
  anEntry,
  component,
  type DetailFacts,
  type EntryFacts,
  HOUR_MS,
} from '../../src/store/contract/statements.ts';

export interface StreamKind {
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

export const moment = fc.constantFrom(...MOMENTS);
export const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
export const someOf = <T>(all: readonly T[]): fc.Arbitrary<readonly T[]> =>
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

export const scanEntry: fc.Arbitrary<KeyedStatement> = fc
  .tuple(matter, values, asset)
  .map(([what, content, on]) => anEntry({ ...content, ...what, asset: on, key: scanKey(what, on) }));

/** As the normaliser makes it: of what the entry is about, nothing else. */
function scanKey({ names = [], rules = [], subject }: EntryFacts, { kind, name }: AssetRef): string {
  return [kind, name, subject?.key, ...names.map(([primary]) => primary).sort(), ...rules].join(' ');
}

/** An entry of a vendor may come to name other defects; what it sits on stays. */
export const vendorEntry: fc.Arbitrary<KeyedStatement> = fc
  .tuple(fc.constantFrom(...VENDOR_ENTRIES), vulnerabilityNames, values, life)
  .map(([entry, names, content, stated]) => anEntry({ ...content, ...entry, names, life: stated }));

const said = { name: fc.constantFrom(...NAMES, 'CVE-1999-0001'), validAt: moment };

export const intelligenceFact: fc.Arbitrary<IntelligenceFact> = fc.oneof(
  fc.record({
    kind: fc.constant('epss' as const),
    ...said,
    value: sometimes(
      fc.constantFrom({ probability: 0 }, { probability: 0.5, percentile: 0.9 }, { probability: 1 }),
    ),
  }),
  fc.record({
    kind: fc.constant('kev' as const),
    ...said,
    value: sometimes(fc.record({ addedAt: moment, dueAt: sometimes(moment), isRansomware: fc.boolean() })),
  }),
);

export const detailFacts: fc.Arbitrary<Omit<DetailFacts, 'key'>> = fc.record({
  occurrences,
  fix,
  about,
  labels: someOf(LABELS),
  revision,
});
