import * as z from 'zod';
import { GatehouseError } from '../../domain/errors.ts';
import type { IntelligenceFact } from '../../domain/intelligence.ts';
import type { Rejected } from '../../domain/statement.ts';
import { showPath, streamJson } from '../../platform/json-stream.ts';
import {
  BATCH_SIZE,
  type Feed,
  type FeedBatch,
  type FeedFacts,
  type FeedFile,
  type FeedHead,
} from '../feed.ts';

/** CISA's catalogue of known exploited vulnerabilities, JSON: https://www.cisa.gov/known-exploited-vulnerabilities-catalog. */
export const kev: Feed = {
  kind: 'kev',
  about: 'which vulnerabilities are known to be exploited',
  detect,
  read,
};

function detect({ text }: FeedHead): boolean {
  return /^\s*\{/.test(text) && text.includes('"catalogVersion"') && text.includes('"vulnerabilities"');
}

const day = z.string().transform((text, context) => {
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  context.addIssue({ code: 'custom', message: `'${text.slice(0, 40)}' is no date` });
  return z.NEVER;
});

const Entry = z.object({
  cveID: z.string().trim().min(1),
  dateAdded: day,
  dueDate: day.optional().catch(undefined),
  knownRansomwareCampaignUse: z.string().optional().catch(undefined),
});

const Catalogue = z.object({
  catalogVersion: z.string(),
  dateReleased: z.iso.datetime({ offset: true }).optional().catch(undefined),
  count: z.number().optional().catch(undefined),
  vulnerabilities: z.array(z.unknown()),
});

/** Read twice: every entry is so since the release, which may stand behind them. */
async function* read(file: FeedFile): AsyncGenerator<FeedBatch, FeedFacts> {
  const { publishedAt } = await releaseOf(file);
  let facts: IntelligenceFact[] = [];
  let rejected: Rejected[] = [];
  let isAnyRead = false;
  for await (const event of entriesOf(file)) {
    if (event.kind !== 'item') continue;
    const entry = Entry.safeParse(event.value);
    isAnyRead ||= entry.success;
    if (entry.success) facts.push(factOf(entry.data, publishedAt));
    else
      rejected.push({ at: showPath(event.path), reason: z.prettifyError(entry.error).replaceAll('\n', ' ') });
    if (facts.length + rejected.length < BATCH_SIZE) continue;
    yield { facts, advisories: [], rejected };
    [facts, rejected] = [[], []];
  }
  // It is never empty: taken as read, it would say of everything that nobody exploits it.
  if (!isAnyRead)
    throw new GatehouseError(
      'input-invalid',
      'the catalogue lists nothing that can be read, so it tells nothing; fetch it again',
    );
  yield { facts, advisories: [], rejected };
  return { publishedAt, isWhole: 'kev' };
}

async function* entriesOf(file: FeedFile) {
  for await (const { bytes } of file.documents()) yield* streamJson(bytes, { items: ['vulnerabilities[*]'] });
}

async function releaseOf(file: FeedFile): Promise<{ readonly publishedAt: number }> {
  let entries = 0;
  for await (const event of entriesOf(file)) {
    if (event.kind === 'item') entries++;
    if (event.kind !== 'document') continue;
    const catalogue = Catalogue.safeParse(event.value);
    if (!catalogue.success) break;
    const { count = entries, dateReleased } = catalogue.data;
    if (count !== entries)
      throw new GatehouseError(
        'input-invalid',
        `the catalogue says it has ${count} entries, and holds ${entries}`,
      );
    return { publishedAt: dateReleased === undefined ? file.receivedAt : Date.parse(dateReleased) };
  }
  throw new GatehouseError(
    'input-invalid',
    'this is no KEV catalogue: it has no catalogVersion with a list of vulnerabilities',
  );
}

function factOf(
  { cveID, dateAdded, dueDate, knownRansomwareCampaignUse }: z.output<typeof Entry>,
  validAt: number,
): IntelligenceFact {
  const isRansomware = knownRansomwareCampaignUse?.toLowerCase() === 'known';
  return {
    kind: 'kev',
    name: cveID,
    validAt,
    value: { addedAt: dateAdded, ...(dueDate === undefined ? {} : { dueAt: dueDate }), isRansomware },
  };
}
