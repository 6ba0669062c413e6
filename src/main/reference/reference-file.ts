import { resolve } from 'node:path';
import { isGatehouseError } from '../../domain/errors.ts';
import { readTextFile } from '../../platform/text-file.ts';
import type { Io } from '../command.ts';
import { parseYaml } from '../yaml-file.ts';
import { isReferenceConfig } from './document.ts';

export interface YamlFile {
  readonly path: string;
  readonly text: string;
  /** Undefined: the file is empty. */
  readonly document: unknown;
}

/** Throws `config-invalid` naming the file. */
export async function readReferenceFile(name: string, io: Pick<Io, 'cwd'>): Promise<YamlFile> {
  const path = resolve(io.cwd, name);
  const text = await readTextFile(path, { code: 'config-invalid' });
  return { path, text, document: parseYaml(path, text) };
}

/** False also for what cannot be read: whoever reads it as a configuration says why. */
export async function isReferenceFile(name: string, io: Pick<Io, 'cwd'>): Promise<boolean> {
  try {
    return isReferenceConfig((await readReferenceFile(name, io)).document);
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return false;
  }
}
