/** The rows of a CSV file (RFC 4180), each with its line; what cannot be divided into rows is refused. */
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { GatehouseError } from '../../domain/errors.ts';
import { toUtf8 } from '../../platform/json-stream.ts';
import type { CsvSettings } from './mapping.ts';

export interface CsvRow {
  /** Of the file, where the row begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** What is wrong with the row itself. */
  readonly fault: string | undefined;
}

const LARGEST_ROW_BYTES = 8_000_000;

/** Throws `input-invalid`. */
export async function* csvRows(
  bytes: AsyncIterable<Uint8Array>,
  settings: CsvSettings,
): AsyncGenerator<CsvRow> {
  const { delimiter, quote, comment, skipLines } = settings;
  let line = skipLines + 1;
  let passedOver = 0;
  const parser = parse({
    delimiter,
    quote: quote === 'none' ? null : quote,
    escape: quote === 'none' ? null : quote,
    comment: comment ?? null,
    comment_no_infix: true,
    raw: true,
    // A quote within a cell that began without one is a character like any other.
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: LARGEST_ROW_BYTES,
    // Called as it parses: an error comes before the rows that wait to be taken, and tells the line that comes next.
    on_record: (parsed: unknown, { empty_lines, comment_lines }) => {
      const { record, raw } = parsed as { readonly record: readonly string[]; readonly raw: string };
      line += empty_lines + comment_lines - passedOver;
      passedOver = empty_lines + comment_lines;
      const row: CsvRow = { line, cells: record, fault: quoteFault(record, raw, quote) };
      line += 1 + breaksIn(record);
      // Its types know only texts to come out.
      return row as never;
    },
  });
  const source = Readable.from(textBytes(bytes, settings), { objectMode: false });
  // The parser is read below, and fails with whatever the source fails with.
  pipeline(source, parser, () => undefined);
  try {
    yield* parser as AsyncIterable<CsvRow>;
  } catch (error) {
    throw error instanceof CsvError ? refused(error, line) : error;
  } finally {
    source.destroy();
    parser.destroy();
  }
}

/** Line breaks within cells. */
function breaksIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.includes('\n') ? cell.split('\n').length - 1 : 0), 0);
}

function refused(error: CsvError, line: number): GatehouseError {
  const why =
    error.code === 'CSV_QUOTE_NOT_CLOSED'
      ? `the file ends within a quoted cell of the row that begins in line ${line}: it was cut off, or a quote is not closed`
      : error.code === 'CSV_MAX_RECORD_SIZE'
        ? `the row that begins in line ${line} is larger than ${LARGEST_ROW_BYTES} bytes; is a quote not closed?`
        : `line ${line}: this is no CSV: ${error.message.slice(0, 200)}`;
  return new GatehouseError('input-invalid', why, { cause: error });
}

/**
 * The parser takes `"a"b` for a cell that says `"a"b`. What began as a quoted cell may reach over rows, so such a row
 * cannot be believed. A cell that was quoted properly stands in the row as it would be written.
 */
function quoteFault(cells: readonly string[], raw: string, quote: string): string | undefined {
  const broken = cells.some(
    (cell) =>
      cell.startsWith(quote) && !raw.includes(`${quote}${cell.replaceAll(quote, quote + quote)}${quote}`),
  );
  return broken ? 'text stands behind the closing quote of a cell' : undefined;
}

const NUL = 0;
const LF = 0x0a;
const CR = 0x0d;

/** UTF-8, checked, from the first line on that counts. */
async function* textBytes(
  bytes: AsyncIterable<Uint8Array>,
  { encoding, skipLines, finalLineBreak }: CsvSettings,
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: false });
  let [line, toSkip, last] = [1, skipLines, LF];
  const invalid = (what: string): GatehouseError => new GatehouseError('input-invalid', what);
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw invalid(
        `after line ${line}: this is no text in UTF-8; save it as such, or set csv.encoding to windows-1252`,
      );
    }
  };
  for await (const chunk of encoding === 'utf-8' ? toUtf8(bytes) : bytes) {
    if (chunk.length === 0) continue;
    if (chunk.includes(NUL)) throw invalid(`after line ${line}: the file holds NUL bytes, and is no text`);
    const text = decode(chunk);
    let given: Uint8Array = encoding === 'utf-8' ? chunk : Buffer.from(text);
    line += linesIn(given);
    for (; toSkip > 0 && given.length > 0; toSkip -= 1) {
      const end = given.indexOf(LF);
      if (end < 0) given = given.subarray(given.length);
      else given = given.subarray(end + 1);
      if (end < 0) break;
    }
    last = chunk.at(-1) ?? last;
    if (given.length > 0) yield given;
  }
  decode();
  if (finalLineBreak === 'required' && last !== LF && last !== CR)
    throw invalid(
      `line ${line}: no line break ends the last row, so the file may have been cut off; ` +
        'where its tool writes none, set csv.finalLineBreak to optional',
    );
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines += 1;
  return lines;
}
