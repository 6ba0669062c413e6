import { resolve } from 'node:path';
import { GatehouseError, isGatehouseError } from '../domain/errors.ts';
import { type Policy, PRESETS } from '../domain/policy.ts';
import type { Scope } from '../domain/scope.ts';
import { readTextFile } from '../platform/text-file.ts';
import { withScopesWrittenOut } from '../policy/named-scopes.ts';
import { PolicyDocument, readPolicy } from '../policy/read-policy.ts';
import type { Io } from './command.ts';
import { keysAt } from './known-keys.ts';
import { didYouMean } from './nearest.ts';
import { parseYaml, problems, toldIssues } from './yaml-file.ts';

/**
 * `--policy`: a preset's name, or a file, counted from where we are. Undefined: as configured. `scopes`: those that the
 * file may call by name. Throws `config-invalid` naming the file and every problem in it.
 */
export async function policyNamed(
  named: string | undefined,
  { cwd }: Pick<Io, 'cwd'>,
  configured: Policy,
  scopes: readonly Scope[] = [],
): Promise<Policy> {
  if (named === undefined) return configured;
  if (PRESETS.some((preset) => preset === named)) return readPolicy({ preset: named });
  const path = resolve(cwd, named);
  const text = await readPolicyFile(path, named);
  const read = PolicyDocument.safeParse(withScopesWrittenOut(parseYaml(path, text) ?? {}, scopes));
  if (read.success) return read.data;
  throw problems(
    path,
    toldIssues(text, read.error.issues, (at) => keysAt(PolicyDocument, at)),
  );
}

async function readPolicyFile(path: string, named: string): Promise<string> {
  try {
    return await readTextFile(path, { code: 'config-invalid' });
  } catch (cause) {
    if (isGatehouseError(cause) && cause.facts.missing !== true) throw cause;
    throw new GatehouseError(
      'config-invalid',
      `policy ${named}: neither a file nor one of ${PRESETS.join(', ')}${didYouMean(named, PRESETS)}`,
      { cause },
    );
  }
}
