/** Files of findings that people made: a list, or a list under `findings`. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { GatehouseError } from '../domain/errors.ts';
import { ManualFinding } from '../domain/manual-finding.ts';
import { type Fault, parseYaml, problems, toldIssues } from './yaml-file.ts';

const Document = z.strictObject({ findings: z.array(ManualFinding).min(1) });

/** Throws `config-invalid` naming the file and every problem in it by its path and line. */
export async function readManualFindings(path: string): Promise<readonly ManualFinding[]> {
  const text = await readText(path);
  const written = parseYaml(path, text) ?? [];
  const isList = Array.isArray(written);
  const read = Document.safeParse(isList ? { findings: written } : written);
  if (read.success) return read.data.findings;
  const found = read.error.issues.map(
    (issue): Fault => ({
      ...issue,
      path: isList && issue.path[0] === 'findings' ? issue.path.slice(1) : issue.path,
    }),
  );
  throw problems(path, toldIssues(text, found));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatehouseError('config-invalid', `${path}: cannot be read: ${why}`, { cause });
  }
}
