/** From answers to a first `gatehouse.yaml`: asked, made, read as every command reads it, and only then written. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { GatehouseError } from '../../domain/errors.ts';
import type { Io } from '../command.ts';
import { type Configuration, DEFAULT_FILE, readConfiguration } from '../configuration.ts';
import { type Answers, DEFAULT_SCOPE, DEFAULT_TOKEN_VARIABLE, isPrivateAddress } from './answers.ts';
import { ask, canAsk, mayWrite, type Person, personAt } from './ask.ts';
import { checkSource, type SourceAnswer } from './check-source.ts';
import { configurationText, shellWord } from './configuration-text.ts';
import { type Given, givenBy, type InitOptions } from './from-options.ts';
import { pipelineFile } from './pipeline-file.ts';
import { knownScans } from './scan-sources.ts';
import { type NewFile, refuseExisting, writeTogether } from './written-files.ts';

export interface Initialised {
  /** The configuration first. */
  readonly files: readonly NewFile[];
  readonly checked: readonly SourceAnswer[];
  /** What a person has still to do, as sentences. */
  readonly steps: readonly string[];
  /** Three command lines to go on with. */
  readonly next: readonly string[];
}

/**
 * With `--dry-run` nothing is written.
 *
 * @throws GatehouseError `input-invalid` for what cannot be an answer and for a file that is there; `cancelled` when
 * the person leaves; with `--check`, what the source ends with. Nothing is written then.
 */
export async function initialise(options: InitOptions, io: Io): Promise<Initialised> {
  const given = givenBy(options, io);
  const configuration = { path: resolve(io.cwd, options.output), name: options.output };
  const mayReplace = options.force === true || options.dryRun === true;
  if (!mayReplace) await refuseExisting([configuration]);
  using person = options.yes || options.json || !canAsk(io) ? undefined : personAt(io);
  const answers = await answersOf(given, person, io);
  const scans = await knownScans(answers.scans, io);
  const files: NewFile[] = [{ ...configuration, text: configurationText(answers, scans) }];
  const steps = [...tokenSteps(answers, io)];
  if (answers.pipeline !== undefined) {
    const name = relative(io.cwd, configuration.path);
    const elsewhere = name === DEFAULT_FILE ? undefined : name;
    const pipeline = await pipelineFile(answers.pipeline, answers, elsewhere);
    files.push({ ...pipeline, path: resolve(io.cwd, pipeline.name) });
    steps.push(...pipeline.steps);
  }
  if (!mayReplace) await refuseExisting(files);
  const read = await readBack(files[0]?.text ?? '', io);
  const checked = [];
  if (options.check === true) {
    if (read.sources.length === 0) {
      throw new GatehouseError('input-invalid', '--check asks a source: give --dynatrace URL, too');
    }
    for (const source of read.sources) checked.push(await checkSource(source, io));
  }
  if (options.dryRun !== true) {
    await confirm(person, files);
    io.signal.throwIfAborted();
    await writeTogether(files, {
      mayReplace,
      validate: async ([staged]) => void (await readConfiguration(io, staged)),
    });
  }
  return { files, checked, steps, next: nextCommands(answers, options.output) };
}

async function answersOf(given: Given, person: Person | undefined, io: Io): Promise<Answers> {
  const { url, zones = [], token = { env: DEFAULT_TOKEN_VARIABLE } } = given;
  const defaults: Answers = {
    dynatrace:
      url === undefined
        ? undefined
        : { url, token, zones, allowPrivate: given.allowPrivate || isPrivateAddress(url) },
    scans: given.scans ?? [],
    policy: given.policy ?? 'strict',
    release: given.release ?? (basename(io.cwd) || 'release'),
    scope: given.scope ?? DEFAULT_SCOPE,
    pipeline: given.pipeline,
  };
  const answers = person === undefined ? defaults : await ask(person, given, defaults);
  if (answers.dynatrace !== undefined || answers.scans.length > 0) return answers;
  const how = person === undefined ? '; without a terminal nobody can be asked' : '';
  throw new GatehouseError(
    'input-invalid',
    `there is nothing to judge yet: give --dynatrace URL, --scan FILE, or both${how}`,
  );
}

function tokenSteps({ dynatrace }: Answers, { env }: Io): readonly string[] {
  if (dynatrace === undefined) return [];
  const { token } = dynatrace;
  if ('file' in token) return [`put the token into ${token.file}, readable by you alone`];
  return env[token.env] ? [] : [`set ${token.env} to the token: export ${token.env}=…`];
}

/** By the reader of every command. What it does not accept is our mistake, told before anything is asked further. */
async function readBack(text: string, io: Io): Promise<Configuration> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-init-'));
  try {
    const file = join(folder, DEFAULT_FILE);
    await writeFile(file, text);
    return await readConfiguration(io, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function confirm(person: Person | undefined, files: readonly NewFile[]): Promise<void> {
  if (person === undefined) return;
  person.tell(`\n${files[0]?.text}`);
  const names = files.map(({ name }) => name);
  if (await mayWrite(person, names)) return;
  throw new GatehouseError('cancelled', 'as you wish: nothing was written');
}

function nextCommands({ dynatrace, scans, scope }: Answers, output: string): readonly string[] {
  const config = output === DEFAULT_FILE ? '' : ` --config ${shellWord(output)}`;
  const collect = dynatrace === undefined ? [] : [`gatehouse collect${config}`];
  const imported = scans.length === 0 ? [] : [`gatehouse import ${scans.map(shellWord).join(' ')}${config}`];
  const last = `gatehouse findings --scope ${shellWord(scope)}${config}`;
  return [...collect, ...imported, `gatehouse gate${config}`, last].slice(0, 3);
}
