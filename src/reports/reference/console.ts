/** What the script told at the terminal: what was found, how the environments compare, why, and the decision last. */
import { showInstant } from '../../domain/instant.ts';
import type { VerdictWord } from '../../domain/verdict.ts';
import { toPlainLine } from '../plain-text.ts';
import { makeStyle, type Style } from '../terminal/style.ts';
import {
  heldBy,
  levelOf,
  type Problem,
  type ReferenceAssessment,
  reasonsOf,
  usageOf,
  warningsOf,
} from './assessment.ts';

export function toReferenceConsole(assessment: ReferenceAssessment, colour: boolean): string {
  const style = makeStyle(colour);
  const sections = [
    header(assessment, style),
    comparison(assessment, style),
    analysis(assessment, style),
    digest(assessment, style),
    notes('Warnings', warningsOf(assessment), style.warning),
    decisionBanner(assessment.verdict.verdict, style),
    notes('Reasons', reasonsOf(assessment), style.strong),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/** The last word of a run that came to none. */
export function toErrorBanner(colour: boolean): string {
  return `${decisionBanner('ERROR', makeStyle(colour)).join('\n')}\n`;
}

function header(
  { verdict, certification, production }: ReferenceAssessment,
  style: Style,
): readonly string[] {
  const found = (problems: readonly Problem[]): string => {
    const aside = problems.filter(({ setAside }) => setAside.length > 0).length;
    return `found ${problems.length} open${aside === 0 ? '' : `, ${aside} of them set aside`}`;
  };
  return [
    style.strong('Production promotion assessment'),
    `  mode           ${verdict.mode.toUpperCase()}, policy ${toPlainLine(verdict.policy)}`,
    `  time           ${showInstant(verdict.decidedAt)}`,
    `  certification  ${found(certification)}`,
    ...(production === undefined ? [] : [`  production     ${found(production)}`]),
    ...verdict.evidence
      .filter(({ state }) => state !== 'complete')
      .map((one) => style.warning(`  evidence       ${toPlainLine(one.source)} is ${one.state}`)),
  ];
}

function comparison({ comparison }: ReferenceAssessment, style: Style): readonly string[] {
  if (comparison === undefined) return [];
  const { fresh, resolved, common, severityRegressions, functionRegressions } = comparison;
  return [
    style.strong('Certification against production'),
    `  new ${fresh.length}, resolved ${resolved.length}, common ${common.length}`,
    `  severity regressions ${severityRegressions.length}, function regressions ${functionRegressions.length}`,
  ];
}

function analysis(assessment: ReferenceAssessment, style: Style): readonly string[] {
  const severe = heldBy(assessment, 'severity').length;
  const functions = heldBy(assessment, 'vulnerable-function').length;
  const paint = (count: number): string => (count === 0 ? style.good('0') : style.bad(String(count)));
  return [
    style.strong('Decision analysis'),
    `  at or above the severity that is not allowed    ${paint(severe)}`,
    `  vulnerable function in use, or not assessable   ${paint(functions)}`,
  ];
}

/** Problems that are held against the release; the report lists all. */
function digest({ verdict, certification }: ReferenceAssessment, style: Style): readonly string[] {
  const held = new Set(
    verdict.reasons
      .filter(({ effect }) => effect !== 'warn')
      .flatMap(({ findings }) => findings.map(({ id }) => id)),
  );
  const shown = certification.filter(({ findings }) => findings.some((id) => held.has(id)));
  const others = certification.length - shown.length;
  if (certification.length === 0) return [];
  return [
    style.strong('Vulnerability digest'),
    ...shown.flatMap((problem) => entryOf(problem, style)),
    `  ${others} ${shown.length === 0 ? 'open' : 'more'}, which nothing holds against the release; the report lists all`,
  ];
}

function entryOf(problem: Problem, style: Style): readonly string[] {
  const { cves, title, id, score } = problem;
  const named = cves.length === 0 ? style.warning('Unknown CVE') : toPlainLine(cves.join(', '));
  return [
    `  * ${toPlainLine(title ?? cves[0] ?? id)}`,
    `    CVE: ${named}`,
    `    Davis security score: ${score ?? 'N/A'} | severity: ${levelOf(problem)} | function: ${usageOf(problem)}`,
  ];
}

function notes(name: string, texts: readonly string[], paint: (text: string) => string): readonly string[] {
  return texts.length === 0 ? [] : [paint(name), ...texts.map((text) => `  - ${toPlainLine(text)}`)];
}

function decisionBanner(word: VerdictWord | 'ERROR', style: Style): readonly string[] {
  const paint = word === 'GO' ? style.good : word === 'UNDECIDED' ? style.warning : style.bad;
  const rule = '='.repeat(60);
  return [rule, `DECISION: ${word}`, rule].map(paint);
}
