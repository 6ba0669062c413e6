import type { Observation, Rejected } from '../domain/statement.ts';
import { type JsonPath, showPath } from '../platform/json-stream.ts';
import { BATCH_SIZE, type PartIdentity, type ScanBatch } from './format.ts';

/** Entries read and not yet handed on. */
export class EntryBatch {
  readonly #observations: Observation[] = [];
  readonly #rejected: Rejected[] = [];
  #isAnyRead = false;
  #isAnyRejected = false;

  get isFull(): boolean {
    return Math.max(this.#observations.length, this.#rejected.length) >= BATCH_SIZE;
  }

  /** True for a list of anything but this format's entries; false for an empty one. */
  get isNothingReadable(): boolean {
    return this.#isAnyRejected && !this.#isAnyRead;
  }

  /** Text in place of an observation says what is wrong with the entry. */
  add(path: JsonPath, read: Observation | string): void {
    if (typeof read === 'string') this.reject(path, read);
    else {
      this.#isAnyRead = true;
      this.#observations.push(read);
    }
  }

  reject(path: JsonPath, reason: string): void {
    this.#isAnyRejected = true;
    this.#rejected.push({ at: showPath(path), reason });
  }

  /** Of a container of entries that may be empty: it was readable. */
  isReadable(): void {
    this.#isAnyRead = true;
  }

  /** Batches of the usual size, while there are enough entries; one container of them may have brought many. */
  *full(part: PartIdentity): Generator<ScanBatch> {
    while (this.isFull) yield this.#next(part, BATCH_SIZE);
  }

  /** All that is left. */
  take(part: PartIdentity): ScanBatch {
    return this.#next(part, Number.POSITIVE_INFINITY);
  }

  #next({ index, tool, category, asset }: PartIdentity, most: number): ScanBatch {
    return {
      part: { index, tool, category, asset },
      observations: this.#observations.splice(0, most),
      rejected: this.#rejected.splice(0, most),
    };
  }
}
