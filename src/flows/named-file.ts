import { GatehouseError, isGatehouseError } from '../domain/errors.ts';

export interface NamedFile {
  /** What people call it. */
  readonly name: string;
  readonly path: string;
}

/** What reads a stream knows no file: of several files, the one that is refused must be named. */
export function namingFile(error: unknown, { name, path }: NamedFile): unknown {
  if (!isGatehouseError(error) || error.message.includes(name) || error.message.includes(path)) return error;
  const { code, message, facts } = error;
  return new GatehouseError(code, `${name}: ${message}`, { cause: error, facts });
}
