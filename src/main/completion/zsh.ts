/** Completion for zsh, by its own `_arguments`. */
import { subcommandsOf } from './groups.ts';
import type { OfferedCommand, OfferedOption, OfferedValue, Offers } from './offers.ts';
import { quoted } from './quote.ts';

export function zshScript(offers: Offers): string {
  const { commands, groups } = offers;
  const top = commands.filter(({ name }) => !name.includes(' '));
  const described = [
    ...groups.map((group) => quoted(`${group}:${subcommandsOf(offers, group).join(', ')}`)),
    ...top.map(({ name, summary }) => quoted(`${name}:${summary}`)),
    quoted('help:show help for a command'),
  ];
  return `#compdef gatehouse
# Completion of gatehouse for zsh: source <(gatehouse completion zsh), or as a file _gatehouse in a folder of $fpath

_gatehouse() {
  local context state state_descr line curcontext=$curcontext
  typeset -A opt_args
  _arguments -C '(- *)'{-h,--help}'[show this help]' '(- *)'{-V,--version}'[print the version]' \\
    '1:command:->command' '*::word:->words'
  case $state in
    command) ${describe(described)} ;;
    words)
      case $words[1] in
${groups.map((group) => `        ${group}) _gatehouse_${group} ;;\n`).join('')}${top.map(commandCase).join('')}        help) _gatehouse ;;
      esac ;;
  esac
}
${groups.map((group) => groupFunction(offers, group)).join('')}
_gatehouse_or_file() { _alternative "words:word:($*)" 'files:file:_files' }
_gatehouse_list() { compset -P '*,'; compadd -S '' -- "$@" }
_gatehouse_pair() { if compset -P '*='; then _files; else compadd -S = -- "$@"; fi }

if [[ $funcstack[1] == _gatehouse ]]; then _gatehouse "$@"; else compdef _gatehouse gatehouse; fi
`;
}

function groupFunction(offers: Offers, group: string): string {
  const commands = offers.commands
    .filter(({ name }) => name.startsWith(`${group} `))
    .map((command) => ({ ...command, name: command.name.slice(group.length + 1) }));
  return `
_gatehouse_${group}() {
  local context state state_descr line curcontext=$curcontext
  typeset -A opt_args
  _arguments -C '(- *)'{-h,--help}'[show this help]' '1:command:->command' '*::word:->words'
  case $state in
    command) ${describe(commands.map(({ name, summary }) => quoted(`${name}:${summary}`)))} ;;
    words)
      case $words[1] in
${commands.map(commandCase).join('')}      esac ;;
  esac
}
`;
}

function describe(described: readonly string[]): string {
  return `local -a offered=(${described.join(' ')}); _describe -t commands command offered`;
}

function commandCase({ name, options, words }: OfferedCommand): string {
  const specs = options.flatMap(optionSpecs);
  if (words !== undefined) specs.push(quoted(`${words.isMany ? '*' : '1'}:${valueSpec(words)}`));
  else specs.push(...furtherValues(options));
  return `        ${name}) _arguments -s ${specs.join(' ')} ;;\n`;
}

/** One for each spelling, which is never offered twice unless it may stand twice. */
function optionSpecs({ long, short, means, value }: OfferedOption): readonly string[] {
  const names = short === undefined ? [long] : [short, long];
  return names.map((name) => {
    const others = value?.isMany === true ? '*' : names.length > 1 ? `(${names.join(' ')})` : '';
    const takes = value !== undefined && name === long ? '=' : '';
    return quoted(
      `${others}${name}${takes}[${escaped(means)}]${value === undefined ? '' : `:${valueSpec(value)}`}`,
    );
  });
}

/** The second word and later ones behind an option that takes several: to zsh they are words like others. */
function furtherValues(options: readonly OfferedOption[]): readonly string[] {
  const cases = options.flatMap(({ long, value }) => {
    const action = value?.isMany === true ? actionOf(value).trim() : '';
    return action === '' ? [] : [`${long}|${long}=*) ${action} ;;`];
  });
  return cases.length === 0 ? [] : [quoted(`*:word:{ case \${words[(R)-*]} in ${cases.join(' ')} esac }`)];
}

function valueSpec(value: OfferedValue): string {
  return `${escaped(value.name)}:${actionOf(value)}`;
}

function actionOf({ words, form, isFile }: OfferedValue): string {
  const listed = words.join(' ');
  if (form === 'list') return ` _gatehouse_list ${listed}`;
  if (form === 'pair') return ` _gatehouse_pair ${listed}`;
  if (words.length > 0) return isFile ? ` _gatehouse_or_file ${listed}` : `(${listed})`;
  return isFile ? '_files' : '';
}

function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, (letter) => `\\${letter}`);
}
