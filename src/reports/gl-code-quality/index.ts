/** GitLab's code quality report, shown in the merge request. https://docs.gitlab.com/ci/testing/code_quality */
import { hash } from 'node:crypto';
import type { Severity } from '../../domain/severity.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { defectOf, fileOf } from '../finding-names.ts';
import { toJsonText } from '../json-text.ts';
import { toShortLine } from '../plain-text.ts';
import type { Report } from '../report.ts';
import { isLetThrough, loudFacts, saySetAside, sayWhy } from '../said.ts';
import { type Told, tellFindings } from '../told.ts';

const SEVERITY = {
  critical: 'blocker',
  high: 'critical',
  medium: 'major',
  low: 'minor',
  info: 'info',
  unknown: 'major',
} as const satisfies Record<Severity, string>;
const LONGEST = 500;

/**
 * An empty list says in the merge request that nothing is wrong, so a verdict that is not GO, not enforced, relaxed or
 * overridden is an issue itself. What was set aside and honoured is none.
 */
export const glCodeQualityReport: Report = {
  kind: 'gl-code-quality',
  render: (verdict) =>
    toJsonText([
      ...verdictIssues(verdict),
      ...tellFindings(verdict)
        .filter(({ effect }) => effect !== undefined)
        .map(findingIssue),
    ]),
};

function verdictIssues(verdict: Verdict): readonly object[] {
  const loud = loudFacts(verdict);
  const { verdict: word, release, scope, reasons, pathToGo } = verdict;
  if (word === 'GO' && loud.length === 0) return [];
  const evidence = pathToGo.evidence.map((text) => `path to GO: ${text}`);
  return [
    issue({
      rule: 'verdict',
      text: [`${word}: ${release}`, ...loud, ...sayWhy(reasons), ...evidence].join('; '),
      path: 'gatehouse.yaml',
      severity: word === 'GO' || isLetThrough(verdict) ? 'info' : 'blocker',
      identity: JSON.stringify(['verdict', release, scope]),
    }),
  ];
}

function findingIssue({ finding, effect, rules, step, setAside, identity }: Told): object {
  const { asset, severity, title } = finding;
  const text = [
    `${effect === 'warn' ? 'warning: ' : ''}${defectOf(finding)}: ${title ?? severity} (${rules.join(', ')})`,
    ...(step === undefined ? [] : [`path to GO: ${step}`]),
    ...setAside.map(saySetAside),
  ].join('; ');
  return issue({
    rule: rules[0] ?? 'verdict',
    text,
    path: fileOf(finding) ?? asset.name,
    severity: SEVERITY[severity],
    identity,
  });
}

interface Issue {
  readonly rule: string;
  readonly text: string;
  readonly path: string;
  readonly severity: string;
  readonly identity: string;
}

function issue({ rule, text, path, severity, identity }: Issue): object {
  return {
    description: toShortLine(text, LONGEST),
    check_name: toShortLine(rule, LONGEST),
    fingerprint: hash('sha256', identity, 'hex').slice(0, 40),
    severity,
    location: { path: toShortLine(path, LONGEST), lines: { begin: 1 } },
  };
}
