/** Which pass to make, and from where. Pure. */
import type { Pass } from '../source.ts';
import { type Depth, type DynatraceCursor, isDeeper, type PassUnderWay } from './cursor.ts';

/** A window that was frozen so long ago speaks of a day that is gone. */
const MAX_PASS_MS = 24 * 3_600_000;

export interface Wish {
  readonly pass: Pass;
  readonly depth: Depth;
  /** Digest of the environment and of what is read of it: another one than the cursor's starts over. */
  readonly scope: string;
  readonly fullPassMs: number;
  /** Our clock, epoch ms. */
  readonly now: number;
}

export interface Beginning {
  readonly cursor: DynatraceCursor;
  readonly pass: PassUnderWay;
}

export function beginOrResume(after: DynatraceCursor | undefined, wish: Wish): Beginning {
  const cursor = after?.scope === wish.scope ? after : undefined;
  if (cursor?.pass !== undefined && mayGoOn(cursor.pass, wish)) {
    const depth = isDeeper(cursor.pass.depth, wish.depth) ? wish.depth : cursor.pass.depth;
    return { cursor, pass: { ...cursor.pass, depth } };
  }
  const isOther = after !== undefined && cursor === undefined;
  const kind = wish.pass === 'full' || needsFullPass(cursor, wish) ? 'full' : 'incremental';
  return {
    cursor: cursor ?? { version: 1, scope: wish.scope, depth: wish.depth },
    pass: {
      kind,
      depth: wish.depth,
      startedAt: wish.now,
      selector: 0,
      read: 0,
      isListWhole: true,
      isComplete: true,
      reasons: isOther
        ? ['the cursor belongs to another environment or scope; everything was read anew']
        : [],
      labels: [],
    },
  };
}

/** A full pass under way also serves who asks for an incremental one; the other way round it would not close. */
function mayGoOn(pass: PassUnderWay, wish: Wish): boolean {
  const ageMs = wish.now - pass.startedAt;
  if (ageMs < 0 || ageMs > MAX_PASS_MS || isDeeper(wish.depth, pass.depth)) return false;
  return pass.kind === 'full' || wish.pass === 'incremental';
}

/** What changed is not enough when what was is not known, not known as deep, or known too long ago. */
function needsFullPass(cursor: DynatraceCursor | undefined, wish: Wish): boolean {
  if (cursor?.watermark === undefined || cursor.fullAt === undefined) return true;
  const ageMs = wish.now - cursor.fullAt;
  return ageMs < 0 || ageMs > wish.fullPassMs || isDeeper(wish.depth, cursor.depth);
}
