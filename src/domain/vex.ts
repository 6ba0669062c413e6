import * as z from 'zod';
import { AssetRefSchema } from './asset.ts';
import type { FindingId } from './finding.ts';
import { Instant } from './instant.ts';

/**
 * Somebody's word that a vulnerability does not affect a product: from a VEX document, or our own triage. Only the
 * two statuses that set a finding aside; `affected` and `under investigation` change no verdict.
 */
export const VexStatement = z
  .strictObject({
    vulnerability: z.string().min(1).optional(),
    /** Exactly this one: our own triage. */
    finding: z.custom<FindingId>((id) => Number.isInteger(id), 'expected an integer').optional(),
    /** What that one was when it was judged; absent: whatever it is. */
    cves: z.array(z.string().min(1)).min(1).readonly().optional(),
    /** Package URL without version; absent: every component. */
    component: z.string().min(1).optional(),
    /** Only these versions: of the component, as installed. Absent: every version. */
    versions: z.array(z.string().min(1)).min(1).readonly().optional(),
    /** Name of the package alone, whatever its ecosystem; never without versions. */
    componentName: z.string().min(1).optional(),
    /** Absent: every asset. */
    asset: AssetRefSchema.optional(),
    /** The asset is called by one of these, whatever its kind. */
    assetNames: z.array(z.string().min(1)).min(1).readonly().optional(),
    /** Only these tags or digests of an image. */
    imageVersions: z.array(z.string().min(1)).min(1).readonly().optional(),
    status: z.enum(['not-affected', 'fixed']),
    issuer: z.string().min(1),
    reason: z.string().min(1),
    until: Instant.optional(),
    /** It came with the very scans that are judged, so it is its author's own word about himself. */
    fromJudgedScans: z.boolean().default(false),
  })
  .refine(({ vulnerability, finding }) => vulnerability !== undefined || finding !== undefined, {
    message: 'a statement names a vulnerability or a finding',
  })
  .refine(({ componentName, versions }) => componentName === undefined || versions !== undefined, {
    path: ['componentName'],
    message: 'the name of a package says little without its version',
  });
export type VexStatement = z.infer<typeof VexStatement>;
