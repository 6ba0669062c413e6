import { GatehouseError } from '../../domain/errors.ts';
import { streamJson } from '../../platform/json-stream.ts';
import type { ScanFile } from '../format.ts';
import { asObject, type JsonObject, objectOf, textOf } from '../loose-values.ts';
import type { SpdxEvent } from './spdx-events.ts';

const KINDS: ReadonlyMap<string, 'package' | 'relationship' | 'element'> = new Map([
  ['packages[*]', 'package'],
  ['relationships[*]', 'relationship'],
  // As GitHub's interface wraps it.
  ['sbom.packages[*]', 'package'],
  ['sbom.relationships[*]', 'relationship'],
  ['@graph[*]', 'element'],
]);

/** Read one by one only to be let go: a document may list every file of a distribution. */
const PASSED_OVER = ['files[*]', 'snippets[*]', 'hasExtractedLicensingInfos[*]', 'annotations[*]'];

const ITEMS = [...KINDS.keys(), ...PASSED_OVER];

export async function* readJsonDocument(file: ScanFile): AsyncGenerator<SpdxEvent> {
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'document')
      yield { kind: 'envelope', value: envelopeOf(event.value), mayBeCutOff: false };
    if (event.kind !== 'item') continue;
    const kind = KINDS.get(event.pattern);
    if (kind !== undefined) yield { kind, path: event.path, value: event.value };
  }
}

/** It must be SPDX's, or "nothing found" would be said of any file. */
function envelopeOf(value: unknown): JsonObject {
  const root = asObject(value);
  if (isVersion2(root)) return withLists(root, ['packages', 'relationships']);
  const wrapped = objectOf(root, 'sbom');
  if (isVersion2(wrapped)) return withLists(wrapped, ['packages', 'relationships']);
  if (root !== undefined && isVersion3(root)) return withLists(root, ['@graph']);
  throw refused('it has neither spdxVersion nor the context of version 3');
}

function isVersion2(root: JsonObject | undefined): root is JsonObject {
  if (root === undefined) return false;
  return Object.hasOwn(root, 'spdxVersion') || textOf(root, 'SPDXID') === 'SPDXRef-DOCUMENT';
}

function isVersion3(root: JsonObject): boolean {
  return JSON.stringify(root['@context'] ?? '').includes('spdx.org/rdf/') && Object.hasOwn(root, '@graph');
}

function withLists(document: JsonObject, names: readonly string[]): JsonObject {
  for (const name of names) {
    const list = document[name];
    if (list !== undefined && list !== null && !Array.isArray(list))
      throw refused(`its ${name} is not a list`);
  }
  return document;
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `this is no SPDX document: ${reason}`);
}
