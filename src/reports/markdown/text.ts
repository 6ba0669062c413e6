import { toShortLine } from '../plain-text.ts';

/** A table that can be folded. Cells are Markdown already. */
export interface Part {
  readonly title: string;
  readonly isOpen?: true;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** A sentence of ours below it. */
  readonly note?: string | undefined;
}

const LONGEST = 200;
/** What is longer is for a file. */
const MOST_ROWS = 100;
/** Around the rows: title, head, and that something was left out. */
const FRAME = 600;

/** Within about so many characters: what comes last is left out, and it says so. */
export function writePart({ title, isOpen, head, rows, note }: Part, room: number): string {
  const lines: string[] = [];
  let length = FRAME;
  for (const row of rows.slice(0, MOST_ROWS)) {
    const line = lineOf(row);
    length += line.length + 1;
    if (length > room) break;
    lines.push(line);
  }
  const left = rows.length - lines.length;
  return [
    `<details${isOpen ? ' open' : ''}><summary>${title}: ${rows.length}</summary>`,
    '',
    lineOf(head),
    lineOf(head.map(() => '---')),
    ...lines,
    '',
    ...(left > 0 ? [`_Shortened: ${left} more are in the JSON and HTML reports._`, ''] : []),
    ...(note === undefined ? [] : [`${note}`, '']),
    '</details>',
    '',
  ].join('\n');
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A fence longer than any run of backticks inside. */
export function code(text: string): string {
  const plain = toShortLine(text, LONGEST).trim();
  if (plain === '') return '';
  const longest = Math.max(0, ...(plain.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const space = /^`|[`\\]$/.test(plain) ? ' ' : '';
  return `${fence}${space}${plain}${space}${fence}`;
}

/** A bar would end the cell even inside the span. */
export function codeInTable(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

/** The first line, which nobody sees: by it, whoever posts the report finds the comment to change. */
export function marker(release: string, scope: string): string {
  const [of, within] = [release, scope].map((text) =>
    encodeURIComponent(toShortLine(text, LONGEST)).replaceAll('-', '%2D'),
  );
  return `<!-- gatehouse-verdict ${of} ${within} -->`;
}
