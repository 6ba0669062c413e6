/**
 * The parts of one file are runs of their own, and may speak of one finding each. Whoever adds up what they did counts
 * it once: with the first of them that touches it, by what it was before the file and is after it.
 */
import type { Changes, RunSummary } from '../../domain/run.ts';
import type { Db } from '../db.ts';
import type { Outcome } from './changes.ts';

type Counted = Pick<RunSummary, 'findings' | 'vulnerabilities' | 'changes'>;

/** For each part, in their order, what is counted with it. */
export async function countOnce(db: Db, parts: readonly Iterable<Outcome>[]): Promise<readonly Counted[]> {
  const joined = new Map<number, { readonly part: number; readonly outcome: Outcome }>();
  for (const [part, outcomes] of parts.entries()) {
    for (const outcome of outcomes) {
      const before = joined.get(outcome.id);
      joined.set(
        outcome.id,
        before === undefined ? { part, outcome } : { ...before, outcome: join(before.outcome, outcome) },
      );
    }
  }
  const vulnerabilities = await firstNamed(db, joined);
  const counts = parts.map(() => ({ created: 0, updated: 0, unchanged: 0, reopened: 0, closed: 0 }));
  const mentioned = parts.map(() => 0);
  for (const { part, outcome } of joined.values()) {
    const changes = counts[part];
    if (changes === undefined) continue;
    if (outcome.isMentioned) mentioned[part] = (mentioned[part] ?? 0) + 1;
    for (const kind of kindsOf(outcome)) changes[kind]++;
  }
  return counts.map((changes, part) => ({
    changes,
    findings: mentioned[part] ?? 0,
    vulnerabilities: vulnerabilities[part] ?? 0,
  }));
}

function join(earlier: Outcome, later: Outcome): Outcome {
  return {
    id: later.id,
    isCreated: earlier.isCreated || later.isCreated,
    isMentioned: earlier.isMentioned || later.isMentioned,
    differs: earlier.differs || later.differs,
    wasOpen: earlier.wasOpen ?? later.wasOpen,
    isOpen: later.isOpen ?? earlier.isOpen,
  };
}

function kindsOf({ isCreated, isMentioned, differs, wasOpen, isOpen }: Outcome): (keyof Changes)[] {
  if (isCreated) return ['created'];
  const closed = wasOpen === true && isOpen === false ? (['closed'] as const) : [];
  if (!isMentioned) return [...closed];
  if (wasOpen === false && isOpen === true) return ['reopened'];
  return [differs ? 'updated' : 'unchanged', ...closed];
}

/** How many vulnerabilities are mentioned for the first time in each part. */
async function firstNamed(
  db: Db,
  joined: ReadonlyMap<number, { readonly part: number; readonly outcome: Outcome }>,
): Promise<readonly number[]> {
  const mentioned = [...joined].filter(([, { outcome }]) => outcome.isMentioned).map(([id]) => id);
  const rows = await db.select<{ readonly id: number; readonly vulnerability_id: number }>(
    'finding',
    'id',
    ['id', 'vulnerability_id'],
    mentioned,
  );
  const first = new Map<number, number>();
  for (const { id, vulnerability_id: vulnerability } of rows) {
    const part = joined.get(id)?.part ?? 0;
    first.set(vulnerability, Math.min(first.get(vulnerability) ?? part, part));
  }
  const counts: number[] = [];
  for (const part of first.values()) counts[part] = (counts[part] ?? 0) + 1;
  return counts;
}
