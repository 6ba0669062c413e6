/**
 * A filter as a few questions that an index answers each: "open and (critical or its function in use)" becomes "open
 * and critical, or open and its function in use". Databases do this badly on their own: seeing "open" they walk all
 * that is open.
 */
import type { Filter } from '../../domain/filter.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Db } from '../db.ts';

/**
 * Where to begin with a scope: at the findings it could let through, when they are few; `whole`: at everything its
 * streams say now, since all of it is wanted and all of it is open.
 */
export type Lead = readonly number[] | 'whole';
export type KnownScopes = ReadonlyMap<Scope, Lead>;
export const NOTHING_KNOWN: KnownScopes = new Map();

/** True when indexes lead to what the filter lets through. */
export function isNarrow(filter: Filter, known: KnownScopes = NOTHING_KNOWN): boolean {
  switch (filter.op) {
    case 'all':
      return filter.of.some((part) => isNarrow(part, known));
    case 'any':
      return filter.of.every((part) => isNarrow(part, known));
    case 'severity':
      return !filter.in.includes('medium') && !filter.in.includes('low');
    default:
      return leadsToFew(filter, known) || testsFact(filter);
  }
}

/** One asset, one vulnerability, a label that few carry. */
export function leadsToFew(filter: Filter, known: KnownScopes): boolean {
  if (filter.op === 'scope') return filter.scope.assets !== undefined || known.has(filter.scope);
  return filter.op === 'asset' || filter.op === 'defect';
}

const FACTS = ['function', 'exposure', 'dataAssets', 'exploit'] as const;

export function testsFact({ op }: Filter): boolean {
  return FACTS.some((fact) => fact === op);
}

/** More than this and walking in the order asked for finds a page sooner. */
const FEW = 5000;

/** For a filter all of whose findings are wanted, not a page of them. */
export function wholeScopes(filter: Filter, known: KnownScopes): KnownScopes {
  const parts = partsOf(filter);
  const isOpen = parts.some((part) => part.op === 'state' && part.is === 'open');
  if (!isOpen || parts.some((part) => leadsToFew(part, known))) return known;
  const leads = new Map(known);
  for (const part of parts) {
    if (part.op !== 'scope' || leads.has(part.scope) || part.scope.labels !== undefined) continue;
    if (part.scope.sources !== undefined || part.scope.channels !== undefined) leads.set(part.scope, 'whole');
  }
  return leads;
}

/** Looks up which of the scopes in a filter select by labels that few findings carry. */
export async function lookUpScopes(db: Db, filter: Filter): Promise<KnownScopes> {
  const known = new Map<Scope, readonly number[]>();
  for (const scope of scopesOf(filter)) {
    for (const { kind, anyOf } of scope.labels ?? []) {
      const few = await carriers(db, kind, anyOf);
      const best = known.get(scope);
      if (few !== undefined && (best === undefined || few.length < best.length)) known.set(scope, few);
    }
  }
  return known;
}

function scopesOf(filter: Filter): readonly Scope[] {
  if (filter.op === 'scope') return [filter.scope];
  if (filter.op === 'all' || filter.op === 'any') return filter.of.flatMap(scopesOf);
  return filter.op === 'not' ? scopesOf(filter.of) : [];
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

/** The same filter with its state said in every alternative, and alternatives of alternatives as one list. */
export function asQuestions(filter: Filter): Filter {
  const parts = partsOf(filter);
  const choice = parts.find((part) => part.op === 'any');
  const states = parts.filter((part) => part.op === 'state');
  if (choice === undefined || states.length === 0) return filter;
  const others = parts.filter((part) => part !== choice && part.op !== 'state');
  const questions = alternativesOf(choice).map(
    (one): Filter => ({ op: 'all', of: [...states, ...partsOf(one)] }),
  );
  return { op: 'all', of: [...others, { op: 'any', of: questions }] };
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
