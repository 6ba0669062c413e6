/** What the fields of Bandit mean. */
import type { Severity } from '../../domain/severity.ts';
import type { Observation } from '../../domain/statement.ts';
import { asObject, type JsonObject, listOf, numberOf, objectOf, shortened, textOf } from '../loose-values.ts';

export const TOOL = 'Bandit';

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['HIGH', 'high'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
]);

/** The observation, or what is wrong with the result. */
export function resultOf(value: unknown): Observation | string {
  const result = asObject(value);
  if (result === undefined) return 'the result is not an object';
  const id = textOf(result, 'test_id') ?? textOf(result, 'test_name');
  const named = textOf(result, 'filename');
  if (id === undefined) return 'the result has no test_id';
  if (named === undefined) return `${shortened(id)} names no file`;
  const file = fileOf(named);
  const line = numberOf(result, 'line_number') || undefined;
  return {
    kind: 'observation',
    class: 'code',
    defects: [{ kind: 'rule', tool: TOOL, id }],
    location: { file, line, column: columnOf(result), snippet: snippetOf(result, line) },
    occurrences: [{ path: file, line }],
    life: { state: 'open' },
    severity: SEVERITIES.get(textOf(result, 'issue_severity')?.toUpperCase() ?? '') ?? 'unknown',
    about: {
      title: textOf(result, 'issue_text'),
      description: descriptionOf(result),
      url: textOf(result, 'more_info'),
    },
    setAside: [],
    labels: [],
  };
}

/** As Bandit was called, the same file is `./a.py` or `a.py`, and on Windows `a\b.py`. */
function fileOf(name: string): string {
  return name.replaceAll('\\', '/').replace(/^(?:\.\/+)+(?=.)/, '');
}

/** Bandit counts columns from 0. */
function columnOf(result: JsonObject): number | undefined {
  const column = numberOf(result, 'col_offset');
  return column === undefined || column < 0 ? undefined : column + 1;
}

/**
 * Of the code that Bandit shows (`12     assert x`, with its neighbours), the lines that are meant, without their
 * numbers: what moves or stands around the defect is no part of it.
 */
function snippetOf(result: JsonObject, line: number | undefined): string | undefined {
  const code = result.code;
  if (typeof code !== 'string') return undefined;
  const meant = new Set(listOf(result, 'line_range'));
  if (line !== undefined) meant.add(line);
  const lines = code
    .split(/\r?\n/)
    .map((text) => /^\s*(\d+)[ \t]?(.*)$/.exec(text))
    .filter((match) => match !== null && meant.has(Number(match[1])))
    .map((match) => match?.[2]?.trim() ?? '');
  const snippet = lines.join('\n').trim();
  return snippet === '' ? undefined : snippet;
}

function descriptionOf(result: JsonObject): string | undefined {
  const confidence = textOf(result, 'issue_confidence');
  const weakness = numberOf(objectOf(result, 'issue_cwe'), 'id');
  const told = [
    textOf(result, 'test_name'),
    confidence === undefined ? undefined : `confidence ${confidence.toLowerCase()}`,
    weakness === undefined ? undefined : `CWE-${weakness}`,
  ].filter((text) => text !== undefined);
  return told.length === 0 ? undefined : told.join(', ');
}
