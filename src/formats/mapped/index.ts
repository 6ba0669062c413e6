/** Formats that a configuration describes: any CSV, JSON or JSON-lines file with a mapping of its columns or members. */
import { GatehouseError } from '../../domain/errors.ts';
import {
  FINDING_CLASSES,
  type FindingClass,
  type Observation,
  type Rejected,
} from '../../domain/statement.ts';
import {
  BATCH_SIZE,
  type Format,
  type PartIdentity,
  type ScanBatch,
  type ScanFacts,
  type ScanFile,
} from '../format.ts';
import { shortened } from '../loose-values.ts';
import { csvEntries } from './csv-entries.ts';
import { isOf } from './detect.ts';
import { type Entry, fieldsOf, type Unreadable } from './entry.ts';
import { JsonEntries } from './json-entries.ts';
import type { FormatMapping } from './mapping.ts';
import { EntryReader } from './observation.ts';

export function mappedFormat(mapping: FormatMapping): Format {
  return {
    kind: mapping.name,
    detect: (head) => isOf(mapping, head),
    read: (file) => read(mapping, file),
  };
}

/** Words told one by one, and how often each was met. */
const MOST_WORDS = 10;

async function* read(mapping: FormatMapping, file: ScanFile): AsyncGenerator<ScanBatch, ScanFacts> {
  const reader = new EntryReader(mapping, fieldsOf(mapping));
  const json = mapping.kind === 'csv' ? undefined : new JsonEntries(mapping);
  const around = (await json?.readDocument(() => file.open())) ?? NOTHING;
  const part: PartIdentity = {
    index: 0,
    tool: reader.tool,
    category: mapping.category ?? '',
    asset: reader.assetOf(around, [])?.ref,
  };
  const met = new Met();
  met.noteDate(reader.dateIn('observedAt', around, []));
  let observations: Observation[] = [];
  let rejected: Rejected[] = [];
  for await (const entry of entriesOf(mapping, json, file)) {
    const told = 'reason' in entry ? entry.reason : reader.read(entry);
    if (told === 'left-out') met.leftOut += 1;
    else if (typeof told === 'string') {
      met.noteRejected(entry.at, told);
      rejected.push({ at: entry.at, reason: told });
    } else {
      met.read += 1;
      met.noteWord(told.severityWord);
      if (!('reason' in entry)) met.noteDate(reader.dateIn('observedAt', entry, []));
      observations.push(told.observation);
    }
    if (Math.max(observations.length, rejected.length) < BATCH_SIZE) continue;
    yield { part, observations, rejected };
    [observations, rejected] = [[], []];
  }
  met.assertReadable();
  yield { part, observations, rejected };
  const { partial } = mapping;
  return {
    parts: [
      {
        ...part,
        assets: [],
        observedAt: met.observedAt,
        classes: classesOf(mapping),
        inventory: false,
        complete: !partial,
        reasons: [
          ...(partial ? ['the mapping says that such a file is never all there is'] : []),
          ...met.reasons(json?.notFound ?? []),
        ],
        extra: { leftOut: met.leftOut },
      },
    ],
  };
}

/** For what is asked of no entry in particular: constants answer. */
const NOTHING: Entry = { at: '$', textsAt: () => [] };

function entriesOf(
  mapping: FormatMapping,
  json: JsonEntries | undefined,
  file: ScanFile,
): AsyncGenerator<Entry | Unreadable> {
  if (json === undefined) return csvEntries(file.open(), mapping);
  return mapping.kind === 'json' ? json.ofDocument(file.open()) : json.ofLines(file.open());
}

/** What such a file speaks for: the classes that its mapping can name. */
function classesOf({ fields }: FormatMapping): 'all' | readonly FindingClass[] {
  const source = fields.class;
  if (source === undefined) return ['vulnerability'];
  const { constant, values, default: otherwise } = source;
  if (constant === undefined && (values === undefined || otherwise === undefined)) return 'all';
  const named = [constant, otherwise, ...Object.values(values ?? {})];
  return FINDING_CLASSES.filter((one) => named.some((word) => word?.toLowerCase() === one));
}

/** What was met on the way, told at the end. */
class Met {
  read = 0;
  leftOut = 0;
  observedAt: number | undefined;
  #rejected = 0;
  #firstRejected = '';
  readonly #words = new Map<string, number>();

  noteRejected(at: string, reason: string): void {
    this.#rejected += 1;
    if (this.#firstRejected === '') this.#firstRejected = `${at}: ${shortened(reason)}`;
  }

  /** The latest that any entry names. */
  noteDate(at: number | undefined): void {
    if (at !== undefined) this.observedAt = Math.max(at, this.observedAt ?? at);
  }

  noteWord(written: string | undefined): void {
    if (written === undefined) return;
    const word = shortened(written).slice(0, 60);
    if (this.#words.has(word) || this.#words.size < MOST_WORDS)
      this.#words.set(word, (this.#words.get(word) ?? 0) + 1);
  }

  /** Were every entry unreadable, the file or the mapping would be another one. */
  assertReadable(): void {
    if (this.#rejected === 0 || this.read + this.leftOut > 0) return;
    throw new GatehouseError(
      'input-invalid',
      `none of its ${this.#rejected} entries can be read with this mapping; ${this.#firstRejected}`,
    );
  }

  reasons(notFound: readonly string[]): readonly string[] {
    const words = [...this.#words].map(([word, count]) => `'${word}' (${count})`).join(', ');
    return [
      ...(words === '' ? [] : [`the mapping knows no severity ${words}: unknown`]),
      ...(this.read === 0 || notFound.length === 0 ? [] : [`no entry has ${shortened(notFound.join(', '))}`]),
    ];
  }
}
