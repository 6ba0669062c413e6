import { GatehouseError } from '../../domain/errors.ts';
import { type JsonPath, streamJson } from '../../platform/json-stream.ts';
import { EntryBatch } from '../entry-batch.ts';
import type { Format, PartIdentity, ScanBatch, ScanFacts, ScanFile, ScanHead } from '../format.ts';
import { asObject, listOf, textOf } from '../loose-values.ts';
import { Pages } from './pages.ts';
import { rowOf, TOOL } from './records.ts';

const ITEMS = ['results.data[*]', '[*].results.data[*]'];

const PART: PartIdentity = { index: 0, tool: TOOL, category: '', asset: undefined };

/** What Vanta's API answers about vulnerabilities: a page, several pages, or the rows alone. */
export const vanta: Format = { kind: 'vanta', detect, read };

const OF_A_ROW = ['firstDetectedDate', 'integrationId', 'targetId'];

function detect({ text, outline }: ScanHead): boolean {
  const { members } = outline;
  if (OF_A_ROW.every((name) => members.has(name))) return true;
  if (!members.has('results') || !/"results"\s*:\s*\{/.test(text)) return false;
  const isPage = /"pageInfo"\s*:\s*\{/.test(text) && /"(?:hasNextPage|endCursor)"\s*:/.test(text);
  const isOfRows = ['firstDetectedDate', 'packageIdentifier'].every((name) => text.includes(`"${name}"`));
  return isOfRows || (isPage && /"data"\s*:\s*\[\s*\]/.test(text));
}

async function* read(file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const batch = new EntryBatch();
  const extra = { fixable: 0, notFixable: 0, deactivated: 0 };
  const pages = new Pages();
  const add = (path: JsonPath, value: unknown): void => {
    pages.rows++;
    const read = rowOf(value);
    batch.add(path, read);
    if (typeof read === 'string') return;
    if (asObject(value)?.isFixable === true) extra.fixable++;
    else extra.notFixable++;
    if (read.setAside.length > 0) extra.deactivated++;
  };
  for await (const event of streamJson(file.open(), { items: ITEMS })) {
    if (event.kind === 'item') add(event.path, event.value);
    else if (event.kind === 'end' && event.path.length === 1 && typeof event.path[0] === 'number') {
      if (!pages.add(event.value)) add(event.path, event.value);
    } else if (event.kind === 'document' && !Array.isArray(event.value) && !pages.add(event.value)) {
      const document = asObject(event.value);
      if (document === undefined || !OF_A_ROW.every((name) => Object.hasOwn(document, name)))
        throw refused(errorIn(document) ?? 'it has no list of rows (results.data)');
      add([], document);
      pages.isOneRow = true;
    }
    yield* batch.full(PART);
  }
  if (pages.count + pages.rows === 0 || batch.isNothingReadable)
    throw refused('nothing in its list is a vulnerability');
  yield batch.take(PART);
  const { missing } = pages;
  return {
    parts: [
      {
        ...PART,
        assets: [],
        observedAt: undefined,
        classes: ['vulnerability', 'misconfiguration'],
        inventory: false,
        complete: missing === undefined,
        reasons: missing === undefined ? [] : [missing],
        extra,
      },
    ],
  };
}

function errorIn(document: Parameters<typeof textOf>[0]): string | undefined {
  const [first] = listOf(document, 'errors');
  const said =
    textOf(document, 'message') ??
    textOf(document, 'error_description') ??
    textOf(asObject(first), 'message');
  return said === undefined ? undefined : `Vanta answered with an error: ${said.slice(0, 200)}`;
}

function refused(reason: string): GatehouseError {
  return new GatehouseError('input-invalid', `these are no vulnerabilities of Vanta: ${reason}`);
}
