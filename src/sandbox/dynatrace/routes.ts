/** Which path means what, and what it answers before any fault touches it. */

import { problemDetail } from './answers/detail.ts';
import { type EntityStore, indexEntities } from './answers/entities.ts';
import { entityPage, oneEntity } from './answers/entity-list.ts';
import { eventPage } from './answers/events.ts';
import { vulnerableFunctions } from './answers/functions.ts';
import { makeProblemList, type ProblemList } from './answers/list.ts';
import { problemRow } from './answers/problem.ts';
import { progressEntities, remediationItem, remediationItems } from './answers/remediation.ts';
import { muteItems, muteMany, muteOne, setItemMute, setTrackingLinks } from './answers/writes.ts';
import type { Problem } from './data/model.ts';
import type { Mutator } from './mutation.ts';
import type { Dialect, Endpoint } from './options.ts';
import { decodePageKey } from './query/page-key.ts';
import { badRequest, notFound, refusal } from './refusal.ts';
import { requireProblem, type Tenant } from './tenant.ts';

export interface Call {
  readonly parameters: ReadonlyMap<string, string>;
  readonly payload: () => unknown;
}

export interface Result {
  readonly status: number;
  readonly body?: Record<string, unknown>;
  /** The last record of the page before, for the fault that repeats it. */
  readonly lastBefore?: () => unknown;
}

export interface Route {
  readonly endpoint: Endpoint;
  readonly scope: string;
  readonly id?: string;
  readonly run: (call: Call) => Result;
}

export interface Router {
  /** `path` starts behind `/api/v2`. Throws a refusal (404, 405). */
  find(method: string, path: string): Route;
}

interface Rule {
  readonly method: string;
  readonly pattern: RegExp;
  readonly endpoint: Endpoint;
  readonly scope: string;
  readonly run: (call: Call, ids: readonly string[]) => Result;
}

const readScope = 'securityProblems.read';
const writeScope = 'securityProblems.write';
const entityScope = 'entities.read';

export function makeRouter(tenant: Tenant, mutator: Mutator, dialect: () => Dialect): Router {
  const list = makeProblemList(tenant, dialect);
  let entities: EntityStore | undefined;
  const store = () => {
    entities ??= indexEntities(tenant.topology, tenant.now());
    return entities;
  };
  const rules = [
    ...readRules(tenant, list, dialect),
    ...writeRules(tenant, mutator),
    ...entityRules(tenant, store, dialect),
  ];
  return {
    find(method, path) {
      const onPath = rules.flatMap((rule) => {
        const match = rule.pattern.exec(path);
        return match === null ? [] : [{ rule, ids: match.slice(1).map(decodePart) }];
      });
      if (onPath.length === 0) throw notFound(`There is nothing at ${path}.`);
      const found = onPath.find(({ rule }) => rule.method === method);
      if (found === undefined) throw refusal(405, `${method} is not allowed here.`);
      const { rule, ids } = found;
      return {
        endpoint: rule.endpoint,
        scope: rule.scope,
        ...(ids[0] === undefined ? {} : { id: ids[0] }),
        run: (call) => rule.run(call, ids),
      };
    },
  };
}

function readRules(tenant: Tenant, list: ProblemList, dialect: () => Dialect): Rule[] {
  const problem = '/securityProblems/([^/]+)';
  const read = (
    path: string,
    endpoint: Endpoint,
    answer: (problem: Problem, call: Call, ids: readonly string[]) => object,
  ): Rule => ({
    ...get(path, endpoint, readScope),
    run: (call, ids) => ok(answer(requireProblem(tenant, ids[0]!), call, ids)),
  });
  return [
    {
      ...get('/securityProblems', 'list', readScope),
      run: ({ parameters }) => {
        const page = list.page(parameters);
        const { totalCount, pageSize, nextPageKey } = page;
        const securityProblems = list.render(page);
        return {
          ...ok({ totalCount, pageSize, ...nextKey(nextPageKey, dialect()), securityProblems }),
          lastBefore: () => lastBefore(parameters, tenant, page.fields),
        };
      },
    },
    read(problem, 'detail', (one, { parameters }) => problemDetail(one, tenant, parameters, dialect())),
    read(`${problem}/events`, 'events', (one, { parameters }) => {
      const { nextPageKey, ...page } = eventPage(one, tenant, parameters, dialect());
      return { ...page, ...nextKey(nextPageKey, dialect()) };
    }),
    read(`${problem}/remediationItems`, 'remediation', (one, { parameters }) =>
      remediationItems(one, tenant, parameters),
    ),
    read(`${problem}/remediationItems/([^/]+)`, 'remediation', (one, _call, ids) =>
      remediationItem(one, ids[1]!, tenant),
    ),
    read(
      `${problem}/remediationItems/([^/]+)/remediationProgressEntities`,
      'remediation',
      (one, _call, ids) => progressEntities(one, ids[1]!, tenant),
    ),
    read(`${problem}/vulnerableFunctions`, 'functions', (one, { parameters }) =>
      vulnerableFunctions(one, tenant, parameters),
    ),
  ];
}

function writeRules(tenant: Tenant, mutator: Mutator): Rule[] {
  const problem = '/securityProblems/([^/]+)';
  const write = (
    method: string,
    path: string,
    run: (payload: unknown, ids: readonly string[]) => object,
  ): Rule => ({
    method,
    pattern: new RegExp(`^${path}$`),
    endpoint: 'write',
    scope: writeScope,
    run: ({ payload }, ids) => ({ status: 200, ...run(payload(), ids) }),
  });
  return [
    ...(['mute', 'unmute'] as const).flatMap((word) => [
      write('POST', `/securityProblems/${word}`, (payload) => muteMany(word, payload, tenant, mutator)),
      write('POST', `${problem}/${word}`, (payload, ids) =>
        muteOne(requireProblem(tenant, ids[0]!), word, payload, mutator),
      ),
      write('POST', `${problem}/remediationItems/${word}`, (payload, ids) =>
        muteItems(requireProblem(tenant, ids[0]!), word, payload, tenant),
      ),
    ]),
    write('POST', `${problem}/remediationItems/trackingLinks`, (payload, ids) =>
      setTrackingLinks(requireProblem(tenant, ids[0]!), payload, tenant),
    ),
    write('PUT', `${problem}/remediationItems/([^/]+)/muteState`, (payload, ids) =>
      setItemMute(requireProblem(tenant, ids[0]!), ids[1]!, payload, tenant),
    ),
  ];
}

function entityRules(tenant: Tenant, store: () => EntityStore, dialect: () => Dialect): Rule[] {
  return [
    {
      ...get('/entities', 'entities', entityScope),
      run: ({ parameters }) => {
        const { nextPageKey, ...page } = entityPage(parameters, store(), tenant);
        return ok({ ...page, ...nextKey(nextPageKey, dialect()) });
      },
    },
    {
      ...get('/entities/([^/]+)', 'entity', entityScope),
      run: ({ parameters }, ids) => ok(oneEntity(ids[0]!, parameters, store(), tenant)),
    },
  ];
}

function get(path: string, endpoint: Endpoint, scope: string) {
  return { method: 'GET', pattern: new RegExp(`^${path}$`), endpoint, scope };
}

function ok(body: object): Result {
  return { status: 200, body: { ...body } };
}

function nextKey(key: string | undefined, { lastPageKey }: Dialect) {
  if (key !== undefined) return { nextPageKey: key };
  return lastPageKey === 'null' ? { nextPageKey: null } : {};
}

function lastBefore(parameters: ReadonlyMap<string, string>, tenant: Tenant, fields: ReadonlySet<string>) {
  const key = parameters.get('nextPageKey');
  if (key === undefined) return undefined;
  const before = tenant.find(decodePageKey(key, 'securityProblems').lastId);
  return before === undefined ? undefined : problemRow(before, tenant, fields);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) throw badRequest('id', `'${part}' is not readable.`, 'PATH');
    throw error;
  }
}
