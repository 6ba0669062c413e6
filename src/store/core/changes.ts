/** What a run did to findings: the counts people see, and the append-only history with both times. */
import type { Changes } from '../../domain/run.ts';
import type { Db, Value } from '../db.ts';
import type { FindingRow } from './finding-row.ts';
import { IdSet } from './id-set.ts';

/** Of a finding that was there before the run. */
interface Touch {
  readonly wasOpen: boolean;
  isOpen: boolean;
  differs: boolean;
}

/** What became of one finding. */
export interface Outcome {
  readonly id: number;
  readonly isCreated: boolean;
  readonly isMentioned: boolean;
  readonly differs: boolean;
  /** Absent where nothing of it had to be worked out again. */
  readonly wasOpen: boolean | undefined;
  readonly isOpen: boolean | undefined;
}

export interface EarlierFinding {
  readonly id: number;
  readonly isCreated: boolean;
}

export interface EarlierChange {
  readonly id: number;
  readonly kind: 'updated' | 'closed' | 'reopened';
  /** 1: the finding is open now. */
  readonly open: number;
}

interface Move {
  readonly before: FindingRow;
  after: Omit<FindingRow, 'id'>;
}

type Kind = 'updated' | 'closed' | 'reopened' | 'merged-into' | 'split-from';

/** One per run, over all its transactions. */
export class ChangeLog {
  /** By this run. They are many, and nothing later in the run makes them anything but created. */
  readonly #created = new IdSet();
  readonly #touched = new Map<number, Touch>();
  readonly #mentioned = new Set<number>();
  readonly #changedContent = new Set<number>();
  /** Of these, those whose history has no row yet. */
  readonly #unwritten = new Set<number>();
  /** Since the last write: a finding that moves to and fro within it leaves one row, or none. */
  readonly #moves = new Map<number, Move>();
  #rows: (readonly [Kind, number, number, string])[] = [];
  readonly #validAt: () => number;
  #haveMoved = false;

  constructor(validAt: () => number) {
    this.#validAt = validAt;
  }

  /** Findings with `count` ids in a row. */
  created(first: number, count: number): void {
    this.#created.addRow(first, count);
  }

  mentioned(id: number): void {
    if (!this.#created.has(id)) this.#mentioned.add(id);
  }

  /** Something that the finding shows moved, whether or not it is one of its own columns. */
  contentChanged(id: number): void {
    this.#changedContent.add(id);
    this.#unwritten.add(id);
  }

  /** What the pages that an earlier process committed did. */
  restore(mentioned: readonly EarlierFinding[], changes: readonly EarlierChange[]): void {
    for (const { id, isCreated } of mentioned) {
      if (isCreated) this.#created.add(id);
      else this.#mentioned.add(id);
    }
    for (const [id, own] of Map.groupBy(changes, (change) => change.id)) {
      if (this.#created.has(id)) continue;
      const isOpen = own.some(({ open }) => open === 1);
      // What only updates leaves it open or not: of the others the first tells what it was before.
      const turn = own.find(({ kind }) => kind !== 'updated');
      const wasOpen = turn === undefined ? isOpen : turn.kind === 'closed';
      this.#touched.set(id, { wasOpen, isOpen, differs: true });
    }
  }

  /** Whether findings were joined or parted, so that what was mentioned has to be asked anew. */
  get haveFindingsMoved(): boolean {
    return this.#haveMoved;
  }

  /** What the run mentions, by the findings there are now. */
  remention(findings: readonly number[]): void {
    const now = new Set(findings);
    for (const id of [...this.#created]) if (!now.has(id)) this.removed(id);
    for (const id of [...this.#mentioned]) if (!now.has(id)) this.#mentioned.delete(id);
    for (const id of now) this.mentioned(id);
  }

  recomputed(id: number, before: FindingRow, after: Omit<FindingRow, 'id'>, differs: boolean): void {
    const touch = this.#touched.get(id);
    // Open since earlier than was known, by a scan that came late: nothing that anybody would call an update.
    const isUpdated = movedOf(before, after).length > 0;
    if (this.#created.has(id)) {
      // Counted as created whatever becomes of it.
    } else if (touch === undefined) {
      this.#touched.set(id, {
        wasOpen: before.open === 1,
        isOpen: after.open === 1,
        differs: isUpdated,
      });
    } else {
      touch.isOpen = after.open === 1;
      touch.differs ||= isUpdated;
    }
    if (!differs) return;
    const move = this.#moves.get(id);
    if (move === undefined) this.#moves.set(id, { before, after });
    else move.after = after;
  }

  /** What was said of the one is now said of the other. */
  merged(id: number, into: number): void {
    this.#rows.push(['merged-into', id, this.#validAt(), String(into)]);
    const wasMentioned = this.#created.has(id) || this.#mentioned.has(id);
    const wasChanged = this.#changedContent.has(id) || this.#touched.get(id)?.differs === true;
    this.removed(id);
    if (wasMentioned) this.mentioned(into);
    if (wasMentioned || wasChanged) this.contentChanged(into);
  }

  /** A finding made of a part of another: new, if what the run mentions is in that part. */
  split(id: number, from: number): void {
    this.#haveMoved = true;
    this.#created.add(id);
    this.#rows.push(['split-from', id, this.#validAt(), String(from)]);
  }

  /** The finding is no more: it counts as nothing. */
  removed(id: number): void {
    this.#haveMoved = true;
    this.#created.delete(id);
    this.#mentioned.delete(id);
    this.#touched.delete(id);
    this.#changedContent.delete(id);
    this.#unwritten.delete(id);
    this.#moves.delete(id);
  }

  *findingsMentioned(): Generator<number> {
    yield* this.#created;
    yield* this.#mentioned;
  }

  get findingCount(): number {
    return this.#created.size + this.#mentioned.size;
  }

  *outcomes(): Generator<Outcome> {
    for (const id of new Set([...this.findingsMentioned(), ...this.#touched.keys()])) {
      const isCreated = this.#created.has(id);
      const touch = this.#touched.get(id);
      yield {
        id,
        isCreated,
        isMentioned: isCreated || this.#mentioned.has(id),
        differs: touch?.differs === true || this.#changedContent.has(id),
        wasOpen: touch?.wasOpen,
        isOpen: touch?.isOpen,
      };
    }
  }

  counts(): Changes {
    const counts = { created: this.#created.size, updated: 0, unchanged: 0, reopened: 0, closed: 0 };
    for (const id of this.#mentioned) {
      const touch = this.#touched.get(id);
      if (touch?.wasOpen === false && touch.isOpen) counts.reopened += 1;
      else if (touch?.differs === true || this.#changedContent.has(id)) counts.updated += 1;
      else counts.unchanged += 1;
    }
    for (const { wasOpen, isOpen } of this.#touched.values()) if (wasOpen && !isOpen) counts.closed += 1;
    return counts;
  }

  /** Writes the history gathered since the last call, inside the caller's transaction. */
  async write(db: Db, recordedAt: number, runId: number | null): Promise<void> {
    const moved = [...this.#moves].flatMap(([id, move]) => this.#rowOf(id, move));
    for (const [, id] of moved) this.#unwritten.delete(id);
    const shown = [...this.#unwritten].filter((id) => !this.#created.has(id));
    const rows = [
      ...this.#rows,
      ...moved,
      ...shown.map((id) => ['updated', id, this.#validAt(), '{}'] as const),
    ];
    this.#unwritten.clear();
    this.#rows = [];
    this.#moves.clear();
    if (rows.length === 0) return;
    const first = await db.allocate('change', rows.length);
    await db.insert(
      'change',
      rows.map(([kind, id, validAt, detail], index): Value[] => [
        first + index,
        kind,
        id,
        validAt,
        recordedAt,
        runId,
        detail,
      ]),
    );
  }

  #rowOf(id: number, { before, after }: Move): (readonly [Kind, number, number, string])[] {
    const detail = describe(before, after);
    if (before.open === 1 && after.open === 0)
      return [['closed', id, after.closed_at ?? this.#validAt(), detail]];
    if (before.open === 0 && after.open === 1) return [['reopened', id, after.opened_at, detail]];
    return detail === '{}' ? [] : [['updated', id, this.#validAt(), detail]];
  }
}

const SHOWN = [
  'severity',
  'score',
  'facts',
  'fixable',
  'set_aside',
  'due_at',
  'occurrences',
  'title',
] as const;

function movedOf(before: FindingRow, after: Omit<FindingRow, 'id'>): readonly (typeof SHOWN)[number][] {
  return SHOWN.filter((column) => before[column] !== after[column]);
}

function describe(before: FindingRow, after: Omit<FindingRow, 'id'>): string {
  const moved = movedOf(before, after);
  return JSON.stringify(Object.fromEntries(moved.map((column) => [column, [before[column], after[column]]])));
}
