/** A table that was read, as one to decide by: the points that we know take what is known of them, whatever it calls them. */
import { type DecisionPoint, type DecisionTable, inputsOf } from '../domain/decision-table.ts';
import { inWords, SSVC_POINTS, type SsvcPoint } from './ssvc-points.ts';
import { type Choice, type TablePoint, type TableView, toWord } from './table-view.ts';

interface WellKnown {
  readonly is: SsvcPoint;
  /** In the order in which we have its values; where the table has others, it means something else. */
  readonly keys: readonly string[];
}

/** Of any version, in the order in which they stand in a reason. */
const WELL_KNOWN: ReadonlyMap<string, WellKnown> = new Map([
  ['cisa:KEV', { is: 'kev', keys: ['N', 'Y'] }],
  ['cisa:PE', { is: 'publicExposure', keys: ['N', 'Y'] }],
  ['ssvc:E', { is: 'exploitation', keys: ['N', 'P', 'A'] }],
  ['ssvc:EXP', { is: 'exposure', keys: ['S', 'C', 'O'] }],
  ['ssvc:A', { is: 'automatable', keys: ['N', 'Y'] }],
  ['ssvc:VD', { is: 'valueDensity', keys: ['D', 'C'] }],
  ['ssvc:TI', { is: 'technicalImpact', keys: ['P', 'T'] }],
  ['ssvc:PSI', { is: 'publicSafety', keys: ['M', 'S'] }],
  ['ssvc:MWI', { is: 'missionImpact', keys: ['L', 'M', 'H'] }],
  ['ssvc:HI', { is: 'missionImpact', keys: ['L', 'M', 'H', 'VH'] }],
]);
const IN_ORDER = [...WELL_KNOWN.keys()];

const views = new WeakMap<DecisionTable, TableView>();

export function viewOf(table: DecisionTable): TableView {
  const known = views.get(table);
  if (known !== undefined) return known;
  const view = toView(table);
  views.set(table, view);
  return view;
}

/** The order of its keys says nothing: kept facts have them in an order of their own. */
function toView(table: DecisionTable): TableView {
  const inputs = inputsOf(table).toSorted(([a], [b]) => placeIn(a) - placeIn(b) || (a < b ? -1 : 1));
  const words = inputs.map(([, { name }]) => toWord(name).replaceAll('-', ' '));
  const points = inputs.map(([id, point], at) => pointOf(id, point, oneOf(words, at, id)));
  const outcome = table.decision_points[table.outcome]?.values ?? [];
  const rankOf = new Map(outcome.map(({ key }, rank) => [key, rank]));
  const places = points.map(({ values }) => new Map(values.map(({ key }, place) => [key, place])));
  const ranks: number[] = new Array(table.mapping.length).fill(0);
  for (const row of table.mapping) {
    const place = points.reduce(
      (at, { id, values }, index) => at * values.length + (places[index]?.get(row[id] ?? '') ?? 0),
      0,
    );
    ranks[place] = rankOf.get(row[table.outcome] ?? '') ?? 0;
  }
  return { points, decisions: choicesOf(outcome), ranks };
}

/** Without its version. */
function nameOf(id: string): string {
  return id.slice(0, id.lastIndexOf(':'));
}

function placeIn(id: string): number {
  const place = IN_ORDER.indexOf(nameOf(id));
  return place < 0 ? IN_ORDER.length : place;
}

function pointOf(id: string, { key, values }: DecisionPoint, word: string): TablePoint {
  const known = WELL_KNOWN.get(nameOf(id));
  const own = values.map((value) => value.key);
  if (known === undefined || own.toSorted().join() !== known.keys.toSorted().join())
    return { id, key, word, is: undefined, values: choicesOf(values) };
  const { is, keys } = known;
  return {
    ...{ id, key, is, word: inWords(is) },
    values: own.map((one) => ({ key: one, word: SSVC_POINTS[is][keys.indexOf(one)] ?? one })),
  };
}

function choicesOf(values: DecisionPoint['values']): readonly Choice[] {
  const words = values.map(({ name }) => toWord(name));
  return values.map(({ key }, at) => ({ key, word: oneOf(words, at, key) }));
}

/** What is called like another of them is told by its key. */
function oneOf(words: readonly string[], at: number, key: string): string {
  const word = words[at] ?? key;
  return words.indexOf(word) === words.lastIndexOf(word) ? word : key;
}
