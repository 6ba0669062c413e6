import { shortened } from './loose-values.ts';

const MOST_REASONS = 20;

/** What a tool says it could not do: it speaks for none of it. */
export class ReportedFailures {
  #count = 0;
  readonly #reasons: string[] = [];

  get count(): number {
    return this.#count;
  }

  get reasons(): readonly string[] {
    const more = this.#count - this.#reasons.length;
    return more === 0 ? this.#reasons : [...this.#reasons, `and ${more} more`];
  }

  add(reason: string): void {
    this.#count++;
    if (this.#reasons.length < MOST_REASONS) this.#reasons.push(shortened(reason));
  }
}
