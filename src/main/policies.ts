import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GatehouseError } from '../domain/errors.ts';
import { type Policy, PRESETS } from '../domain/policy.ts';
import { readPolicy } from '../policy/read-policy.ts';
import type { Io } from './command.ts';
import { parseYaml } from './yaml-file.ts';

/** `--policy`: a preset's name, or a file. Undefined: as configured. */
export async function policyNamed(named: string | undefined, io: Io, configured: Policy): Promise<Policy> {
  if (named === undefined) return configured;
  if (PRESETS.some((preset) => preset === named)) return readPolicy({ preset: named });
  const path = resolve(io.cwd, named);
  return readPolicy(parseYaml(path, await readPolicyFile(path, named)), path);
}

async function readPolicyFile(path: string, named: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const presets = PRESETS.join(', ');
    throw new GatehouseError('config-invalid', `policy ${named}: neither a file nor one of ${presets}`, {
      cause,
    });
  }
}
