import { Command, CommanderError } from 'commander';
import type { CommandEntry, CommandModule, ExitCode, Io } from './command.ts';
import { UsageError } from './failure.ts';
import { version } from './version.ts';

const QUIET = { flags: '-q, --quiet', means: 'no progress on standard error, only errors' };
const HELP = { flags: '-h, --help', means: 'show this help' };

/** Options of every command, beside its own. */
export const COMMON_OPTIONS = [QUIET, HELP] as const;

/**
 * Finds the command that `argv` asks for, and runs it. Loads that one alone; all of a group, or all there are, only to
 * show the help about them.
 *
 * Throws UsageError when the line cannot be understood, and whatever the command throws.
 */
export async function runProgram(
  argv: readonly string[],
  io: Io,
  entries: readonly CommandEntry[],
): Promise<ExitCode> {
  const [first, ...others] = argv;
  if (first === '-q' || first === '--quiet') return await runProgram(others, quietly(io), entries);
  const isHelp = first === 'help' && others.length > 0 && !others[0]?.startsWith('-');
  return await runLine(isHelp ? [...others, '--help'] : argv, io, entries);
}

/** Copied without being looked at: standard input is opened when it is first asked for. */
function quietly(io: Io): Io {
  const isQuiet = { value: true, enumerable: true };
  return Object.create(null, { ...Object.getOwnPropertyDescriptors(io), isQuiet });
}

async function runLine(argv: readonly string[], io: Io, entries: readonly CommandEntry[]): Promise<ExitCode> {
  const modules = await Promise.all((await askedFor(argv, entries)).map((entry) => entry.load()));
  let exitCode: ExitCode = 0;
  const program = makeProgram(io);
  for (const module of modules) {
    const command = addCommand(program, module);
    command.action(async () => {
      const fault = await choiceFaultOf(module, command);
      if (fault !== undefined) throw refused(fault, argv, module, io);
      const { quiet, ...options } = command.opts();
      exitCode = await module.run(options, quiet === true ? quietly(io) : io, command.args);
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help that was asked for arrives as an error too.
    if (error.exitCode === 0) return exitCode;
    throw refused(
      plainly(error),
      argv,
      modules.find(({ name }) => isAsked(argv, name)),
      io,
    );
  }
  return exitCode;
}

async function choiceFaultOf({ name }: CommandModule, command: Command): Promise<string | undefined> {
  const takesWords =
    command.registeredArguments.length > 0 || command.options.some(({ required }) => required);
  return takesWords ? await (await import('./choices.ts')).choiceFault(name, command) : undefined;
}

function isAsked(argv: readonly string[], name: string): boolean {
  return name.split(' ').every((word, index) => argv[index] === word);
}

/** The command of that name, or those of the group; all where no name is given. */
async function askedFor(
  argv: readonly string[],
  entries: readonly CommandEntry[],
): Promise<readonly CommandEntry[]> {
  const named = entries.filter(({ name }) => isAsked(argv, name));
  if (named.length > 0) return named;
  const [first = '', second = ''] = argv;
  if (first === '' || first === 'help' || first.startsWith('-')) return entries;
  const group = entries.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0 && (second === '' || second.startsWith('-'))) return group;
  const { meantCommand } = await import('./nearest.ts');
  const words = argv.filter((word) => !word.startsWith('-'));
  const names = entries.map(({ name }) => name);
  const meant = meantCommand(words, group.length > 0 ? group.map(({ name }) => name) : names);
  const unknown = group.length > 0 ? `${first} ${second}` : first;
  throw new UsageError(
    `unknown command '${unknown}'${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    `gatehouse ${group.length > 0 ? `${first} ` : ''}--help`,
  );
}

function refused(
  message: string,
  argv: readonly string[],
  module: CommandModule | undefined,
  io: Io,
): UsageError {
  module?.refused?.(argv.slice(module.name.split(' ').length), io);
  return new UsageError(message, `gatehouse ${module === undefined ? '' : `${module.name} `}--help`);
}

function makeProgram(io: Io): Command {
  const program = new Command('gatehouse');
  return program
    .description('Know every vulnerability in what you run, and decide GO or NO-GO before you ship.')
    .version(version, '-V, --version', 'print the version')
    .helpOption(HELP.flags, HELP.means)
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', '\n`gatehouse COMMAND --help` shows the options of a command, with examples.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Told once, by the one place that tells failures.
      outputError: () => undefined,
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
      getOutHasColors: () => io.hasColour,
      getErrHasColors: () => io.hasColour,
    });
}

/** `policy check` becomes `check` in a group `policy`. */
function addCommand(program: Command, module: CommandModule): Command {
  const words = module.name.split(' ');
  const name = words.pop() ?? module.name;
  let parent = program;
  for (const word of words) {
    parent = parent.commands.find((command) => command.name() === word) ?? parent.command(word);
  }
  const command = parent
    .command(name)
    .summary(module.summary)
    .description(`${capitalised(module.summary)}.`);
  command.addHelpText(
    'after',
    `\nExamples:\n${module.examples.map(({ line, does }) => `  ${line}\n      ${does}`).join('\n')}`,
  );
  module.define(command);
  return command.option(QUIET.flags, QUIET.means);
}

/** Commander's words without its prefix, on one line. */
function plainly(error: CommanderError): string {
  if (error.code === 'commander.help') return 'which command?';
  return (
    error.message
      .replace(/^error: /, '')
      // What stands behind may be a token.
      .replace(/^(unknown option '[^'=]+)=[^']*/, '$1')
      .replace(/\n\(Did you (.*)\)$/, '; did you $1')
      .replace(/\s*\n\s*/g, ' ')
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
