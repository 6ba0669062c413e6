/** What happened to findings, for people and for machines. */
import type { Finding } from '../domain/finding.ts';
import { showInstant } from '../domain/instant.ts';
import { severityOfCode } from '../domain/severity.ts';
import { findingLine } from './finding-line.ts';
import { toFindingJson, toIso } from './findings-json.ts';
import { toPlainLine } from './plain-text.ts';

interface Change {
  readonly kind: string;
  readonly validAt: number;
  readonly recordedAt: number;
  readonly run?: number | undefined;
  readonly detail: string;
}

interface FindingHistory {
  readonly finding: Finding;
  readonly changes: readonly Change[];
}

/** The finding, and each change: when it was so, what, and when it was learned. */
export function showHistory({ finding, changes }: FindingHistory): string {
  const lines = changes.map(({ kind, validAt, recordedAt, detail }) =>
    toPlainLine(
      `  ${showInstant(validAt)}  ${kind}${saidIn(kind, detail)}  (learned ${showInstant(recordedAt)})`,
    ),
  );
  return `${[findingLine(finding), ...lines].join('\n')}\n`;
}

interface Learned {
  readonly finding: Finding;
  readonly change: Change;
}

/** One line each: when it was learned, what, of which finding, and since when it was so. */
export function showLearned(learned: readonly Learned[]): string {
  const lines = learned.map(({ finding, change: { kind, validAt, recordedAt, detail } }) =>
    toPlainLine(
      `${showInstant(recordedAt)}  ${kind}${saidIn(kind, detail)}  ${findingLine(finding)}  (so since ${showInstant(validAt)})`,
    ),
  );
  return `${[...lines, `${learned.length} ${learned.length === 1 ? 'change' : 'changes'}`].join('\n')}\n`;
}

export function toLearnedJson({ finding, change }: Learned): Readonly<Record<string, unknown>> {
  return { ...toChangeJson(change), id: finding.id, finding: toFindingJson(finding) };
}

function saidIn(kind: string, detail: string): string {
  if (kind === 'merged-into') return ` ${detail}`;
  if (kind === 'split-from') return ` ${detail}`;
  if (kind === 'triaged') return `: ${detail}`;
  const moves = Object.entries(movesOf(kind, detail)).map(
    ([name, [before, after]]) => `${name} ${String(before)} → ${String(after)}`,
  );
  return moves.length === 0 ? '' : `: ${moves.join(', ')}`;
}

type Moves = Readonly<Record<string, readonly [before: unknown, after: unknown]>>;

/** What the store notes of an update, in the words that people use. */
function movesOf(kind: string, detail: string): Moves {
  if (kind !== 'updated' && kind !== 'closed' && kind !== 'reopened') return {};
  const noted: Record<string, readonly [unknown, unknown]> = JSON.parse(detail === '' ? '{}' : detail);
  return Object.fromEntries(
    Object.entries(noted).map(([name, [before, after]]) =>
      name === 'severity' ? [name, [severityOf(before), severityOf(after)]] : [name, [before, after]],
    ),
  );
}

function severityOf(code: unknown): string {
  return typeof code === 'number' ? severityOfCode(code) : 'unknown';
}

/** Every key is always there; what is not known is null. */
export function toHistoryJson({ finding, changes }: FindingHistory): Readonly<Record<string, unknown>> {
  return {
    id: finding.id,
    finding: toFindingJson(finding),
    changes: changes.map(toChangeJson),
  };
}

function toChangeJson({ kind, validAt, recordedAt, run, detail }: Change): Readonly<Record<string, unknown>> {
  return {
    kind,
    validAt: toIso(validAt),
    recordedAt: toIso(recordedAt),
    run: run ?? null,
    moved: movesOf(kind, detail),
    said: kind === 'triaged' || kind === 'merged-into' || kind === 'split-from' ? detail : null,
  };
}

interface Compared {
  readonly appeared: readonly Finding[];
  readonly gone: readonly Finding[];
  readonly rescored: readonly { readonly before: Finding; readonly after: Finding }[];
  readonly unchanged: number;
}

export function showComparison({ appeared, gone, rescored, unchanged }: Compared): string {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['appeared', appeared.map(findingLine)],
    ['gone', gone.map(findingLine)],
    [
      'another severity',
      rescored.map(({ before, after }) => `${findingLine(after)}, was ${before.severity}`),
    ],
  ];
  const lines = sections.flatMap(([title, own]) =>
    own.length === 0 ? [] : [`${title}:`, ...own.map((line) => `  ${line}`)],
  );
  const counts = `${appeared.length} appeared, ${gone.length} gone, ${rescored.length} of another severity, ${unchanged} unchanged`;
  return `${[...lines, counts].join('\n')}\n`;
}

export function toComparisonJson({ appeared, gone, rescored, unchanged }: Compared) {
  return {
    appeared: appeared.map(toFindingJson),
    gone: gone.map(toFindingJson),
    rescored: rescored.map(({ before, after }) => ({ was: before.severity, finding: toFindingJson(after) })),
    unchanged,
  };
}
