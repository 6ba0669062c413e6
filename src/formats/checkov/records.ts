/** What the fields of a failed check mean. */
import type { Severity } from '../../domain/severity.ts';
import type { FindingClass, Location, Observation } from '../../domain/statement.ts';
import { asObject, type JsonObject, listOf, numberOf, objectOf, shortened, textOf } from '../loose-values.ts';
import { sourcePath, unindented } from '../source-path.ts';
import { isLicence, vulnerablePackageOf } from './packages.ts';

export const TOOL = 'Checkov';

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['IMPORTANT', 'high'],
  ['MEDIUM', 'medium'],
  ['MODERATE', 'medium'],
  ['LOW', 'low'],
  ['INFO', 'info'],
  ['NEGLIGIBLE', 'info'],
]);

/** What a framework (`terraform`, `secrets`, `sca_package`) looks for. */
export function classOf(framework: string): FindingClass {
  if (framework === 'secrets') return 'secret';
  if (framework.startsWith('sca_')) return 'vulnerability';
  return framework.startsWith('sast') ? 'code' : 'misconfiguration';
}

/** The observation, what is wrong with the check, or undefined: a licence is no finding. */
export function checkOf(value: unknown, framework: string): Observation | string | undefined {
  const check = asObject(value);
  if (check === undefined) return 'the check is not an object';
  const id = textOf(check, 'check_id') ?? textOf(check, 'bc_check_id');
  if (id === undefined) return 'the check has no check_id';
  const details = objectOf(check, 'vulnerability_details');
  if (isLicence(details)) return undefined;
  const named = textOf(check, 'repo_file_path') ?? textOf(check, 'file_path');
  if (named === undefined) return `${shortened(id)} names no file (file_path)`;
  const findingClass = details === undefined ? classOf(framework) : 'vulnerability';
  const file = sourcePath(named).replace(/^\/+(?=.)/, '');
  const guideline = textOf(check, 'guideline');
  const shared = {
    kind: 'observation' as const,
    class: findingClass,
    life: { state: 'open' as const },
    severity: severityOf(check, details),
    about: { title: textOf(check, 'check_name'), description: textOf(check, 'description'), url: guideline },
    setAside: [],
    labels: [],
  };
  if (details !== undefined) return { ...shared, ...vulnerablePackageOf(check, details, id) };
  const line = lineOf(check);
  return {
    ...shared,
    defects: [{ kind: 'rule', tool: TOOL, id }],
    location: { file, line, ...marksOf(check, framework, findingClass) },
    occurrences: [{ path: file, line }],
  };
}

/** The first of `file_line_range`; 0 where there is no line. */
function lineOf(check: JsonObject): number | undefined {
  const [first] = listOf(check, 'file_line_range');
  return numberOf({ first }, 'first') || undefined;
}

/**
 * A check fails once for a resource, whatever moves or changes in it: its name tells it from others. Where there is no
 * such name, or a name for many (every `RUN` of a Dockerfile), it is the code. The resource of a secret is its hash.
 */
function marksOf(check: JsonObject, framework: string, findingClass: FindingClass): Partial<Location> {
  const resource = textOf(check, 'resource');
  if (findingClass === 'secret') return { fingerprint: resource };
  const code = unindented(
    listOf(check, 'code_block')
      .map((line) => (Array.isArray(line) && typeof line[1] === 'string' ? line[1].trimEnd() : ''))
      .join('\n'),
  );
  const isForMany = framework === 'dockerfile' || findingClass === 'code';
  return { fingerprint: isForMany && code !== undefined ? undefined : resource, snippet: code };
}

/** Without a key of its platform Checkov knows no severities. */
function severityOf(check: JsonObject, details: JsonObject | undefined): Severity {
  const stated =
    textOf(check, 'severity') ?? textOf(objectOf(check, 'severity'), 'name') ?? textOf(details, 'severity');
  return SEVERITIES.get(stated?.toUpperCase() ?? '') ?? 'unknown';
}
