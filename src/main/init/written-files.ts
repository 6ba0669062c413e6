/** Files that appear whole, all of them or none, and never in the place of another. */
import { link, mkdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GatehouseError } from '../../domain/errors.ts';
import { reasonOf } from '../../platform/reason.ts';

export interface NewFile {
  readonly path: string;
  /** As it is called to people. */
  readonly name: string;
  readonly text: string;
  readonly isExecutable?: boolean;
}

/** Throws `input-invalid` naming the first that is there already. */
export async function refuseExisting(files: readonly Pick<NewFile, 'path' | 'name'>[]): Promise<void> {
  for (const { path, name } of files) {
    const isThere = await stat(path).then(
      () => true,
      () => false,
    );
    if (isThere) throw alreadyThere(name);
  }
}

/**
 * Writes each beside its place, and only then puts them there. `validate` sees the files before that, under names of
 * their own; what it throws leaves nothing behind. Throws `input-invalid` when one is there (unless `mayReplace`) or
 * cannot be written.
 */
export async function writeTogether(
  files: readonly NewFile[],
  { mayReplace, validate }: { mayReplace: boolean; validate: (staged: readonly string[]) => Promise<void> },
): Promise<void> {
  const staged: string[] = [];
  const placed: string[] = [];
  const folders: string[] = [];
  try {
    for (const { path, name, text, isExecutable } of files) {
      const beside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
      folders.push(...(await foldersMade(dirname(path)).catch(cannotWrite(name))));
      staged.push(beside);
      await writeFile(beside, text, { mode: isExecutable === true ? 0o755 : 0o644 }).catch(cannotWrite(name));
    }
    await validate(staged);
    for (const [index, { path, name }] of files.entries()) {
      const from = staged[index] ?? '';
      if (mayReplace) {
        await rename(from, path).catch(cannotPlace(name));
      } else {
        // A link, unlike renaming, fails where something has come into being meanwhile.
        await link(from, path).catch(cannotPlace(name));
        placed.push(path);
      }
    }
    placed.length = 0;
    folders.length = 0;
  } finally {
    for (const path of [...placed, ...staged]) await rm(path, { force: true });
    for (const folder of folders) await rmdir(folder).catch(() => undefined); // somebody put something into it: it is theirs
  }
}

/** Those that were not there, the innermost first. */
async function foldersMade(folder: string): Promise<readonly string[]> {
  const outermost = await mkdir(folder, { recursive: true });
  if (outermost === undefined) return [];
  const made = [folder];
  for (let at = folder; at !== outermost; at = dirname(at)) made.push(dirname(at));
  return made;
}

function cannotPlace(name: string): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw alreadyThere(name);
    return cannotWrite(name)(cause);
  };
}

function cannotWrite(name: string): (cause: unknown) => never {
  return (cause) => {
    throw new GatehouseError('input-invalid', `${name} cannot be written: ${reasonOf(cause)}`, { cause });
  };
}

function alreadyThere(name: string): GatehouseError {
  return new GatehouseError(
    'input-invalid',
    `${name} is there already and stays as it is; --output FILE writes elsewhere, --force replaces it`,
  );
}
