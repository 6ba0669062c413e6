import * as z from 'zod';
import type { FindingId } from './finding.ts';
import { PersonName } from './person.ts';
import type { VexStatement } from './vex.ts';

/** Our own judgement of a finding; becomes VEX on export. */
export const TriageState = z.enum([
  'false-positive',
  'under-investigation',
  'not-affected',
  'accepted',
  'affected',
]);
export type TriageState = z.infer<typeof TriageState>;

/** OpenVEX 0.2.0, status justifications. */
export const Justification = z.enum([
  'component-not-present',
  'vulnerable-code-not-present',
  'vulnerable-code-not-in-execute-path',
  'vulnerable-code-cannot-be-controlled-by-adversary',
  'inline-mitigations-already-exist',
]);
export type Justification = z.infer<typeof Justification>;

/** Append-only: the newest by `validAt` holds; earlier ones stay as history. Absent fields leave what was. */
export const TriageNote = z
  .strictObject({
    state: TriageState.optional(),
    justification: Justification.optional(),
    assignee: z.string().min(1).max(200).optional(),
    comment: z.string().max(10_000).optional(),
    tags: z.array(z.string().min(1).max(100)).max(50).optional(),
    by: PersonName,
    validAt: z.int().nonnegative(),
    /** Of the finding when its state was given, where it had any: of one that joins it later, nobody judged anything. */
    cves: z.array(z.string().min(1)).min(1).readonly().optional(),
  })
  .refine((note) => note.state !== 'not-affected' || note.justification !== undefined, {
    path: ['justification'],
    message: 'not-affected needs a justification',
  });
export type TriageNote = z.infer<typeof TriageNote>;

export interface Triage {
  readonly state?: TriageState | undefined;
  readonly justification?: Justification | undefined;
  /** Who gave the state, and when. */
  readonly stateBy?: string | undefined;
  readonly stateAt?: number | undefined;
  /** What the finding was then, where it was known by any. */
  readonly cves?: readonly string[] | undefined;
  readonly assignee?: string | undefined;
  readonly tags: readonly string[];
  readonly comments: readonly { readonly by: string; readonly at: number; readonly text: string }[];
}

/** Folds notes into what holds now, whatever order they arrived in. */
export function triageOf(notes: readonly TriageNote[]): Triage {
  const inOrder = [...notes].sort((a, b) => a.validAt - b.validAt);
  let triage: Triage = { tags: [], comments: [] };
  for (const note of inOrder) {
    triage = {
      state: note.state ?? triage.state,
      justification: note.state === undefined ? triage.justification : note.justification,
      stateBy: note.state === undefined ? triage.stateBy : note.by,
      stateAt: note.state === undefined ? triage.stateAt : note.validAt,
      cves: note.state === undefined ? triage.cves : note.cves,
      assignee: note.assignee ?? triage.assignee,
      tags: note.tags ?? triage.tags,
      comments:
        note.comment === undefined
          ? triage.comments
          : [...triage.comments, { by: note.by, at: note.validAt, text: note.comment }],
    };
  }
  return triage;
}

/** All notes on one finding, in the order in which they were recorded. */
export interface TriagedFinding {
  readonly finding: FindingId;
  readonly notes: readonly (TriageNote & { readonly recordedAt: number })[];
}

/**
 * What our own judgement says of exactly this finding, in the name of who gave it. Only what says that there is nothing
 * to fix: to accept what is there needs a waiver, which somebody else approves and which ends.
 */
export function vexOf(finding: FindingId, triage: Triage): VexStatement | undefined {
  const { state, justification, stateBy, stateAt, cves, comments } = triage;
  if (stateBy === undefined || (state !== 'not-affected' && state !== 'false-positive')) return undefined;
  const why = comments.findLast(({ by, at }) => by === stateBy && at === stateAt)?.text;
  const what = justification === undefined ? state : `${state}, ${justification}`;
  return {
    finding,
    ...(cves === undefined ? {} : { cves }),
    status: 'not-affected',
    issuer: stateBy,
    reason: why === undefined ? what : `${what}: ${why}`,
    fromJudgedScans: false,
  };
}
