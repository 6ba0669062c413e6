import { GatehouseError } from '../../domain/errors.ts';
import type { Observation } from '../../domain/statement.ts';
import {
  groupOf,
  type OsvGroup,
  type OsvRecord,
  observationOf,
  recordOf,
  type ScannedPackage,
} from './records.ts';

const MOST_RECORDS = 200_000;

/** The vulnerabilities and groups of the package being read; which belongs to which is known at its end. */
export class PackageInProgress {
  readonly #records: OsvRecord[] = [];
  readonly #groups: OsvGroup[] = [];

  /** Undefined, or what is wrong with the vulnerability. */
  addRecord(value: unknown): string | undefined {
    const record = recordOf(value);
    if (typeof record === 'string') return record;
    this.#records.push(record);
    this.#assertSmall();
    return undefined;
  }

  /** Undefined, or what is wrong with the group. */
  addGroup(value: unknown): string | undefined {
    const group = groupOf(value);
    if (typeof group === 'string') return group;
    this.#groups.push(group);
    this.#assertSmall();
    return undefined;
  }

  /** One per group; OSV-Scanner before 1.1 has none, and then each vulnerability stands for itself. */
  observations(scanned: ScannedPackage): readonly Observation[] {
    if (this.#groups.length === 0) {
      return this.#records.map((record) => observationOf(groupOfOne(record), [record], scanned));
    }
    const byId = new Map(this.#records.map((record) => [record.id, record]));
    return this.#groups.map((group) => {
      const records = group.ids.map((id) => byId.get(id)).filter((record) => record !== undefined);
      return observationOf(group, records, scanned);
    });
  }

  #assertSmall(): void {
    if (this.#records.length + this.#groups.length <= MOST_RECORDS) return;
    throw new GatehouseError(
      'input-invalid',
      `one of the packages has more than ${MOST_RECORDS} vulnerabilities`,
    );
  }
}

function groupOfOne({ id }: OsvRecord): OsvGroup {
  return { ids: [id], aliases: [], score: undefined, functionUsage: undefined };
}
