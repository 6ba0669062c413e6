/** What the fields of a result of Semgrep's command line mean. */
import type { Severity } from '../../domain/severity.ts';
import type {
  Defect,
  FunctionUsage,
  Observation,
  Occurrence,
  SourceSetAside,
} from '../../domain/statement.ts';
import { ecosystemPackageUrl } from '../../platform/ecosystem.ts';
import { hashed } from '../hashed.ts';
import {
  asObject,
  type JsonObject,
  numberOf,
  objectOf,
  objectsOf,
  shortened,
  textOf,
  textsOf,
} from '../loose-values.ts';
import { sourcePath, unindented } from '../source-path.ts';

export const TOOL = 'Semgrep';

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['CRITICAL', 'critical'],
  ['ERROR', 'high'],
  ['HIGH', 'high'],
  ['WARNING', 'medium'],
  ['MEDIUM', 'medium'],
  ['INFO', 'low'],
  ['LOW', 'low'],
]);

export function severityOf(from: JsonObject | undefined): Severity {
  return SEVERITIES.get(textOf(from, 'severity')?.toUpperCase() ?? '') ?? 'unknown';
}

/** The observation, or what is wrong with the result. */
export function resultOf(value: unknown): Observation | string {
  const result = asObject(value);
  if (result === undefined) return 'the result is not an object';
  const id = textOf(result, 'check_id');
  const path = textOf(result, 'path');
  if (id === undefined) return 'the result has no check_id';
  if (path === undefined) return `${shortened(id)} names no file (path)`;
  const extra = objectOf(result, 'extra');
  const place = { rule: id, file: sourcePath(path), line: numberOf(objectOf(result, 'start'), 'line') };
  const dependency = objectOf(extra, 'sca_info');
  const metadata = objectOf(extra, 'metadata');
  return {
    kind: 'observation',
    ...(dependency === undefined
      ? codeOf(result, place)
      : dependencyOf(dependency, objectOf(extra, 'metadata'), place)),
    life: { state: 'open' },
    severity: severityOf(extra),
    about: {
      title: titleOf(extra),
      description: textOf(extra, 'message'),
      url: textOf(metadata, 'source') ?? textOf(metadata, 'shortlink') ?? textsOf(metadata, 'references')[0],
    },
    setAside: setAsideOf(extra),
    labels: [],
  };
}

interface Place {
  readonly rule: string;
  readonly file: string;
  readonly line: number | undefined;
}

type Sorted = Pick<Observation, 'class' | 'defects' | 'occurrences'> & Partial<Observation>;

/** Written in place of code and fingerprint for users who are not logged in. */
const PLACEHOLDER = /^requires login$/i;

function codeOf(result: JsonObject, { rule, file, line }: Place): Sorted {
  const extra = objectOf(result, 'extra');
  const isSecret = isSecretRule(rule);
  const code = unindented(statedOf(extra, 'lines') ?? '');
  const fingerprint =
    statedOf(extra, 'fingerprint') ?? (isSecret && code !== undefined ? hashed(code) : undefined);
  const change = textOf(extra, 'fix');
  return {
    class: isSecret ? 'secret' : 'code',
    defects: [{ kind: 'rule', tool: TOOL, id: rule }],
    location: {
      file,
      line,
      column: numberOf(objectOf(result, 'start'), 'col'),
      fingerprint,
      // What a rule for secrets shows of the code is the secret: it is told apart by its hash and not kept.
      snippet: isSecret ? undefined : code,
    },
    occurrences: [{ path: file, line }],
    fix: change === undefined || isSecret ? undefined : { versions: [], text: `change it to: ${change}` },
  };
}

function isSecretRule(rule: string): boolean {
  return /(?:^|\.)secrets\./.test(rule);
}

function statedOf(extra: JsonObject | undefined, name: string): string | undefined {
  const text = textOf(extra, name);
  return text === undefined || PLACEHOLDER.test(text) ? undefined : text;
}

/** A rule of the supply chain: its result is a vulnerable package in a lock file, or the use of it in the code. */
function dependencyOf(
  info: JsonObject,
  metadata: JsonObject | undefined,
  { rule, file, line }: Place,
): Sorted {
  const match = objectOf(info, 'dependency_match');
  const found = objectOf(match, 'found_dependency');
  const pattern = objectOf(match, 'dependency_pattern');
  const name = textOf(found, 'package') ?? textOf(pattern, 'package');
  const version = textOf(found, 'version');
  const ecosystem = textOf(found, 'ecosystem') ?? textOf(pattern, 'ecosystem');
  const lockFile = textOf(match, 'lockfile') ?? textOf(found, 'lockfile_path');
  return {
    class: 'vulnerability',
    defects: [vulnerabilityOf(textOf(metadata, 'sca-vuln-database-identifier') ?? rule)],
    component:
      name === undefined ? undefined : { purl: ecosystemPackageUrl(ecosystem, name, version), version },
    location: name === undefined ? { file, line } : undefined,
    occurrences: placesOf(version, lockFile === undefined ? undefined : sourcePath(lockFile), { file, line }),
    fix: fixOf(metadata, name),
    assessment: { functionUsage: usageOf(info) },
  };
}

/** The lock file, and the place in the code where the package is used. */
function placesOf(
  version: string | undefined,
  lockFile: string | undefined,
  { file, line }: Pick<Place, 'file' | 'line'>,
): readonly Occurrence[] {
  const uses = file === lockFile ? [] : [{ version, path: file, line }];
  return lockFile === undefined ? uses : [{ version, path: lockFile }, ...uses];
}

export function vulnerabilityOf(id: string): Defect {
  return { kind: 'vulnerability', id, aliases: [] };
}

function usageOf(info: JsonObject): FunctionUsage {
  if (info.reachability_rule !== true) return 'not-available';
  return info.reachable === true ? 'in-use' : 'not-in-use';
}

/** `sca-fix-versions` is a list of `{ "package": "version" }`. */
function fixOf(metadata: JsonObject | undefined, name: string | undefined): Observation['fix'] {
  if (name === undefined) return undefined;
  const versions = objectsOf(metadata, 'sca-fix-versions').flatMap((one) => textOf(one, name) ?? []);
  return versions.length === 0 ? undefined : { versions };
}

const LONGEST_TITLE = 200;

function titleOf(extra: JsonObject | undefined): string | undefined {
  return textOf(extra, 'message')
    ?.split(/\n|(?<=[.!?])\s/, 1)[0]
    ?.trim()
    .slice(0, LONGEST_TITLE);
}

function setAsideOf(extra: JsonObject | undefined): readonly SourceSetAside[] {
  if (extra?.is_ignored !== true) return [];
  return [{ kind: 'suppression', issuer: TOOL, reason: 'ignored by a comment in the code (nosemgrep)' }];
}
