/** Faults in what an answer says: its envelope, its records and their properties. */
import { hashShare } from '../data/random.ts';
import type { AnyFault } from '../options.ts';

export type Body = Record<string, unknown>;

const listNames = [
  'securityProblems',
  'entities',
  'events',
  'remediationItems',
  'vulnerableFunctions',
] as const;

/** The body with every fault in it; never changes what it was given. `lastBefore` is the previous page's last record. */
export function spoilBody(body: Body, faults: readonly AnyFault[], lastBefore: () => unknown): unknown {
  let spoilt: unknown = body;
  for (const fault of faults) if (isBody(spoilt)) spoilt = spoilOnce(spoilt, fault, lastBefore);
  return spoilt;
}

function spoilOnce(body: Body, fault: AnyFault, lastBefore: () => unknown): unknown {
  const listName = listNames.find((name) => Array.isArray(body[name]));
  const records: readonly unknown[] = listName === undefined ? [body] : toArray(body[listName]);
  const withRecords = (changed: readonly unknown[]) =>
    listName === undefined ? changed[0] : { ...body, [listName]: changed };
  switch (fault.kind) {
    case 'wrong-shape':
      return misshape(fault.shape, listName, records);
    case 'no-list':
      return listName === undefined ? {} : without(body, [listName]);
    case 'garbage-record':
      return withRecords(records.map((record, at) => (at === fault.index ? fault.record : record)));
    case 'duplicate-record': {
      const before = lastBefore();
      return before === undefined ? body : withRecords([before, ...records]);
    }
    case 'unknown-enum':
      return withRecords(records.map((record) => set(record, fault, fault.value)));
    case 'null-property':
      return withRecords(records.map((record) => set(record, fault, null)));
    case 'missing-property':
      return withRecords(records.map((record) => set(record, fault, undefined)));
    default:
      return body;
  }
}

function misshape(shape: string, listName: string | undefined, records: readonly unknown[]): unknown {
  if (shape === 'array') return records;
  if (shape === 'text') return 'OK';
  if (shape === 'null') return null;
  return {
    totalCount: records.length,
    [listName ?? 'securityProblems']: Object.fromEntries(records.entries()),
  };
}

/** Sets a property by its path where it exists; undefined takes it away. */
function set(record: unknown, fault: { share: number; property: string }, value: unknown): unknown {
  if (!isBody(record)) return record;
  const id = String(record.securityProblemId ?? record.entityId ?? record.id ?? '');
  if (hashShare(`${fault.property}/${id}`) >= fault.share) return record;
  return setAt(record, fault.property.split('.'), value);
}

function setAt(record: Body, path: readonly string[], value: unknown): Body {
  const [name, ...rest] = path;
  if (name === undefined || !(name in record)) return record;
  if (rest.length > 0) {
    const inner = record[name];
    return isBody(inner) ? { ...record, [name]: setAt(inner, rest, value) } : record;
  }
  return value === undefined ? without(record, [name]) : { ...record, [name]: value };
}

function without(body: Body, names: readonly string[]): Body {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
