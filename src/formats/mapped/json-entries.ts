import { GatehouseError } from '../../domain/errors.ts';
import { showPath, streamJson } from '../../platform/json-stream.ts';
import { linesOf } from '../../platform/lines.ts';
import { asObject } from '../loose-values.ts';
import type { Entry, Unreadable } from './entry.ts';
import { type JsonStep, stepsOf, valuesAt } from './json-path.ts';
import type { Column, FieldSource, FormatMapping } from './mapping.ts';

/** The roots of paths: the document without its records, the record around an entry, and the entry. */
interface Roots {
  readonly document: unknown;
  readonly around: unknown;
  readonly own: unknown;
}

/** Reads the paths of one mapping. */
export class JsonEntries {
  readonly #mapping: FormatMapping;
  readonly #paths = new Map<Column, { readonly root: keyof Roots; readonly steps: readonly JsonStep[] }>();
  readonly #notFound = new Map<Column, string>();
  #document: unknown;

  constructor(mapping: FormatMapping) {
    this.#mapping = mapping;
    for (const [name, source] of Object.entries(mapping.fields) as [string, FieldSource | undefined][]) {
      for (const column of [source?.from ?? []].flat()) {
        const path = String(column);
        const root = path.startsWith('$.') ? 'document' : path.startsWith('^.') ? 'around' : 'own';
        this.#paths.set(column, { root, steps: stepsOf(path.replace(/^[$^]\./, '')) ?? [] });
        this.#notFound.set(column, name);
      }
    }
  }

  /** Of the mapping, as `path (field)`: what no entry had. */
  get notFound(): readonly string[] {
    return [...this.#notFound].map(([column, name]) => `${column} (${name})`);
  }

  get #needsDocument(): boolean {
    return [...this.#paths.values()].some(({ root }) => root === 'document');
  }

  /** What stands around the records is known before the first of them: where that is asked for, the file is read twice. */
  async readDocument(open: () => AsyncIterable<Uint8Array>): Promise<Entry> {
    const { json } = this.#mapping;
    if (this.#needsDocument && json !== undefined) {
      for await (const event of streamJson(open(), { items: [json.records] }))
        if (event.kind === 'document') this.#document = event.value;
    }
    return this.#entry('$', { document: this.#document, around: undefined, own: undefined });
  }

  async *ofDocument(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Entry | Unreadable> {
    const records = this.#mapping.json?.records ?? '[*]';
    const list = records.replace(/^\$\.?/, '').split('[*]')[0] ?? '';
    for await (const event of streamJson(bytes, { items: [records] })) {
      if (event.kind === 'item') yield* this.#inRecord(showPath(event.path), event.value);
      if (event.kind !== 'document') continue;
      const found = list === '' ? event.value : valuesAt(event.value, stepsOf(list) ?? [])[0];
      if (!Array.isArray(found))
        throw new GatehouseError(
          'input-invalid',
          `the file has no list at ${records}, where the mapping has its entries`,
        );
    }
  }

  async *ofLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Entry | Unreadable> {
    let isAny = false;
    for await (const { text, number, isEnded } of linesOf(bytes)) {
      if (text.trim() === '') continue;
      isAny = true;
      const at = `line ${number}`;
      const value = parsed(text);
      if (value !== undefined) yield* this.#inRecord(at, value.json);
      else if (isEnded) yield { at, reason: 'the line is no JSON' };
      else throw new GatehouseError('input-invalid', `${at}: the file ends too early`);
    }
    if (!isAny) throw new GatehouseError('input-invalid', 'the file has no lines');
  }

  *#inRecord(at: string, record: unknown): Generator<Entry | Unreadable> {
    const { json, jsonLines, kind } = this.#mapping;
    const { entries } = (kind === 'json' ? json : jsonLines) ?? {};
    if (asObject(record) === undefined) yield { at, reason: 'this is no object' };
    else if (entries === undefined)
      yield this.#entry(at, { document: this.#document, around: undefined, own: record });
    else {
      const [list] = valuesAt(record, stepsOf(entries) ?? []);
      if (list === null) return;
      if (!Array.isArray(list)) yield { at, reason: `the record has no list at ${entries}` };
      else {
        for (const [index, own] of list.entries()) {
          const place = `${at}.${entries}[${index}]`;
          if (asObject(own) === undefined) yield { at: place, reason: 'this is no object' };
          else yield this.#entry(place, { document: this.#document, around: record, own });
        }
      }
    }
  }

  #entry(at: string, roots: Roots): Entry {
    return {
      at,
      textsAt: (column) => {
        const path = this.#paths.get(column);
        if (path === undefined) return [];
        const found = valuesAt(roots[path.root], path.steps);
        if (found.length > 0) this.#notFound.delete(column);
        return found.flat().flatMap(textOfValue);
      },
    };
  }
}

function textOfValue(value: unknown): readonly string[] {
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? [] : [text];
}

function parsed(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
