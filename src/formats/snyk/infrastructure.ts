/** What Snyk's fields mean in an entry of `infrastructureAsCodeIssues`. */
import type { Observation } from '../../domain/statement.ts';
import {
  asObject,
  type JsonObject,
  numberOf,
  objectOf,
  shortened,
  textOf,
  textsOf,
} from '../loose-values.ts';
import type { Project } from './project.ts';
import { severityOf } from './records.ts';

/** The observation, or what is wrong with the issue. */
export function issueOf(value: unknown, project: Project): Observation | string {
  const issue = asObject(value);
  const id = textOf(issue, 'id') ?? textOf(issue, 'publicId');
  if (issue === undefined || id === undefined) return 'the issue names no rule (id)';
  const file = project.targetFile;
  if (file === undefined)
    return `${shortened(id)}: the result does not say which file it is about (targetFile)`;
  const place = textsOf(issue, 'path').join('.') || undefined;
  const line = lineOf(issue);
  const described = objectOf(issue, 'iacDescription');
  project.distinctIssues.add(`${id} ${file} ${place}`);
  return {
    kind: 'observation',
    class: 'misconfiguration',
    defects: [{ kind: 'rule', tool: 'Snyk IaC', id }],

    location: { file, line, snippet: place },
    occurrences: [{ path: place, line }],
    life: { state: 'open' },
    severity: severityOf(issue),
    about: {
      title: textOf(issue, 'title'),
      description: ['issue', 'impact']
        .map((name) => textOf(issue, name) ?? textOf(described, name))
        .filter((text) => text !== undefined)
        .join('\n'),
      url: textOf(issue, 'documentation'),
    },
    fix: { versions: [], text: textOf(issue, 'resolve') ?? textOf(described, 'resolve') },
    setAside:
      issue.isIgnored === true ? [{ kind: 'suppression', issuer: 'snyk', reason: 'ignored in Snyk' }] : [],
    labels: [],
  };
}

/** Snyk says 0 or less where it found no line. */
function lineOf(issue: JsonObject): number | undefined {
  const line = numberOf(issue, 'lineNumber');
  return line !== undefined && line > 0 ? line : undefined;
}
