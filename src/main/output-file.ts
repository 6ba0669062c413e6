/** Files that a command writes: whether they can be is asked before the work, and what is written is written whole. */
import { access, constants, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { GatehouseError } from '../domain/errors.ts';
import { reasonOf } from '../platform/reason.ts';
import type { Io } from './command.ts';

type Where = Pick<Io, 'cwd'>;

/** Throws `input-invalid` naming the first that cannot be written, as far as can be known beforehand. */
export async function refuseUnwritable(
  names: readonly (string | undefined)[],
  { cwd }: Where,
): Promise<void> {
  for (const name of names) {
    if (name === undefined) continue;
    const path = resolve(cwd, name);
    const there = await statusOf(path);
    if (there?.isDirectory() === true) throw unwritable(name, 'it is a folder; name a file in it');
    if (there === undefined) await refuseFolder(name, dirname(path));
    else await access(path, constants.W_OK).catch((cause) => raise(name, cause));
  }
}

async function refuseFolder(name: string, folder: string): Promise<void> {
  const there = await statusOf(folder);
  if (there === undefined) throw unwritable(name, `there is no folder ${folder}; make it first`);
  if (!there.isDirectory()) throw unwritable(name, `${folder} is no folder`);
  await access(folder, constants.W_OK | constants.X_OK).catch((cause) => raise(name, cause));
}

async function statusOf(path: string) {
  return await stat(path).catch(() => undefined); // writing says why it cannot be seen
}

export interface SaveOptions {
  /** What is there already stays as it is, and this throws. */
  readonly isNew?: boolean;
  readonly mode?: number;
}

/** Throws `input-invalid`; a file of which only a part could be written is removed. */
export async function saveOutput(
  name: string,
  content: string | Uint8Array,
  { cwd }: Where,
  { isNew = false, mode = 0o666 }: SaveOptions = {},
): Promise<void> {
  const path = resolve(cwd, name);
  try {
    await writeFile(path, content, { flag: isNew ? 'wx' : 'w', mode, flush: isNew });
  } catch (cause) {
    const isAnother = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    if (!isAnother && (await statusOf(path))?.isFile() === true) await rm(path, { force: true });
    raise(name, cause);
  }
}

function raise(name: string, cause: unknown): never {
  const isFolderMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  throw unwritable(name, isFolderMissing ? 'its folder is not there' : reasonOf(cause), cause);
}

function unwritable(name: string, why: string, cause?: unknown): GatehouseError {
  return new GatehouseError('input-invalid', `${name} cannot be written: ${why}`, { cause });
}
