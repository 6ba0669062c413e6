import { GatehouseError } from '../../domain/errors.ts';
import type { AssetRef, Occurrence } from '../../domain/statement.ts';
import { type JsonEnd, streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { outlineOf } from '../head-outline.ts';
import { asObject, type JsonObject } from '../loose-values.ts';
import { ReportedFailures } from '../reported-failures.ts';
import { alertOf, createdAtOf, instanceOf, planErrorsOf, siteOf, TOOL } from './records.ts';

/** Instances may hold whole requests and responses, so each is given alone; a single site was no list in old versions. */
const ITEMS = ['site[*].alerts[*].instances[*]', 'site.alerts[*].instances[*]', 'sequences[*]'];

const PART: PartIdentity = { index: 0, tool: TOOL, category: '', asset: undefined };

/** ZAP's traditional JSON report, also with requests and responses. */
export const zap: Format = { kind: 'zap', detect, read };

function detect({ text }: ScanHead): boolean {
  const { root, members } = outlineOf(text);
  if (root !== 'object') return false;
  if (members.has('@version') && members.has('@generated')) return true;
  return members.has('site') && (members.has('@version') || /"pluginid"\s*:/.test(text));
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const reader = new AlertReader();
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'item' && event.pattern !== 'sequences[*]') reader.instance(event.value);
    else if (event.kind === 'end') {
      if (isAlert(event) && !isNamed(event.enclosing.at(-2))) reader.sites ??= await readSites(file);
      reader.container(event);
    } else if (event.kind === 'document') {
      const report = reportOf(event.value, reader.batch);
      yield* reader.batch.full(PART);
      yield reader.batch.take(PART);
      return { parts: [factsOf(report, reader)] };
    }
    yield* reader.batch.full(PART);
  }
  throw new Error('the JSON stream ended without its document');
}

const MOST_PLACES = 100;

/** An alert comes after its instances. */
class AlertReader {
  readonly batch = new EntryBatch();
  /** By place, so that the same place twice is one. */
  #places = new Map<string, Occurrence>();
  readonly assets = new Map<string, AssetRef>();
  instances = 0;
  suppressed = 0;
  /** Read beforehand where a site is named behind its alerts. */
  sites: ReadonlyMap<string, AssetRef> | undefined;

  instance(value: unknown): void {
    this.instances++;
    const place = instanceOf(value);
    if (place?.path !== undefined && this.#places.size < MOST_PLACES) this.#places.set(place.path, place);
  }

  container(event: JsonEnd): void {
    if (isAlert(event)) this.#alert(event);
    else if (isSite(event)) this.#site(event);
  }

  #alert({ path, value, enclosing }: JsonEnd): void {
    const site = siteOf(asObject(enclosing.at(-2))) ?? this.sites?.get(keyOf(path.slice(0, -2)));
    // Which page is crawled first differs from scan to scan.
    const places = [...this.#places.values()].sort((one, two) =>
      (one.path ?? '') < (two.path ?? '') ? -1 : 1,
    );
    this.#places = new Map();
    const read = alertOf(value, site, places);
    if (typeof read !== 'string' && read.setAside.length > 0) this.suppressed++;
    this.batch.add(path, read);
  }

  #site({ path, value }: JsonEnd): void {
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

function isAlert({ path }: JsonEnd): boolean {
  return (
    path[0] === 'site' && path.at(-2) === 'alerts' && typeof path.at(-1) === 'number' && path.length <= 4
  );
}

/** An element of the list of sites, or the only site in place of a list. */
function isSite({ path, value }: JsonEnd): boolean {
  if (path[0] !== 'site') return false;
  if (path.length === 1) return asObject(value) !== undefined;
  return path.length === 2 && typeof path[1] === 'number';
}

function isNamed(site: unknown): boolean {
  return siteOf(asObject(site)) !== undefined;
}

function keyOf(path: JsonEnd['path']): string {
  return path.join('/');
}

async function readSites(file: ScanFile): Promise<ReadonlyMap<string, AssetRef>> {
  const sites = new Map<string, AssetRef>();
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind !== 'end' || !isSite(event)) continue;
    const asset = siteOf(asObject(event.value));
    if (asset !== undefined) sites.set(keyOf(event.path), asset);
  }
  return sites;
}

/** The envelope must be ZAP's, or "nothing found" would be said of any file. */
function reportOf(value: unknown, batch: EntryBatch): JsonObject {
  const report = asObject(value);
  const hasSites = Array.isArray(report?.site) || asObject(report?.site) !== undefined;
  if (report === undefined || !hasSites) throw refused('it has no sites');
  const isOwn = Object.hasOwn(report, '@version') || Object.hasOwn(report, '@generated');
  if (!isOwn) throw refused('it has neither @version nor @generated');
  if (batch.isNothingReadable) throw refused('nothing in its list of sites is one');
  return report;
}

function factsOf(report: JsonObject, reader: AlertReader) {
  const failures = new ReportedFailures();
  for (const error of planErrorsOf(report)) failures.add(`ZAP reports an error: ${error}`);
  return {
    ...PART,
    assets: [...reader.assets.values()],
    observedAt: createdAtOf(report),
    classes: ['code', 'vulnerability'] as const,
    inventory: false,
    complete: failures.count === 0,
    reasons: failures.reasons,
    extra: { instances: reader.instances, suppressed: reader.suppressed },
  };
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no report of ZAP: ${reason}`);
}
