import * as z from 'zod';
import { DecisionTable, MOST_ROWS } from '../../domain/decision-table.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { streamJson } from '../../platform/json-stream.ts';
import type { Feed, FeedBatch, FeedDocument, FeedFacts, FeedFile, FeedHead } from '../feed.ts';

/** Decision tables in CERT/CC's JSON, schema version 2: https://certcc.github.io/SSVC/data/json/. */
export const ssvc: Feed = {
  kind: 'ssvc',
  about: 'which decision the values of its points lead to',
  isOneWhole: true,
  detect,
  read,
};

function detect({ text }: FeedHead): boolean {
  return /^\s*\{/.test(text) && /"decision_points"\s*:\s*\{/.test(text);
}

/** Points with their words, which are long; and one row of the table. */
const LIMITS = { maxDepth: 20, maxSkeletonBytes: 8_000_000, maxItemBytes: 100_000, maxBytes: 100_000_000 };

async function* read(file: FeedFile): AsyncGenerator<FeedBatch, FeedFacts> {
  const tables: DecisionTable[] = [];
  for await (const document of file.documents()) {
    if (tables.length > 0)
      throw refused('there is more than one in the archive: give each a feed of its own');
    tables.push(await tableIn(document));
  }
  if (tables.length === 0) throw refused('the archive is empty');
  yield { facts: [], advisories: [], tables, rejected: [] };
  return { publishedAt: file.receivedAt };
}

const Envelope = z.object({
  schemaVersion: z.string().regex(/^2\./, 'only version 2 is read').optional(),
  decision_points: z.record(z.string(), z.unknown()),
  mapping: z.array(z.unknown()),
});

/** What a row says cannot be left out, so nothing of the document is left out either. */
async function tableIn({ bytes }: FeedDocument): Promise<DecisionTable> {
  const mapping: unknown[] = [];
  for await (const event of streamJson(bytes, { items: ['mapping[*]'], ...LIMITS })) {
    if (event.kind === 'item' && mapping.push(event.value) > MOST_ROWS)
      throw refused(`it has more than ${MOST_ROWS} rows`);
    if (event.kind !== 'document') continue;
    const envelope = Envelope.safeParse(event.value);
    if (!envelope.success) throw refused(`this is none: ${sayIssues(envelope.error)}`);
    const read = DecisionTable.safeParse({ ...Object(event.value), mapping });
    if (read.success) return read.data;
    throw refused(sayIssues(read.error));
  }
  throw refused('it is empty');
}

function refused(why: string): GatehouseError {
  return new GatehouseError('input-invalid', `SSVC decision table: ${why}`);
}

function sayIssues({ issues }: z.ZodError): string {
  const said = issues.slice(0, 5).map(({ path, message }) => `${path.join('.') || 'document'}: ${message}`);
  return [...said, ...(issues.length > 5 ? [`and ${issues.length - 5} more`] : [])].join('; ');
}
