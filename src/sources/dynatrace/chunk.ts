/** One chunk of the list with everything that is wanted of it: what becomes a page for the store. */
import * as z from 'zod';
import type {
  AssetRef,
  Observation,
  ObservationDetail,
  Rejected,
  Statement,
} from '../../domain/statement.ts';
import type { Seen } from '../source.ts';
import type { Depth } from './cursor.ts';
import { DETAIL_FIELDS, entitiesOf, ProblemDetail, toDetail } from './details.ts';
import type { EntityBook } from './entities.ts';
import { type Environment, endsRun, sentenceOf, statusOf } from './environment.ts';
import { LIST, type ListPage, stillListed } from './list.ts';
import type { Turnstile } from './pipeline.ts';
import { isSameForDetails, type ProblemRow, readRow, unreadable } from './records.ts';

export interface Chunk {
  readonly page: ListPage;
  /** Where in the page. */
  readonly offset: number;
  readonly records: readonly unknown[];
  /** Records before these that an earlier run gave away. */
  readonly skipped: number;
  readonly isLast: boolean;
}

export interface ChunkRead extends Chunk {
  readonly statements: readonly Statement[];
  readonly rejected: readonly Rejected[];
  readonly keys: readonly (string | undefined)[];
  /** When its rows changed last, by the vendor's clock. */
  readonly changes: readonly number[];
  /** The earliest change among rows to be read again; 0 where a row does not say when it changed. */
  readonly again: number | undefined;
  readonly reasons: readonly string[];
  /** False when a row of the list itself could not be read. */
  readonly isListWhole: boolean;
}

export interface ChunkReader {
  readonly environment: Environment;
  readonly asset: AssetRef;
  readonly depth: Depth;
  /** Rows that changed before it are left out (vendor's clock); undefined: none are. */
  readonly since: number | undefined;
  /** How far back the list and the details look, as the vendor writes it. */
  readonly listFrom: string;
  readonly detailFrom: string;
  readonly seen: (key: string) => Promise<Seen | undefined>;
  /** Whether the details of a revision were read in this run: a problem may be found by several selectors. */
  readonly readHere: Map<string, Promise<boolean>>;
  readonly book: EntityBook;
  readonly turnstile: Turnstile;
  readonly signal: AbortSignal;
}

export async function readChunk(reader: ChunkReader, chunk: Chunk): Promise<ChunkRead> {
  const read = chunk.records.map((record, at) => readRow(record, reader.asset, placeOf(chunk, at)));
  const unread = read.filter((row) => 'reason' in row);
  const rows = read.filter((row) => 'observation' in row).filter((row) => isRecent(row, reader.since));
  const answers = await details(reader, rows);
  const failures = answers.filter((answer) => answer.kind === 'rejected');
  const nameless = answers.filter(({ kind, detail }) => kind === 'detail' && detail.revision === undefined);
  const retried = [...failures, ...nameless].map(({ row }) => row.updatedAt ?? 0);
  const again = unread.length > 0 ? 0 : Math.min(...retried);
  return {
    ...chunk,
    statements: answers.flatMap(statementsOf),
    rejected: [...unread, ...failures.map(({ rejected }) => rejected)],
    keys: read.map((row) => ('observation' in row ? row.observation.key : row.key)),
    changes: rows.flatMap(({ updatedAt }) => updatedAt ?? []),
    again: Number.isFinite(again) ? again : undefined,
    reasons: [
      ...(unread.length > 0 ? ['some records of the list could not be read'] : []),
      ...(failures.length > 0 ? ['the details of some problems could not be read'] : []),
      ...(nameless.length > 0 ? [reader.book.trouble ?? 'some entities have no name'] : []),
    ],
    isListWhole: unread.length === 0,
  };
}

function placeOf({ page, offset }: Chunk, at: number): string {
  const { key } = page.at;
  return `securityProblems[${offset + at}]${key === undefined ? '' : ` of page ${key.slice(0, 16)}…`}`;
}

function isRecent(row: ProblemRow, since: number | undefined): boolean {
  return since === undefined || row.updatedAt === undefined || row.updatedAt >= since;
}

type Answer =
  | { readonly kind: 'known' | 'gone'; readonly row: ProblemRow; readonly detail?: undefined }
  | { readonly kind: 'detail'; readonly row: ProblemRow; readonly detail: ObservationDetail }
  | {
      readonly kind: 'rejected';
      readonly row: ProblemRow;
      readonly rejected: Rejected;
      readonly detail?: undefined;
    };

/** A problem whose details failed is still a problem; one that is gone, by list and by detail, is not mentioned. */
function statementsOf(answer: Answer): readonly Statement[] {
  if (answer.kind === 'gone') return [];
  const observation: Observation = answer.row.observation;
  return answer.detail === undefined ? [observation] : [observation, answer.detail];
}

async function details(reader: ChunkReader, rows: readonly ProblemRow[]): Promise<Answer[]> {
  if (reader.depth === 'list') return rows.map((row) => ({ kind: 'known', row }));
  const fetched = await Promise.all(rows.map((row) => fetchOnce(reader, row)));
  return confirmGone(reader, await withNames(reader, fetched));
}

interface Fetched {
  readonly kind: 'fetched';
  readonly row: ProblemRow;
  readonly detail: ProblemDetail;
}

async function fetchOnce(reader: ChunkReader, row: ProblemRow): Promise<Answer | Fetched> {
  const { readHere } = reader;
  const { key, revision } = row.observation;
  const name = `${key} ${revision}`;
  const earlier = readHere.get(name);
  if (earlier !== undefined && (await earlier)) return { kind: 'known', row };
  const answer = fetchDetail(reader, row);
  const isRead = answer.then(
    ({ kind }) => kind === 'fetched' || kind === 'known',
    () => false, // the run ends with the error, which `answer` carries
  );
  readHere.set(name, isRead);
  return answer;
}

async function fetchDetail(reader: ChunkReader, row: ProblemRow): Promise<Answer | Fetched> {
  const { key, revision } = row.observation;
  const before = (await reader.seen(key))?.detailRevision;
  if (areDetailsKnown(reader.depth, revision, before)) return { kind: 'known', row };
  const query = { fields: DETAIL_FIELDS.map((name) => `+${name}`).join(','), from: reader.detailFrom };
  try {
    const { body } = await reader.turnstile.run(() =>
      reader.environment.get([...LIST, key], query, z.unknown(), reader.signal),
    );
    const detail = ProblemDetail.safeParse(body);
    if (!detail.success)
      return { kind: 'rejected', row, rejected: unreadable(body, `details of ${key}`, detail.error) };
    if (detail.data.securityProblemId !== key)
      return rejected(row, `answered for ${detail.data.securityProblemId}`);
    if (reader.depth === 'names') reader.book.note(entitiesOf(detail.data));
    return { kind: 'fetched', row, detail: detail.data };
  } catch (error) {
    if (endsRun(error, reader.signal)) throw error;
    return statusOf(error) === 404 ? { kind: 'gone', row } : rejected(row, sentenceOf(error));
  }
}

const UNNAMED = '.unnamed';

function areDetailsKnown(depth: Depth, revision: string, detailRevision: string | undefined): boolean {
  if (!isSameForDetails(revision, detailRevision)) return false;
  return depth !== 'names' || !detailRevision?.endsWith(UNNAMED);
}

/** Without names that it should have, a detail is kept but carries no revision: the next run reads it again. */
async function withNames(reader: ChunkReader, answers: readonly (Answer | Fetched)[]): Promise<Answer[]> {
  const { book, depth } = reader;
  const wanted = new Map(
    answers.flatMap((answer) => (answer.kind === 'fetched' ? [[answer, entitiesOf(answer.detail)]] : [])),
  );
  if (depth === 'names') await book.settle(new Set([...wanted.values()].flatMap((ids) => [...ids])));
  return answers.map((answer) => {
    if (answer.kind !== 'fetched') return answer;
    const { row } = answer;
    const told = toDetail(answer.detail, depth === 'names' ? book.known : () => undefined);
    const isNameless = depth === 'names' && [...(wanted.get(answer) ?? [])].some(book.isUnknown);
    const revision = depth === 'names' ? row.observation.revision : `${row.observation.revision}${UNNAMED}`;
    return { kind: 'detail', row, detail: isNameless ? told : { ...told, revision } };
  });
}

/**
 * Between list and detail a problem may vanish. Only when the list no longer holds it either is it gone, and the run
 * does not mention it; else its details failed like any others.
 */
async function confirmGone(reader: ChunkReader, answers: readonly Answer[]): Promise<Answer[]> {
  const ids = answers.filter(({ kind }) => kind === 'gone').map(({ row }) => row.observation.key);
  if (ids.length === 0) return [...answers];
  const listed = await stillListed(reader.environment, ids, reader.listFrom, reader.signal);
  return answers.map((answer) =>
    answer.kind === 'gone' && listed.has(answer.row.observation.key)
      ? rejected(answer.row, 'is listed, but its details do not exist (404); try again later')
      : answer,
  );
}

function rejected(row: ProblemRow, reason: string): Answer {
  const { key } = row.observation;
  return { kind: 'rejected', row, rejected: { at: `details of ${key}`, reason, key } };
}
