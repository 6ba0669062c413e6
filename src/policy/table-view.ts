/** A table to decide by, whoever wrote it: points in order, a decision for every combination of their values. */
import type { SsvcPoint } from './ssvc-points.ts';

export interface Choice {
  readonly key: string;
  /** How it is said, and may be written: `very-high`. */
  readonly word: string;
}

export interface TablePoint extends Choice {
  /** Its id where it is published: `ssvc:E:1.1.0`. */
  readonly id: string;
  /** Which of those it is that findings, or parameters of the rule, tell; undefined: a policy states it by its name. */
  readonly is: SsvcPoint | undefined;
  /** The mildest first. */
  readonly values: readonly Choice[];
}

export interface TableView {
  readonly points: readonly TablePoint[];
  /** The mildest first. */
  readonly decisions: readonly Choice[];
  /** The rank of the decision of each combination, the last point varying fastest. */
  readonly ranks: readonly number[];
}

/** The place of a value among those of its point, for each point in its order; undefined: not known. */
export type Given = readonly (number | undefined)[];

/** One line of a table. */
export interface TableRow {
  /** Counted from the mildest decision, 0. */
  readonly rank: number;
  /** For each point the place of its value. */
  readonly values: readonly number[];
}

/** The lines that the unknown points leave open, in the order of the table. */
export function openRows(view: TableView, given: Given): readonly TableRow[] {
  return openPlaces(view, given).map((place) => rowAt(view, place));
}

/** The line that decides: of all that the unknown points leave open the worst, and of equal ones the last. */
export function worstRow(view: TableView, given: Given): TableRow {
  const { ranks } = view;
  const rankAt = (place: number): number => ranks[place] ?? 0;
  return rowAt(
    view,
    openPlaces(view, given).reduce((worst, place) => (rankAt(place) >= rankAt(worst) ? place : worst)),
  );
}

function openPlaces({ points }: TableView, given: Given): readonly number[] {
  return points.reduce<readonly number[]>(
    (places, { values }, index) => {
      const known = given[index];
      const open = known === undefined ? values.map((_, at) => at) : [known];
      return places.flatMap((place) => open.map((at) => place * values.length + at));
    },
    [0],
  );
}

function rowAt({ points, ranks }: TableView, place: number): TableRow {
  const values: number[] = [];
  let rest = place;
  for (const point of points.toReversed()) {
    values.unshift(rest % point.values.length);
    rest = Math.floor(rest / point.values.length);
  }
  return { rank: ranks[place] ?? 0, values };
}

/** Its place among them, by key or by name, in any case; undefined: none of them, or nobody can tell which. */
export function placeOf(choices: readonly Choice[], written: string): number | undefined {
  const isIt: readonly ((one: Choice) => boolean)[] = [
    ({ key }) => key === written,
    ({ key }) => key.toLowerCase() === written.toLowerCase(),
    ({ word }) => word === toWord(written),
  ];
  for (const test of isIt) {
    const found = choices.flatMap((one, place) => (test(one) ? [place] : []));
    if (found.length > 0) return found.length === 1 ? found[0] : undefined;
  }
  return undefined;
}

/** `Very High` is `very-high`. */
export function toWord(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '-');
}

/** As a choice is written. */
export function sayChoices(choices: readonly Choice[]): string {
  return choices.map(({ word }) => word).join(', ');
}
