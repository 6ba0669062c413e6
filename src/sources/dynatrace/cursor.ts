import * as z from 'zod';
import { LABEL_KINDS } from '../../domain/statement.ts';

const Label = z.strictObject({ kind: z.enum(LABEL_KINDS), id: z.string(), name: z.string().optional() });

/** How much of each problem was read, least first. */
export const DEPTHS = ['list', 'occurrences', 'names'] as const;
export type Depth = (typeof DEPTHS)[number];

/** A pass under way: which page comes next, and what the pages before it said. */
export const PassUnderWay = z.strictObject({
  kind: z.enum(['full', 'incremental']),
  depth: z.enum(DEPTHS),
  /** Our clock, epoch ms. */
  startedAt: z.number(),
  /** The moment the pass speaks of: the vendor's clock at its first page. */
  observedAt: z.number().optional(),
  /** Which of the scope's selectors, and the page of it; no key: its first page. */
  selector: z.int().nonnegative(),
  key: z.string().optional(),
  /** The last problem of this page that was given away; the page goes on behind it. */
  behind: z.string().optional(),
  /** Rows of this selector's pages before this one. */
  read: z.int().nonnegative(),
  /** The latest change among the rows, never after `observedAt`. */
  latest: z.number().optional(),
  /** The earliest change among rows that must be read again, because something of them was not readable. */
  again: z.number().optional(),
  /** False once the list itself may have a hole. */
  isListWhole: z.boolean(),
  isComplete: z.boolean(),
  reasons: z.array(z.string()),
  /** Ids found for what the scope names. */
  labels: z.array(Label),
});
export type PassUnderWay = z.infer<typeof PassUnderWay>;

/** Plain JSON. Belongs to one scope of one environment: another one starts over. */
export const DynatraceCursor = z.strictObject({
  version: z.literal(1),
  /** Digest of the environment and of what is read of it. */
  scope: z.string(),
  /** Vendor's clock, epoch ms: all changes up to here are stored, as deep as `depth` says. */
  watermark: z.number().optional(),
  depth: z.enum(DEPTHS),
  /** Our clock, epoch ms: when the last full pass began that read its whole list. */
  fullAt: z.number().optional(),
  pass: PassUnderWay.optional(),
});
export type DynatraceCursor = z.infer<typeof DynatraceCursor>;

export function isDeeper(a: Depth, b: Depth): boolean {
  return DEPTHS.indexOf(a) > DEPTHS.indexOf(b);
}
