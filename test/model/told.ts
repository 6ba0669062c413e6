/** A script in words: what a failed law shows, short enough to be read and typed in again. */
import type { IntelligenceFact } from '../../src/domain/intelligence.ts';
import type { KeyedStatement } from '../../src/domain/keyed.ts';
import type { Coverage, Label, Life, Rejected } from '../../src/domain/statement.ts';
import { HOUR_MS } from '../../src/store/contract/statements.ts';
import type { RunEvent, ScriptEvent } from './script.ts';

export function toldScript(script: readonly ScriptEvent[]): string {
  return script.map((event, n) => `${n + 1}. ${told(event)}`).join('\n');
}

function told(event: ScriptEvent): string {
  if (event.kind === 'run') return toldRun(event);
  if (event.kind === 'intelligence') return `intelligence: ${event.facts.map(toldFact).join('; ')}`;
  const each = event.advisories.map(
    ({ names, modifiedAt, withdrawnAt }) =>
      `${names.join('=')} modified ${hours(modifiedAt)}${withdrawnAt === undefined ? '' : ' (withdrawn)'}`,
  );
  return `advisories of ${event.source}: ${each.join('; ')}`;
}

function toldFact({ kind, name, validAt, value }: IntelligenceFact): string {
  return `${kind} of ${name} at ${hours(validAt)} ${value === undefined ? 'taken back' : JSON.stringify(value)}`;
}

function toldRun(event: RunEvent): string {
  const { source, category, channel } = event.stream;
  const head = `${event.visibility} run of ${source}/${category}/${channel} at ${hours(event.observedAt)}, hold ${hours(event.holdMs)}`;
  const pages = event.pages.map((page, n) => {
    const dies = event.visibility === 'paged' && event.diesAfter.includes(n) ? ', dies and resumes' : '';
    return `   page ${n}${dies}: ${toldPage(page)}`;
  });
  const rest = toldPage(event.rest);
  const end = event.end.how === 'finish' ? `finish ${toldCoverage(event.end.coverage)}` : event.end.how;
  return [head, ...pages, ...(rest === '' ? [] : [`   rest: ${rest}`]), `   ${end}`].join('\n');
}

function toldPage(page: { statements: readonly KeyedStatement[]; rejected: readonly Rejected[] }): string {
  const rejected = page.rejected.map(({ key }) => `rejected ${key ?? 'without key'}`);
  return [...page.statements.map(toldStatement), ...rejected].join('\n           ');
}

function toldStatement(statement: KeyedStatement): string {
  const labels = toldLabels(statement.labels);
  const shared = `${statement.occurrences} occurrences${labels === '' ? '' : `, labels ${labels}`}${statement.title === undefined ? '' : `, "${statement.title}"`}${statement.fixable ? ', fixable' : ''}${statement.revision === undefined ? '' : `, rev ${statement.revision}`}`;
  if (statement.part === 'detail') return `detail of [${statement.key}]: ${shared}`;
  const { asset, subject, defects, life, severity, score } = statement;
  const names = defects.map((defect) => defect.names.join('=')).join(', ');
  const facts = Object.entries(statement.assessment).map(([name, value]) => `${name} ${value}`);
  const due = statement.dueAt === undefined ? [] : [`due ${hours(statement.dueAt)}`];
  return `[${statement.key}] ${names} on ${subject.key} of ${asset.name}, ${statement.class}, ${toldLife(life)}, ${[severity, score, ...facts, ...due].filter((part) => part !== undefined).join(' ')}, ${shared}`;
}

function toldLife(life: Life): string {
  const times = [
    ['first', life.firstSeenAt],
    ['resolved', life.resolvedAt],
    ['reopened', life.reopenedAt],
  ] as const;
  const said = times.flatMap(([name, at]) => (at === undefined ? [] : [`${name} ${hours(at)}`]));
  return [life.state, ...said].join(' ');
}

function toldCoverage(coverage: Coverage): string {
  const { assets, classes, labels } = coverage;
  return [
    `at ${hours(coverage.observedAt)}`,
    coverage.complete ? 'complete' : 'partial',
    coverage.closes ? 'closing' : 'not closing',
    `assets ${assets === 'all' ? 'all' : assets.map(({ name }) => name).join('+')}`,
    `classes ${classes === 'all' ? 'all' : classes.join('+')}`,
    `labels ${labels === 'all' ? 'all' : toldLabels(labels)}`,
  ].join(', ');
}

function toldLabels(labels: readonly Label[]): string {
  return labels.map(({ kind, id }) => `${kind}:${id}`).join('+');
}

/** Hours of the tests' own calendar. */
function hours(at: number): string {
  return `${at / HOUR_MS} h`;
}
