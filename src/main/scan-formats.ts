/** Formats that a scan may be named by: those that come with us, and those that a configuration describes. */
import { resolve } from 'node:path';
import * as z from 'zod';
import { GatehouseError, isGatehouseError } from '../domain/errors.ts';
import { FormatMapping } from '../formats/mapped/mapping.ts';
import { formats } from '../formats/registry.ts';
import { readTextFile } from '../platform/text-file.ts';
import type { Io } from './command.ts';
import { DEFAULT_FILE } from './configuration.ts';
import { keysAt } from './known-keys.ts';
import { didYouMean } from './nearest.ts';
import { parseYaml, problems, toldIssues } from './yaml-file.ts';

/** Throws `input-invalid`, with what was probably meant, for a name that no format has. */
export function checkFormatName(
  option: string,
  name: string | undefined,
  mappings: readonly FormatMapping[],
): void {
  const known = [...mappings.map((one) => one.name), ...formats.map(({ kind }) => kind)];
  if (name === undefined || known.includes(name)) return;
  throw new GatehouseError(
    'input-invalid',
    `${option}: '${name}' is none of ${known.join(', ')}${didYouMean(name, known)}`,
  );
}

const Formats = z.looseObject({ formats: z.array(FormatMapping).default([]) });

/**
 * The formats of a configuration, whatever else stands in it: what judges scans alone asks it for nothing more. Throws
 * `config-invalid` with everything that is wrong with them, and for a file that was named and is not there.
 */
export async function configuredFormats(io: Io, named?: string): Promise<readonly FormatMapping[]> {
  const path = resolve(io.cwd, named ?? io.env.GATEHOUSE_CONFIG ?? DEFAULT_FILE);
  let text: string;
  try {
    text = await readTextFile(path, { code: 'config-invalid' });
  } catch (error) {
    if (named === undefined && isGatehouseError(error) && error.facts.missing === true) return [];
    throw error;
  }
  const written = parseYaml(path, text);
  if (typeof written !== 'object' || written === null) return [];
  const read = Formats.safeParse(written);
  if (read.success) return read.data.formats;
  throw problems(
    path,
    toldIssues(text, read.error.issues, (at) => keysAt(Formats, at)),
  );
}
