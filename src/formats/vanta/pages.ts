import { asObject, type JsonObject, objectOf } from '../loose-values.ts';

/** Whether the rows that are there are all that Vanta has. */
export class Pages {
  rows = 0;
  isOneRow = false;
  #first: JsonObject | undefined;
  #last: JsonObject | undefined;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** False for what is no page. */
  add(value: unknown): boolean {
    const results = objectOf(asObject(value), 'results');
    if (!Array.isArray(results?.data)) return false;
    const info = objectOf(results, 'pageInfo') ?? {};
    this.#first ??= info;
    this.#last = info;
    this.#count++;
    return true;
  }

  get missing(): string | undefined {
    if (this.isOneRow) return 'it is one vulnerability alone';
    if (this.#last?.hasNextPage === true)
      return 'there are more vulnerabilities than its last page has (hasNextPage)';
    if (this.#first?.hasPreviousPage === true)
      return 'there are vulnerabilities before its first page (hasPreviousPage)';
    const isFirst = this.#first?.hasPreviousPage === false || this.#count !== 1 || this.rows === 0;
    return isFirst
      ? undefined
      : 'it does not say that it is the first page (hasPreviousPage); import all pages as one list';
  }
}
