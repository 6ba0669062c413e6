import { GatehouseError } from '../../domain/errors.ts';
import type { AssetRef } from '../../domain/statement.ts';
import { type JsonEnd, streamJson } from '../../platform/json-stream.ts';
import type { EntryBatch } from '../entry-batch.ts';
import { firstCharacter } from '../first-character.ts';
import type { Format, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, type JsonObject } from '../loose-values.ts';
import { rootTagOf } from '../xml-head.ts';
import { AlertReader, factsOf, PART } from './alert-reader.ts';
import { siteOf } from './records.ts';
import { ROOT, readXml } from './xml.ts';

/** Instances may hold whole requests and responses, so each is given alone; a single site was no list in old versions. */
const ITEMS = ['site[*].alerts[*].instances[*]', 'site.alerts[*].instances[*]', 'sequences[*]'];

/** ZAP's traditional reports, as JSON and as XML, also with requests and responses. */
export const zap: Format = { kind: 'zap', detect, read };

function detect({ text, outline }: ScanHead): boolean {
  if (text.trimStart().startsWith('<')) return rootTagOf(text)?.name === ROOT;
  const { root, members } = outline;
  // GitLab wraps what its ZAP found into a report of its own.
  if (root !== 'object' || members.has('scan') || members.has('vulnerabilities')) return false;
  if (members.has('@version') && members.has('@generated')) return true;
  return members.has('site') && (members.has('@version') || /"pluginid"\s*:/.test(text));
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  return yield* (await firstCharacter(file)) === '<' ? readXml(file) : readJson(file);
}

async function* readJson(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const reader = new AlertReader();
  // Read beforehand where a site is named behind its alerts.
  let sites: ReadonlyMap<string, AssetRef> | undefined;
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'item' && event.pattern !== 'sequences[*]') reader.instance(event.value);
    else if (event.kind === 'end' && isAlert(event)) {
      const { path, value, enclosing } = event;
      const site = siteOf(asObject(enclosing.at(-2)));
      if (site === undefined) sites ??= await readSites(file);
      reader.alert(path, value, site ?? sites?.get(keyOf(path.slice(0, -2))));
    } else if (event.kind === 'end' && isSite(event)) reader.site(event.path, event.value);
    else if (event.kind === 'document') {
      const report = reportOf(event.value, reader.batch);
      yield* reader.batch.full(PART);
      yield reader.batch.take(PART);
      return { parts: [factsOf(report, reader)] };
    }
    yield* reader.batch.full(PART);
  }
  throw new Error('the JSON stream ended without its document');
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

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no report of ZAP: ${reason}`);
}
