/** Questions to a person at a terminal, on standard error: what is printed on standard output is the answer alone. */
import { createInterface } from 'node:readline';
import { GatehouseError } from '../../domain/errors.ts';
import { PRESETS } from '../../domain/policy.ts';
import type { Io } from '../command.ts';
import {
  type Answers,
  type Checked,
  checkedName,
  checkedPipeline,
  checkedPreset,
  checkedTokenFile,
  checkedUrl,
  checkedVariable,
  DEFAULT_TOKEN_VARIABLE,
  type DynatraceAnswers,
  isPrivateAddress,
  PIPELINE_KINDS,
  type TokenPlace,
} from './answers.ts';
import type { Given } from './from-options.ts';

/** Standard input and error are both a terminal: only then is there somebody who can be asked. */
export function canAsk(io: Io): boolean {
  return io.isStderrTty && 'isTTY' in io.stdin && io.stdin.isTTY === true;
}

/** Asks what was not given, until each answer can be one. Throws as `Person` does. */
export async function ask(person: Person, given: Given, defaults: Answers): Promise<Answers> {
  person.tell('A few questions; Enter takes what stands in brackets, Ctrl-C leaves and writes nothing.');
  const dynatrace = await askDynatrace(person, given);
  return {
    dynatrace,
    scans:
      given.scans ??
      (await person.ask('Scan files, there or still to come, separated by commas', {
        else: [],
        check: listed,
      })),
    policy:
      given.policy ??
      (await person.ask(`Policy: ${PRESETS.join(', ')}`, {
        else: defaults.policy,
        shown: defaults.policy,
        check: checkedPreset,
      })),
    release:
      given.release ??
      (await person.ask('What is to ship, as a verdict calls it', {
        else: defaults.release,
        shown: defaults.release,
        check: checkedName,
      })),
    scope: given.scope ?? defaults.scope,
    pipeline:
      given.pipeline ??
      (await person.ask(`A file for a pipeline: ${PIPELINE_KINDS.join(', ')}`, {
        else: undefined,
        check: checkedPipeline,
      })),
  };
}

/** Asked last, with all that is about to be written in sight. */
export async function mayWrite(person: Person, names: readonly string[]): Promise<boolean> {
  return await person.ask(`Write ${names.join(' and ')}?`, { else: true, shown: 'yes', check: yesOrNo });
}

async function askDynatrace(person: Person, given: Given): Promise<DynatraceAnswers | undefined> {
  const url =
    given.url ??
    (await person.ask('Address of your Dynatrace environment', { else: undefined, check: checkedUrl }));
  if (url === undefined) return undefined;
  return {
    url,
    token:
      given.token ??
      (await person.ask('Its token is in which environment variable (or file:PATH)', {
        else: { env: DEFAULT_TOKEN_VARIABLE },
        shown: DEFAULT_TOKEN_VARIABLE,
        check: tokenPlace,
      })),
    zones:
      given.zones ??
      (await person.ask('Management zones, separated by commas', { else: [], shown: 'all', check: listed })),
    allowPrivate: given.allowPrivate || isPrivateAddress(url),
  };
}

function tokenPlace(text: string): Checked<TokenPlace> {
  if (text.startsWith('file:')) {
    const file = checkedTokenFile(text.slice('file:'.length));
    return 'value' in file ? { value: { file: file.value } } : file;
  }
  const variable = checkedVariable(text);
  return 'value' in variable ? { value: { env: variable.value } } : variable;
}

function listed(text: string): Checked<readonly string[]> {
  return { value: text.split(',').flatMap((part) => part.trim() || []) };
}

function yesOrNo(text: string): Checked<boolean> {
  if (/^y(es)?$/i.test(text)) return { value: true };
  return /^no?$/i.test(text) ? { value: false } : { problem: 'is neither yes nor no' };
}

interface Question<Value> {
  /** Taken when nothing is typed. */
  readonly else: Value;
  /** How that is shown. */
  readonly shown?: string;
  check(text: string): Checked<Value>;
}

/** Somebody at the terminal. Asking throws `cancelled` when they leave (Ctrl-C, Ctrl-D) instead of answering. */
export interface Person extends Disposable {
  tell(text: string): void;
  ask<Value>(question: string, how: Question<Value>): Promise<Value>;
}

export function personAt(io: Io): Person {
  const lines = createInterface({ input: io.stdin, output: io.stderr, terminal: true });
  // Lines that were pasted together come before they are asked for.
  const typed: string[] = [];
  let waiting: PromiseWithResolvers<string> | undefined;
  let hasLeft = false;
  lines.on('line', (line) => {
    if (waiting === undefined) typed.push(line);
    else waiting.resolve(line);
    waiting = undefined;
  });
  const leave = (): void => {
    hasLeft = true;
    waiting?.reject(goodbye());
  };
  // In raw mode the terminal sends no signal: readline tells of Ctrl-C and, by closing, of Ctrl-D.
  for (const event of ['SIGINT', 'close'] as const) lines.on(event, leave);
  io.signal.addEventListener('abort', leave, { once: true });
  const next = async (prompt: string): Promise<string> => {
    const line = io.signal.aborted ? undefined : typed.shift();
    if (line !== undefined) {
      io.stderr.write(`${prompt}${line}\n`);
      return line;
    }
    if (hasLeft || io.signal.aborted) throw goodbye();
    lines.setPrompt(prompt);
    lines.prompt();
    waiting = Promise.withResolvers();
    return await waiting.promise;
  };
  return {
    tell: (text) => void io.stderr.write(`${text}\n`),
    async ask(question, how) {
      for (;;) {
        const text = (await next(`${question} [${how.shown ?? 'none'}]: `)).trim();
        if (text === '') return how.else;
        const checked = how.check(text);
        if ('value' in checked) return checked.value;
        io.stderr.write(`  That ${checked.problem}.\n`);
      }
    },
    [Symbol.dispose]: () => {
      io.signal.removeEventListener('abort', leave);
      lines.close();
    },
  };
}

function goodbye(): GatehouseError {
  return new GatehouseError('cancelled', 'you left before the end; nothing was written');
}
