/**
 * SARIF 2.1.0 (OASIS), as GitHub code scanning and other viewers read it: a result per finding, and one for each reason
 * that names no finding, so that missing evidence never looks clean. What GitHub takes of it:
 * https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
import type { Evidence, Reason, Verdict } from '../../domain/verdict.ts';
import { toIso } from '../findings-json.ts';
import { toJsonText } from '../json-text.ts';
import type { Report } from '../report.ts';
import { loudFacts, sayBound, sayChanges, sayEvidence, sayFacts, sayPath } from '../said.ts';
import { type Told, tellFindings } from '../told.ts';
import { line } from './names.ts';
import { reasonResult, resultOf } from './results.ts';
import { rulesOf } from './rules.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
/** GitHub shows no more of a run. */
const MOST_RESULTS = 5000;
const LARGEST_BYTES = 25_000_000;
const MOST_STEPS = 1000;

export const sarifReport: Report = {
  kind: 'sarif',
  render(verdict) {
    const told = tellFindings(verdict);
    let most = Math.min(MOST_RESULTS, told.length + verdict.reasons.length);
    for (;;) {
      const text = toJsonText(logOf(verdict, told, most));
      const share = LARGEST_BYTES / Buffer.byteLength(text);
      if (most === 0 || share >= 1) return text;
      // Findings differ in size, so a little less than would fit were they alike.
      most = Math.floor(most * share * 0.95);
    }
  },
};

/** With the worst of the findings, so many at most. */
function logOf(verdict: Verdict, told: readonly Told[], most: number): object {
  const silent = verdict.reasons.filter(({ findings }) => findings.length === 0);
  const shown = told.slice(0, Math.max(0, most - silent.length));
  const rules = rulesOf(verdict, shown);
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Gatehouse', rules: rules.list } },
        automationDetails: { id: `gatehouse/${line(verdict.scope)}/` },
        columnKind: 'utf16CodeUnits',
        invocations: [invocationOf(verdict, told.length - shown.length)],
        results: [
          ...[...Map.groupBy(silent, ({ rule }) => rule).values()].flatMap((same) =>
            same.map((reason, nth) => reasonResult(reason, nth, rules.index)),
          ),
          ...shown.map((one) => resultOf(one, rules.index)),
        ],
        properties: propertiesOf(verdict),
      },
    ],
  };
}

function invocationOf(verdict: Verdict, left: number): object {
  const at = toIso(verdict.decidedAt);
  return {
    executionSuccessful: true,
    ...(at === null ? {} : { endTimeUtc: at }),
    toolExecutionNotifications: [
      ...loudFacts(verdict).map((text) => notification('warning', text)),
      ...verdict.evidence.map((one) => notification(evidenceLevel(one), sayEvidence(one))),
      ...sayChanges(verdict).map((text) => notification('note', text)),
      ...(left > 0
        ? [notification('warning', `${left} more findings are left out here; the JSON report has them all`)]
        : []),
    ],
  };
}

function evidenceLevel({ state }: Evidence): Level {
  return state === 'complete' ? 'note' : 'warning';
}

type Level = 'note' | 'warning';

function notification(level: Level, text: string): object {
  return { level, message: { text: line(text) } };
}

function propertiesOf(verdict: Verdict): object {
  const { verdict: word, enforced, relaxed, reasons } = verdict;
  const steps = sayPath(verdict);
  const bound = sayBound(verdict);
  return {
    verdict: word,
    enforced,
    relaxed,
    facts: Object.fromEntries(sayFacts(verdict).map(([name, text]) => [name, line(text)])),
    reasons: reasons.map(reasonOf),
    pathToGo: steps.slice(0, MOST_STEPS).map(({ asset, owner, text }) => ({
      asset: line(asset),
      ...(owner === undefined ? {} : { owner: line(owner) }),
      step: line(text),
    })),
    ...(steps.length > MOST_STEPS ? { moreSteps: steps.length - MOST_STEPS } : {}),
    ...(bound === undefined ? {} : { pathToGoBound: bound }),
  };
}

function reasonOf({ rule, effect, message, findings }: Reason): object {
  return { rule, effect, message: line(message), findings: findings.length };
}
