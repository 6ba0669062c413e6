import { parse } from 'csv-parse/sync';
import type { ScanHead } from '../format.ts';
import { outlineOf } from '../head-outline.ts';
import type { FormatMapping } from './mapping.ts';

/** Whether the start of a file has everything that the mapping knows its own by; never where it names nothing. */
export function isOf(mapping: FormatMapping, { text }: ScanHead): boolean {
  const { detect, kind } = mapping;
  if (detect === undefined) return false;
  if (kind === 'csv') return hasAll(headerOf(mapping, text), detect);
  const start = kind === 'json' ? text : (text.trimStart().split('\n', 1)[0] ?? '');
  const { root, members } = outlineOf(start);
  return (kind === 'json' || root === 'object') && hasAll([...members.keys()], detect);
}

function hasAll(names: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((name) => names.includes(name));
}

function headerOf({ csv }: FormatMapping, text: string): readonly string[] {
  const { delimiter, quote, comment = null, skipLines } = csv;
  const below = text.split('\n').slice(skipLines).join('\n');
  try {
    const [header = []] = parse(below, {
      delimiter,
      quote: quote === 'none' ? null : quote,
      comment,
      comment_no_infix: true,
      relax_quotes: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      to: 1,
    });
    return header.map((name) => name.trim());
  } catch {
    // What has no first row is none of ours.
    return [];
  }
}
