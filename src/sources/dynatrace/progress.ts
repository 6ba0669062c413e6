/** What a pass knows after the chunks it gave away: this is what its cursor holds. Pure. */
import type { AssetRef, Coverage, Label, Statement } from '../../domain/statement.ts';
import type { ChunkRead } from './chunk.ts';
import { type DynatraceCursor, isDeeper, type PassUnderWay } from './cursor.ts';

export interface Known {
  /** The scope that was pushed down. */
  readonly wanted: readonly Label[];
  /** Different records of this selector so far, this chunk's included. */
  readonly distinct: number;
  /** Our clock, for a server that does not tell the time. */
  readonly now: number;
}

export function advance(before: PassUnderWay, chunk: ChunkRead, known: Known): PassUnderWay {
  const { page } = chunk;
  const observedAt = before.observedAt ?? page.serverAt ?? known.now;
  const hole = holeIn(chunk, known.distinct);
  const isAgain = page.startedOver && chunk.offset === 0;
  const reasons = [
    ...(isAgain ? ['the vendor refused a page key; its list was read again from the first page'] : []),
    ...chunk.reasons,
    ...(hole === undefined ? [] : [hole]),
  ];
  return {
    ...before,
    ...positionAfter(chunk, before, isAgain ? 0 : before.read, known.distinct),
    observedAt,
    latest: greatest([before.latest, ...chunk.changes.filter((at) => at <= observedAt)]),
    again: least([before.again, chunk.again, hole === undefined ? undefined : 0]),
    isListWhole: before.isListWhole && chunk.isListWhole && hole === undefined,
    isComplete: before.isComplete && chunk.again === undefined && hole === undefined,
    reasons: [...new Set([...before.reasons, ...reasons])],
    labels: [...before.labels, ...idsFound(before.labels, known.wanted, chunk.statements)],
  };
}

/** A list that may be of something else than was meant is not whole, and is read in full again next time. */
export function doubted(pass: PassUnderWay, doubts: readonly string[]): PassUnderWay {
  if (doubts.length === 0) return pass;
  return { ...pass, isListWhole: false, isComplete: false, reasons: [...pass.reasons, ...doubts] };
}

/** A page that was given away in part is asked for again, and goes on behind the last problem that was given. */
function positionAfter(chunk: ChunkRead, before: PassUnderWay, readBefore: number, distinct: number) {
  const { at, next } = chunk.page;
  if (!chunk.isLast) {
    const behind = chunk.keys.findLast((key) => key !== undefined) ?? before.behind;
    return { selector: at.selector, key: at.key, behind, read: readBefore };
  }
  const { selector, key } = next ?? at;
  return { selector, key, behind: undefined, read: selector === at.selector ? distinct : 0 };
}

/** The vendor counts what it lists; fewer came: something is missing, and nothing may be closed for being absent. */
function holeIn({ page, isLast }: ChunkRead, distinct: number): string | undefined {
  if (!isLast || !page.isEnd || page.total === undefined || distinct >= page.total) return undefined;
  return `the vendor counts ${page.total} problems and listed ${distinct}`;
}

/** Scopes name zones and hosts; what was found tells their ids. */
export function idsFound(
  have: readonly Label[],
  wanted: readonly Label[],
  statements: readonly Statement[],
): Label[] {
  const asked = new Set(wanted.flatMap((label) => wordsOf(label)));
  if (asked.size === 0) return [];
  const found = new Map<string, Label>();
  for (const statement of statements) {
    for (const label of statement.kind === 'advisory' ? [] : statement.labels) {
      if (wordsOf(label).some((word) => asked.has(word))) found.set(`${label.kind} ${label.id}`, label);
    }
  }
  for (const { kind, id } of have) found.delete(`${kind} ${id}`);
  return [...found.values()];
}

function wordsOf({ kind, id, name }: Label): string[] {
  return name === undefined ? [`${kind} ${id}`] : [`${kind} ${id}`, `${kind} ${name}`];
}

/** A pass that is done becomes the mark from which the next one goes on. */
export function finished(before: DynatraceCursor, pass: PassUnderWay): DynatraceCursor {
  const isFull = pass.kind === 'full';
  const reached = greatest([pass.latest, isFull ? undefined : before.watermark]) ?? pass.observedAt;
  return {
    version: 1,
    scope: before.scope,
    watermark: least([reached, pass.again]),
    depth: !isFull && isDeeper(pass.depth, before.depth) ? before.depth : pass.depth,
    fullAt: !isFull ? before.fullAt : pass.isListWhole ? pass.startedAt : undefined,
  };
}

export function coverageOf(
  pass: PassUnderWay,
  wanted: readonly Label[],
  asset: AssetRef,
  now: number,
): Coverage {
  return {
    observedAt: pass.observedAt ?? now,
    assets: [asset],
    classes: ['vulnerability', 'code'],
    labels: wanted.length === 0 ? 'all' : [...wanted, ...pass.labels],
    closes: pass.kind === 'full',
    complete: pass.isComplete,
    reasons: pass.reasons,
  };
}

function greatest(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a), undefined);
}

function least(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);
}
