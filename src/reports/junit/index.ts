/**
 * JUnit XML as Jenkins and GitLab read it: a suite per rule with a case for the rule and one for each finding; what
 * blocks is a failure, what cannot be judged an error, what was set aside is skipped.
 */
import type { Effect, Verdict } from '../../domain/verdict.ts';
import { defectOf, placeOf } from '../finding-names.ts';
import { toIso } from '../findings-json.ts';
import { toShortLine } from '../plain-text.ts';
import type { Report } from '../report.ts';
import {
  isLetThrough,
  loudFacts,
  sayBound,
  sayChanges,
  sayEvidence,
  sayFacts,
  sayPath,
  saySetAside,
  sayWhy,
} from '../said.ts';
import { type Told, tellFindings } from '../told.ts';
import { element, tag } from './xml.ts';

export const junitReport: Report = {
  kind: 'junit',
  render(verdict) {
    const suites = suitesOf(verdict);
    const { tests, failures, errors } = totalsOf(suites.flatMap(({ cases }) => cases));
    const at = toIso(verdict.decidedAt)?.slice(0, 19);
    const name = `Gatehouse ${verdict.verdict}: ${verdict.release}`;
    const lines = [
      '<?xml version="1.0" encoding="UTF-8"?>',
      tag('testsuites', { name, tests, failures, errors, time: '0' }),
      ...suites.flatMap((suite, index) => suiteLines(suite, at, index === 0 ? verdict : undefined)),
      '</testsuites>',
    ];
    return `${lines.join('\n')}\n`;
  },
};

interface Case {
  readonly name: string;
  readonly className: string;
  /** Undefined: it passed. */
  readonly outcome?: Outcome | undefined;
  /** Shown beside it, whatever became of it. */
  readonly output?: string | undefined;
}

interface Outcome {
  readonly tag: 'failure' | 'error' | 'skipped';
  readonly message: string;
  readonly text?: string;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

function suitesOf(verdict: Verdict): readonly Suite[] {
  const told = tellFindings(verdict);
  const judged = verdict.rules.filter(({ outcome }) => outcome !== 'off' && outcome !== 'not-compared');
  const known = new Set(verdict.rules.map(({ rule }) => rule));
  const others = new Set(verdict.reasons.map(({ rule }) => rule).filter((rule) => !known.has(rule)));
  const asked = new Map([
    ...judged.map(({ rule, description }) => [rule, description] as const),
    ...[...others].map((rule) => [rule, rule] as const),
  ]);
  const setAside = told.filter((one) => one.setAside.length > 0);
  return [
    { name: 'verdict', cases: [verdictCase(verdict)] },
    ...[...asked].map(([rule, description]) => ruleSuite(rule, description, verdict, told)),
    ...(setAside.length > 0
      ? [{ name: 'findings set aside', cases: unique(setAside.map(setAsideCase)) }]
      : []),
  ];
}

function verdictCase(verdict: Verdict): Case {
  const { verdict: word, release, reasons } = verdict;
  const text = sayWhy(reasons).join('\n');
  const effect = word === 'NO-GO' ? 'block' : 'undecided';
  return {
    name: release,
    className: 'gatehouse.verdict',
    outcome: word === 'GO' ? undefined : outcomeOf(effect, word, text, verdict),
    output: [...loudFacts(verdict), ...sayChanges(verdict)].join('\n'),
  };
}

/** A rule has the same case whatever became of it, so that its history can be followed. */
function ruleSuite(rule: string, description: string, verdict: Verdict, told: readonly Told[]): Suite {
  const className = `gatehouse.${rule}`;
  const reasons = verdict.reasons.filter((reason) => reason.rule === rule);
  const worst = WORST_FIRST.find((effect) => reasons.some((reason) => reason.effect === effect));
  const messages = reasons.map(({ message }) => message).join('; ');
  const mildestFirst = WORST_FIRST.toReversed().flatMap((effect) =>
    reasons.filter((reason) => reason.effect === effect),
  );
  const effects = new Map(
    mildestFirst.flatMap(({ effect, findings }) => findings.map(({ id }) => [id, effect] as const)),
  );
  const cases = told.flatMap((one): readonly Case[] => {
    const effect = effects.get(one.finding.id);
    if (effect === undefined) return [];
    const outcome = outcomeOf(effect, `${rule}: ${messages}`, detailsOf(one), verdict);
    const output = outcome === undefined ? `warning: ${detailsOf(one)}` : undefined;
    return [{ name: nameOf(one), className, outcome, output }];
  });
  const own: Case = {
    name: description,
    className,
    outcome: worst && outcomeOf(worst, messages, '', verdict),
    output: worst === 'warn' ? `warning: ${messages}` : undefined,
  };
  return { name: rule, cases: unique([own, ...cases]) };
}

const WORST_FIRST = ['block', 'undecided', 'warn'] as const satisfies readonly Effect[];

/** Warnings pass, and so does what would block a gate that opens all the same: whoever counts failures goes on. */
function outcomeOf(effect: Effect, message: string, text: string, verdict: Verdict): Outcome | undefined {
  if (effect === 'warn') return undefined;
  if (isLetThrough(verdict)) {
    const why = verdict.enforced ? 'OVERRIDDEN' : 'NOT ENFORCED';
    return { tag: 'skipped', message: `${why}, it would not pass: ${message}` };
  }
  return { tag: effect === 'block' ? 'failure' : 'error', message, text };
}

function detailsOf({ finding, setAside, step, owner }: Told): string {
  const { title, severity, score } = finding;
  return [
    title,
    `severity ${severity}${score === undefined ? '' : `, score ${score}`}`,
    step === undefined ? undefined : `path to GO: ${step}`,
    owner === undefined ? undefined : `owner: ${owner}`,
    ...setAside.map((entry) => `set aside: ${saySetAside(entry)}`),
  ]
    .filter((part) => part !== undefined)
    .join('\n');
}

/** Only what was honoured is left out; the rest is told, and counts under its rules. */
function setAsideCase(told: Told): Case {
  const message = told.setAside.map(saySetAside).join('; ');
  const isHonoured = told.setAside.some(({ honoured }) => honoured);
  return {
    name: nameOf(told),
    className: 'gatehouse.findings-set-aside',
    ...(isHonoured ? { outcome: { tag: 'skipped', message } } : { output: message }),
  };
}

function nameOf({ finding }: Told): string {
  return toShortLine(`${defectOf(finding)} in ${placeOf(finding)}`, LONGEST_NAME);
}

/** Short enough for a number behind it to be seen. */
const LONGEST_NAME = 500;

/** Readers of a pipeline keep one case of each name. */
function unique(cases: readonly Case[]): readonly Case[] {
  const times = new Map<string, number>();
  return cases.map((one) => {
    const time = (times.get(one.name) ?? 0) + 1;
    times.set(one.name, time);
    return time === 1 ? one : { ...one, name: `${one.name} (${time})` };
  });
}

function totalsOf(cases: readonly Case[]): Readonly<Record<string, string>> {
  const count = (name: string): string => String(cases.filter(({ outcome }) => outcome?.tag === name).length);
  return {
    tests: String(cases.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  };
}

function suiteLines(
  { name, cases }: Suite,
  at: string | undefined,
  verdict: Verdict | undefined,
): readonly string[] {
  const timestamp = at === undefined ? {} : { timestamp: at };
  return [
    `  ${tag('testsuite', { name, ...totalsOf(cases), time: '0', ...timestamp })}`,
    ...(verdict === undefined ? [] : propertyLines(verdict)),
    ...cases.flatMap(caseLines),
    '  </testsuite>',
  ];
}

function propertyLines(verdict: Verdict): readonly string[] {
  const bound = sayBound(verdict);
  const properties = [
    ['verdict', verdict.verdict],
    ...sayFacts(verdict),
    ...loudFacts(verdict).map((text) => ['note', text]),
    ...sayChanges(verdict).map((text) => ['changes', text]),
    ...verdict.evidence.map((one) => ['evidence', sayEvidence(one)]),
    ...sayPath(verdict).map(({ asset, text }) => ['path to GO', [asset, text].filter(Boolean).join(': ')]),
    ...(bound === undefined ? [] : [['path to GO', bound]]),
  ];
  return [
    '    <properties>',
    ...properties.map(([name = '', value = '']) => `      ${element('property', { name, value })}`),
    '    </properties>',
  ];
}

function caseLines({ name, className, outcome, output }: Case): readonly string[] {
  const attributes = { name, classname: className, time: '0' };
  const inside = [
    ...(outcome === undefined ? [] : [outcomeLine(outcome)]),
    ...(output ? [element('system-out', {}, output)] : []),
  ];
  if (inside.length === 0) return [`    ${element('testcase', attributes)}`];
  return [`    ${tag('testcase', attributes)}`, ...inside.map((one) => `      ${one}`), '    </testcase>'];
}

function outcomeLine({ tag: name, message, text = '' }: Outcome): string {
  return element(name, name === 'skipped' ? { message } : { message, type: name }, text);
}
