/** One configured feed, fetched only when it changed. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { isGatehouseError } from '../domain/errors.ts';
import type { Feed } from '../feeds/feed.ts';
import type { FeedSettings } from '../feeds/settings.ts';
import { isZip } from '../platform/file-bytes.ts';
import type { createHttpClient } from '../platform/http/client.ts';
import { readableFile } from '../platform/spooled-file.ts';
import type { Store } from '../store/store.ts';
import { type FeedRead, readFeed } from './feeds.ts';

export interface UpdateJob {
  readonly store: Store;
  /** The feed's name in configuration. */
  readonly name: string;
  readonly feed: Feed;
  readonly settings: FeedSettings;
  readonly createClient: typeof createHttpClient;
  readonly now: number;
  readonly signal: AbortSignal;
}

export interface FeedUpdate {
  readonly source: string;
  readonly feed: string;
  readonly state: 'read' | 'unchanged' | 'failed';
  readonly read?: FeedRead | undefined;
  /** Why it failed; what was known before stays. */
  readonly reason?: string | undefined;
}

/** What was there the last time: what the server calls it, or what is in it. */
interface Known {
  /** Of which kind it was, and where: elsewhere the same name may be of something else. */
  readonly of?: string | undefined;
  readonly etag?: string | undefined;
  readonly digest?: string | undefined;
}

/** Never throws for what the other side does. */
export async function updateFeed(job: UpdateJob): Promise<FeedUpdate> {
  const { store, name, feed } = job;
  const told = { source: name, feed: feed.kind };
  try {
    const text = await store.reader.cursor(name);
    const { url, file = '' } = job.settings;
    const of = `${feed.kind} ${url ?? file}`;
    const noted: Known = text === undefined ? {} : JSON.parse(text);
    const known = noted.of === of ? noted : { of };
    const found = url === undefined ? await fromFile(job, file, known) : await fromUrl(job, url, known);
    if (found === undefined) return { ...told, state: 'unchanged' };
    await store.writer.saveCursor(name, JSON.stringify({ of, ...found.known }));
    return { ...told, state: 'read', read: found.read };
  } catch (error) {
    if (!isGatehouseError(error) || error.code === 'store-unavailable' || error.code === 'cancelled')
      throw error;
    return { ...told, state: 'failed', reason: error.message };
  }
}

interface Found {
  readonly read: FeedRead;
  readonly known: Known;
}

/** Undefined: it is as it was. */
async function fromFile(job: UpdateJob, path: string, known: Known): Promise<Found | undefined> {
  const hash = createHash('sha256');
  // Says what is wrong with the file, if anything is.
  await isZip(path);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const digest = hash.digest('hex');
  if (digest === known.digest) return undefined;
  return { read: await read(job, path), known: { digest } };
}

async function fromUrl(job: UpdateJob, url: string, known: Known): Promise<Found | undefined> {
  const { name, settings, signal } = job;
  const http = job.createClient({
    name,
    baseUrl: new URL(url).origin,
    allowPrivate: settings.allowPrivate,
    maxBodyBytes: settings.maxMegabytes * 1024 * 1024,
    timeouts: { attemptMs: settings.timeoutSeconds * 1000, totalMs: settings.timeoutSeconds * 2000 },
  });
  try {
    const answer = await http.request({ path: url, etag: known.etag, signal });
    if (answer.status === 304) return undefined;
    const digest = createHash('sha256').update(answer.body).digest('hex');
    const now = { of: known.of, etag: answer.headers.etag, digest };
    if (digest === known.digest) {
      await job.store.writer.saveCursor(name, JSON.stringify(now));
      return undefined;
    }
    await using file = await readableFile('-', ReadableStream.from([answer.body]), answer.body.length);
    return { read: await read(job, file.path), known: now };
  } finally {
    await http.close();
  }
}

async function read({ store, feed, name, now, signal }: UpdateJob, path: string): Promise<FeedRead> {
  return await readFeed({ store, feed, path, source: name, tableName: name, now, signal });
}
