import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLongFile, findWordFaults, type WordFault } from './words.ts';

/** Text larger than this is data. */
const MOST_BYTES = 1_000_000;

/** Reads what is committed or would be, and gives the faults as lines for people. */
export function checkWords(root: string): readonly string[] {
  return projectFiles(root).flatMap((file) => {
    const bytes = readFileSync(join(root, file));
    if (bytes.length > MOST_BYTES || bytes.includes(0)) return [];
    const text = bytes.toString('utf8');
    const long = findLongFile(file, text);
    return [...findWordFaults(file, text), ...(long ? [long] : [])].map(describe);
  });
}

/** Tracked files that exist, and those that `git add` would take. */
function projectFiles(root: string): readonly string[] {
  const list = (...options: string[]) =>
    execFileSync('git', ['ls-files', '-z', ...options], { cwd: root, encoding: 'utf8', maxBuffer: 1e8 })
      .split('\0')
      .filter(Boolean);
  const gone = new Set(list('--deleted'));
  return list('--cached', '--others', '--exclude-standard').filter((file) => !gone.has(file));
}

function describe(fault: WordFault): string {
  return `${fault.file}:${fault.line}  ${fault.rule}: ${fault.text}\n  ${fault.instead}`;
}
