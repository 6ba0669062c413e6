import { GatehouseError } from '../../domain/errors.ts';
import type { Advisory, Rejected } from '../../domain/statement.ts';
import { decodeHead, showPath, streamJson } from '../../platform/json-stream.ts';
import { type Line, linesOf } from '../../platform/lines.ts';
import {
  BATCH_SIZE,
  type Feed,
  type FeedBatch,
  type FeedDocument,
  type FeedFacts,
  type FeedFile,
  type FeedHead,
} from '../feed.ts';
import { advisoryOf } from './record.ts';

/** Records of osv.dev and of all who write its schema: JSON lines, one record, a list, or an archive of records. */
export const osv: Feed = {
  kind: 'osv',
  about: 'advisories: which names are one vulnerability, how bad it is, whether it was withdrawn',
  detect,
  read,
};

function detect({ text }: FeedHead): boolean {
  return (
    /^\s*[{[]/.test(text) &&
    /"id"\s*:\s*"/.test(text) &&
    /"modified"\s*:\s*"/.test(text) &&
    (/"affected"\s*:\s*\[/.test(text) || /"schema_version"\s*:\s*"1\./.test(text)) &&
    !/"results"\s*:/.test(text)
  );
}

interface Entry {
  readonly at: string;
  readonly value: unknown;
}

async function* read(file: FeedFile): AsyncGenerator<FeedBatch, FeedFacts> {
  let advisories: Advisory[] = [];
  let rejected: Rejected[] = [];
  let publishedAt: number | undefined;
  for await (const document of file.documents()) {
    if (document.name !== '' && !document.name.endsWith('.json')) continue;
    for await (const { at, value } of entriesOf(document)) {
      const advisory = advisoryOf(value);
      if (typeof advisory === 'string') rejected.push({ at, reason: advisory });
      else {
        advisories.push(advisory);
        publishedAt = Math.max(publishedAt ?? advisory.modifiedAt, advisory.modifiedAt);
      }
      if (advisories.length + rejected.length < BATCH_SIZE) continue;
      yield { facts: [], advisories, rejected };
      [advisories, rejected] = [[], []];
    }
  }
  // Were every record unreadable, it would be another kind of file.
  if (publishedAt === undefined)
    throw new GatehouseError(
      'input-invalid',
      'this is no OSV file: it has no record with an id and a moment',
    );
  yield { facts: [], advisories, rejected };
  // Where no record tells its moment, none is known but that of reading.
  return { publishedAt: publishedAt > 0 ? publishedAt : file.receivedAt };
}

/** JSON lines are known by their first line: it is a record of its own. */
async function* entriesOf({ name, bytes }: FeedDocument): AsyncGenerator<Entry> {
  const source = bytes[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  const again = replayed(read, source);
  if (await beginsWithRecord(read, source)) yield* recordsOfLines(again);
  else yield* recordsOfDocument(name, again);
}

/** Reads no more than the first line, and of a list not even that; what it read is in `read`. */
async function beginsWithRecord(read: Uint8Array[], source: AsyncIterator<Uint8Array>): Promise<boolean> {
  const noting: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const next = await source.next();
        if (!next.done) read.push(next.value);
        return next;
      },
    }),
  };
  for await (const chunk of noting) if (chunk.length > 0) break;
  if (
    !decodeHead(read.at(-1) ?? new Uint8Array())
      .trimStart()
      .startsWith('{')
  )
    return false;
  for await (const line of linesOf(chain(read.splice(0), noting, read))) {
    if (line.text.trim() !== '') return parsed(line) !== undefined;
  }
  return false;
}

/** What was read before, noted again, and then the rest, which notes itself. */
async function* chain(
  before: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
  read: Uint8Array[],
): AsyncGenerator<Uint8Array> {
  read.push(...before);
  yield* before;
  yield* rest;
}

async function* replayed(
  read: readonly Uint8Array[],
  source: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* read;
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
  } finally {
    await source.return?.();
  }
}

async function* recordsOfLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Entry> {
  for await (const line of linesOf(bytes)) {
    if (line.text.trim() === '') continue;
    const at = `line ${line.number}`;
    const entry = parsed(line);
    if (entry === undefined && !line.isEnded)
      throw new GatehouseError('input-invalid', `${at}: the file ends too early`);
    const listed = listedIn(entry?.value);
    if (listed === undefined) yield { at, value: entry?.value };
    else yield* listed.map((value, index) => ({ at: `${at} vulns[${index}]`, value }));
  }
}

function parsed({ text }: Line): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

async function* recordsOfDocument(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Entry> {
  for await (const event of streamJson(bytes, { items: ['$[*]', 'vulns[*]'] })) {
    const at = (path: string): string => (name === '' ? path : `${name} ${path}`.trim());
    if (event.kind === 'item') yield { at: at(showPath(event.path)), value: event.value };
    else if (event.kind === 'document' && !Array.isArray(event.value) && listedIn(event.value) === undefined)
      yield { at: at('record'), value: event.value };
  }
}

/** Of the answer to a query. */
function listedIn(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null || !('vulns' in value)) return undefined;
  return Array.isArray(value.vulns) ? value.vulns : [];
}
