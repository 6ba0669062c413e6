/**
 * The key of the next page: everything needed to go on, so that it comes alone. It freezes the window and
 * names the last row seen instead of a position, as the vendor's keys do; base64url, so that it is URL-safe.
 */
import { z } from 'zod';
import { badRequest } from '../refusal.ts';

const sortValue = z.union([z.string(), z.number()]);

export const PageKey = z.strictObject({
  kind: z.enum(['securityProblems', 'entities', 'events']),
  version: z.literal(1),
  /** What the list belongs to: the problem of a list of events. */
  of: z.string(),
  from: z.number(),
  to: z.number(),
  pageSize: z.number(),
  selector: z.string(),
  sort: z.string(),
  fields: z.string(),
  /** Pages delivered before. */
  page: z.number(),
  /** Sort values of the last row, then its id. */
  after: z.array(sortValue),
  lastId: z.string(),
});
export type PageKey = z.infer<typeof PageKey>;

export function encodePageKey(key: PageKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

export function decodePageKey(text: string, kind: PageKey['kind']): PageKey {
  const key = PageKey.safeParse(parseJson(text));
  if (!key.success || key.data.kind !== kind)
    throw badRequest('nextPageKey', 'The page key is not readable; start again at the first page.');
  return key.data;
}

/** With a page key every other parameter must be left out. */
export function requireKeyAlone(parameters: ReadonlyMap<string, string>): void {
  for (const name of parameters.keys())
    if (name !== 'nextPageKey')
      throw badRequest(name, 'must not be given together with nextPageKey: the key holds it already.');
}

function parseJson(text: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
