/** YAML that a person wrote: every problem in it at once, in words, whatever is wrong. */
import { parseDocument } from 'yaml';
import { GatehouseError } from '../domain/errors.ts';
import { didYouMean } from './nearest.ts';
import { lineFinder } from './yaml-lines.ts';

/** Aliases that stand for more nodes than this are an attack on memory, not a document. */
const MAX_ALIASES = 100;

/** The content as plain values; undefined when there is none. Throws `config-invalid` naming the file. */
export function parseYaml(path: string, text: string): unknown {
  const yaml = parseDocument(text, { prettyErrors: true });
  // A tag that nobody knows is only a warning to the parser; here it is a mistake.
  const broken = [...yaml.errors, ...yaml.warnings];
  if (broken.length > 0)
    throw problems(
      path,
      broken.map(({ message }) => firstLine(message)),
    );
  try {
    return yaml.toJS({ maxAliasCount: MAX_ALIASES }) ?? undefined;
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    throw problems(path, [firstLine(cause.message)]);
  }
}

export interface Problem {
  /** Of the keys that lead there, with dots between; '' where it is not known. */
  readonly path: string;
  readonly line: number | undefined;
  readonly message: string;
}

/** A file with mistakes in it: its message, on one line, has the file, how many, and each of them. */
export class FileProblems extends GatehouseError {
  readonly file: string;
  readonly found: readonly Problem[];

  constructor(file: string, found: readonly Problem[]) {
    const count = `${found.length} ${found.length === 1 ? 'problem' : 'problems'}`;
    super('config-invalid', `${file}: ${count}; ${found.map(sayProblem).join('; ')}`);
    this.file = file;
    this.found = found;
  }
}

export function problems(file: string, found: readonly (Problem | string)[]): FileProblems {
  return new FileProblems(
    file,
    found.map((one) => (typeof one === 'string' ? { path: '', line: undefined, message: one } : one)),
  );
}

export function sayProblem({ path, line, message }: Problem): string {
  if (path === '') return message;
  return `${path}${line === undefined ? '' : ` (line ${line})`}: ${message}`;
}

/** As a schema finds it; `keys`: those at the path that it does not know. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  /** Those that would do instead. */
  readonly values?: readonly unknown[];
}

/** The keys that may stand at a path. */
export type KeysAt = (path: readonly PropertyKey[]) => readonly string[];

/** What a schema found in the text: each by its path, and the line in which that stands. */
export function toldIssues(
  text: string,
  issues: readonly Fault[],
  keysAt: KeysAt = () => [],
): readonly Problem[] {
  const lineOf = lineFinder(text);
  const written = parseDocument(text);
  return issues
    .flatMap((issue) => byKey(issue, keysAt))
    .map((issue) => ({
      path: issue.path.join('.') || 'document',
      line: lineOf(issue.path),
      message: plainly(issue, written.getIn(issue.path)),
    }));
}

/** A key that nobody knows is told where it stands. */
function byKey(issue: Fault, keysAt: KeysAt): readonly Fault[] {
  const { path, keys } = issue;
  if (keys === undefined) return [issue];
  return keys.map((key) => ({
    path: [...path, key],
    message: `there is no such key${didYouMean(key, keysAt(path))}`,
  }));
}

/** What is written is not repeated: it may be a token that slipped. */
function plainly({ message, values }: Fault, written: unknown): string {
  if (/received undefined$/.test(message)) return 'is missing';
  if (values === undefined) return message.replace(/^Invalid input: /, '');
  const words = values.map(String);
  return `expected one of ${words.join(', ')}${didYouMean(typeof written === 'string' ? written : '', words)}`;
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/:$/, '');
}
