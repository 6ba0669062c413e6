/** What may stand behind an option, or as an argument, where that is a choice: offered to a shell, and checked. */
import type { Argument, Command } from 'commander';
import { didYouMean } from './nearest.ts';

export interface Choice {
  /** Loaded when they are wanted: most commands never ask. */
  words(): Promise<readonly string[]>;
  /** One word, several separated by commas, or words each followed by `=` and a file name. */
  readonly form: 'word' | 'list' | 'pair';
  /** A file's name does as well. */
  readonly orFile: boolean;
  /** Whether another word is refused before the command sees it; one that tells all problems at once wants to. */
  readonly isClosed: boolean;
}

const presets = async () => (await import('../domain/policy.ts')).PRESETS;
const severities = async () => (await import('../domain/severity.ts')).SEVERITIES;
const reports = async () => (await import('../reports/registry.ts')).REPORTS.map(({ kind }) => kind);
const scanFormats = async () => (await import('../formats/registry.ts')).formats.map(({ kind }) => kind);
const vexDialects = async () => (await import('../vex/registry.ts')).DIALECTS.map(({ kind }) => kind);
const triageStates = async () => (await import('../domain/triage.ts')).TriageState.options;

/** By command and option or argument; `*`: of every command, by the option or by what its value is called. */
export const CHOICES: Readonly<Record<string, Choice>> = {
  '* <policy>': { words: presets, form: 'word', orFile: true, isClosed: false },
  'init --policy': { words: presets, form: 'word', orFile: false, isClosed: false },
  'init --pipeline': {
    words: async () => (await import('./init/answers.ts')).PIPELINE_KINDS,
    form: 'word',
    orFile: false,
    isClosed: false,
  },
  '* --severity': choice(severities, 'list'),
  'completion <shell>': choice(async () => (await import('./completion/shells.ts')).SHELLS),
  'finding add --severity': choice(severities),
  'findings --state': choice(async () => ['open', 'resolved', 'all']),
  'gate --announce': choice(async () => {
    const { CODE_HOSTS } = await import('../notify/registry.ts');
    return [...CODE_HOSTS.map(({ kind }) => kind), 'auto'];
  }),
  'gate --format': choice(reports),
  'gate --report': choice(reports, 'pair'),
  // A configuration describes others, so these commands check the word themselves.
  'gate --scan-format': { ...choice(scanFormats), isClosed: false },
  'import --format': {
    ...choice(async () => [...(await scanFormats()), ...(await vexDialects())]),
    isClosed: false,
  },
  'policy explain --rule': choice(async () =>
    (await import('../policy/rules/registry.ts')).RULES.map(({ id }) => id),
  ),
  'triage set --justification': choice(
    async () => (await import('../domain/triage.ts')).Justification.options,
  ),
  'triage set --state': choice(triageStates),
  'triage show --state': choice(triageStates),
  'verify --verdict': choice(async () => [...(await import('../domain/verdict.ts')).VERDICTS, 'any']),
  'vex export --format': choice(async () => ['openvex', 'cyclonedx']),
  'waiver list --state': choice(
    async () => (await import('../domain/waiver-history.ts')).WAIVER_STATES,
    'list',
  ),
};

function choice(words: Choice['words'], form: Choice['form'] = 'word'): Choice {
  return { words, form, orFile: false, isClosed: true };
}

/** `option`: as declared, `-f, --format <format>`, or an argument, `<file...>`. Undefined: any text will do. */
export function choiceOf(command: string, option: string): Choice | undefined {
  const [name = ''] = option.replace(/^-\w, /, '').split(' ');
  const value = /[<[](\w+)[^<[]*$/.exec(option)?.[1];
  return CHOICES[`${command} ${name}`] ?? CHOICES[`* ${name}`] ?? CHOICES[`* <${value}>`];
}

/** What is wrong with the words given where there is a choice, with what was probably meant; undefined: nothing. */
export async function choiceFault(name: string, command: Command): Promise<string | undefined> {
  for (const { at, flags, words } of givenTo(command)) {
    const choice = choiceOf(name, flags);
    if (choice === undefined || !choice.isClosed) continue;
    const known = await choice.words();
    const unknown = words
      .flatMap((word) => partsOf(choice, word))
      .find((part) => !known.some((one) => isSame(one, part)));
    if (unknown === undefined) continue;
    return `${at}: '${unknown.trim()}' is none of ${known.join(', ')}${didYouMean(unknown, known)}`;
  }
  return undefined;
}

interface Given {
  /** As a message names it. */
  readonly at: string;
  readonly flags: string;
  readonly words: readonly string[];
}

function givenTo(command: Command): readonly Given[] {
  const options = command.options.map((option) => ({
    at: option.long ?? option.flags,
    flags: option.flags,
    words: wordsIn(command.getOptionValue(option.attributeName())),
  }));
  const [argument] = command.registeredArguments;
  if (argument === undefined) return options;
  return [...options, { at: argument.name(), flags: argumentText(argument), words: command.args }];
}

/** An argument as a usage line writes it: `<file>`, `[policy...]`. */
export function argumentText(argument: Argument): string {
  const inside = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${inside}>` : `[${inside}]`;
}

function wordsIn(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((one) => typeof one === 'string');
}

function partsOf({ form }: Choice, word: string): readonly string[] {
  if (form === 'list') return word.split(',');
  return [form === 'pair' ? (word.split('=')[0] ?? '') : word];
}

function isSame(known: string, written: string): boolean {
  return known.toLowerCase() === written.trim().toLowerCase();
}
