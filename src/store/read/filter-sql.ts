/** The neutral query as SQL over `finding f`. Same meaning as `matches` in `domain/filter.ts`. */
import { type AssessmentField, codeOf, shiftOf } from '../../domain/assessment.ts';
import type { Filter } from '../../domain/filter.ts';
import type { Scope } from '../../domain/scope.ts';
import { SEVERITIES, severityCode } from '../../domain/severity.ts';
import { classCode } from '../core/rows.ts';
import type { Db } from '../db.ts';
import {
  intelligenceSql,
  type Known,
  type KnownScope,
  leadsToFew,
  NOTHING_KNOWN,
  type Sql,
  testsFact,
} from './narrow.ts';

export const TRUE: Sql = { text: '1 = 1', parameters: [] };
const FALSE: Sql = { text: '1 = 0', parameters: [] };

export function filterToSql(db: Db, filter: Filter, known: Known = NOTHING_KNOWN): Sql {
  switch (filter.op) {
    case 'all':
      return letLead(filter.of, known, join(db, filter.of, known, ' AND ', TRUE));
    case 'any':
      return join(db, filter.of, known, ' OR ', FALSE);
    case 'not':
      return wrap('NOT ', filterToSql(db, filter.of, known));
    case 'state':
      return { text: 'f.open = ?', parameters: [Number(filter.is === 'open')] };
    case 'class':
      return among('f.class', filter.in.map(classCode));
    case 'severity':
      if (SEVERITIES.every((one) => filter.in.includes(one))) return TRUE;
      return among('f.severity', filter.in.map(severityCode));
    case 'score':
      return { text: 'COALESCE(f.score >= ?, 1 = 0)', parameters: [filter.atLeast] };
    case 'function':
      return fact('functionUsage', filter.in);
    case 'exposure':
    case 'dataAssets':
    case 'exploit':
      return fact(filter.op, filter.in);
    case 'fixable':
      return { text: 'f.fixable = ?', parameters: [Number(filter.is)] };
    case 'epss':
    case 'kev':
      return ofVulnerability(intelligenceSql(filter));
    case 'openedBefore':
      return { text: 'f.opened_at < ?', parameters: [filter.at] };
    case 'dueBefore':
      return { text: 'COALESCE(f.due_at < ?, 1 = 0)', parameters: [filter.at] };
    case 'defect':
      return {
        text: `f.vulnerability_id IN (SELECT vulnerability_id FROM name
          WHERE kind IN ('vulnerability', 'rule') AND name IN ${db.list('text')})`,
        parameters: [db.listValue(filter.in)],
      };
    case 'component':
      return {
        text: `f.subject_id IN (SELECT id FROM subject WHERE kind = 'component' AND key IN ${db.list('text')})`,
        parameters: [db.listValue(filter.in)],
      };
    case 'asset':
      return assetSql(filter.in);
    case 'scope':
      return narrowed(db, known.scopes.get(filter.scope), filter.scope);
  }
}

function ofVulnerability({ text, parameters }: Sql): Sql {
  return { text: `f.vulnerability_id IN (SELECT id FROM vulnerability WHERE ${text})`, parameters };
}

/**
 * Without statistics a planner thinks that few findings are open, and walks them all. What leads to few is made the
 * only index there is: a `+` hides a column from indexes. Facts have an index of their own, which begins with `open`.
 */
function letLead(parts: readonly Filter[], known: Known, { text, parameters }: Sql): Sql {
  const isLed = parts.some((part) => leadsToFew(part, known));
  if (!isLed && !parts.some(testsFact)) return { text, parameters };
  return { text: isLed ? hideFromIndexes(text) : hideSeverity(text), parameters };
}

/** Leaves no column of `finding` but its id and its keys for an index to be chosen by. */
export function hideFromIndexes(text: string): string {
  return hideState(hideSeverity(text));
}

export function hideSeverity(text: string): string {
  return text.replaceAll(/(?<!\+)f\.severity IN/g, '+f.severity IN');
}

function hideState(text: string): string {
  return text.replaceAll(/(?<!\+)f\.open =/g, '+f.open =');
}

/** The findings that a scope could let through, where they are few. */
function narrowed(db: Db, known: KnownScope | undefined, scope: Scope): Sql {
  const { text, parameters } = scopeToSql(db, scope, known);
  if (known?.few === undefined) return { text, parameters };
  return {
    text: `(f.id IN ${db.list('int')} AND ${text})`,
    parameters: [db.listValue(known.few), ...parameters],
  };
}

function join(db: Db, parts: readonly Filter[], known: Known, word: string, empty: Sql): Sql {
  if (parts.length === 0) return empty;
  const compiled = parts.map((part) => filterToSql(db, part, known));
  return {
    text: `(${compiled.map(({ text }) => text).join(word)})`,
    parameters: compiled.flatMap(({ parameters }) => parameters),
  };
}

function wrap(before: string, sql: Sql): Sql {
  return { text: `${before}(${sql.text})`, parameters: sql.parameters };
}

/** Codes are ours, never the caller's text: they may stand in the statement, where an index can use them. */
function among(column: string, codes: readonly number[]): Sql {
  return codes.length === 0 ? FALSE : { text: `${column} IN (${codes.join(', ')})`, parameters: [] };
}

/**
 * Four facts share one column of 8 bits. The few numbers that say one of `values` are listed, so that an index finds
 * them; findings without facts are not in that index.
 */
function fact(field: AssessmentField, values: readonly string[]): Sql {
  const codes = new Set(values.map((value) => codeOf(field, value)));
  const numbers = PACKED_FACTS.filter((packed) => codes.has((packed >> shiftOf(field)) & 3));
  const { text, parameters } = among('f.facts', numbers);
  return { text: `(f.facts > 0 AND ${text})`, parameters };
}

const PACKED_FACTS = Array.from({ length: 255 }, (_, index) => index + 1);

function assetSql(assets: readonly { readonly kind?: string | undefined; readonly name: string }[]): Sql {
  if (assets.length === 0) return FALSE;
  const tests = assets.map(({ kind }) => (kind === undefined ? 'name = ?' : '(kind = ? AND name = ?)'));
  return {
    text: `f.asset_id IN (SELECT id FROM asset WHERE ${tests.join(' OR ')})`,
    parameters: assets.flatMap(({ kind, name }) => (kind === undefined ? [name] : [kind, name])),
  };
}

/** One live observation (any, once the finding is resolved) has to match every part at once. */
function scopeToSql(db: Db, scope: Scope, known: KnownScope | undefined): Sql {
  const assets = scope.assets === undefined ? TRUE : assetSql(scope.assets);
  const labels = (scope.labels ?? []).map(({ kind, anyOf }) => ({
    text: `EXISTS (SELECT 1 FROM observation_label ol JOIN label l ON l.id = ol.label_id
           WHERE ol.observation_id = c.observation_id AND l.kind = ?
             AND (l.key IN ${db.list('text')} OR l.name IN ${db.list('text')}))`,
    parameters: [kind, db.listValue(anyOf), db.listValue(anyOf)],
  }));
  const streams = streamSql(scope, known);
  const tests = [...(streams === undefined ? [] : [streams]), ...labels];
  if (tests.length === 0) return assets;
  const test = tests.map(({ text }) => text).join(' AND ');
  const text =
    known?.isWhole === true
      ? `f.id IN (SELECT c.finding_id FROM claim c WHERE c.live = 1 AND ${test})`
      : // Without the offset PostgreSQL makes a join of it, and reads all claims for a page of findings.
        `EXISTS (SELECT 1 FROM claim c WHERE c.finding_id = f.id AND (c.live = 1 OR f.open = 0) AND ${test}
           LIMIT 1 OFFSET 0)`;
  return {
    text: `(${assets.text} AND ${text})`,
    parameters: [...assets.parameters, ...tests.flatMap((one) => one.parameters)],
  };
}

/** From one finding its own claims are few; hidden by `+`, the streams do not tempt a planner to begin at theirs. */
function streamSql({ sources, channels }: Scope, known: KnownScope | undefined): Sql | undefined {
  if (sources === undefined && channels === undefined) return undefined;
  if (known?.streams === undefined) throw new Error('the streams of a scope were not looked up');
  return among(known.isWhole ? 'c.stream_id' : '+c.stream_id', known.streams);
}

/** True when the filter itself names assets: then retired ones are meant, too. */
export function namesAssets(filter: Filter): boolean {
  if (filter.op === 'asset') return true;
  if (filter.op === 'scope') return filter.scope.assets !== undefined;
  if (filter.op === 'all' || filter.op === 'any') return filter.of.some(namesAssets);
  return filter.op === 'not' && namesAssets(filter.of);
}
