/** What a shell may offer behind each command: read from the commands themselves. */
import { Command } from 'commander';
import { argumentText, type Choice, choiceOf } from '../choices.ts';
import type { CommandModule } from '../command.ts';
import { COMMON_OPTIONS } from '../program.ts';

export interface Offers {
  readonly commands: readonly OfferedCommand[];
  /** First words of commands of two: `policy`. */
  readonly groups: readonly string[];
}

export interface OfferedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OfferedOption[];
  /** What words beside the options may be; undefined: it takes none. */
  readonly words: OfferedValue | undefined;
}

export interface OfferedOption {
  /** `--policy`. */
  readonly long: string;
  /** `-p`; undefined: there is none. */
  readonly short: string | undefined;
  readonly means: string;
  /** Undefined: it stands alone. */
  readonly value: OfferedValue | undefined;
}

export interface OfferedValue {
  /** As the help calls it: `file`. */
  readonly name: string;
  readonly words: readonly string[];
  readonly form: Choice['form'];
  readonly isFile: boolean;
  /** Further words may follow the first. */
  readonly isMany: boolean;
}

export async function offersOf(modules: readonly CommandModule[]): Promise<Offers> {
  const commands = await Promise.all(modules.map(offeredCommand));
  const groups = commands.map(({ name }) => name.split(' ')).filter((words) => words.length > 1);
  return { commands, groups: [...new Set(groups.map(([first = '']) => first))] };
}

async function offeredCommand({ name, summary, define }: CommandModule): Promise<OfferedCommand> {
  const command = new Command(name);
  define(command);
  for (const { flags, means } of COMMON_OPTIONS) command.option(flags, means);
  const options = command.options
    .filter(({ hidden }) => !hidden)
    .map(async ({ long, short, flags, description, variadic, required }) => ({
      long: long ?? '',
      short: short ?? undefined,
      means: description,
      value: required ? await offeredValue(name, flags, variadic) : undefined,
    }));
  const [argument] = command.registeredArguments;
  return {
    name,
    summary,
    options: await Promise.all(options),
    words:
      argument === undefined
        ? undefined
        : await offeredValue(name, argumentText(argument), argument.variadic),
  };
}

async function offeredValue(command: string, flags: string, isMany: boolean): Promise<OfferedValue> {
  const name = /[<[]([^\]>]*?)(?:\.\.\.)?[\]>]$/.exec(flags)?.[1] ?? '';
  const choice = choiceOf(command, flags);
  return {
    name,
    words: (await choice?.words()) ?? [],
    form: choice?.form ?? 'word',
    isFile: choice?.orFile === true || name === 'file' || name === 'path',
    isMany,
  };
}
