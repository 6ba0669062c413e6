/** A set of ids most of which were handed out in a row: a hundred thousand of those are one entry. */
export class IdSet {
  /** Disjoint stretches, both ends included, in the order added. */
  readonly #stretches: { readonly first: number; last: number }[] = [];
  readonly #single = new Set<number>();
  /** Taken out of a stretch again: few. */
  readonly #gone = new Set<number>();

  addRow(first: number, count: number): void {
    if (count === 0) return;
    const last = this.#stretches.at(-1);
    if (last !== undefined && last.last + 1 === first) last.last += count;
    else this.#stretches.push({ first, last: first + count - 1 });
  }

  add(id: number): void {
    this.#gone.delete(id);
    if (!this.#inStretch(id)) this.#single.add(id);
  }

  delete(id: number): void {
    this.#single.delete(id);
    if (this.#inStretch(id)) this.#gone.add(id);
  }

  has(id: number): boolean {
    return this.#single.has(id) || (this.#inStretch(id) && !this.#gone.has(id));
  }

  get size(): number {
    return this.#stretches.reduce(
      (sum, { first, last }) => sum + last - first + 1,
      this.#single.size - this.#gone.size,
    );
  }

  *[Symbol.iterator](): Generator<number> {
    for (const { first, last } of this.#stretches) {
      for (let id = first; id <= last; id++) if (!this.#gone.has(id)) yield id;
    }
    yield* this.#single;
  }

  #inStretch(id: number): boolean {
    // What was handed out last is asked for most.
    for (let index = this.#stretches.length - 1; index >= 0; index--) {
      const stretch = this.#stretches[index];
      if (stretch !== undefined && id >= stretch.first && id <= stretch.last) return true;
    }
    return false;
  }
}

/** Ids in ascending order as stretches without gaps, both ends included. */
export function stretchesOf(ids: Iterable<number>): readonly (readonly [first: number, last: number])[] {
  const sorted = Float64Array.from(ids).sort();
  const stretches: [number, number][] = [];
  for (const id of sorted) {
    const last = stretches.at(-1);
    if (last !== undefined && id <= last[1] + 1) last[1] = id;
    else stretches.push([id, id]);
  }
  return stretches;
}
