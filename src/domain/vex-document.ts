import * as z from 'zod';

/** What a VEX document says of a vulnerability in a product, in the words that all dialects share. */
export const VEX_STATUSES = ['not-affected', 'fixed', 'affected', 'under-investigation'] as const;
export type VexStatus = (typeof VEX_STATUSES)[number];

/** How a document names a product or a part of it; each that is given names the same thing. */
export const VexProduct = z.strictObject({
  purl: z.string().min(1).optional(),
  cpe: z.string().min(1).optional(),
  /** Digests as `sha256:…`. */
  hashes: z.array(z.string().min(1)).optional(),
  name: z.string().min(1).optional(),
  version: z.string().min(1).optional(),
});
export type VexProduct = z.infer<typeof VexProduct>;

export const VexEntry = z.strictObject({
  /** Any of its names. */
  vulnerability: z.string().min(1),
  status: z.enum(VEX_STATUSES),
  reason: z.string().min(1),
  /** Epoch ms; of two entries on the same, the later counts. */
  at: z.int(),
  products: z.array(
    z.strictObject({
      product: VexProduct,
      /** The parts of it that are meant; none: all of it. */
      parts: z.array(VexProduct),
    }),
  ),
});
export type VexEntry = z.infer<typeof VexEntry>;

/** A revision of a document: the latest one of its author and id counts. */
export const VexDocument = z.strictObject({
  id: z.string().min(1),
  issuer: z.string().min(1),
  /** Epoch ms, by the author's clock. */
  validAt: z.int(),
  entries: z.array(VexEntry),
});
export type VexDocument = z.infer<typeof VexDocument>;
