import { type JsonItem, streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { outlineOf } from '../head-outline.ts';
import { fromJsonStart, jsonInText } from '../json-in-text.ts';
import { asObject, isPrototypeName, listOf, objectOf, objectsOf, textOf } from '../loose-values.ts';
import {
  DEPENDENCIES,
  type Envelope,
  IGNORED,
  ITEMS,
  PACKAGES,
  ROWS,
  readEnvelope,
  refused,
  VULNERABILITIES,
} from './envelope.ts';
import { knownVulnerabilityOf, rowOf, specificationOf, TOOL, vulnerabilityOf } from './records.ts';

/** What `safety check --json` and `safety scan --output json` write, also with the notices printed around it. */
export const safety: Format = { kind: 'safety', detect, read };

/** `[["django", "<2.2", "2.0", "…` */
const ROW = /^\s*\[\s*\[\s*"[^"]+"\s*,\s*"(?:[<>=!~*\d][^"]*)?"\s*,\s*"[^"]*"\s*,\s*"/;

/** Others have `vulnerabilities` and `remediations` too. */
const OWN_MEMBERS = ['affected_packages', 'announcements', 'ignored_vulnerabilities', 'scanned_packages'];
const SHARED_MEMBERS = ['remediations', 'vulnerabilities'];

function detect(head: ScanHead): boolean {
  const text = fromJsonStart(head.text);
  const { root, members } = text === head.text ? head.outline : outlineOf(text);
  if (root === 'array') return ROW.test(text);
  if (root !== 'object') return false;
  if (members.has('report_meta')) return true;
  if (members.has('scan_results')) {
    return members.has('meta') || /"(?:known_vulnerabilities|specifications|projects)"\s*:/.test(text);
  }
  // A file that another program sorted by name: long lists stand before what says whose they are.
  const own = OWN_MEMBERS.filter((name) => members.has(name)).length;
  if (own >= 2 || (own === 1 && SHARED_MEMBERS.some((name) => members.has(name)))) return true;
  if (members.has('affected_packages')) return /"insecure_versions"\s*:/.test(text);
  return members.has('vulnerabilities') && /"vulnerability_id"\s*:/.test(text);
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const envelope = await readEnvelope(file);
  const { category, asset, observedAt, projects } = envelope;
  const part: PartIdentity = { index: 0, tool: TOOL, category, asset };
  const batch = new EntryBatch();
  const extra = { ignored: 0, scannedPackages: 0 };
  for await (const event of streamJson(jsonInText(file.open()), { items: ITEMS })) {
    if (event.kind !== 'item') continue;
    if (event.pattern === IGNORED) extra.ignored++;
    else if (PACKAGES.includes(event.pattern)) extra.scannedPackages += isPackage(event) ? 1 : 0;
    else if (event.pattern === VULNERABILITIES) batch.add(event.path, vulnerabilityOf(event.value));
    else if (event.pattern === ROWS) batch.add(event.path, rowOf(event.value));
    else if (DEPENDENCIES.has(event.pattern)) addDependency(event, envelope, batch);
    yield* batch.full(part);
  }
  if (batch.isNothingReadable && observedAt === undefined) throw refused('nothing in its lists is an entry');
  yield batch.take(part);
  return {
    parts: [
      {
        ...part,
        assets: projects,
        observedAt,
        classes: ['vulnerability'],
        inventory: false,
        complete: true,
        reasons: [],
        extra,
      },
    ],
  };
}

function isPackage({ path }: JsonItem): boolean {
  return !isPrototypeName(path.at(-1));
}

function addDependency({ path, value }: JsonItem, envelope: Envelope, batch: EntryBatch): void {
  const dependency = asObject(value);
  if (dependency === undefined || textOf(dependency, 'name') === undefined) {
    batch.reject(path, 'the dependency has no name');
    return;
  }
  batch.isReadable();
  const place = envelope.placeOf(path);
  for (const [at, specified] of objectsOf(dependency, 'specifications').entries()) {
    const specification = specificationOf(specified, dependency);
    const known = listOf(objectOf(specified, 'vulnerabilities'), 'known_vulnerabilities');
    for (const [index, vulnerability] of known.entries()) {
      batch.add(
        [...path, 'specifications', at, 'vulnerabilities', 'known_vulnerabilities', index],
        knownVulnerabilityOf(vulnerability, specification, place),
      );
    }
  }
}
