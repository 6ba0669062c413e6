/** The promotion script's YAML as people wrote it: what its guides allow, and every mistake in it at once. */
import * as z from 'zod';
import type { KnownSeverity } from '../../domain/severity.ts';
import { didYouMean } from '../nearest.ts';
import { type Problem, problems } from '../yaml-file.ts';
import { lineFinder } from '../yaml-lines.ts';

const SEVERITY_WORDS = {
  CRITICAL: 'critical',
  HIGH: 'high',
  MEDIUM: 'medium',
  LOW: 'low',
  NONE: 'info',
} as const satisfies Record<string, KnownSeverity>;

export const CHECKS = ['vulnerable_function', 'severity_regression', 'new_vulnerabilities'] as const;
export type ExcludableFrom = (typeof CHECKS)[number];

/** One of the words, however it is cased. The value is not repeated in messages: it may be a token that slipped. */
function word<Value extends string>(values: ReadonlyMap<string, Value>): z.ZodType<Value, string> {
  const words = [...values.keys()];
  return z.custom<string>().transform((written: unknown, context) => {
    if (written === undefined) {
      context.addIssue({ code: 'custom', message: 'is missing' });
      return z.NEVER;
    }
    const text = typeof written === 'string' ? written.trim() : '';
    const known = words.find((one) => one.toLowerCase() === text.toLowerCase());
    const value = known === undefined ? undefined : values.get(known);
    if (value !== undefined) return value;
    const message = `expected one of ${words.join(', ')}${didYouMean(text, words)}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

function wordsOf<Word extends string>(words: readonly Word[]): z.ZodType<Word, string> {
  return word(new Map(words.map((one) => [one, one])));
}

const SeverityWord = word<KnownSeverity>(new Map(Object.entries(SEVERITY_WORDS)));

/** The script's YAML was version 1.1, where `no` and `off` are false; in 1.2 they are texts. */
const Switch = z.preprocess(
  (written) => (typeof written === 'string' ? (SWITCHES.get(written.toLowerCase()) ?? written) : written),
  z.boolean({ error: 'expected true or false' }),
);
const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
]);

/** A zone may be called 2026. */
const Name = z.preprocess(
  (written) => (typeof written === 'number' ? String(written) : written),
  z.string().trim().min(1, 'is empty'),
);
const text = z
  .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'expected a text') })
  .trim()
  .min(1, 'is empty');

const HostId = Name.transform((id) => id.toUpperCase()).refine((id) => /^HOST-[0-9A-F]{16}$/.test(id), {
  message: 'expected a host id such as HOST-0123456789ABCDEF',
});

const EnvironmentBlock = z
  .strictObject({
    url: text,
    token: text,
    verify_ssl: Switch.nullish(),
    scope_mode: wordsOf(['management_zone', 'host_list']).nullish(),
    management_zones: z.array(Name, { error: 'expected a list of names' }).nullish(),
    hosts: z.array(HostId, { error: 'expected a list of host ids' }).nullish(),
  })
  .superRefine((block, context) => {
    const isByHost = block.scope_mode === 'host_list';
    const list = isByHost ? block.hosts : block.management_zones;
    if ((list ?? []).length > 0) return;
    const [key, what] = isByHost ? ['hosts', 'host'] : ['management_zones', 'zone'];
    const message = `names no ${what}, so nothing would be judged and all would pass; name at least one`;
    context.addIssue({ code: 'custom', path: [key], message });
  });
export type EnvironmentBlock = z.infer<typeof EnvironmentBlock>;

const severities = z.array(SeverityWord, { error: 'expected a list of severities' });

const Exclusions = z.record(
  SeverityWord,
  z.array(wordsOf(CHECKS), { error: 'expected a list of checks' }).nullish(),
);

const Thresholds = z.strictObject({
  max_allowed_severity: SeverityWord.nullish(),
  max_new_vulnerabilities: z
    .int({ error: 'expected a whole number' })
    .min(-1, 'expected -1 (unlimited), 0 or more')
    .nullish(),
  allow_vulnerable_function_for_severities: severities.nullish(),
});

const AssessmentRules = z.strictObject({
  excluded_cves: z.array(text, { error: 'expected a list of CVE ids' }).nullish(),
  severity_exclusions: Exclusions.nullish(),
  thresholds: Thresholds.nullish(),
});
export type AssessmentRules = z.infer<typeof AssessmentRules>;

const ReferenceDocument = z
  .strictObject({
    mode: wordsOf(['evaluate', 'compare']),
    max_workers: z.int({ error: 'expected a whole number' }).min(1).max(1000).nullish(),
    certification_environment: EnvironmentBlock,
    production_environment: EnvironmentBlock.nullish(),
    assessment_rules: AssessmentRules.nullish(),
  })
  .refine(({ mode, production_environment }) => mode === 'evaluate' || !!production_environment, {
    path: ['production_environment'],
    message: 'is missing, and mode compare compares with it',
  });
export type ReferenceDocument = z.infer<typeof ReferenceDocument>;

const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': ['mode', 'max_workers', 'certification_environment', 'production_environment', 'assessment_rules'],
  certification_environment: Object.keys(EnvironmentBlock.shape),
  production_environment: Object.keys(EnvironmentBlock.shape),
  assessment_rules: Object.keys(AssessmentRules.shape),
  'assessment_rules.thresholds': Object.keys(Thresholds.shape),
};

/** True for a file that was written for the promotion script, whatever else is wrong with it. */
export function isReferenceConfig(document: unknown): boolean {
  if (typeof document !== 'object' || document === null) return false;
  return KEYS['']?.some((key) => Object.hasOwn(document, key)) ?? false;
}

/**
 * Mode evaluate reads one environment. A file may keep the other for the day it compares, as a template or half filled
 * in, and nothing in it can let anything pass.
 */
export function leavesProductionOut(document: unknown): document is Readonly<Record<string, unknown>> {
  if (typeof document !== 'object' || document === null) return false;
  const { mode, production_environment } = document as Readonly<Record<string, unknown>>;
  return typeof mode === 'string' && /^\s*evaluate\s*$/i.test(mode) && !!production_environment;
}

function withoutUnused(document: unknown): unknown {
  if (!leavesProductionOut(document)) return document;
  const { production_environment: _, ...used } = document;
  return used;
}

/** Throws `config-invalid` naming the file and every problem in it by path, with its line in the text; never a value. */
export function readReferenceDocument(document: unknown, file: string, text = ''): ReferenceDocument {
  const read = ReferenceDocument.safeParse(withoutUnused(document));
  if (read.success) return read.data;
  throw problems(file, inLines(read.error.issues.flatMap(sentencesOf), text));
}

/** Sentences that begin with a path, each with the line in which that stands. */
export function inLines(sentences: readonly string[], text: string): readonly Problem[] {
  const lineOf = lineFinder(text);
  return sentences.map((sentence) => {
    const [path = '', ...message] = sentence.split(': ');
    return { path, line: lineOf(path.split('.')), message: message.join(': ') };
  });
}

function sentencesOf(issue: z.core.$ZodIssue): readonly string[] {
  const at = issue.path.join('.');
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${at}: ${message}`);
  if (issue.code !== 'unrecognized_keys') return [`${at || 'document'}: ${plainly(issue)}`];
  return issue.keys.map((key) => {
    const place = [...issue.path, key].join('.');
    return `${place}: there is no such key${didYouMean(key, KEYS[at] ?? [])}`;
  });
}

function plainly({ message }: z.core.$ZodIssue): string {
  return /received undefined$/.test(message) ? 'is missing' : message;
}
