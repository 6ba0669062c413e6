import { inspect } from 'node:util';
import { GatehouseError } from '../domain/errors.ts';
import { readTextFile } from './text-file.ts';

const HIDDEN = '***';

/** A value that prints as `***` wherever it is printed. Call `reveal` only where the value leaves for its purpose. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** What settings hold instead of the secret itself: exactly one of the three. */
export interface SecretReference {
  readonly env?: string | undefined;
  readonly file?: string | undefined;
  /** For trying out only: a secret written into the configuration. */
  readonly value?: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Resolves a reference at the moment it is needed, so that a rotated file or variable is picked up without restart.
 * Surrounding white space is dropped, because files end in a newline.
 *
 * @throws GatehouseError `config-invalid` that names the reference and never the value
 */
export async function resolveSecret(reference: SecretReference, environment: Environment): Promise<Secret> {
  const named = [reference.env, reference.file, reference.value].filter((part) => part !== undefined);
  if (named.length !== 1) {
    throw new GatehouseError('config-invalid', 'secret: give exactly one of env, file and value');
  }
  if (reference.env !== undefined) return fromEnvironment(reference.env, environment);
  if (reference.file !== undefined) return fromFile(reference.file);
  return present(reference.value, 'secret: value is empty; give env or file instead');
}

function fromEnvironment(name: string, environment: Environment): Secret {
  return present(environment[name], `secret: environment variable ${name} is not set or empty; set it`);
}

/** A chain of certificates is longer than any token. */
const LARGEST_SECRET_BYTES = 1_000_000;

async function fromFile(path: string): Promise<Secret> {
  const name = `secret: file ${path}`;
  const text = await readTextFile(path, { code: 'config-invalid', name, maxBytes: LARGEST_SECRET_BYTES });
  return present(text, `secret: file ${path} is empty`);
}

function present(value: string | undefined, otherwise: string): Secret {
  const trimmed = value?.trim();
  if (!trimmed) throw new GatehouseError('config-invalid', otherwise);
  return new Secret(trimmed);
}
