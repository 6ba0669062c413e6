import type { Column, FieldName, FieldSource, FormatMapping } from './mapping.ts';

/** One row, line or record. */
export interface Entry {
  /** For people: `line 7`, `findings[3]`. */
  readonly at: string;
  /** What stands there, without surrounding white space; nothing where it is empty. */
  textsAt(column: Column): readonly string[];
}

/** Where an entry should be, and what is wrong with it. */
export interface Unreadable {
  readonly at: string;
  readonly reason: string;
}

export interface Field {
  /** Of an entry. Words that the mapping translates are translated, and lists divided. */
  texts(entry: Entry): readonly string[];
  /** The first as it stands in the file. */
  written(entry: Entry): string | undefined;
  /** The first of them. */
  text(entry: Entry): string | undefined;
  /**
   * One of a few words: as translated, else as it stands, else the default. `unknown`: it is none of these.
   * Undefined: nothing stands there.
   */
  choice<T>(entry: Entry, read: (word: string) => T | undefined): Chosen<T> | undefined;
}

export type Chosen<T> = { readonly value: T } | { readonly unknown: string };

export type Fields = Readonly<Partial<Record<FieldName, Field>>>;

export function fieldsOf(mapping: FormatMapping): Fields {
  const sources = Object.entries(mapping.fields) as [FieldName, FieldSource | undefined][];
  return Object.fromEntries(
    sources.flatMap(([name, source]) => (source === undefined ? [] : [[name, fieldOf(source)]])),
  );
}

function fieldOf(source: FieldSource): Field {
  const { from = [], constant, default: otherwise, separator } = source;
  const columns = Array.isArray(from) ? from : [from];
  const values = new Map(Object.entries(source.values ?? {}).map(([key, word]) => [keyOf(key), word]));
  const written = (entry: Entry): readonly string[] => {
    if (constant !== undefined) return [constant];
    for (const column of columns) {
      const texts = divided(entry.textsAt(column), separator);
      if (texts.length > 0) return texts;
    }
    return [];
  };
  const texts = (entry: Entry): readonly string[] => {
    const found = written(entry);
    if (found.length === 0) return otherwise === undefined ? [] : [otherwise];
    return values.size === 0 ? found : found.map((text) => values.get(keyOf(text)) ?? otherwise ?? text);
  };
  return {
    texts,
    written: (entry) => written(entry)[0],
    text: (entry) => texts(entry)[0],
    choice(entry, read) {
      const [text] = written(entry);
      const spare = otherwise === undefined ? undefined : read(otherwise);
      if (text === undefined) return spare === undefined ? undefined : { value: spare };
      const value = read(values.get(keyOf(text)) ?? text) ?? spare;
      return value === undefined ? { unknown: text } : { value };
    },
  };
}

function keyOf(text: string): string {
  return text.trim().toLowerCase();
}

function divided(texts: readonly string[], separator: string | undefined): readonly string[] {
  if (separator === undefined) return texts;
  return texts.flatMap((text) => text.split(separator)).flatMap((text) => text.trim() || []);
}
