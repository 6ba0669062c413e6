import type { AssetRef, Occurrence } from '../../domain/statement.ts';
import type { JsonPath } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { PartIdentity, ScanPart } from '../format.ts';
import { asObject, type JsonObject } from '../loose-values.ts';
import { ReportedFailures } from '../reported-failures.ts';
import { alertOf, createdAtOf, instanceOf, planErrorsOf, siteOf, TOOL } from './records.ts';

export const PART: PartIdentity = { index: 0, tool: TOOL, category: '', asset: undefined };

const MOST_PLACES = 100;

/** An alert comes after its instances. */
export class AlertReader {
  readonly batch = new EntryBatch();
  /** By place, so that the same place twice is one. */
  #places = new Map<string, Occurrence>();
  readonly assets = new Map<string, AssetRef>();
  instances = 0;
  suppressed = 0;

  instance(value: unknown): void {
    this.instances++;
    const place = instanceOf(value);
    if (place?.path !== undefined && this.#places.size < MOST_PLACES) this.#places.set(place.path, place);
  }

  alert(path: JsonPath, value: unknown, site: AssetRef | undefined): void {
    // Which page is crawled first differs from scan to scan.
    const places = [...this.#places.values()].sort((one, two) =>
      (one.path ?? '') < (two.path ?? '') ? -1 : 1,
    );
    this.#places = new Map();
    const read = alertOf(value, site, places);
    if (typeof read !== 'string' && read.setAside.length > 0) this.suppressed++;
    this.batch.add(path, read);
  }

  site(path: JsonPath, value: unknown): void {
    const site = asObject(value);
    const asset = siteOf(site);
    if (asset !== undefined) this.assets.set(asset.name, asset);
    const alerts = site?.alerts;
    if (site === undefined) this.batch.reject(path, 'the site is not an object');
    else if (alerts !== undefined && alerts !== null && !Array.isArray(alerts))
      this.batch.reject([...path, 'alerts'], 'the alerts are no list');
    else this.batch.isReadable();
  }
}

export function factsOf(report: JsonObject, reader: AlertReader): ScanPart {
  const failures = new ReportedFailures();
  for (const error of planErrorsOf(report)) failures.add(`ZAP reports an error: ${error}`);
  return {
    ...PART,
    assets: [...reader.assets.values()],
    observedAt: createdAtOf(report),
    classes: ['code', 'vulnerability'],
    inventory: false,
    complete: failures.count === 0,
    reasons: failures.reasons,
    extra: { instances: reader.instances, suppressed: reader.suppressed },
  };
}
