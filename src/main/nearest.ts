/** The one of the words that was probably meant, or undefined where none is near. */
export function nearest(written: string, words: readonly string[]): string | undefined {
  const asked = plain(written);
  const [best] = words
    .map((word) => ({ word, distance: distanceBetween(asked, plain(word)) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= asked.length / 2 ? best.word : undefined;
}

/** That as the end of a sentence, or nothing. */
export function didYouMean(written: string, words: readonly string[]): string {
  const guess = nearest(written, words);
  return guess === undefined ? '' : `; did you mean ${guess}?`;
}

/**
 * The command that was probably meant by the first words of a line: all of its own words are near those. Undefined
 * where there is none; the first word of a group when only that is near.
 */
export function meantCommand(words: readonly string[], names: readonly string[]): string | undefined {
  const groups = names.filter((name) => name.includes(' ')).map((name) => name.replace(/ .*/, ''));
  const candidates = [...names, ...groups].flatMap((name) => {
    const distance = wordsBetween(name.split(' '), words);
    return distance === undefined ? [] : [{ name, distance, length: name.split(' ').length }];
  });
  candidates.sort((a, b) => b.length - a.length || a.distance - b.distance);
  return candidates[0]?.name;
}

/** Undefined: one of them is not near. */
function wordsBetween(name: readonly string[], written: readonly string[]): number | undefined {
  let sum = 0;
  for (const [index, word] of name.entries()) {
    const own = plain(written[index] ?? '');
    const distance = distanceBetween(own, plain(word));
    if (distance > own.length / 2) return undefined;
    sum += distance;
  }
  return sum;
}

/** Nobody's key is longer, and the work grows with the square. */
const LONGEST = 80;

function plain(word: string): string {
  return word
    .slice(0, LONGEST)
    .toLowerCase()
    .replace(/[-_\s]/g, '');
}

/** Letters to put in, take out or replace, or neighbours to exchange. */
function distanceBetween(a: string, b: string): number {
  let before: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isExchange = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const exchanged = isExchange ? (before[j - 2] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
