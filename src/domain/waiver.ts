import * as z from 'zod';
import { AssetRefSchema } from './asset.ts';
import { Instant } from './instant.ts';
import { Scope } from './scope.ts';

/** `pkg:npm/%40scope/name`, without `@version`: a waiver by component holds for every version or for none. */
const VersionlessPurl = z
  .string()
  .regex(/^pkg:[^@]+$/, 'a component is a package URL without version, such as pkg:npm/lodash');

/**
 * A named person accepting findings until a date. Every selector that is given must match; at least one is needed.
 * `vulnerability` matches any alias; of an entry with several CVEs it sets aside only the finding of that one.
 * With a `scope` it covers what is observed inside that scope, and nothing the same finding shows elsewhere.
 */
export const Waiver = z
  .strictObject({
    id: z.string().min(1),
    vulnerability: z.string().min(1).optional(),
    component: VersionlessPurl.optional(),
    asset: AssetRefSchema.optional(),
    rule: z.string().min(1).optional(),
    scope: Scope.optional(),
    by: z.string().min(1),
    reason: z.string().min(1),
    /** Epoch ms; from this moment on it no longer counts. */
    until: Instant,
    from: Instant.optional(),
  })
  .refine(
    (waiver) =>
      [waiver.vulnerability, waiver.component, waiver.asset, waiver.rule, waiver.scope].some(Boolean),
    {
      message: 'a waiver names a vulnerability, component, asset, rule or scope',
    },
  )
  .refine((waiver) => waiver.from === undefined || waiver.from < waiver.until, {
    path: ['until'],
    message: 'a waiver ends after it begins',
  });
export type Waiver = z.infer<typeof Waiver>;
