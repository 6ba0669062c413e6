/** How a file that no scanner's format knows is read: which of its columns or members is which of our fields. */
import * as z from 'zod';
import { ASSET_KINDS, FINDING_CLASSES } from '../../domain/statement.ts';
import { isJsonPath, isRecordsPath } from './json-path.ts';
import { DATE_FORMS, ROW_STATES, severityOfWord } from './words.ts';

/** The name of a column, its number from 1, or a path to a member. */
const Column = z.union([z.string().trim().min(1), z.int().min(1)], {
  error: 'expected the name of a column or a path, or the number of a column from 1',
});
export type Column = z.infer<typeof Column>;

/** Where one of our fields comes from. */
export const FieldSource = z
  .strictObject({
    from: z
      .union([Column, z.array(Column).min(1)], {
        error: 'expected a column or path, or a list of them',
      })
      .optional(),
    constant: z.string().trim().min(1).optional(),
    values: z.record(z.string(), z.string().trim().min(1)).optional(),
    default: z.string().trim().min(1).optional(),
    separator: z.string().min(1).optional(),
    optional: z.boolean().default(false),
  })
  .refine((field) => (field.from === undefined) !== (field.constant === undefined), {
    error: 'needs exactly one of from and constant',
  });
export type FieldSource = z.infer<typeof FieldSource>;

const field = z
  .preprocess(
    (written) => (typeof written === 'string' || typeof written === 'number' ? { from: written } : written),
    FieldSource,
  )
  .optional();

/** Ours; only `id` must be mapped. */
const FIELD_NAMES = [
  'id',
  'aliases',
  'class',
  'severity',
  'score',
  'vector',
  'title',
  'description',
  'url',
  'publishedAt',
  'purl',
  'package',
  'version',
  'ecosystem',
  'path',
  'line',
  'key',
  'snippet',
  'assetKind',
  'asset',
  'assetVersion',
  'fixedIn',
  'fix',
  'firstSeenAt',
  'dueAt',
  'state',
  'stateReason',
  'resolvedAt',
  'tags',
  'observedAt',
] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

const Fields = z.strictObject({
  ...(Object.fromEntries(FIELD_NAMES.map((name) => [name, field])) as Record<FieldName, typeof field>),
  id: field.unwrap(),
});

const CsvSettings = z.strictObject({
  delimiter: z.string().length(1).default(','),
  quote: z.union([z.string().length(1), z.literal('none')]).default('"'),
  header: z.boolean().default(true),
  skipLines: z.int().min(0).max(1000).default(0),
  comment: z.string().min(1).optional(),
  encoding: z.enum(['utf-8', 'windows-1252']).default('utf-8'),
  finalLineBreak: z.enum(['required', 'optional']).default('required'),
});
export type CsvSettings = z.infer<typeof CsvSettings>;

const JsonSettings = z.strictObject({
  records: z
    .string()
    .refine(isRecordsPath, { error: 'expected the path of a list, as in findings[*] or [*]' }),
  entries: z.string().refine(isJsonPath, { error: 'expected the path of a list within a record' }).optional(),
});

/** Settings of the lines of a JSON-lines file: each is a record. */
const JsonLinesSettings = JsonSettings.omit({ records: true });

const KINDS = ['csv', 'json', 'json-lines'] as const;

const shape = {
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i, {
    error: 'expected letters, digits, dots, dashes and underscores',
  }),
  kind: z.enum(KINDS),
  tool: z.string().trim().min(1).optional(),
  category: z.string().trim().optional(),
  partial: z.boolean().default(false),
  detect: z.array(z.string().trim().min(1)).min(1).optional(),
  dates: z.enum(DATE_FORMS).default('iso'),
  csv: CsvSettings.prefault({}),
  json: JsonSettings.optional(),
  jsonLines: JsonLinesSettings.prefault({}),
  fields: Fields,
};

export const FormatMapping = z.strictObject(shape).superRefine(
  (value, context) => {
    for (const { path, message } of faultsOf(value))
      context.addIssue({ code: 'custom', path: [...path], message });
  },
  // All mistakes are told at once: also these where another part is wrong.
  { when: () => true },
);
export type FormatMapping = z.infer<typeof FormatMapping>;

/** A mapping of which parts may be wrong. */
const Loose = z.looseObject({
  kind: shape.kind.optional().catch(undefined),
  detect: shape.detect.catch(undefined),
  csv: shape.csv.catch(CsvSettings.parse({})),
  json: shape.json.catch({ records: '[*]' }),
  jsonLines: shape.jsonLines.catch({}),
  fields: z.record(z.string(), FieldSource.optional().catch(undefined)).catch({}),
});
type Loose = z.infer<typeof Loose>;

interface MappingFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What is wrong although each part is well by itself. */
function faultsOf(written: unknown): readonly MappingFault[] {
  const mapping = Loose.safeParse(written).data;
  if (mapping === undefined) return [];
  const { kind, json, csv, fields } = mapping;
  const faults: MappingFault[] = [];
  if (kind === 'json' && json === undefined)
    faults.push({ path: ['json'], message: 'is missing: name the list of entries with json.records' });
  if (csv.quote === csv.delimiter)
    faults.push({ path: ['csv', 'quote'], message: 'the quote and the delimiter are the same character' });
  if (!csv.header && mapping.detect !== undefined && kind === 'csv')
    faults.push({ path: ['detect'], message: 'a file without a header cannot be known by its columns' });
  for (const name of FIELD_NAMES) {
    const source = fields[name];
    if (source === undefined) continue;
    for (const { at, column } of columnsOf(source)) {
      const message = columnFault(column, mapping);
      if (message !== undefined) faults.push({ path: ['fields', name, 'from', ...at], message });
    }
    faults.push(...wordFaults(name, source));
  }
  return faults;
}

/** Each with where it stands below `from`. */
function columnsOf({
  from,
}: FieldSource): readonly { readonly at: readonly number[]; readonly column: Column }[] {
  if (from === undefined) return [];
  return Array.isArray(from)
    ? from.map((column, index) => ({ at: [index], column }))
    : [{ at: [], column: from }];
}

function columnFault(column: Column, { kind, csv, json, jsonLines }: Loose): string | undefined {
  if (kind === undefined) return undefined;
  if (kind === 'csv') {
    if (typeof column === 'number' || csv.header) return undefined;
    return 'a file without a header has columns by number only';
  }
  if (typeof column === 'number') return 'a column number is of csv; expected a path';
  if (!isJsonPath(column)) return 'expected a path, as in package.name, ids[0] or refs[*].url';
  if (column.startsWith('$.') && kind !== 'json') return 'lines have no document around them ($.)';
  const { entries } = (kind === 'json' ? json : jsonLines) ?? {};
  if (column.startsWith('^.') && entries === undefined)
    return '^. is the record around entries; none are named';
  return undefined;
}

/** Of fields that are a choice: which words they know. */
const CHOICES: Partial<
  Record<FieldName, readonly [isWord: (word: string) => boolean, words: readonly string[]]>
> = {
  class: [isOneOf(FINDING_CLASSES), FINDING_CLASSES],
  assetKind: [isOneOf(ASSET_KINDS), ASSET_KINDS],
  state: [isOneOf(ROW_STATES), ROW_STATES],
  severity: [
    (word) => severityOfWord(word) !== undefined,
    ['critical', 'high', 'medium', 'low', 'info', 'unknown'],
  ],
};

function isOneOf(words: readonly string[]): (word: string) => boolean {
  return (word) => words.includes(word.toLowerCase());
}

function wordFaults(name: FieldName, { constant, default: otherwise, values = {} }: FieldSource) {
  const [isWord, words] = CHOICES[name] ?? [() => true, []];
  const written = [
    { path: ['constant'], word: constant },
    { path: ['default'], word: otherwise },
    ...Object.entries(values).map(([key, word]) => ({ path: ['values', key], word })),
  ];
  return written.flatMap(({ path, word }): readonly MappingFault[] =>
    word === undefined || isWord(word)
      ? []
      : [{ path: ['fields', name, ...path], message: `expected one of ${words.join(', ')}` }],
  );
}
