import * as z from 'zod';
import { AssetRefSchema } from './asset.ts';
import { Instant } from './instant.ts';
import { isSamePerson, NewPersonName } from './person.ts';
import { narrows, Scope } from './scope.ts';

/** `pkg:npm/%40scope/name`, without `@version`: a waiver by component holds for every version or for none. */
const VersionlessPurl = z
  .string()
  .regex(/^pkg:[^@]+$/, 'a component is a package URL without version, such as pkg:npm/lodash');

/** How long one of the store may last where the policy says nothing of it. */
export const MAX_WAIVER_DAYS = 365;

/** Every one that is given must match; at least one that narrows is needed. */
export const waiverSelectors = {
  /** Any alias; of an entry with several CVEs it sets aside only the finding of that one. */
  vulnerability: z.string().min(1).optional(),
  component: VersionlessPurl.optional(),
  asset: AssetRefSchema.optional(),
  rule: z.string().min(1).optional(),
  /** It covers what is observed inside, and nothing the same finding shows elsewhere. */
  scope: Scope.optional(),
};

export type WaiverSelector = z.infer<z.ZodObject<typeof waiverSelectors>>;

export function selectsSomething(selector: WaiverSelector): boolean {
  const { vulnerability, component, asset, rule, scope } = selector;
  return [vulnerability, component, asset, rule, scope].some((one) => one !== undefined);
}

export const SELECTS_NOTHING = 'a waiver names a vulnerability, component, asset, rule or scope';

/** A scope that is nothing but a name is everything: whoever means that has to say what they accept. */
export function selectsEverything({ scope, ...others }: WaiverSelector): boolean {
  return scope !== undefined && !selectsSomething(others) && !narrows(scope);
}

export const SELECTS_EVERYTHING =
  'a scope without sources, channels, labels and assets is everything: name a vulnerability, component, asset or rule, too';

/** A named person accepting findings until a date. */
export const Waiver = z
  .strictObject({
    id: z.string().min(1),
    ...waiverSelectors,
    /** Who accepts it. */
    by: NewPersonName,
    /** Who asked for it, where that is known: somebody else. */
    requestedBy: NewPersonName.optional(),
    reason: z.string().trim().min(1, 'a reason is needed'),
    /** Epoch ms; from this moment on it no longer counts. */
    until: Instant,
    from: Instant.optional(),
  })
  .refine(selectsSomething, { message: SELECTS_NOTHING })
  .refine((waiver) => !selectsEverything(waiver), { path: ['scope'], message: SELECTS_EVERYTHING })
  .refine((waiver) => waiver.from === undefined || waiver.from < waiver.until, {
    path: ['until'],
    message: 'a waiver ends after it begins',
  })
  .refine((waiver) => waiver.requestedBy === undefined || !isSamePerson(waiver.by, waiver.requestedBy), {
    path: ['by'],
    message: 'nobody accepts what they asked for themselves',
  });
export type Waiver = z.infer<typeof Waiver>;
