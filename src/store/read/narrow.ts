/**
 * A filter as a few questions that an index answers each: "open and (critical or its function in use)" becomes "open
 * and critical, or open and its function in use". Databases do this badly on their own: seeing "open" they walk all
 * that is open.
 */
import type { Filter } from '../../domain/filter.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Db, ListValue } from '../db.ts';

export interface Sql {
  readonly text: string;
  readonly parameters: readonly ListValue[];
}

/** What was looked up about a scope before it is asked for. */
export interface KnownScope {
  /** The streams of its sources and channels; undefined: it names neither. */
  readonly streams: readonly number[] | undefined;
  /** The findings it could let through, where labels leave few. */
  readonly few: readonly number[] | undefined;
  /** All of it is wanted, and all of it is open: to begin at everything its streams say now. */
  readonly isWhole: boolean;
}

/** What was looked up about a filter before its findings are asked for. */
export interface Known {
  readonly scopes: ReadonlyMap<Scope, KnownScope>;
  /** Its tests of intelligence that few findings pass. */
  readonly rare: ReadonlySet<Filter>;
}
export const NOTHING_KNOWN: Known = { scopes: new Map(), rare: new Set() };

const FREQUENT: readonly Severity[] = ['high', 'medium', 'low'];

/** True when indexes lead to what the filter lets through. */
export function isNarrow(filter: Filter, known: Known = NOTHING_KNOWN): boolean {
  switch (filter.op) {
    case 'all':
      return filter.of.some((part) => isNarrow(part, known));
    case 'any':
      return filter.of.every((part) => isNarrow(part, known));
    case 'severity':
      return !filter.in.some((one) => FREQUENT.includes(one));
    default:
      return leadsToFew(filter, known) || testsFact(filter);
  }
}

/** One asset, one vulnerability, a label that few carry. */
export function leadsToFew(filter: Filter, known: Known): boolean {
  if (filter.op === 'scope')
    return filter.scope.assets !== undefined || known.scopes.get(filter.scope)?.few !== undefined;
  return filter.op === 'asset' || filter.op === 'defect' || known.rare.has(filter);
}

const FACTS = ['function', 'exposure', 'dataAssets', 'exploit'] as const;

export function testsFact({ op }: Filter): boolean {
  return FACTS.some((fact) => fact === op);
}

/** More than this and walking in the order asked for finds a page sooner. */
const FEW = 5000;

/** For a filter all of whose findings are wanted, not a page of them. */
export function wholeScopes(filter: Filter, known: Known): Known {
  const parts = partsOf(filter);
  const isOpen = parts.some((part) => part.op === 'state' && part.is === 'open');
  if (!isOpen || parts.some((part) => leadsToFew(part, known))) return known;
  const wanted = new Set(parts.flatMap((part) => (part.op === 'scope' ? [part.scope] : [])));
  const scopes = [...known.scopes].map(([scope, one]): [Scope, KnownScope] => [
    scope,
    { ...one, isWhole: wanted.has(scope) && one.streams !== undefined && scope.labels === undefined },
  ]);
  return { ...known, scopes: new Map(scopes) };
}

/** The streams that all findings let through are claimed by; undefined: the filter names no sources or channels. */
export function streamsAskedFor(filter: Filter, known: Known): readonly number[] | undefined {
  const named = partsOf(filter).flatMap((part) =>
    part.op === 'scope' ? [known.scopes.get(part.scope)?.streams] : [],
  );
  const lists = named.filter((streams) => streams !== undefined);
  return lists.sort((a, b) => a.length - b.length)[0];
}

/**
 * Looks up the streams of the scopes in a filter, which scopes select by labels that few findings carry, and which
 * tests of intelligence few findings pass.
 */
export async function lookUp(db: Db, filter: Filter): Promise<Known> {
  const tests = testsIn(filter);
  const scopes = new Map<Scope, KnownScope>();
  for (const { scope } of tests.filter((test) => test.op === 'scope')) {
    let few: readonly number[] | undefined;
    for (const { kind, anyOf } of scope.labels ?? []) {
      const carrying = await carriers(db, kind, anyOf);
      if (carrying !== undefined && (few === undefined || carrying.length < few.length)) few = carrying;
    }
    scopes.set(scope, { streams: await streamsOf(db, scope), few, isWhole: false });
  }
  const rare = new Set<Filter>();
  for (const test of tests)
    if ((test.op === 'epss' || test.op === 'kev') && (await isRare(db, intelligenceSql(test))))
      rare.add(test);
  return { scopes, rare };
}

/** On `vulnerability`. Each says what its index is limited to: SQLite does not work it out. */
export function intelligenceSql(filter: Extract<Filter, { op: 'epss' | 'kev' }>): Sql {
  if (filter.op === 'epss') return { text: 'epss IS NOT NULL AND epss >= ?', parameters: [filter.atLeast] };
  return { text: filter.is === 'listed' ? 'kev > 0' : 'kev > 0 AND kev >= 2', parameters: [] };
}

/** More findings than this and walking all of them costs no more than gathering these for every page. */
const RARE = 20_000;

async function isRare(db: Db, { text, parameters }: Sql): Promise<boolean> {
  const [row] = await db.all<{ n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM vulnerability v CROSS JOIN finding f
       WHERE ${text} AND f.vulnerability_id = v.id LIMIT ${RARE + 1}) AS passing`,
    parameters,
  );
  return row !== undefined && row.n <= RARE;
}

async function streamsOf(db: Db, { sources, channels }: Scope): Promise<readonly number[] | undefined> {
  if (sources === undefined && channels === undefined) return undefined;
  const rows = await db.all<{ id: number; source: string; channel: string }>(
    'SELECT id, source, channel FROM stream ORDER BY id',
  );
  return rows
    .filter(({ source }) => sources?.includes(source) ?? true)
    .filter(({ channel }) => channels?.includes(channel) ?? true)
    .map(({ id }) => id);
}

type Test = Exclude<Filter, { op: 'all' | 'any' | 'not' }>;

function testsIn(filter: Filter): readonly Test[] {
  switch (filter.op) {
    case 'all':
    case 'any':
      return filter.of.flatMap(testsIn);
    case 'not':
      return testsIn(filter.of);
    default:
      return [filter];
  }
}

async function carriers(
  db: Db,
  kind: string,
  anyOf: readonly string[],
): Promise<readonly number[] | undefined> {
  const labels = await db.all<{ id: number }>(
    `SELECT id FROM label WHERE kind = ? AND (key IN ${db.list('text')} OR name IN ${db.list('text')})`,
    [kind, db.listValue(anyOf), db.listValue(anyOf)],
  );
  const ids = db.listValue(labels.map(({ id }) => id));
  const observations = await db.all<{ id: number }>(
    `SELECT observation_id AS id FROM observation_label WHERE label_id IN ${db.list('int')} LIMIT ${FEW + 1}`,
    [ids],
  );
  if (observations.length > FEW) return undefined;
  const claims = await db.select<{ finding_id: number }>(
    'claim',
    'observation_id',
    ['finding_id'],
    observations.map(({ id }) => id),
  );
  return [...new Set(claims.map(({ finding_id }) => finding_id))];
}

/**
 * The filter as alternatives that say everything each, alternatives of alternatives as one list: a finding passes if it
 * passes any of them.
 */
export function questionsOf(filter: Filter): readonly Filter[] {
  const parts = partsOf(filter);
  const choice = parts.find((part) => part.op === 'any');
  if (choice === undefined) return [filter];
  const others = parts.filter((part) => part !== choice);
  return alternativesOf(choice).map((one): Filter => ({ op: 'all', of: [...others, ...partsOf(one)] }));
}

function partsOf(filter: Filter): readonly Filter[] {
  return filter.op === 'all' ? filter.of.flatMap(partsOf) : [filter];
}

function alternativesOf(filter: Filter): readonly Filter[] {
  if (filter.op === 'any') return filter.of.flatMap(alternativesOf);
  // An "all" around a single choice, as rules without exceptions are written.
  if (filter.op === 'all' && filter.of.length === 1) return filter.of.flatMap(alternativesOf);
  return [filter];
}
