/** `GET /entities` and `GET /entities/{id}`. */

import { selectEntities } from '../query/entity-selector.ts';
import { parseCount } from '../query/fields.ts';
import { decodePageKey, encodePageKey, type PageKey, requireKeyAlone } from '../query/page-key.ts';
import { parseWindow } from '../query/time-frame.ts';
import { badRequest, notFound } from '../refusal.ts';
import type { Tenant } from '../tenant.ts';
import { byName, type Entity, type EntityStore, entityRow, parseEntityFields } from './entities.ts';

const defaultPage = 50;
const largestPage = 500;

export function entityPage(parameters: ReadonlyMap<string, string>, store: EntityStore, tenant: Tenant) {
  const { topology } = tenant;
  const query = readQuery(parameters, tenant);
  const fields = requireFields(query.fields);
  const descending = query.sort === '-name';
  const order = (a: Pick<Entity, 'id' | 'name'>, b: Pick<Entity, 'id' | 'name'>) =>
    descending ? byName(b, a) : byName(a, b);
  const found = selectEntities(query.selector, { store, topology, now: tenant.now() })
    .filter(
      ({ firstSeenAt, lastSeenAt }) => firstSeenAt <= query.to && (lastSeenAt ?? tenant.now()) >= query.from,
    )
    .toSorted(order);
  const last = { id: query.lastId, name: String(query.after[0] ?? '') };
  const rest = query.page === 0 ? found : found.filter((entity) => order(entity, last) > 0);
  const rows = rest.slice(0, query.pageSize);
  const end = rows[rows.length - 1];
  const nextPageKey =
    end !== undefined && rest.length > rows.length
      ? encodePageKey({ ...query, page: query.page + 1, after: [end.name], lastId: end.id })
      : undefined;
  return {
    totalCount: found.length,
    pageSize: query.pageSize,
    nextPageKey,
    entities: rows.map((entity) => entityRow(entity, topology, fields, tenant.now())),
  };
}

export function oneEntity(
  id: string,
  parameters: ReadonlyMap<string, string>,
  store: EntityStore,
  tenant: Tenant,
) {
  parseWindow({ from: parameters.get('from'), to: parameters.get('to') }, tenant.now(), 'now-3d');
  const entity = store.find(id);
  if (entity === undefined) throw notFound(`Entity with id '${id}' not found.`);
  const named = parameters.get('fields');
  const fields = named === undefined ? everything : requireFields(named);
  return entityRow(entity, tenant.topology, fields, tenant.now());
}

const everything = [
  'firstSeenTms',
  'lastSeenTms',
  'tags',
  'managementZones',
  'icon',
  'properties',
  'fromRelationships',
  'toRelationships',
];

function readQuery(parameters: ReadonlyMap<string, string>, tenant: Tenant): PageKey {
  const given = parameters.get('nextPageKey');
  if (given !== undefined) {
    requireKeyAlone(parameters);
    return decodePageKey(given, 'entities');
  }
  const sort = parameters.get('sort')?.trim() ?? 'name';
  if (!/^[+-]?name$/.test(sort)) throw badRequest('sort', 'Entities are sorted by name only.');
  const window = { from: parameters.get('from'), to: parameters.get('to') };
  return {
    kind: 'entities',
    version: 1,
    of: '',
    ...parseWindow(window, tenant.now(), 'now-3d'),
    pageSize: parseCount(parameters.get('pageSize'), 'pageSize', defaultPage, largestPage),
    selector: parameters.get('entitySelector') ?? '',
    sort,
    fields: parameters.get('fields') ?? '',
    page: 0,
    after: [],
    lastId: '',
  };
}

function requireFields(text: string): readonly string[] {
  const fields = parseEntityFields(text);
  if (typeof fields === 'string') throw badRequest('fields', `Unknown field '${fields}'.`);
  return fields;
}
