import { GatehouseError } from '../../domain/errors.ts';
import { streamJson } from '../../platform/json-stream.ts';
import {
  BATCH_SIZE,
  type Format,
  type PartIdentity,
  type ScanBatch,
  type ScanFacts,
  type ScanFile,
  type ScanHead,
} from '../format.ts';
import { asObject } from '../loose-values.ts';
import { ITEM_PATTERNS, RESOURCE_LISTS, ReportReader } from './report-reader.ts';
import { type FileSurroundings, isDescribedBefore, readSurroundings } from './surroundings.ts';

/** Trivy's own JSON (`trivy … --format json`): schema 2, the array of old, and Kubernetes reports. */
export const trivy: Format = { kind: 'trivy', detect, read };

function detect(head: ScanHead): boolean {
  if (head.text.trim() === 'null') return true;
  const { root, members } = head.outline;
  if (root === 'other') return false;
  if (root === 'array')
    return members.has('Target') && (members.has('Vulnerabilities') || members.has('Type'));
  if (members.has('ClusterName')) return head.json === undefined || hasList(asObject(head.json));
  if (members.has('ArtifactName')) return true;
  return members.has('Results') && (members.has('SchemaVersion') || head.text.includes('"Target"'));
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const reader = new ReportReader();
  let whole: FileSurroundings | undefined;
  for await (const event of streamJson(file.open(), { items: ITEM_PATTERNS })) {
    if (event.kind === 'item') {
      if (whole === undefined && !isDescribedBefore(event))
        whole = await readSurroundings(file, ITEM_PATTERNS);
      const enclosing = whole?.enclosing(event) ?? event.enclosing;
      const part = reader.identify(enclosing[0]);
      reader.item(event, enclosing);
      if (reader.waiting >= BATCH_SIZE) yield batch(reader, part);
    } else if (event.kind === 'end') {
      reader.container(event.path, event.value, whole?.root ?? event.enclosing[0]);
    } else {
      assertReport(event.value, reader);
      const part = reader.part(event.value);
      if (reader.waiting > 0) yield batch(reader, part);
      return { parts: [part] };
    }
  }
  throw new Error('the JSON stream ended without its document');
}

function batch(reader: ReportReader, part: PartIdentity): ScanBatch {
  const { index, tool, category, asset } = part;
  return { part: { index, tool, category, asset }, ...reader.take() };
}

/** The entries are read loosely; the envelope must be Trivy's, or "nothing found" would be said of any file. */
function assertReport(document: unknown, reader: ReportReader): void {
  if (Array.isArray(document) && reader.hasNoReadableResult) {
    throw new GatehouseError('input-invalid', 'this is no Trivy report: nothing in its list is a result');
  }
  if (document === null || Array.isArray(document)) return;
  const report = asObject(document);
  const isReport = ['ArtifactName', 'SchemaVersion', 'ClusterName', 'Results'].some(
    (name) => report !== undefined && Object.hasOwn(report, name),
  );
  if (!isReport) throw new GatehouseError('input-invalid', 'this is no Trivy report: it has no Results');
  if (Object.hasOwn(report ?? {}, 'ClusterName') && !hasList(report)) {
    throw new GatehouseError('input-invalid', 'this is no Trivy report of a cluster: it lists no resources');
  }
  for (const name of ['Results', ...RESOURCE_LISTS]) {
    const list = report?.[name];
    if (list !== undefined && list !== null && !Array.isArray(list)) {
      throw new GatehouseError('input-invalid', `this is no Trivy report: its ${name} is not a list`);
    }
  }
}

function hasList(report: Readonly<Record<string, unknown>> | undefined): boolean {
  return ['Results', ...RESOURCE_LISTS].some((name) => report !== undefined && Object.hasOwn(report, name));
}
