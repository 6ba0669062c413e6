/** Real shells that complete a line, so that what they are told by a script is what a person sees. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { Shell } from '../../src/main/completion/shells.ts';
import { makeFolder } from './cli.ts';
import { atTerminal, hasTerminal } from './terminal.ts';

export const shellsNeed = 'zsh and fish: install the packages of these names';

export function areShellsHere(): boolean {
  return isShellHere('zsh') && isShellHere('fish');
}

/** Whether the shell, and what it takes to drive it, is here. With CI=true its absence is a failure: then this throws. */
export function hasShell(shell: Shell): boolean {
  if (isShellHere(shell)) return shell !== 'zsh' || hasTerminal();
  if (process.env.CI === 'true')
    throw new Error(`tests may not be left out with CI=true; needed: ${shellsNeed}`);
  return false;
}

function isShellHere(shell: Shell): boolean {
  return spawnSync(shell, ['-c', 'true'], { stdio: 'ignore' }).status === 0;
}

/** What the shell says of a script that it reads without running it; nothing where it is well. */
export async function syntaxFaults(shell: Shell, script: string): Promise<string> {
  await using folder = await makeFolder();
  await writeFile(folder.file('script'), script);
  const option = shell === 'fish' ? '--no-execute' : '-n';
  const { status, stderr } = spawnSync(shell, [option, folder.file('script')], { encoding: 'utf8' });
  return status === 0 ? stderr : `${stderr || 'ended'} with ${status}`;
}

/** What the shell offers at the end of the line, in alphabetical order, in a folder with these (empty) files. */
export async function completions(
  shell: Shell,
  script: string,
  line: string,
  files: readonly string[] = [],
): Promise<readonly string[]> {
  await using folder = await makeFolder();
  await using elsewhere = await makeFolder();
  for (const file of files) await writeFile(folder.file(file), '');
  await writeFile(elsewhere.file('script'), script);
  const env = {
    PATH: process.env.PATH,
    HOME: elsewhere.path,
    TERM: 'xterm',
    SCRIPT: elsewhere.file('script'),
    LINE: line,
  };
  const text = await DRIVERS[shell]({ cwd: folder.path, env, home: elsewhere.path });
  return [...new Set(text.split('\n').filter((one) => one !== ''))].sort();
}

interface Driven {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

const DRIVERS: Readonly<Record<Shell, (driven: Driven) => Promise<string>>> = {
  bash: async ({ cwd, env }) => runToEnd('bash', ['--norc', '-c', BASH], cwd, env),
  fish: async ({ cwd, env }) => {
    const told = runToEnd('fish', ['-c', 'source $SCRIPT; complete -C $LINE'], cwd, env);
    return told.replace(/\t.*$/gm, '');
  },
  zsh: async ({ cwd, env, home }) => {
    await writeFile(`${home}/.zshrc`, ZSH);
    const child = atTerminal(['zsh', '-i'], cwd, { ...env, ZDOTDIR: home, COLUMNS: '200' });
    child.stdin?.end();
    child.stdout?.resume();
    child.stderr?.resume();
    await once(child, 'close');
    return await readFile(`${home}/found`, 'utf8').catch(() => '');
  },
};

function runToEnd(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0 && stderr !== '') throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}

/** As readline calls it: the line in words, split at `=` as well. */
const BASH = `
source "$SCRIPT"
read -r _ _ entry < <(complete -p gatehouse | sed 's/-F \\([^ ]*\\) .*/\\1/; s/^/x /')
mapfile -t COMP_WORDS < <(printf '%s' "$LINE" | sed 's/=/\\n=\\n/g; s/ \\+/\\n/g' | sed '/^$/d')
case "$LINE" in *' ') COMP_WORDS+=('') ;; esac
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
"$entry"
printf '%s\\n' "\${COMPREPLY[@]}"
`;

/** Completes as soon as it could be typed, writes down what is offered, and ends. */
const ZSH = `
autoload -Uz compinit && compinit -u -D
source $SCRIPT
compadd() {
  builtin compadd "$@"
  local -a found
  [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]] || builtin compadd -A found "$@"
  (( $#found )) && print -rl -- \${IPREFIX}\${^found} >> $HOME/found
}
zle -C collect list-choices _main_complete
zle-line-init() {
  BUFFER=$LINE CURSOR=$#LINE
  zle collect
  exit
}
zle -N zle-line-init
`;
