import type { Finding } from '../../domain/finding.ts';
import { type Severity, severityOfScore } from '../../domain/severity.ts';
import type { RuleOutcome, Verdict } from '../../domain/verdict.ts';
import type { Told } from '../told.ts';
import { defectRuleId, line, policyRuleId } from './names.ts';

export interface Rules {
  readonly list: readonly object[];
  /** Place of each id in the list. */
  readonly index: ReadonlyMap<string, number>;
}

/** The rules of the policy, then the defects: code scanning takes name, help and severity of a result from its rule. */
export function rulesOf({ rules, reasons }: Verdict, told: readonly Told[]): Rules {
  const list: object[] = [];
  const index = new Map<string, number>();
  const add = (id: string, rule: () => object): void => {
    if (index.has(id)) return;
    index.set(id, list.length);
    list.push({ id, ...rule() });
  };
  for (const rule of rules) add(policyRuleId(rule.rule), () => policyRule(rule));
  for (const { rule } of reasons) add(policyRuleId(rule), () => described(rule));
  for (const [id, same] of Map.groupBy(told, ({ finding }) => defectRuleId(finding))) {
    add(id, () => defectRule(id, same));
  }
  return { list, index };
}

const LEVEL = { block: 'error', warn: 'warning', off: 'none' } as const;

function policyRule({ rule, description, action, outcome }: RuleOutcome): object {
  return {
    ...described(description),
    name: line(rule),
    defaultConfiguration: { enabled: action !== 'off', level: LEVEL[action] },
    properties: { tags: ['policy'], outcome },
  };
}

function described(text: string): object {
  const said = { text: line(text) };
  return { shortDescription: said, fullDescription: said, help: said };
}

function defectRule(id: string, same: readonly Told[]): object {
  const title = same.find(({ finding }) => finding.title !== undefined)?.finding.title;
  const helps = [...new Set(same.map(({ finding, step }) => sayHelp(finding, step)))].slice(0, 5);
  const address = addressOf(id);
  return {
    name: id,
    shortDescription: { text: title === undefined ? id : line(`${id}: ${title}`) },
    fullDescription: { text: line(title ?? id) },
    help: { text: line(helps.join('\n')) },
    ...(address === undefined ? {} : { helpUri: address }),
    properties: {
      tags: ['security', ...new Set(same.map(({ finding }) => finding.class))],
      'security-severity': Math.max(...same.map(({ finding }) => scoreOf(finding))).toFixed(1),
    },
  };
}

function sayHelp({ component, fixVersions }: Finding, step: string | undefined): string {
  const what = component === undefined ? '' : `${component}: `;
  if (step !== undefined) return `${what}path to GO: ${step}`;
  return `${what}${fixVersions.length > 0 ? `fixed in ${fixVersions.join(', ')}` : 'no fix is known'}`;
}

function addressOf(id: string): string | undefined {
  if (/^CVE-\d{4}-\d{4,}$/.test(id)) return `https://nvd.nist.gov/vuln/detail/${id}`;
  return /^GHSA(-[a-z0-9]{4}){3}$/i.test(id) ? `https://github.com/advisories/${id}` : undefined;
}

const SCORE = {
  critical: 9.5,
  high: 8,
  medium: 5.5,
  low: 2,
  info: 0.1,
  unknown: 7,
} as const satisfies Record<Severity, number>;

/** GitHub derives its severity from this number, so it is one of the range that our severity stands for. */
function scoreOf({ severity, score }: Finding): number {
  return score !== undefined && score > 0 && severityOfScore(score) === severity ? score : SCORE[severity];
}
