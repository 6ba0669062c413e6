/** YAML that a person wrote: every problem in it at once, in words, whatever is wrong. */
import { parseDocument } from 'yaml';
import { GatehouseError } from '../domain/errors.ts';

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

/** One line: the file, how many, and each of them. */
export function problems(path: string, found: readonly string[]): GatehouseError {
  const count = `${found.length} ${found.length === 1 ? 'problem' : 'problems'}`;
  return new GatehouseError('config-invalid', `${path}: ${count}; ${found.join('; ')}`);
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/:$/, '');
}
