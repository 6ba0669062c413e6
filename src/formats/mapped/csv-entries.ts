import { GatehouseError } from '../../domain/errors.ts';
import { shortened } from '../loose-values.ts';
import { csvRows } from './csv-rows.ts';
import type { Entry, Unreadable } from './entry.ts';
import type { Column, FieldSource, FormatMapping } from './mapping.ts';

/** Rows as entries. Throws `input-invalid` where a column is missing that the mapping names. */
export async function* csvEntries(
  bytes: AsyncIterable<Uint8Array>,
  mapping: FormatMapping,
): AsyncGenerator<Entry | Unreadable> {
  let header: readonly string[] | undefined;
  let width = 0;
  let places: ReadonlyMap<Column, number> | undefined;
  for await (const { line, cells, fault } of csvRows(bytes, mapping.csv)) {
    if (places === undefined) {
      header = mapping.csv.header ? cells.map((cell) => cell.trim()) : undefined;
      width = cells.length;
      places = placesOf(mapping, header, width);
      if (header !== undefined) continue;
    }
    const at = `line ${line}`;
    if (fault !== undefined) yield { at, reason: fault };
    else if (isOtherWidth(cells, width))
      yield {
        at,
        reason: `the row has ${cells.length} cells, ${header === undefined ? 'the first one' : 'the header'} ${width}`,
      };
    else yield rowEntry(at, cells, places);
  }
  if (places === undefined)
    throw new GatehouseError('input-invalid', 'the file has no row at all, not even a header');
}

/** Empty cells at the end of a row, as some tools write them, are none. */
function isOtherWidth(cells: readonly string[], width: number): boolean {
  return cells.length < width || cells.slice(width).some((cell) => cell.trim() !== '');
}

function rowEntry(at: string, cells: readonly string[], places: ReadonlyMap<Column, number>): Entry {
  return {
    at,
    textsAt(column) {
      const text = plain(cells[places.get(column) ?? -1] ?? '');
      return text === '' ? [] : [text];
    },
  };
}

/** Without what was put around it so that a spreadsheet takes it for text: `="1.10"`, `'=1+1`. */
function plain(cell: string): string {
  const text = cell.trim();
  const quoted = /^="([^"]*)"$/.exec(text)?.[1];
  return quoted?.trim() ?? (/^'[=+\-@]/.test(text) ? text.slice(1) : text);
}

const MOST_SHOWN = 30;

function placesOf(
  { fields, csv }: FormatMapping,
  header: readonly string[] | undefined,
  width: number,
): ReadonlyMap<Column, number> {
  const places = new Map<Column, number>();
  const faults: string[] = [];
  for (const [name, source] of Object.entries(fields) as [string, FieldSource | undefined][]) {
    for (const column of [source?.from ?? []].flat()) {
      const place = placeOf(column, header, width);
      if (typeof place === 'number') places.set(column, place);
      else if (place === 'twice')
        faults.push(`there are two columns '${column}' (${name}); name it by its number`);
      else if (source?.optional !== true) faults.push(`there is no column '${column}' (${name})`);
    }
  }
  if (faults.length === 0) return places;
  const shown = (header ?? []).slice(0, MOST_SHOWN).join(', ');
  const has = header === undefined ? `a row of ${width} cells` : `the header ${shortened(shown)}`;
  const hint = width === 1 ? `; is csv.delimiter '${csv.delimiter}' right?` : '';
  throw new GatehouseError('input-invalid', `${shortened(faults.join('; '))}; the file has ${has}${hint}`);
}

function placeOf(
  column: Column,
  header: readonly string[] | undefined,
  width: number,
): number | 'twice' | undefined {
  if (typeof column === 'number') return column <= width ? column - 1 : undefined;
  const place = header?.indexOf(column) ?? -1;
  if (place < 0) return undefined;
  return header?.includes(column, place + 1) ? 'twice' : place;
}
