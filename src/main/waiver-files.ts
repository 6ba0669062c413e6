/** Waivers in files of their own, kept in Git beside the policy: a list, or a list under `waivers`. */
import { resolve } from 'node:path';
import * as z from 'zod';
import { GatehouseError } from '../domain/errors.ts';
import type { Scope } from '../domain/scope.ts';
import { Waiver } from '../domain/waiver.ts';
import { readTextFile } from '../platform/text-file.ts';
import { withScopesWrittenOut } from '../policy/named-scopes.ts';
import { keysAt } from './known-keys.ts';
import { type Fault, parseYaml, problems, toldIssues } from './yaml-file.ts';

const Document = z.strictObject({ waivers: z.array(Waiver) });

/**
 * `scopes`: those that a waiver may call by name. Throws `config-invalid` naming the file and every problem in it by
 * its path and line.
 */
export async function waiversInFile(path: string, scopes: readonly Scope[] = []): Promise<readonly Waiver[]> {
  const text = await readTextFile(path, { code: 'config-invalid' });
  const written = parseYaml(path, text) ?? [];
  const isList = Array.isArray(written);
  const read = Document.safeParse(withScopesWrittenOut(isList ? { waivers: written } : written, scopes));
  const found = (read.error?.issues ?? []).map(
    (issue): Fault => ({
      ...issue,
      path: isList && issue.path[0] === 'waivers' ? issue.path.slice(1) : issue.path,
    }),
  );
  const waivers = read.data?.waivers ?? [];
  for (const [index, { id }] of waivers.entries()) {
    if (waivers.findIndex((one) => one.id === id) < index)
      found.push({
        path: [...(isList ? [] : ['waivers']), index, 'id'],
        message: `there are two waivers '${id}'`,
      });
  }
  const keys = (at: readonly PropertyKey[]) => keysAt(Document, isList ? ['waivers', ...at] : at);
  if (found.length > 0) throw problems(path, toldIssues(text, found, keys));
  return waivers;
}

/** Those of the configuration's files and of further ones. */
export async function waiversInFiles(
  { waiverFiles, scopes }: { readonly waiverFiles: readonly string[]; readonly scopes: readonly Scope[] },
  further: readonly string[] = [],
  { cwd }: { readonly cwd: string },
): Promise<readonly Waiver[]> {
  const paths = new Set([...waiverFiles, ...further.map((name) => resolve(cwd, name))]);
  const read = await Promise.all([...paths].map((path) => waiversInFile(path, scopes)));
  const waivers = read.flat();
  const twice = waivers.find(({ id }, index) => waivers.findIndex((one) => one.id === id) < index);
  if (twice === undefined) return waivers;
  throw new GatehouseError(
    'config-invalid',
    `there are two waivers '${twice.id}' in ${[...paths].join(', ')}`,
  );
}
