/**
 * Keyed statements for tests of stores, made without the normaliser: a store is held to what it is given. Each builder
 * gives something ordinary; the test names only what matters to it.
 */
import { hash } from 'node:crypto';
import type {
  KeyedAdvisory,
  KeyedDefect,
  KeyedDetail,
  KeyedObservation,
  Subject,
} from '../../domain/keyed.ts';
import type {
  About,
  Advisory,
  Coverage,
  Fix,
  Label,
  Observation,
  Occurrence,
  StreamRef,
} from '../../domain/statement.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Noon of an ordinary day; times in these tests are hours and days around it. */
export const NOON = Date.UTC(2026, 0, 15, 12);

export const SHOP = { kind: 'image', name: 'registry/shop' } as const;
export const CART = { kind: 'image', name: 'registry/cart' } as const;

export const TRIVY: StreamRef = { source: 'scan:trivy/Trivy', category: '', channel: 'production' };
export const VENDOR: StreamRef = { source: 'dynatrace-main', category: '', channel: 'production' };

type Content = Partial<Omit<Observation, 'kind' | 'key' | 'defects' | 'component' | 'location'>>;

export interface EntryFacts extends Content {
  readonly key?: string;
  /** Every defect as its names, the primary first. */
  readonly names?: readonly (readonly [string, ...string[]])[];
  /** Full names of rules, `tool:rule`. */
  readonly rules?: readonly string[];
  readonly subject?: Subject;
}

export function component(name: string): Subject {
  return { kind: 'component', key: `pkg:npm/${name}` };
}

export function fileLocation(file: string): Subject {
  return { kind: 'location', key: file };
}

/** An open vulnerability of medium severity on one package of one image, with nothing else known. */
export function anEntry(facts: EntryFacts = {}): KeyedObservation {
  const defects = defectsOf(facts);
  const subject = facts.subject ?? component('lodash');
  const asset = facts.asset ?? SHOP;
  const { assessment = {}, dueAt, fix, revision, score } = facts;
  const { life = { state: 'open' }, severity = 'medium' } = facts;
  const { labels = [], occurrences = [], setAside = [] } = facts;
  const body = canonicalJson({
    assessment,
    component: subject.kind === 'component' ? { purl: subject.key } : undefined,
    defects,
    dueAt,
    fix,
    labels,
    life,
    location: subject.kind === 'location' ? { file: subject.key } : undefined,
    occurrences,
    revision,
    score,
    setAside,
    severity,
  });
  return {
    part: 'main',
    key: facts.key ?? [asset.name, subject.key, defects[0].names[0]].join(' '),
    class: facts.class ?? 'vulnerability',
    asset,
    defects,
    subject,
    life,
    severity,
    score,
    assessment,
    isSetAside: setAside.length > 0,
    dueAt,
    ...contentOf(body, facts),
    occurrences: Math.max(occurrences.length, 1),
  };
}

function defectsOf({ names, rules = [] }: EntryFacts): readonly [KeyedDefect, ...KeyedDefect[]] {
  const stated = names ?? (rules.length > 0 ? [] : [['CVE-2024-1000'] as const]);
  const [first, ...rest] = [
    ...stated.map((all): KeyedDefect => ({ kind: 'vulnerability', names: all })),
    ...rules.map((rule): KeyedDefect => ({ kind: 'rule', names: [rule] })),
  ];
  if (first === undefined) throw new RangeError('an entry names at least one defect');
  return [first, ...rest];
}

export interface DetailFacts {
  readonly key: string;
  readonly occurrences?: readonly Occurrence[];
  readonly labels?: readonly Label[];
  readonly about?: About;
  readonly fix?: Fix | undefined;
  readonly revision?: string | undefined;
}

export function aDetail(facts: DetailFacts): KeyedDetail {
  const { fix, labels = [], occurrences = [], revision } = facts;
  const body = canonicalJson({ fix, labels, occurrences, revision });
  return { part: 'detail', key: facts.key, ...contentOf(body, facts) };
}

type Shared = Omit<KeyedDetail, 'part' | 'key'>;

function contentOf(body: string, facts: Omit<EntryFacts, 'key'>): Shared {
  const about = canonicalJson(facts.about ?? {});
  return {
    body,
    about,
    aboutDigest: digestOf(about),
    digest: digestOf(`${about}\n${body}`),
    labels: facts.labels ?? [],
    occurrences: facts.occurrences?.length ?? 0,
    fixable: (facts.fix?.versions.length ?? 0) > 0,
    title: facts.about?.title,
    revision: facts.revision,
  };
}

export function anAdvisory(facts: Partial<Advisory> & Pick<Advisory, 'id' | 'modifiedAt'>): KeyedAdvisory {
  const aliases = facts.aliases ?? [];
  return { kind: 'advisory', about: {}, ...facts, aliases, names: [facts.id, ...aliases] };
}

/** Complete, closing, and speaking for everything. */
export function aCoverage(facts: Partial<Coverage> & Pick<Coverage, 'observedAt'>): Coverage {
  return {
    assets: 'all',
    classes: 'all',
    labels: 'all',
    closes: true,
    complete: true,
    reasons: [],
    ...facts,
  };
}

function digestOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}

/** Keys in order, nothing undefined. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
