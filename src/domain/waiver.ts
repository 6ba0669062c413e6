import * as z from 'zod';
import { AssetRefSchema } from './asset.ts';
import { Scope } from './scope.ts';

/**
 * A named person accepting findings until a date. Every selector that is given must match; at least one is needed.
 * `vulnerability` matches any alias; of an entry with several CVEs it sets aside only the finding of that one.
 */
export const Waiver = z
  .strictObject({
    id: z.string().min(1),
    vulnerability: z.string().min(1).optional(),
    component: z.string().min(1).optional(),
    asset: AssetRefSchema.optional(),
    rule: z.string().min(1).optional(),
    scope: Scope.optional(),
    by: z.string().min(1),
    reason: z.string().min(1),
    /** Epoch ms; from this moment on it no longer counts. */
    until: z.int().positive(),
    from: z.int().nonnegative().optional(),
  })
  .refine(
    (waiver) =>
      [waiver.vulnerability, waiver.component, waiver.asset, waiver.rule, waiver.scope].some(Boolean),
    {
      message: 'a waiver names a vulnerability, component, asset, rule or scope',
    },
  );
export type Waiver = z.infer<typeof Waiver>;
