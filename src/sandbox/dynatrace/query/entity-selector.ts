/** The meaning of `entitySelector`: one type per call, all criteria must hold, compared with regard to case. */
import type { Entity, EntityRef, EntityStore } from '../answers/entities.ts';
import type { Topology } from '../data/model.ts';
import { badRequest } from '../refusal.ts';
import { type Criterion, parseCriteria } from './criteria.ts';
import { tagText } from './problem-selector.ts';
import { parseTime } from './time-frame.ts';

type Test = (entity: Entity) => boolean;

interface Context {
  readonly store: EntityStore;
  readonly topology: Topology;
  readonly now: number;
}

const parameter = 'entitySelector';
const longestSelector = 2_000;

/** The entities that match, by name; throws a refusal (400) for anything outside the grammar. */
export function selectEntities(text: string | undefined, context: Context): readonly Entity[] {
  if (text === undefined || text.trim() === '')
    throw badRequest(parameter, 'The first page needs a selector.');
  if (text.length > longestSelector)
    throw badRequest(
      parameter,
      `The selector has ${text.length} characters; ${longestSelector} is the most.`,
    );
  return selectBy(parseCriteria(text, parameter), context);
}

function selectBy(criteria: readonly Criterion[], context: Context): readonly Entity[] {
  const type = criteria.find(({ name }) => name === 'type')?.values;
  const ids = criteria.find(({ name }) => name === 'entityId')?.values;
  if (type === undefined && ids === undefined)
    throw badRequest(parameter, 'The selector must contain type or entityId.');
  if (type !== undefined && type.length > 1) throw badRequest(parameter, 'One type in one call.');
  const types = new Set(ids?.map((id) => id.slice(0, id.lastIndexOf('-'))));
  if (types.size > 1) throw badRequest(parameter, 'All entity ids of one call must be of one type.');
  const named = ids?.map((id) => context.store.find(id)).filter((entity) => entity !== undefined);
  const candidates = named === undefined ? context.store.ofType(type![0]!) : [...new Set(named)];
  const tests = criteria.map((criterion) => compile(criterion, context));
  return candidates.filter((entity) => tests.every((test) => test(entity)));
}

function compile({ name, values, inner }: Criterion, context: Context): Test {
  if (inner !== undefined) return compileNested(name, inner, context);
  const wanted = new Set(values);
  switch (name) {
    case 'type':
      return ({ type }) => wanted.has(type);
    case 'entityId':
      return ({ id }) => wanted.has(id);
    case 'mzId':
      return ({ zones }) => zones.some((at) => wanted.has(context.topology.zones[at]!.id));
    case 'mzName':
      return ({ zones }) => zones.some((at) => wanted.has(context.topology.zones[at]!.name));
    case 'tag':
      return ({ tags }) => values.some((value) => tags.some((tag) => isTag(value, tagText(tag))));
    case 'entityName.equals':
    case 'entityName.in':
      return (entity) => wanted.has(entity.name);
    case 'entityName.startsWith':
      return (entity) => values.some((value) => entity.name.startsWith(value));
    case 'healthState':
      return () => wanted.has('HEALTHY');
    default:
      return compileByForm(name, values, context);
  }
}

function compileByForm(name: string, values: readonly string[], { now }: Context): Test {
  const seen = /^(firstSeenTms|lastSeenTms)\.(gte?|lte?)$/.exec(name);
  if (seen !== null) {
    const bound = parseTime(values[0]!, now, parameter);
    const field = seen[1] === 'firstSeenTms' ? 'firstSeenAt' : 'lastSeenAt';
    const holds = {
      gt: (a: number) => a > bound,
      gte: (a: number) => a >= bound,
      lt: (a: number) => a < bound,
    };
    const compare = holds[seen[2] as keyof typeof holds] ?? ((a: number) => a <= bound);
    return (entity) => compare(entity[field] ?? now);
  }
  if (name.includes('.') || !attributes.has(name))
    throw badRequest(parameter, `Unknown criterion '${name}'.`);
  return ({ properties }) => values.includes(String(properties[name]));
}

const attributes = new Set([
  'osType',
  'detectedName',
  'namespaceName',
  'softwareComponentFileName',
  'softwareComponentVersion',
]);

function compileNested(name: string, inner: readonly Criterion[], context: Context): Test {
  if (name === 'not') {
    const tests = inner.map((criterion) => compile(criterion, context));
    return (entity) => !tests.every((test) => test(entity));
  }
  const [direction, relation] = name.split('.');
  if (relation === undefined || (direction !== 'fromRelationships' && direction !== 'toRelationships'))
    throw badRequest(parameter, `Unknown criterion '${name}'.`);
  const related = new Set(selectBy(inner, context).map(({ id }) => id));
  const refs = (entity: Entity): readonly EntityRef[] =>
    (direction === 'fromRelationships' ? entity.from : entity.to).get(relation) ?? [];
  return (entity) => refs(entity).some(({ id }) => related.has(id));
}

/** `key` finds the tag whatever its value, `key:value` the exact one; the usual context may be spelled out. */
function isTag(wanted: string, text: string): boolean {
  const plain = wanted.replace(/^\[CONTEXTLESS\]/, '');
  return plain === text || (!plain.includes(':') && text.startsWith(`${plain}:`));
}
