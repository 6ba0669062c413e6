/** A real terminal for a command: `script` of util-linux gives it one. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

const SCRIPT = 'script';

export const terminalNeed =
  '`script` (package bsdutils or util-linux): a real terminal for the command that asks';

export function isTerminalHere(): boolean {
  return spawnSync(SCRIPT, ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;
}

/** Whether commands can be given one. With CI=true its absence is a failure, not a gap: then this throws. */
export function hasTerminal(): boolean {
  if (isTerminalHere()) return true;
  if (process.env.CI === 'true')
    throw new Error(`tests may not be left out with CI=true; needed: ${terminalNeed}`);
  return false;
}

/** The words in a terminal of their own. What is typed goes to its standard input, what is shown comes from its output. */
export function atTerminal(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv): ChildProcess {
  const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return spawn(SCRIPT, ['-qec', line, '/dev/null'], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
}
