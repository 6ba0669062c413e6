/** An export names its project before or behind its findings, so it is read twice: for that, then for the findings. */
import { GatehouseError } from '../../domain/errors.ts';
import { streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, type JsonObject, objectOf, textOf, timeOf } from '../loose-values.ts';
import { findingOf, isSuppressed, projectOf, TOOL } from './records.ts';

/** An export has its findings in an object, the API gives the list alone. */
const ITEMS = ['findings[*]', '[*]'];

/** Findings of Dependency-Track: its export (Finding Packaging Format) and the list of its API. */
export const dependencyTrack: Format = { kind: 'dependency-track', detect, read };

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root === 'array') {
    const isPair = members.has('component') && members.has('vulnerability');
    return isPair && (members.has('matrix') || members.has('attribution') || members.has('analysis'));
  }
  if (root !== 'object') return false;
  if (/"application"\s*:\s*"Dependency-Track"/.test(text)) return members.has('meta');
  const hasFindings = /"vulnId"\s*:/.test(text) && /"component"\s*:\s*\{/.test(text);
  return members.has('findings') && hasFindings;
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const document = await readDocument(file);
  const project = projectOf(objectOf(document, 'project'));
  const part: PartIdentity = { index: 0, tool: TOOL, category: '', asset: project?.asset };
  const batch = new EntryBatch();
  let suppressed = 0;
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind !== 'item') continue;
    if (isSuppressed(asObject(event.value))) suppressed++;
    batch.add(event.path, findingOf(event.value, project));
    yield* batch.full(part);
  }
  if (batch.isNothingReadable && !isExport(document)) throw refused('nothing in its list of findings is one');
  yield batch.take(part);
  return {
    parts: [
      {
        ...part,
        assets: [],
        observedAt: timeOf(objectOf(document, 'meta'), 'timestamp'),
        classes: ['vulnerability'],
        inventory: false,
        complete: !isWithoutList(document),
        reasons: isWithoutList(document)
          ? ['it has no list of findings, which even an empty project has']
          : [],
        extra: { suppressed },
      },
    ],
  };
}

/** What surrounds the findings. It must be Dependency-Track's, or "nothing found" would be said of any file. */
async function readDocument(file: ScanFile): Promise<JsonObject> {
  let items = 0;
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'item') items++;
    if (event.kind !== 'document') continue;
    if (Array.isArray(event.value) && items > 0) return {};
    const document = asObject(event.value);
    const findings = document?.findings;
    // An export without findings may say null.
    if (document !== undefined && Object.hasOwn(document, 'findings')) {
      if ((Array.isArray(findings) || findings === null) && (items > 0 || isExport(document)))
        return document;
    }
    if (document !== undefined && isWithoutList(document)) return document;
  }
  throw refused('it has no list of findings');
}

/** An export in all but its findings: there are none, and it closes nothing. */
function isWithoutList(document: JsonObject): boolean {
  const isOwn = textOf(objectOf(document, 'meta'), 'application') === TOOL;
  return isOwn && objectOf(document, 'project') !== undefined && !Object.hasOwn(document, 'findings');
}

function isExport(document: JsonObject): boolean {
  return (
    textOf(objectOf(document, 'meta'), 'application') === TOOL || objectOf(document, 'project') !== undefined
  );
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no export of Dependency-Track: ${reason}`);
}
