/** Completion for bash, from 3.2 on: two tables as functions, and one function that reads the line by them. */
import { subcommandsOf } from './groups.ts';
import type { OfferedCommand, OfferedOption, OfferedValue, Offers } from './offers.ts';
import { quoted } from './quote.ts';

export function bashScript(offers: Offers): string {
  const { commands, groups } = offers;
  const top = commands.map(({ name }) => name).filter((name) => !name.includes(' '));
  return `# Completion of gatehouse for bash: eval "$(gatehouse completion bash)"

# What may follow the words of a command's name: further words of it. Sets offered.
_gatehouse_names() {
  offered=''
  case "$1" in
    '') offered=${quoted([...groups, ...top, 'help'].join(' '))} ;;
${groups.map((group) => `    ${group}) offered=${quoted(subcommandsOf(offers, group).join(' '))} ;;\n`).join('')}  esac
}

# The options of a command. Sets offered.
_gatehouse_options() {
  offered='--help'
  case "$1" in
    '') offered='--help --version' ;;
${commands.map(optionsCase).join('')}  esac
}

# What an option of a command takes, or what the words beside the options are, as option '*'.
# Sets takes (nothing, one or many), offered, form and files.
_gatehouse_value() {
  takes='' offered='' form=word files=''
  case "$1 $2" in
${commands.flatMap(valueCases).join('')}  esac
}
${READER}`;
}

function optionsCase({ name, options }: OfferedCommand): string {
  const words = options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short]));
  return `    ${quoted(name)}) offered=${quoted(words.join(' '))} ;;\n`;
}

function valueCases({ name, options, words }: OfferedCommand): readonly string[] {
  const own = options.flatMap((option) =>
    option.value === undefined ? [] : [valueCase(name, namesOf(option), option.value)],
  );
  return words === undefined ? own : [...own, valueCase(name, ['*'], words)];
}

function namesOf({ long, short }: OfferedOption): readonly string[] {
  return short === undefined ? [long] : [long, short];
}

function valueCase(command: string, names: readonly string[], value: OfferedValue): string {
  const patterns = names.map((name) => quoted(`${command} ${name}`)).join(' | ');
  const sets = [
    `takes=${value.isMany ? 'many' : 'one'}`,
    ...(value.words.length === 0 ? [] : [`offered=${quoted(value.words.join(' '))}`]),
    ...(value.form === 'word' ? [] : [`form=${value.form}`]),
    ...(value.isFile ? ['files=yes'] : []),
  ];
  return `    ${patterns}) ${sets.join(' ')} ;;\n`;
}

/** bash splits the line at `=`, too: `--format=json` arrives as three words, and so does `sarif=verdict.sarif`. */
const READER = `
_gatehouse() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} name='' option='' behind='' at word
  local offered takes form files candidate
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    if [[ $word == '=' ]]; then
      [[ \${COMP_WORDS[at - 1]} == -* ]] && continue
      # The rest of a value, of which the first half was read.
      at=$((at + 1))
      ((at == COMP_CWORD)) && behind='='
    elif [[ $word == -* ]]; then
      _gatehouse_value "$name" "$word"
      option=''
      [[ -n $takes ]] && option=$word
    elif [[ -n $option ]]; then
      _gatehouse_value "$name" "$option"
      [[ $takes == many ]] || option=''
    else
      _gatehouse_names "$name"
      case " $offered " in *" $word "*) name=\${name:+$name }$word ;; esac
    fi
  done
  if [[ $cur == '=' ]]; then
    [[ \${COMP_WORDS[COMP_CWORD - 1]} == -* ]] || behind='='
    cur=''
  fi
  [[ -n $behind && -z $option ]] && return
  if [[ $cur == -* ]]; then
    _gatehouse_options "$name"
    form=word files=''
  elif [[ -n $option ]]; then
    _gatehouse_value "$name" "$option"
  else
    _gatehouse_names "$name"
    if [[ -n $offered ]]; then form=word files=''; else _gatehouse_value "$name" '*'; fi
  fi
  _gatehouse_offer
}

# Puts into COMPREPLY what fits cur.
_gatehouse_offer() {
  local before='' after=''
  case "$form$behind" in
    list) before=\${cur%"\${cur##*,}"} ;;
    pair) after='=' ;;
    pair=) offered='' files=yes ;;
  esac
  [[ -n $after ]] && compopt -o nospace 2>/dev/null
  while IFS= read -r candidate; do
    COMPREPLY[\${#COMPREPLY[@]}]=$candidate
  done < <(compgen -P "$before" -S "$after" -W "$offered" -- "\${cur#"$before"}")
  [[ -n $files ]] || return 0
  compopt -o filenames 2>/dev/null
  while IFS= read -r candidate; do
    COMPREPLY[\${#COMPREPLY[@]}]=$candidate
  done < <(compgen -f -- "$cur")
}

complete -F _gatehouse gatehouse
`;
