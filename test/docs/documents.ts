/** The project's documents, taken apart: what stands in them is run or parsed by the tests beside this file. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Block {
  readonly document: string;
  /** Of its first line of text, from 1. */
  readonly line: number;
  /** `sh`, `yaml`, `ts` …; '' where nothing is said. */
  readonly language: string;
  /** What stands behind the language: the name of a file, or ''. */
  readonly name: string;
  readonly text: string;
}

export interface Table {
  /** The nearest heading above it, without its number signs. */
  readonly heading: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Document {
  /** Relative to the repository. */
  readonly path: string;
  readonly lines: number;
  readonly blocks: readonly Block[];
  readonly headings: readonly string[];
  readonly tables: readonly Table[];
  /** Targets of links outside of code, as written. */
  readonly links: readonly string[];
  /** What stands outside of code blocks. */
  readonly prose: string;
}

export function readDocument(path: string): Document {
  return takeApart(path, readFileSync(`${ROOT}${path}`, 'utf8'));
}

/** README.md and everything below docs. */
export function readDocuments(): readonly Document[] {
  return filesOfProject((path) => path === 'README.md' || /^docs\/.*\.md$/.test(path)).map(readDocument);
}

/** Files that are committed or would be, and exist. */
export function filesOfProject(isWanted: (path: string) => boolean): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const paths = [...new Set(listed.split('\n'))].sort();
  return paths.filter((path) => isWanted(path) && existsSync(`${ROOT}${path}`));
}

const FENCE = /^(`{3,})(\w*) ?(.*)$/;

export function takeApart(path: string, text: string): Document {
  const lines = text.replace(/\n$/, '').split('\n');
  const blocks: Block[] = [];
  const prose: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const [, fence, language = '', name = ''] = FENCE.exec(lines[at] ?? '') ?? [];
    if (fence === undefined) {
      prose.push(lines[at] ?? '');
      continue;
    }
    const end = lines.indexOf(fence, at + 1);
    if (end < 0) throw new Error(`${path}:${at + 1}: a code block that never ends`);
    const inside = lines.slice(at + 1, end).map((line) => `${line}\n`);
    blocks.push({ document: path, line: at + 2, language, name, text: inside.join('') });
    at = end;
  }
  return {
    path,
    lines: lines.length,
    blocks,
    headings: prose.flatMap((line) => /^#+ (.*)$/.exec(line)?.[1] ?? []),
    tables: tablesOf(prose),
    links: linksOf(prose.join('\n')),
    prose: prose.join('\n'),
  };
}

function tablesOf(prose: readonly string[]): readonly Table[] {
  const tables: Table[] = [];
  let heading = '';
  let rows: string[][] = [];
  const end = (): void => {
    const [columns, , ...rest] = rows;
    if (columns !== undefined) tables.push({ heading, columns, rows: rest });
    rows = [];
  };
  for (const line of prose) {
    if (line.startsWith('|')) {
      rows.push(cellsOf(line));
      continue;
    }
    end();
    heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
  }
  end();
  return tables;
}

/** A bar inside a cell is written `\|`. */
function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function linksOf(prose: string): readonly string[] {
  const withoutCode = prose.replace(/`[^`\n]*`/g, '');
  return [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The text of a cell that holds one piece of code: `` `--json` `` is `--json`. */
export function codeOf(cell: string): string {
  return /^`(.*)`$/.exec(cell)?.[1] ?? cell;
}

/** As a link to a heading names it. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}
