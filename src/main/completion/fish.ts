/** Completion for fish: one `complete` for each thing that can be offered, with the condition under which it is. */
import { subcommandsOf } from './groups.ts';
import type { OfferedCommand, OfferedOption, OfferedValue, Offers } from './offers.ts';

export function fishScript(offers: Offers): string {
  const { commands, groups } = offers;
  const top = commands.filter(({ name }) => !name.includes(' '));
  return `# Completion of gatehouse for fish: gatehouse completion fish | source
${CONDITIONS}
complete -c gatehouse -f
${groups.map((group) => word('', group, subcommandsOf(offers, group).join(', '))).join('')}${top
  .map(({ name, summary }) => word('', name, summary))
  .join(
    '',
  )}${word('', 'help', 'show help for a command')}complete -c gatehouse -n ${at('')} -s h -l help -d 'show this help'
complete -c gatehouse -n ${at('')} -s V -l version -d 'print the version'
${commands.map(commandLines).join('')}`;
}

function commandLines({ name, summary, options, words }: OfferedCommand): string {
  const [group, second] = name.split(' ');
  const own = second === undefined ? '' : word(group ?? '', second, summary);
  const beside =
    words === undefined
      ? ''
      : `complete -c gatehouse -n ${quoted(`__gatehouse_is '${name}'`)}${positional(words)}\n`;
  return `${own}${options.map((option) => optionLines(name, option)).join('')}${beside}`;
}

function word(behind: string, name: string, means: string): string {
  return `complete -c gatehouse -n ${at(behind)} -a ${name} -d ${quoted(means)}\n`;
}

function at(behind: string): string {
  return quoted(`__gatehouse_at '${behind}'`);
}

function optionLines(command: string, { long, short, means, value }: OfferedOption): string {
  const names = `${short === undefined ? '' : ` -s ${short.slice(1)}`} -l ${long.slice(2)}`;
  const line = `complete -c gatehouse -n ${quoted(`__gatehouse_is '${command}'`)}${names}`;
  const described = `${line} -d ${quoted(means)}`;
  if (value === undefined) return `${described}\n`;
  const own = `${described}${value.isFile || value.form === 'pair' ? ' -r -F' : ' -x'}${listed(value)}\n`;
  if (!value.isMany) return own;
  const condition = quoted(`__gatehouse_goes_on '${command}' ${long}`);
  return `${own}complete -c gatehouse -n ${condition}${positional(value)}\n`;
}

function positional(value: OfferedValue): string {
  return `${value.isFile || value.form === 'pair' ? ' -F' : ''}${listed(value)}`;
}

function listed({ words, form }: OfferedValue): string {
  if (words.length === 0) return '';
  const all = words.join(' ');
  if (form === 'list') return ` -a ${quoted(`(__gatehouse_list ${all})`)}`;
  return ` -a ${quoted(form === 'pair' ? words.map((one) => `${one}=`).join(' ') : all)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const CONDITIONS = `
# Exactly these words stand before the one that is typed.
function __gatehouse_at
    set -l words (commandline -opc)
    test "$words[2..-1]" = "$argv[1]"
end

# The command is this one.
function __gatehouse_is
    set -l words (commandline -opc)
    set -l wanted (string split ' ' -- $argv[1])
    set -l end (math (count $wanted) + 1)
    test (count $words) -ge $end
    and test "$words[2..$end]" = "$argv[1]"
end

# The command is this one, and the last option is that one, with a word behind it already.
function __gatehouse_goes_on
    __gatehouse_is $argv[1]
    or return 1
    set -l options (string match -- '-*' (commandline -opc))
    test "$options[-1]" = "$argv[2]"
end

# Words separated by commas: what stands before the last comma stays.
function __gatehouse_list
    set -l before (commandline -ct | string replace -r -- '^--[^=]*=' '' | string match -r '.*,')
    printf '%s\\n' "$before"$argv
end
`;
