/** Which of two settings by one table holds more against a release: told by the table itself, line by line. */

import { combined, isSame, type Order, type Parameters, towards } from './order.ts';
import { isBuiltIn } from './ssvc.ts';
import { AskedParameters, type AskedTable, askedOf, tableNamed } from './ssvc-asked.ts';
import { PUBLIC_EXPOSURE, SSVC_POINTS, type SsvcPoint } from './ssvc-points.ts';
import { type Given, openRows, type TableView } from './table-view.ts';

interface Both {
  readonly from: Parameters;
  readonly to: Parameters;
}

/** Decisions of different tables are not measured against each other. */
export function compareDecisions(both: Both): Order {
  const asked = askedOfBoth(both);
  return asked && towards(asked.from.rank, asked.to.rank);
}

/** Of points that a policy states. */
export function compareStated(both: Both): Order {
  const asked = askedOfBoth(both);
  if (asked === undefined) return undefined;
  const { view } = asked.from;
  const moved = view.points.map(
    (_, at) => asked.from.stated[at] !== undefined || asked.to.stated[at] !== undefined,
  );
  return compareLines(view, moved, asked.from.stated, asked.to.stated);
}

/** Only whether they go by the same one: of two tables neither is stricter everywhere. */
export function compareTables(both: Both): Order {
  return askedOfBoth(both) === undefined ? undefined : 0;
}

/** What holds of a point where no source tells it. */
export function compareKnown(point: SsvcPoint, from: unknown, to: unknown, both: Both): Order {
  const asked = askedOfBoth(both);
  if (asked === undefined) return undefined;
  const { table, view } = asked.from;
  // Of those that are built in a worse value is stricter, whatever the table asks.
  if (isBuiltIn(table)) return towards(-rankIn(SSVC_POINTS[point], from), -rankIn(SSVC_POINTS[point], to));
  const given = (value: unknown): Given =>
    view.points.map(({ is, values }) => {
      const own = is === 'publicExposure' && point === 'exposure' ? publicExposure(value) : value;
      const place = values.findIndex(({ word }) => word === own);
      return is === undefined || place < 0 ? undefined : place;
    });
  const moved = view.points.map(
    ({ is }) => is === point || (is === 'publicExposure' && point === 'exposure'),
  );
  return compareLines(view, moved, given(from), given(to));
}

function publicExposure(exposure: unknown): string | undefined {
  return new Map<unknown, string>(Object.entries(PUBLIC_EXPOSURE)).get(exposure);
}

/** By the very same table, both of which can be decided by. */
function askedOfBoth({ from, to }: Both): { readonly from: AskedTable; readonly to: AskedTable } | undefined {
  const [one, other] = [AskedParameters.safeParse(from), AskedParameters.safeParse(to)];
  if (!one.success || !other.success) return undefined;
  const table = tableNamed(one.data.atOrAbove);
  if (table !== tableNamed(other.data.atOrAbove)) return undefined;
  if (!isBuiltIn(table) && !isSame(one.data.tables[table], other.data.tables[table])) return undefined;
  const [a, b] = [askedOf(one.data), askedOf(other.data)];
  return 'problem' in a || 'problem' in b ? undefined : { from: a, to: b };
}

/** Stricter: whatever holds of the points that did not move, the decision is as urgent, and now and then more. */
function compareLines(view: TableView, moved: readonly boolean[], from: Given, to: Given): Order {
  const worst = new Map<string, { from: number; to: number }>();
  const isLeftOpen = (given: Given, values: readonly number[]): boolean =>
    values.every((value, at) => moved[at] !== true || given[at] === undefined || given[at] === value);
  for (const { rank, values } of openRows(view, [])) {
    const others = values.map((value, at) => (moved[at] === true ? '' : value)).join();
    const decided = worst.get(others) ?? { from: -1, to: -1 };
    if (isLeftOpen(from, values)) decided.from = Math.max(decided.from, rank);
    if (isLeftOpen(to, values)) decided.to = Math.max(decided.to, rank);
    worst.set(others, decided);
  }
  return combined([...worst.values()].map((decided) => towards(-decided.from, -decided.to)));
}

/** What is not among them, as `unknown`, stands behind the last. */
function rankIn(values: readonly unknown[], value: unknown): number {
  const rank = values.indexOf(value);
  return rank < 0 ? values.length : rank;
}
