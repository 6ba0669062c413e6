/**
 * A decision table of SSVC as CERT/CC publishes it (JSON, schema version 2), stripped to what decides. It answers every
 * combination of values exactly once, so that whoever goes by it never meets a gap. A store and a policy hold the same.
 */
import * as z from 'zod';

const MOST_POINTS = 12;
export const MOST_ROWS = 20_000;
const MOST_VALUES = 200;
/** How many of the same kind of mistake are named. */
const MOST_NAMED = 5;

const Text = z.string().trim().min(1).max(200);
/** `ssvc:E:1.1.0` */
const PointId = z
  .string()
  .max(300)
  .regex(/^[^\s:]+:[^\s:]+:[^\s:]+$/, "expected namespace:KEY:version, as in 'ssvc:E:1.1.0'");

const Value = z.object({ key: Text, name: Text });

const DecisionPoint = z.object({
  name: Text,
  key: Text,
  /** The mildest first. */
  values: z.array(Value).min(1).max(MOST_VALUES),
});
export type DecisionPoint = z.output<typeof DecisionPoint>;

export const DecisionTable = z
  .object({
    namespace: Text,
    key: Text,
    version: Text,
    name: Text,
    decision_points: z.record(PointId, DecisionPoint),
    /** The point whose values are the decisions. */
    outcome: z.string(),
    /** Of every point the key of a value. */
    mapping: z.array(z.record(z.string(), z.string())).max(MOST_ROWS),
  })
  .superRefine((table, context) => {
    for (const { path, message } of faultsOf(table)) context.addIssue({ code: 'custom', path, message });
  });
export type DecisionTable = z.output<typeof DecisionTable>;

/** The points that it goes by, each with its id. */
export function inputsOf({
  decision_points,
  outcome,
}: Pick<DecisionTable, 'decision_points' | 'outcome'>): readonly (readonly [string, DecisionPoint])[] {
  return Object.entries(decision_points).filter(([id]) => id !== outcome);
}

interface Fault {
  readonly path: PropertyKey[];
  readonly message: string;
}

function faultsOf(table: DecisionTable): readonly Fault[] {
  const found = faultsOfPoints(table);
  if (found.length > 0) return found;
  const points = inputsOf(table);
  const combinations = points.reduce((product, [, { values }]) => product * values.length, 1);
  if (points.length < 1 || points.length > MOST_POINTS) {
    const message = `it goes by ${points.length} points beside its outcome: expected 1 to ${MOST_POINTS}`;
    return [{ path: ['decision_points'], message }];
  }
  if (combinations > MOST_ROWS) {
    const message = `its points have ${combinations} combinations of values: at most ${MOST_ROWS} are read`;
    return [{ path: ['decision_points'], message }];
  }
  const ofRows = faultsOfRows(table);
  return ofRows.length > 0 ? ofRows : faultsOfCombinations(table, combinations);
}

function faultsOfPoints({ decision_points, outcome }: DecisionTable): readonly Fault[] {
  const ofPoints = Object.entries(decision_points).flatMap(([id, { key, values }]): readonly Fault[] => {
    const twice = values.find((one, at) => values.findIndex((other) => other.key === one.key) < at);
    return [
      ...(id.split(':')[1] === key
        ? []
        : [{ path: ['decision_points', id, 'key'], message: `its id has another key than '${key}'` }]),
      ...(twice === undefined
        ? []
        : [
            {
              path: ['decision_points', id, 'values'],
              message: `there are two values with the key '${twice.key}'`,
            },
          ]),
    ];
  });
  if (Object.hasOwn(decision_points, outcome)) return ofPoints;
  return [...ofPoints, { path: ['outcome'], message: `'${outcome}' is none of its decision points` }];
}

/** Every row names every point, none else, and a value that the point has. */
function faultsOfRows({ decision_points, mapping }: DecisionTable): readonly Fault[] {
  const points = Object.entries(decision_points).map(
    ([id, { values }]) => [id, new Set(values.map(({ key }) => key))] as const,
  );
  const faults: Fault[] = [];
  for (const [index, row] of mapping.entries()) {
    if (faults.length >= MOST_NAMED) break;
    const path = ['mapping', index];
    for (const [id, keys] of points) {
      const value = Object.hasOwn(row, id) ? row[id] : undefined;
      if (value === undefined) faults.push({ path, message: `it gives ${id} no value` });
      else if (!keys.has(value))
        faults.push({
          path: [...path, id],
          message: `there is no value '${value}'; there are ${some([...keys])}`,
        });
    }
    const stray = Object.keys(row).find((id) => !Object.hasOwn(decision_points, id));
    if (stray !== undefined) faults.push({ path, message: `'${stray}' is none of its decision points` });
  }
  return faults;
}

/** Each once: of a combination that is not there nobody could say what it means. */
function faultsOfCombinations(table: DecisionTable, combinations: number): readonly Fault[] {
  const points = inputsOf(table).map(
    ([id, { values }]) => [id, values, new Map(values.map(({ key }, at) => [key, at]))] as const,
  );
  const rowOf = new Map<number, number>();
  const twice: string[] = [];
  for (const [index, row] of table.mapping.entries()) {
    const place = points.reduce(
      (at, [id, values, places]) => at * values.length + (places.get(row[id] ?? '') ?? 0),
      0,
    );
    const earlier = rowOf.get(place);
    if (earlier === undefined) rowOf.set(place, index);
    else twice.push(`rows ${earlier} and ${index} are both for ${combinationAt(points, place)}`);
  }
  const missing: string[] = [];
  for (let place = 0; place < combinations && missing.length <= MOST_NAMED; place += 1)
    if (!rowOf.has(place)) missing.push(combinationAt(points, place));
  const absent = combinations - rowOf.size;
  return [
    ...(twice.length === 0 ? [] : [{ path: ['mapping'], message: some(twice, '; ') }]),
    ...(absent === 0
      ? []
      : [{ path: ['mapping'], message: `there is no row for ${some(missing, '; nor for ', absent)}` }]),
  ];
}

type Place = readonly [id: string, values: DecisionPoint['values'], places: unknown];

function combinationAt(points: readonly Place[], place: number): string {
  let rest = place;
  const said: string[] = [];
  for (const [id, values] of points.toReversed()) {
    said.unshift(`${id} ${values[rest % values.length]?.key}`);
    rest = Math.floor(rest / values.length);
  }
  return said.join(', ');
}

/** The first few, and how many there are beside them. */
function some(all: readonly string[], between = ', ', count = all.length): string {
  const named = all.slice(0, MOST_NAMED).join(between);
  return count <= MOST_NAMED ? named : `${named}; and ${count - MOST_NAMED} more`;
}
