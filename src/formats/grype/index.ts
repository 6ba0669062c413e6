/** Grype writes what it scanned behind its matches, so a document is read twice: for that, then for the matches. */
import { GatehouseError } from '../../domain/errors.ts';
import { streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, type JsonObject, objectOf, timeOf } from '../loose-values.ts';
import { assetOf, categoryOf, surroundingsOf } from './document.ts';
import { matchOf, TOOL } from './records.ts';

const MATCHES = 'matches[*]';
const IGNORED = 'ignoredMatches[*]';
/** Grype before 0.1 wrote its matches alone. */
const MATCHES_ALONE = '[*]';
const ITEMS = [MATCHES, MATCHES_ALONE, IGNORED, 'alertsByPackage[*]'];

/** What `grype … -o json` writes. */
export const grype: Format = { kind: 'grype', detect, read };

function detect({ text, outline }: ScanHead): boolean {
  const { root, members } = outline;
  if (root === 'array') return members.has('vulnerability') && members.has('artifact');
  if (root !== 'object') return false;
  if (members.has('descriptor') && /"name"\s*:\s*"grype"/.test(text)) return true;
  return members.has('matches') && /"(?:matchDetails|relatedVulnerabilities|artifact)"\s*:\s*[{[]/.test(text);
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const document = await readDocument(file);
  const part: PartIdentity = {
    index: 0,
    tool: TOOL,
    category: categoryOf(document),
    asset: assetOf(document),
  };
  const around = surroundingsOf(document);
  const batch = new EntryBatch();
  let ignored = 0;
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind !== 'item') continue;
    if (event.pattern === IGNORED) ignored++;
    if (event.pattern !== MATCHES && event.pattern !== MATCHES_ALONE) continue;
    batch.add(event.path, matchOf(event.value, around));
    yield* batch.full(part);
  }
  yield batch.take(part);
  if (batch.isNothingReadable && objectOf(document, 'descriptor') === undefined) {
    throw refused('nothing in its list of matches is one');
  }
  return {
    parts: [
      {
        ...part,
        assets: [],
        observedAt: timeOf(objectOf(document, 'descriptor'), 'timestamp'),
        classes: ['vulnerability'],
        inventory: false,
        complete: true,
        reasons: [],
        extra: { ignoredMatches: ignored },
      },
    ],
  };
}

/** What surrounds the matches. It must be Grype's, or "nothing found" would be said of any file. */
async function readDocument(file: ScanFile): Promise<JsonObject> {
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind !== 'document') continue;
    if (Array.isArray(event.value)) return {};
    const document = asObject(event.value);
    const matches = document?.matches;
    // Go's empty list may be written as null.
    if (document !== undefined && Object.hasOwn(document, 'matches')) {
      if (Array.isArray(matches) || matches === null) return document;
    }
  }
  throw refused('it has no list of matches');
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no Grype document: ${reason}`);
}
