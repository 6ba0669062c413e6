/** What publishers say of vulnerabilities, into the store: a file counts whole or not at all. */

import * as z from 'zod';
import type { DecisionTable } from '../domain/decision-table.ts';
import {
  INTELLIGENCE_KINDS,
  type IntelligenceFact,
  type IntelligenceKind,
  type OutdatedFeed,
} from '../domain/intelligence.ts';
import { normaliseName } from '../domain/names.ts';
import type { Rejected } from '../domain/statement.ts';
import type { Feed, FeedDocument, FeedFacts, FeedFile, FeedHead } from '../feeds/feed.ts';
import { keyAdvisory } from '../normalise/normaliser.ts';
import { isZip, openBytes } from '../platform/file-bytes.ts';
import { decodeHead } from '../platform/json-stream.ts';
import { zipEntries } from '../platform/zip-entries.ts';
import type { Store, StoreReader } from '../store/store.ts';
import { notAhead } from './dated-ahead.ts';

export interface FeedRead {
  readonly feed: string;
  /** ISO 8601: the moment it speaks of. */
  readonly publishedAt: string;
  readonly facts: number;
  readonly advisories: number;
  /** Names that the one before listed and this one no longer does. */
  readonly takenBack: number;
  readonly rejected: readonly Rejected[];
  /** Entries dated so far ahead that they were taken as of now, where there are any. */
  readonly datedAhead?: number | undefined;
  /** The decision table that it is, where it is one. */
  readonly table?: TableRead | undefined;
}

export interface TableRead {
  /** What policies call it. */
  readonly name: string;
  readonly version: string;
  readonly rows: number;
}

export interface FeedJob {
  readonly store: Store;
  readonly feed: Feed;
  readonly path: string;
  /** Who says it, for advisories: the feed's name in configuration, or the file. */
  readonly source: string;
  /** What policies call a decision table; absent: `namespace:key` of the table itself. */
  readonly tableName?: string | undefined;
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Reads the file twice: it is checked to its end before anything is recorded. Throws `input-invalid`. */
export async function readFeed(job: FeedJob): Promise<FeedRead> {
  const { store, feed, path, source, now, signal } = job;
  const file: FeedFile = { documents: () => documentsOf(path), receivedAt: now };
  const checked = await check(feed, file, signal);
  const noted = await noteIn(store.reader, feed.kind);
  // A clock that was set back would make what is true now older than what was read before.
  const clock = Math.max(now, noted?.readAt ?? now);
  let table: TableRead | undefined;
  let datedAhead = 0;
  for await (const { facts, advisories, tables = [] } of feed.read(file)) {
    signal.throwIfAborted();
    const dated = facts.map((one) => ({ ...one, validAt: notAhead(one.validAt, clock) }));
    if (dated.length > 0) await store.writer.recordIntelligence(dated, now);
    const revised = advisories.map((one) => ({ ...one, modifiedAt: notAhead(one.modifiedAt, clock) }));
    if (revised.length > 0) await store.writer.recordAdvisories(source, revised.map(keyAdvisory), now);
    datedAhead += facts.filter(({ validAt }, at) => validAt !== dated[at]?.validAt).length;
    datedAhead += advisories.filter(({ modifiedAt }, at) => modifiedAt !== revised[at]?.modifiedAt).length;
    for (const one of tables) table = await keepTable(job, one);
  }
  const { isWhole } = checked.about;
  const publishedAt = notAhead(checked.about.publishedAt, clock);
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
    ...(datedAhead === 0 ? {} : { datedAhead }),
    ...(table === undefined ? {} : { table }),
  };
  // An older file takes nothing away from what was read of a newer one.
  const before = noted?.publishedAt ?? publishedAt;
  const newest = notAhead(before, clock) === before ? Math.max(publishedAt, before) : publishedAt;
  const note = { publishedAt: newest, readAt: clock };
  await store.writer.saveCursor(noteOf(feed.kind), JSON.stringify(note));
  return read;
}

async function keepTable({ store, tableName, now }: FeedJob, table: DecisionTable): Promise<TableRead> {
  const { namespace, key, version, mapping } = table;
  const name = tableName ?? `${namespace}:${key}`;
  await store.writer.saveDecisionTable(name, table, now);
  return { name, version, rows: mapping.length };
}

/** How old what a feed published may be. */
export interface AgeLimit {
  readonly kind: string;
  readonly maxAgeHours?: number | undefined;
}

const HOUR_MS = 3_600_000;

/** What was ever read: what still counts at that moment, and what is too old to. Of several limits the shortest holds. */
export async function feedsRead(
  reader: StoreReader,
  limits: readonly AgeLimit[],
  now: number,
): Promise<{
  readonly intelligence: readonly IntelligenceKind[];
  readonly outdated: readonly OutdatedFeed[];
}> {
  const notes = await Promise.all(INTELLIGENCE_KINDS.map((kind) => noteIn(reader, kind)));
  const read = INTELLIGENCE_KINDS.flatMap((kind, index) => {
    const note = notes[index];
    if (note === undefined) return [];
    const { publishedAt } = note;
    const hours = limits.flatMap((limit) => (limit.kind === kind ? (limit.maxAgeHours ?? []) : []));
    return [{ kind, publishedAt, maxAgeHours: Math.min(Number.POSITIVE_INFINITY, ...hours) }];
  });
  // A date ahead of our clock is no proof of being fresh.
  const outdated = read.filter(
    ({ publishedAt, maxAgeHours }) =>
      now - publishedAt >= maxAgeHours * HOUR_MS ||
      (maxAgeHours !== Number.POSITIVE_INFINITY && notAhead(publishedAt, now) !== publishedAt),
  );
  return {
    intelligence: read.filter((one) => !outdated.includes(one)).map(({ kind }) => kind),
    outdated,
  };
}

const Note = z.looseObject({ publishedAt: z.number(), readAt: z.number().optional() });

async function noteIn(reader: StoreReader, kind: string): Promise<z.output<typeof Note> | undefined> {
  const text = await reader.cursor(noteOf(kind));
  return text === undefined ? undefined : Note.parse(JSON.parse(text));
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
