/**
 * The cheapest steps that take enough out of each budget. A unit leaves its budget only when all of its steps are
 * taken, so this is choosing k sets with the smallest union, which nobody solves fast in general: small cases are
 * searched to the end, large ones get a greedy answer, and either comes with a bound that no answer can undercut.
 */
export interface CoverDemand {
  /** Each by the steps that take it out. */
  readonly units: readonly (readonly number[])[];
  /** How many have to go; never more than there are. */
  readonly need: number;
}

export interface Cover {
  readonly steps: ReadonlySet<number>;
  /** No choice weighs less. */
  readonly isExact: boolean;
  /** Every choice weighs at least this. */
  readonly bound: number;
}

/** Looked-at entries before a search is given up: counted, not timed, so that the same input gives the same answer. */
const MOST_WORK = 1_000_000;

/** `weights`: of each step, whole numbers above 0. */
export function cheapestCover(weights: readonly number[], demands: readonly CoverDemand[]): Cover {
  const greedy = withoutSurplus(greedySteps(weights, demands), weights, demands);
  const everything = new Set(demands.flatMap(({ units }) => units.flat()));
  const backwards = withoutSurplus(everything, weights, demands);
  const best = weightOf(backwards, weights) < weightOf(greedy, weights) ? backwards : greedy;
  const bound = lowerBound(weights, demands);
  if (weightOf(best, weights) <= bound) return { steps: best, isExact: true, bound };
  return search(weights, demands, best, bound);
}

function weightOf(steps: Iterable<number>, weights: readonly number[]): number {
  let total = 0;
  for (const step of steps) total += weights[step] ?? 0;
  return total;
}

/** Each budget in turn: again and again the unit that costs least on top of what is chosen. */
function greedySteps(weights: readonly number[], demands: readonly CoverDemand[]): Set<number> {
  const chosen = new Set<number>();
  for (const { units, need } of demands) {
    const missing = units.map((steps) =>
      weightOf(
        steps.filter((step) => !chosen.has(step)),
        weights,
      ),
    );
    const usedBy = unitsByStep(units);
    const queue = new CheapestFirst();
    for (const [unit, weight] of missing.entries()) queue.add(weight, unit);
    for (let gone = 0; gone < need; ) {
      const next = queue.take();
      if (next === undefined) break;
      if (next.weight !== missing[next.unit]) continue;
      gone += 1;
      missing[next.unit] = Number.NaN;
      for (const step of units[next.unit] ?? []) {
        if (chosen.has(step)) continue;
        chosen.add(step);
        for (const other of usedBy.get(step) ?? []) {
          const left = (missing[other] ?? Number.NaN) - (weights[step] ?? 0);
          if (Number.isNaN(left)) continue;
          missing[other] = left;
          queue.add(left, other);
        }
      }
    }
  }
  return chosen;
}

function unitsByStep(units: CoverDemand['units']): Map<number, number[]> {
  const usedBy = new Map<number, number[]>();
  for (const [unit, steps] of units.entries()) {
    for (const step of steps) {
      const list = usedBy.get(step);
      if (list === undefined) usedBy.set(step, [unit]);
      else list.push(unit);
    }
  }
  return usedBy;
}

/** The steps without those that no budget needs: the heaviest go first, and of these the least used. */
function withoutSurplus(
  steps: ReadonlySet<number>,
  weights: readonly number[],
  demands: readonly CoverDemand[],
): Set<number> {
  const kept = new Set(steps);
  const budgets = demands.map(({ units, need }) => {
    const gone = units.map((unit) => unit.every((step) => kept.has(step)));
    return { usedBy: unitsByStep(units), gone, spare: gone.filter(Boolean).length - need };
  });
  const uses = (step: number): number =>
    budgets.reduce((sum, { usedBy }) => sum + (usedBy.get(step)?.length ?? 0), 0);
  const order = [...kept]
    .map((step) => ({ step, weight: weights[step] ?? 0, uses: uses(step) }))
    .sort((a, b) => b.weight - a.weight || a.uses - b.uses || a.step - b.step);
  for (const { step } of order) {
    const back = budgets.map(({ usedBy, gone }) => (usedBy.get(step) ?? []).filter((unit) => gone[unit]));
    if (budgets.some(({ spare }, index) => (back[index]?.length ?? 0) > spare)) continue;
    kept.delete(step);
    for (const [index, budget] of budgets.entries()) {
      for (const unit of back[index] ?? []) budget.gone[unit] = false;
      budget.spare -= back[index]?.length ?? 0;
    }
  }
  return kept;
}

/**
 * Each step's weight is shared out among the units that could use it; the cheapest shares that meet every need weigh
 * no more than any choice does. `chosen` steps are free.
 */
export function lowerBound(
  weights: readonly number[],
  demands: readonly CoverDemand[],
  chosen: ReadonlySet<number> = new Set(),
): number {
  const uses = demands.map(({ units, need }) => {
    const counts = new Map<number, number>();
    for (const unit of units) for (const step of unit) counts.set(step, (counts.get(step) ?? 0) + 1);
    for (const [step, count] of counts) counts.set(step, Math.min(count, need));
    return counts;
  });
  const total = new Map<number, number>();
  for (const counts of uses) {
    for (const [step, count] of counts) total.set(step, (total.get(step) ?? 0) + count);
  }
  const shares = (index: number, sharers: ReadonlyMap<number, number> | undefined): number => {
    const { units = [], need = 0 } = demands[index] ?? {};
    const share = (step: number): number =>
      chosen.has(step) ? 0 : (weights[step] ?? 0) / (sharers?.get(step) ?? 1);
    const costs = units.map((unit) => unit.reduce((sum, step) => sum + share(step), 0));
    return costs
      .sort((a, b) => a - b)
      .slice(0, need)
      .reduce((sum, cost) => sum + cost, 0);
  };
  const together = demands.reduce((sum, _, index) => sum + shares(index, total), 0);
  const alone = demands.map((_, index) => shares(index, uses[index]));
  // Shares are fractions: a sum that is a hair above a whole number is that number.
  return Math.max(0, Math.ceil(Math.max(together, ...alone) - 1e-6));
}

/** Takes one unit or leaves it, the cheapest first, and turns back where the bound says that nothing is gained. */
function search(
  weights: readonly number[],
  demands: readonly CoverDemand[],
  incumbent: ReadonlySet<number>,
  bound: number,
): Cover {
  let best = incumbent;
  let bestWeight = weightOf(incumbent, weights);
  let work = 0;
  const size = demands.reduce(
    (sum, { units }) => sum + units.reduce((all, unit) => all + unit.length + 1, 0),
    1,
  );

  /** False: given up. */
  const visit = (chosen: ReadonlySet<number>, open: readonly CoverDemand[]): boolean => {
    work += size;
    if (work > MOST_WORK) return false;
    const left = open.map((demand) => remaining(demand, chosen));
    if (left.some(({ units, need }) => units.length < need)) return true;
    const weight = weightOf(chosen, weights);
    const needy = left.filter(({ need }) => need > 0);
    if (needy.length === 0) {
      if (weight < bestWeight) [best, bestWeight] = [chosen, weight];
      return true;
    }
    if (weight + lowerBound(weights, needy, chosen) >= bestWeight) return true;
    const unit = cheapestUnit(needy[0]?.units ?? [], weights, chosen);
    if (unit === undefined) return true;
    return visit(new Set([...chosen, ...unit]), needy) && visit(chosen, needy.map(leaving(unit, chosen)));
  };

  const isComplete = visit(new Set(), demands);
  return { steps: best, isExact: isComplete, bound: isComplete ? bestWeight : bound };
}

/** Without what is gone already. */
function remaining({ units, need }: CoverDemand, chosen: ReadonlySet<number>): CoverDemand {
  const open = units.filter((unit) => !unit.every((step) => chosen.has(step)));
  return { units: open, need: Math.max(0, need - (units.length - open.length)) };
}

/** Whoever leaves this unit leaves every unit that takes the same steps and more. */
function leaving(unit: readonly number[], chosen: ReadonlySet<number>): (demand: CoverDemand) => CoverDemand {
  const missing = unit.filter((step) => !chosen.has(step));
  return ({ units, need }) => ({
    units: units.filter((other) => !missing.every((step) => other.includes(step))),
    need,
  });
}

function cheapestUnit(
  units: CoverDemand['units'],
  weights: readonly number[],
  chosen: ReadonlySet<number>,
): readonly number[] | undefined {
  let [cheapest, least]: [readonly number[] | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const unit of units) {
    const weight = weightOf(
      unit.filter((step) => !chosen.has(step)),
      weights,
    );
    if (weight < least) [cheapest, least] = [unit, weight];
  }
  return cheapest;
}

/** A heap. An entry that has become cheaper is added again; who takes it knows which one still holds. */
class CheapestFirst {
  readonly #heap: { readonly weight: number; readonly unit: number }[] = [];

  add(weight: number, unit: number): void {
    let at = this.#heap.push({ weight, unit }) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(at, above)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  take(): { readonly weight: number; readonly unit: number } | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || this.#heap.length === 0) return first;
    this.#heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(least, at)) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return one !== undefined;
    return one.weight === other.weight ? one.unit < other.unit : one.weight < other.weight;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}
