/** Case files of policies: each a list of cases. */
import * as z from 'zod';
import type { Scope } from '../domain/scope.ts';
import { readTextFile } from '../platform/text-file.ts';
import { withScopesWrittenOut } from '../policy/named-scopes.ts';
import { PolicyDocument } from '../policy/read-policy.ts';
import { Case } from '../policy/trial/case.ts';
import { keysAt } from './known-keys.ts';
import { parseYaml, problems, toldIssues } from './yaml-file.ts';
import { lineFinder } from './yaml-lines.ts';

const Document = z.array(Case).min(1, 'there is no case in it: a test that tests nothing must not pass');

export interface WrittenCase {
  readonly file: string;
  readonly line: number | undefined;
  readonly one: Case;
}

/**
 * `scopes`: those that the policies of cases may call by name. Throws `config-invalid` naming the file and every problem in
 * it by its path and line.
 */
export async function readCases(
  path: string,
  name: string,
  scopes: readonly Scope[],
): Promise<readonly WrittenCase[]> {
  const text = await readTextFile(path, { code: 'config-invalid' });
  const read = Document.safeParse(withPoliciesWrittenOut(parseYaml(path, text) ?? [], scopes));
  if (!read.success) throw problems(path, toldIssues(text, read.error.issues, keysIn));
  const lineOf = lineFinder(text);
  return read.data.map((one, index) => ({ file: name, line: lineOf([index, 'case']), one }));
}

function withPoliciesWrittenOut(document: unknown, scopes: readonly Scope[]): unknown {
  if (!Array.isArray(document)) return document;
  return document.map((one) =>
    typeof one === 'object' && one !== null && 'policy' in one
      ? { ...one, policy: withScopesWrittenOut(one.policy, scopes) }
      : one,
  );
}

function keysIn(path: readonly PropertyKey[]): readonly string[] {
  return path[1] === 'policy' ? keysAt(PolicyDocument, path.slice(2)) : keysAt(Document, path);
}
