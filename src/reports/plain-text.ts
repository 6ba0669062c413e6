/**
 * Text from outside made safe to print on one line. A title can hold escape sequences that repaint a verdict, line
 * breaks that forge one, or marks that turn its direction; all of them are shown as what they are.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\u2028\u2029]/gu;

export function toPlainLine(text: string): string {
  return text.replace(/\r\n|[\r\n\t]/g, ' ').replace(UNPRINTABLE, showCode);
}

function showCode(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const MARK = /\p{M}/u;

/** By code unit, one more than its columns; 0: not asked yet. Patterns cost too much to ask of every character. */
const known = new Uint8Array(0x1_0000);

function columnsOf(character: string): number {
  if (character >= ' ' && character <= '~') return 1;
  if (character.length > 1) return measured(character);
  const unit = character.charCodeAt(0);
  known[unit] ||= measured(character) + 1;
  return known[unit] - 1;
}

function measured(character: string): number {
  if (MARK.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Columns a plain line takes in a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** At most so many columns, with an ellipsis where something was cut. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** The same, losing its beginning: `…log4j/log4j-core`. */
export function cutStartTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 1;
  for (const character of [...text].reverse()) {
    width += columnsOf(character);
    if (width > columns) break;
    kept = character + kept;
  }
  return `…${kept}`;
}

/** A plain line of at most so many columns. However long the text is, little more than is shown is looked at. */
export function toShortLine(text: string, columns: number): string {
  if (text.length <= 2 * columns) return cutTo(toPlainLine(text), columns);
  const head = text.slice(0, 2 * columns).replace(/[\ud800-\udbff]$/, '');
  return cutTo(`${toPlainLine(head)}…`, columns);
}

/** Exactly so many columns. */
export function fitTo(text: string, columns: number): string {
  const cut = cutTo(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - widthOf(cut)));
}

/** Breaks at spaces; a word that is too long stands alone, cut nowhere. */
export function wrapTo(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((one) => one !== '')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}
