/** What every import should count, by the words of the design alone: no code of ours is asked. */
import type { Changes } from '../../src/domain/run.ts';
import { type Entry, isRefusedScan, type Scan, type Writer } from './writer.ts';

interface Known {
  /** What is said of it, by version: both hold until a whole scan no longer mentions one of them. */
  readonly told: ReadonlyMap<string, string>;
  readonly isOpen: boolean;
}

export class NaiveModel {
  readonly #writer: Writer;
  readonly #assets = new Map<string, Map<number, Known>>();

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** Of scans in the order in which they were made. */
  import(scan: Scan): Changes {
    const { entries, asset, isFailed } = scan;
    const changes = { created: 0, updated: 0, unchanged: 0, closed: 0, reopened: 0 };
    if (isRefusedScan(this.#writer, scan)) return changes;
    const { isNeverWhole, isPartialWhenEmpty } = this.#writer;
    const isSilent = entries.length === 0 && isPartialWhenEmpty === true;
    const isWhole = !isFailed && isNeverWhole !== true && !isSilent;
    const known = this.#assets.get(asset) ?? new Map<number, Known>();
    this.#assets.set(asset, known);
    for (const entry of entries) {
      const before = known.get(entry.n);
      const kept = before?.isOpen === true && !isWhole ? before.told : [];
      const told = new Map([...kept, [this.#isVersioned ? entry.version : '', this.#told(entry)]]);
      if (before === undefined) changes.created++;
      else if (!before.isOpen) changes.reopened++;
      else if (isSame(before.told, told)) changes.unchanged++;
      else changes.updated++;
      known.set(entry.n, { told, isOpen: true });
    }
    if (!isWhole) return changes;
    const mentioned = new Set(entries.map(({ n }) => n));
    for (const [n, one] of known) {
      if (!one.isOpen || mentioned.has(n)) continue;
      known.set(n, { ...one, isOpen: false });
      changes.closed++;
    }
    return changes;
  }

  get open(): number {
    return [...this.#assets.values()].flatMap((one) => [...one.values()]).filter(({ isOpen }) => isOpen)
      .length;
  }

  #told(entry: Entry): string {
    return JSON.stringify(this.#writer.tells.map((what) => entry[what]));
  }

  get #isVersioned(): boolean {
    return this.#writer.tells.includes('version') && this.#writer.isKeyed !== true;
  }
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([version, told]) => other.get(version) === told);
}
