import { Command, CommanderError } from 'commander';
import type { CommandEntry, CommandModule, ExitCode, Io } from './command.ts';
import { UsageError } from './failure.ts';
import { version } from './version.ts';

/**
 * Finds the command that `argv` asks for, and runs it. Loads that one alone; all of them only to show the overall
 * help or to guess what was meant.
 *
 * Throws UsageError when the line cannot be understood, and whatever the command throws.
 */
export async function runProgram(
  argv: readonly string[],
  io: Io,
  entries: readonly CommandEntry[],
): Promise<ExitCode> {
  const asked = entries.filter((entry) => entry.name.split(' ').every((word, index) => argv[index] === word));
  const modules = await Promise.all((asked.length > 0 ? asked : entries).map((entry) => entry.load()));
  let exitCode: ExitCode = 0;
  const program = makeProgram(io);
  for (const module of modules) {
    const command = addCommand(program, module);
    command.action(async () => {
      exitCode = await module.run(command.opts(), io, command.args);
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help that was asked for arrives as an error too.
    if (error.exitCode === 0) return exitCode;
    const module = askedFor(argv, modules);
    module?.refused?.(argv.slice(module.name.split(' ').length), io);
    const name = module === undefined ? '' : `${module.name} `;
    throw new UsageError(plainly(error), `gatehouse ${name}--help`);
  }
  return exitCode;
}

function makeProgram(io: Io): Command {
  const program = new Command('gatehouse');
  return program
    .description('Know every vulnerability in what you run, and decide GO or NO-GO before you ship.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
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
  return command;
}

/** Commander's words without its prefix, on one line. */
function plainly(error: CommanderError): string {
  if (error.code === 'commander.help') return 'which command?';
  return error.message
    .replace(/^error: /, '')
    .replace(/\n\(Did you (.*)\)$/, '; did you $1')
    .replace(/\s*\n\s*/g, ' ');
}

function askedFor(argv: readonly string[], modules: readonly CommandModule[]): CommandModule | undefined {
  return modules.find(({ name }) => `${argv.join(' ')} `.startsWith(`${name} `));
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
