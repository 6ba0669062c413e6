import * as z from 'zod';
import { AssetRefSchema } from './asset.ts';
import { Instant } from './instant.ts';

/**
 * Somebody's word that a vulnerability does not affect a product: from a VEX document, or our own triage. Only the
 * two statuses that set a finding aside; `affected` and `under investigation` change no verdict.
 */
export const VexStatement = z.strictObject({
  vulnerability: z.string().min(1),
  /** Package URL without version; absent: every component. */
  component: z.string().min(1).optional(),
  /** Absent: every asset. */
  asset: AssetRefSchema.optional(),
  status: z.enum(['not-affected', 'fixed']),
  issuer: z.string().min(1),
  reason: z.string().min(1),
  until: Instant.optional(),
  /** It came with the very scans that are judged, so it is its author's own word about himself. */
  fromJudgedScans: z.boolean().default(false),
});
export type VexStatement = z.infer<typeof VexStatement>;
