/** Which table a policy goes by, from which of its decisions on, and what it states of its points. */
import * as z from 'zod';
import { DecisionTable } from '../domain/decision-table.ts';
import { viewOf } from './published-table.ts';
import { builtIn, isBuiltIn, SSVC_DECISIONS, SSVC_TABLES } from './ssvc.ts';
import { type Given, placeOf, sayChoices, type TableView, toWord } from './table-view.ts';

const Name = z.string().trim().min(1).max(200);

/** One table, and the decision from which on it holds. */
export const AtOrAbove = z
  .object({
    coordinator: z.enum(SSVC_DECISIONS.coordinator).optional(),
    'bod-26-04': z.enum(SSVC_DECISIONS['bod-26-04']).optional(),
    supplier: z.enum(SSVC_DECISIONS.supplier).optional(),
    deployer: z.enum(SSVC_DECISIONS.deployer).optional(),
  })
  .catchall(Name)
  .refine((written) => namesIn(written).length === 1, {
    error: `expected one table with its decision, one of ${SSVC_TABLES.join(', ')}, or a feed of kind ssvc: { coordinator: attend }`,
  });

/** Of points that nothing else tells, by key or name. */
export const Points = z.record(Name, Name);

const read = new WeakMap<object, DecisionTable>();

/** A policy is bound several times for each verdict: a table that was found to be one is not looked through again. */
const OnceRead = z.unknown().transform((given, context): DecisionTable => {
  const key = typeof given === 'object' ? given : null;
  const known = key === null ? undefined : read.get(key);
  if (known !== undefined) return known;
  const { data, error } = DecisionTable.safeParse(given);
  for (const { path, message } of error?.issues ?? []) context.addIssue({ code: 'custom', path, message });
  if (data === undefined) return z.NEVER;
  for (const one of [key, data]) if (one !== null) read.set(one, data);
  return data;
});

export const Tables = z.record(Name, OnceRead).refine((tables) => !Object.keys(tables).some(isBuiltIn), {
  error: `${SSVC_TABLES.join(', ')} are built in: give the table another name`,
});

export const AskedParameters = z.object({ atOrAbove: AtOrAbove, points: Points, tables: Tables });
export type AskedParameters = z.output<typeof AskedParameters>;

export interface AskedTable {
  readonly table: string;
  readonly view: TableView;
  /** From which decision on it holds. */
  readonly rank: number;
  /** What the policy states of each point, where it does. */
  readonly stated: Given;
}

export interface NotAsked {
  readonly table: string;
  /** Which parameter is wrong; undefined: the table is not there. */
  readonly of: 'atOrAbove' | 'points' | undefined;
  readonly problem: string;
}

/** What can be decided by; or why nothing can. */
export function askedOf({ atOrAbove, points, tables }: AskedParameters): AskedTable | NotAsked {
  const [table = '', decision = ''] = Object.entries(atOrAbove).find(([, one]) => one !== undefined) ?? [];
  const view = viewNamed(table, tables);
  if (view === undefined) return { table, of: undefined, problem: notThere(table) };
  const rank = placeOf(view.decisions, decision);
  if (rank === undefined) {
    const problem = `the SSVC table ${table} has no decision '${decision}'; it has ${sayChoices(view.decisions)}`;
    return { table, of: 'atOrAbove', problem };
  }
  const stated = view.points.map((): number | undefined => undefined);
  for (const [point, value] of Object.entries(points)) {
    const at = pointNamed(view, point);
    const values = at === undefined ? [] : (view.points[at]?.values ?? []);
    const place = placeOf(values, value);
    if (at === undefined || place === undefined) {
      const problem = at === undefined ? noPoint(table, view, point) : noValue(table, point, view, at, value);
      return { table, of: 'points', problem };
    }
    stated[at] = place;
  }
  return { table, view, rank, stated };
}

function viewNamed(table: string, tables: AskedParameters['tables']): TableView | undefined {
  if (isBuiltIn(table)) return builtIn(table);
  const written = Object.hasOwn(tables, table) ? tables[table] : undefined;
  return written && viewOf(written);
}

/** The one table that a policy goes by. */
export function tableNamed(atOrAbove: AskedParameters['atOrAbove']): string {
  return namesIn(atOrAbove)[0] ?? '';
}

function namesIn(written: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(written).filter((name) => written[name] !== undefined);
}

function notThere(table: string): string {
  return (
    `there is no SSVC table ${table} to go by: name a feed of kind ssvc so and collect it, ` +
    'or write the table into the policy, under tables'
  );
}

/** Only points that the policy alone can tell: what a finding tells is not overruled. */
function pointNamed({ points }: TableView, written: string): number | undefined {
  const own = points.flatMap((point, at) => (point.is === undefined ? [{ point, at }] : []));
  const byId = own.find(({ point }) => point.id === written || point.id.startsWith(`${written}:`));
  if (byId !== undefined && written.includes(':')) return byId.at;
  const choices = own.map(({ point }) => ({ key: point.key, word: toWord(point.word) }));
  const place = placeOf(choices, written);
  return place === undefined ? undefined : own[place]?.at;
}

function noPoint(table: string, { points }: TableView, written: string): string {
  const own = points.filter(({ is }) => is === undefined).map(({ key, word }) => `${key} (${word})`);
  const there = own.length === 0 ? 'every point of it is told otherwise' : `it has ${own.join(', ')}`;
  return `the SSVC table ${table} has no point '${written}' to be stated; ${there}`;
}

function noValue(table: string, point: string, { points }: TableView, at: number, value: string): string {
  const values = sayChoices(points[at]?.values ?? []);
  return `the point ${point} of the SSVC table ${table} has no value '${value}'; it has ${values}`;
}
