/** What publishers say of vulnerabilities, into the store: a file counts whole or not at all. */
import { INTELLIGENCE_KINDS, type IntelligenceFact, type IntelligenceKind } from '../domain/intelligence.ts';
import { normaliseName } from '../domain/names.ts';
import type { Rejected } from '../domain/statement.ts';
import type { Feed, FeedDocument, FeedFacts, FeedFile, FeedHead } from '../feeds/feed.ts';
import { keyAdvisory } from '../normalise/normaliser.ts';
import { isZip, openBytes } from '../platform/file-bytes.ts';
import { decodeHead } from '../platform/json-stream.ts';
import { zipEntries } from '../platform/zip-entries.ts';
import type { Store, StoreReader } from '../store/store.ts';

export interface FeedRead {
  readonly feed: string;
  /** ISO 8601: the moment it speaks of. */
  readonly publishedAt: string;
  readonly facts: number;
  readonly advisories: number;
  /** Names that the one before listed and this one no longer does. */
  readonly takenBack: number;
  readonly rejected: readonly Rejected[];
}

export interface FeedJob {
  readonly store: Store;
  readonly feed: Feed;
  readonly path: string;
  /** Who says it, for advisories: the feed's name in configuration, or the file. */
  readonly source: string;
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Reads the file twice: it is checked to its end before anything is recorded. Throws `input-invalid`. */
export async function readFeed({ store, feed, path, source, now, signal }: FeedJob): Promise<FeedRead> {
  const file: FeedFile = { documents: () => documentsOf(path), receivedAt: now };
  const checked = await check(feed, file, signal);
  for await (const { facts, advisories } of feed.read(file)) {
    signal.throwIfAborted();
    if (facts.length > 0) await store.writer.recordIntelligence(facts, now);
    if (advisories.length > 0) await store.writer.recordAdvisories(source, advisories.map(keyAdvisory), now);
  }
  const { publishedAt, isWhole } = checked.about;
  const gone = isWhole === undefined ? [] : await noLongerNamed(store.reader, isWhole, checked);
  const takenBack = gone.map(
    (name): IntelligenceFact => ({ kind: isWhole ?? 'kev', name, validAt: publishedAt }),
  );
  if (takenBack.length > 0) await store.writer.recordIntelligence(takenBack, now);
  const { facts, advisories, rejected } = checked;
  const read: FeedRead = {
    feed: feed.kind,
    publishedAt: new Date(publishedAt).toISOString(),
    facts,
    advisories,
    takenBack: takenBack.length,
    rejected,
  };
  await store.writer.saveCursor(noteOf(feed.kind), JSON.stringify({ publishedAt, readAt: now }));
  return read;
}

/** What was ever read. */
export async function feedsRead(reader: StoreReader): Promise<readonly IntelligenceKind[]> {
  const notes = await Promise.all(INTELLIGENCE_KINDS.map((kind) => reader.cursor(noteOf(kind))));
  return INTELLIGENCE_KINDS.filter((_, index) => notes[index] !== undefined);
}

/** Sources are named by people, and no name of theirs has a blank in front. */
function noteOf(kind: string): string {
  return ` feed ${kind}`;
}

/** The start of the file, or of the first file in an archive. */
export async function feedHead(path: string): Promise<FeedHead> {
  for await (const { bytes } of documentsOf(path)) {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of bytes) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= HEAD_BYTES) break;
    }
    return { text: decodeHead(Buffer.concat(chunks, Math.min(length, HEAD_BYTES))) };
  }
  return { text: '' };
}

const HEAD_BYTES = 64 * 1024;

interface Checked {
  readonly about: FeedFacts;
  readonly facts: number;
  readonly advisories: number;
  readonly rejected: readonly Rejected[];
  readonly names: ReadonlySet<string>;
}

/** How many unreadable entries are told one by one. */
const MOST_REJECTED = 1000;

async function check(feed: Feed, file: FeedFile, signal: AbortSignal): Promise<Checked> {
  const names = new Set<string>();
  const rejected: Rejected[] = [];
  let [facts, advisories] = [0, 0];
  const batches = feed.read(file);
  for (;;) {
    signal.throwIfAborted();
    const next = await batches.next();
    if (next.done) return { about: next.value, facts, advisories, rejected, names };
    facts += next.value.facts.length;
    advisories += next.value.advisories.length;
    rejected.push(...next.value.rejected.slice(0, Math.max(0, MOST_REJECTED - rejected.length)));
    for (const { name } of next.value.facts) names.add(normaliseName(name));
  }
}

/** An entry that could not be read may be any of them, so then nothing is taken back. */
async function noLongerNamed(
  reader: StoreReader,
  kind: IntelligenceFact['kind'],
  { names, rejected }: Checked,
): Promise<readonly string[]> {
  if (rejected.length > 0) return [];
  return (await reader.namesWith(kind)).filter((name) => !names.has(name));
}

async function* documentsOf(path: string): AsyncGenerator<FeedDocument> {
  if (await isZip(path)) yield* zipEntries(path);
  else yield { name: '', bytes: openBytes(path) };
}
