/** `GET /securityProblems`: keyset paging over an order that is prepared once per version of the tenant. */
import type { Problem } from '../data/model.ts';
import { parseCount, parseFields } from '../query/fields.ts';
import { decodePageKey, encodePageKey, type PageKey, requireKeyAlone } from '../query/page-key.ts';
import { compileProblemSelector, type SelectorDialect } from '../query/problem-selector.ts';
import { compareRows, parseSort, type Row, rowOf, type SortKey } from '../query/sorting.ts';
import { parseWindow, type Window } from '../query/time-frame.ts';
import type { Tenant } from '../tenant.ts';
import { listFields, problemRow } from './problem.ts';

export interface ListDialect extends SelectorDialect {
  /** What the window means; the vendor documents the first for its user interface only. */
  readonly windowMeaning: 'open-inside' | 'updated-inside' | 'ignored';
  /** The order without `sort`: a timestamp, newest first. Which one is not documented. */
  readonly defaultOrder: 'lastUpdatedTimestamp' | 'firstSeenTimestamp';
}

export interface ListPage {
  readonly rows: readonly Problem[];
  readonly totalCount: number;
  readonly pageSize: number;
  readonly nextPageKey: string | undefined;
  readonly fields: ReadonlySet<string>;
  /** Counted from 1. */
  readonly page: number;
}

export interface ProblemList {
  page(parameters: ReadonlyMap<string, string>): ListPage;
  render(page: ListPage): readonly Record<string, unknown>[];
}

const largestPage = 500;
const keptResults = 16;

export function makeProblemList(tenant: Tenant, dialect: () => ListDialect): ProblemList {
  const orders = new Map<string, readonly Row[]>();
  const results = new Map<string, readonly Row[]>();
  let preparedFor = -1;
  return {
    page(parameters) {
      const query = readQuery(parameters, tenant, dialect());
      const keys = parseSort(query.sort, (problem) => tenant.counts(problem));
      const fields = parseFields(query.fields, listFields);
      const found = search(query, keys);
      const start = query.page === 0 ? 0 : firstAfter(found, query, keys);
      const rows = found.slice(start, start + query.pageSize);
      const last = rows[rows.length - 1];
      const more = last !== undefined && start + rows.length < found.length;
      return {
        rows: rows.map(({ problem }) => problem),
        totalCount: found.length,
        pageSize: query.pageSize,
        nextPageKey: more
          ? encodePageKey({ ...query, page: query.page + 1, after: [...last.values], lastId: last.id })
          : undefined,
        fields,
        page: query.page + 1,
      };
    },
    render: ({ rows, fields }) => rows.map((problem) => problemRow(problem, tenant, fields)),
  };

  function search(query: PageKey, keys: readonly SortKey[]): readonly Row[] {
    if (preparedFor !== tenant.version()) {
      orders.clear();
      results.clear();
      preparedFor = tenant.version();
    }
    const { windowMeaning, mixedScoreAndLevel, resolvedUnderZoneFilter } = dialect();
    const name = [
      query.selector,
      query.sort,
      query.from,
      query.to,
      windowMeaning,
      resolvedUnderZoneFilter,
    ].join('\n');
    const known = results.get(name);
    if (known !== undefined) return known;
    const filter = compileProblemSelector(query.selector, tenant, {
      mixedScoreAndLevel,
      resolvedUnderZoneFilter,
    });
    const candidates = filter.candidates?.();
    const rows = (candidates === undefined ? inOrder(query.sort, keys) : sortRows(candidates, keys)).filter(
      ({ problem }) => isInside(problem, query, windowMeaning) && filter.matches(problem),
    );
    if (results.size >= keptResults) results.delete(results.keys().next().value!);
    results.set(name, rows);
    return rows;
  }

  function inOrder(sort: string, keys: readonly SortKey[]): readonly Row[] {
    const known = orders.get(sort);
    if (known !== undefined) return known;
    const rows = sortRows(tenant.all(), keys);
    orders.set(sort, rows);
    return rows;
  }
}

function readQuery(parameters: ReadonlyMap<string, string>, tenant: Tenant, dialect: ListDialect): PageKey {
  const given = parameters.get('nextPageKey');
  if (given !== undefined) {
    requireKeyAlone(parameters);
    return decodePageKey(given, 'securityProblems');
  }
  const window = parseWindow(
    { from: parameters.get('from'), to: parameters.get('to') },
    tenant.now(),
    'now-30d',
  );
  const selector = parameters.get('securityProblemSelector') ?? '';
  compileProblemSelector(selector, tenant, dialect);
  return {
    kind: 'securityProblems',
    version: 1,
    of: '',
    ...window,
    pageSize: parseCount(parameters.get('pageSize'), 'pageSize', 100, largestPage),
    selector,
    sort: parameters.get('sort')?.trim() || `+${dialect.defaultOrder}`,
    fields: parameters.get('fields') ?? '',
    page: 0,
    after: [],
    lastId: '',
  };
}

function sortRows(problems: Iterable<Problem>, keys: readonly SortKey[]): Row[] {
  return Array.from(problems, (problem) => rowOf(problem, keys)).sort((a, b) => compareRows(a, b, keys));
}

/** The first row behind the last one seen, also when that row has gone or moved since. */
function firstAfter(rows: readonly Row[], { after, lastId }: PageKey, keys: readonly SortKey[]): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareRows(rows[middle]!, { values: after, id: lastId }, keys) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isInside(problem: Problem, window: Window, meaning: ListDialect['windowMeaning']): boolean {
  if (meaning === 'ignored') return true;
  if (meaning === 'updated-inside') return problem.updatedAt >= window.from && problem.updatedAt <= window.to;
  return problem.openPeriods.some(
    ({ from, to }) => from <= window.to && (to ?? Number.POSITIVE_INFINITY) >= window.from,
  );
}
