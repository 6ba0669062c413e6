import * as z from 'zod';
import type { Finding, ObservationView } from './finding.ts';
import { ASSET_KINDS, LABEL_KINDS } from './statement.ts';

/**
 * A named subset of what runs. Every part that is given must match; within a part, any value does. A finding is
 * in scope through its live observations: at least one of them must match every part. An empty scope is everything.
 */
export const Scope = z.strictObject({
  name: z.string().min(1),
  sources: z.array(z.string().min(1)).min(1).optional(),
  channels: z.array(z.string()).min(1).optional(),
  /** A label matches by id or by name, exactly. */
  labels: z
    .array(z.strictObject({ kind: z.enum(LABEL_KINDS), anyOf: z.array(z.string().min(1)).min(1) }))
    .min(1)
    .optional(),
  assets: z
    .array(z.strictObject({ kind: z.enum(ASSET_KINDS).optional(), name: z.string().min(1) }))
    .min(1)
    .optional(),
});
export type Scope = z.infer<typeof Scope>;

/** Whether anything could be outside of it. */
export function narrows({ name: _, ...parts }: Scope): boolean {
  return Object.values(parts).some((part) => part !== undefined);
}

export const EVERYTHING: Scope = { name: 'everything' };

/** The observations through which a finding is in scope: its live ones, or all of them once it is resolved. */
export function observationsInScope(finding: Finding, scope: Scope): readonly ObservationView[] {
  if (!assetMatches(finding, scope)) return [];
  const relevant =
    finding.state === 'open' ? finding.observations.filter((view) => view.live) : finding.observations;
  return relevant.filter((view) => observationMatches(view, scope));
}

export function isInScope(finding: Finding, scope: Scope): boolean {
  return observationsInScope(finding, scope).length > 0;
}

function assetMatches(finding: Finding, scope: Scope): boolean {
  return (
    scope.assets === undefined ||
    scope.assets.some(
      (wanted) =>
        wanted.name === finding.asset.name && (wanted.kind ?? finding.asset.kind) === finding.asset.kind,
    )
  );
}

function observationMatches(view: ObservationView, scope: Scope): boolean {
  if (scope.sources !== undefined && !scope.sources.includes(view.source)) return false;
  if (scope.channels !== undefined && !scope.channels.includes(view.channel)) return false;
  return (scope.labels ?? []).every(({ kind, anyOf }) =>
    view.labels.some(
      (label) =>
        label.kind === kind &&
        (anyOf.includes(label.id) || (label.name !== undefined && anyOf.includes(label.name))),
    ),
  );
}
