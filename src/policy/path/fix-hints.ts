/**
 * Versions in a vendor's words: "Upgrade to version 1.2.3 or later", "fixed in 1.8.5, 1.9.2". Only what stands behind
 * such a word and before any other is taken, and only where no other package is named: a version that is affected, or
 * somebody else's, must never be mistaken for a fix.
 */
/** What stands behind it is not read. */
export const LONGEST_HINT = 2_000;
const MOST_VERSIONS = 20;

const VERBS = new Set([
  'upgrade',
  'upgrading',
  'update',
  'updating',
  'fixed',
  'patched',
  'backported',
  'resolved',
]);
const DENIALS = new Set(['not', 'no', 'never', 'without', 'cannot', "don't", "isn't", "doesn't", "can't"]);
/** From the verb to the versions. */
const LEADS = new Set(['to', 'in', 'version', 'versions', 'release', 'releases', 'with', 'by']);
/** Say nothing of which package or version. */
const FILLERS = new Set(
  `a an the this your and or at least following minimum package packages component library dependency affected
  vulnerable patched fixed was is been has be should recommended`.split(/\s+/),
);
/** Words from the verb to the lead. */
const FARTHEST = 8;

const VERSION = /^v?\d{1,9}(?:\.[\dA-Za-z]{1,40}){1,8}(?:[-+~_:][\dA-Za-z.+~-]{1,80})?$/;
const WHOLE_NUMBER = /^\d{1,9}$/;

/** In the order in which they stand; none where the text names none for certain. */
export function versionsInHint(text: string, component: string): readonly string[] {
  const name = nameOf(component);
  const found = new Set<string>();
  let reading: Reading = OUTSIDE;
  let previous = '';
  for (const { word, endsSentence } of wordsOf(text)) {
    if (reading.at === 'versions' && isVersion(word, previous)) found.add(word);
    else reading = next(reading, word, previous, name);
    if (endsSentence || found.size >= MOST_VERSIONS) reading = OUTSIDE;
    previous = word;
  }
  return [...found].slice(0, MOST_VERSIONS);
}

/** `subject`: behind the verb, over the words that name a package. */
type Reading =
  | { readonly at: 'outside' }
  | { readonly at: 'versions' }
  | { readonly at: 'subject'; readonly words: number; readonly isOther: boolean; readonly isOurs: boolean };
const OUTSIDE: Reading = { at: 'outside' };

function next(reading: Reading, word: string, previous: string, name: string): Reading {
  if (VERBS.has(word) && reading.at !== 'versions') {
    return DENIALS.has(previous) ? OUTSIDE : { at: 'subject', words: 0, isOther: false, isOurs: false };
  }
  if (reading.at === 'outside') return OUTSIDE;
  if (reading.at === 'versions') {
    return LEADS.has(word) || FILLERS.has(word) || names(word, name) ? reading : OUTSIDE;
  }
  if (LEADS.has(word)) return reading.isOther && !reading.isOurs ? OUTSIDE : { at: 'versions' };
  if (reading.words >= FARTHEST) return OUTSIDE;
  const isName = !FILLERS.has(word);
  const isOurs = isName && names(word, name);
  return {
    at: 'subject',
    words: reading.words + 1,
    isOther: reading.isOther || (isName && !isOurs),
    isOurs: reading.isOurs || isOurs,
  };
}

/** `com.google.guava:guava` names guava. */
function names(word: string, name: string): boolean {
  return name !== '' && word.toLowerCase().split(/[/:]/).at(-1) === name;
}

function nameOf(component: string): string {
  const path = component.slice(0, 1_000).split(/[?#]/, 1)[0] ?? '';
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}

/** `1.x` is a line, no version; a bare number is one only behind the word. */
function isVersion(word: string, previous: string): boolean {
  if (WHOLE_NUMBER.test(word)) return previous === 'version' || previous === 'release';
  return VERSION.test(word) && !/\.x(?:\.|$)/i.test(word);
}

interface Word {
  readonly word: string;
  readonly endsSentence: boolean;
}

function* wordsOf(text: string): Generator<Word> {
  for (const piece of text.slice(0, LONGEST_HINT).split(/[\s,;()`'"*[\]]+|[>=]=?/)) {
    const word = piece.replace(/[.:!?]{1,3}$/, '');
    if (word === '') continue;
    yield { word: /\d/.test(word) ? word : word.toLowerCase(), endsSentence: /[.!?]$/.test(piece) };
  }
}
