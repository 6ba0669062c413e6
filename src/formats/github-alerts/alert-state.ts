/** REST writes `dismissed_at` where GraphQL writes `dismissedAt`; both are read by the name of the first. */
import type { Life, SourceSetAside } from '../../domain/statement.ts';
import { type JsonObject, objectOf, textOf, timeOf } from '../loose-values.ts';

function inGraph(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

export function textSaid(from: JsonObject | undefined, name: string): string | undefined {
  return textOf(from, name) ?? textOf(from, inGraph(name));
}

export function objectSaid(from: JsonObject | undefined, name: string): JsonObject | undefined {
  return objectOf(from, name) ?? objectOf(from, inGraph(name));
}

export function timeSaid(from: JsonObject | undefined, name: string): number | undefined {
  return timeOf(from, name) ?? timeOf(from, inGraph(name));
}

function stateOf(alert: JsonObject): string | undefined {
  return (textOf(alert, 'state') ?? textOf(objectOf(alert, 'most_recent_instance'), 'state'))?.toLowerCase();
}

/** A secret that was revoked is gone; one that somebody calls harmless is still there. */
const GONE: ReadonlySet<string> = new Set(['revoked', 'pattern_deleted', 'pattern_edited']);

export function isFixed(alert: JsonObject): boolean {
  const state = stateOf(alert);
  if (state === 'resolved') return GONE.has(textOf(alert, 'resolution')?.toLowerCase() ?? '');
  return state === 'fixed' || (state === undefined && timeSaid(alert, 'fixed_at') !== undefined);
}

export function isSetAside(alert: JsonObject): boolean {
  const state = stateOf(alert);
  if (state === undefined) return timeSaid(alert, 'dismissed_at') !== undefined;
  return ['dismissed', 'auto_dismissed', 'resolved'].includes(state) && !isFixed(alert);
}

export function lifeOf(alert: JsonObject): Life {
  const isGone = isFixed(alert);
  return {
    state: isGone ? 'resolved' : 'open',
    firstSeenAt: timeSaid(alert, 'created_at'),
    resolvedAt: isGone ? (timeSaid(alert, 'fixed_at') ?? timeSaid(alert, 'resolved_at')) : undefined,
  };
}

/** The latest time the alert tells of; what is no longer open changed after it was created. */
export function changedAtOf(alert: JsonObject | undefined): number | undefined {
  if (alert === undefined) return undefined;
  const isOpen = !isFixed(alert) && !isSetAside(alert);
  const names = ['updated_at', 'fixed_at', 'dismissed_at', 'auto_dismissed_at', 'resolved_at'];
  const times = [...names, ...(isOpen ? ['created_at'] : [])].map((name) => timeSaid(alert, name));
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

export function setAsideOf(alert: JsonObject): readonly SourceSetAside[] {
  if (!isSetAside(alert)) return [];
  const isAutomatic = stateOf(alert) === 'auto_dismissed';
  const why =
    textSaid(alert, 'dismissed_reason') ??
    textSaid(alert, 'dismiss_reason') ??
    textOf(alert, 'resolution') ??
    (isAutomatic ? 'dismissed by a rule of GitHub' : 'dismissed in GitHub');
  const comment =
    textSaid(alert, 'dismissed_comment') ??
    textSaid(alert, 'dismiss_comment') ??
    textOf(alert, 'resolution_comment');
  return [
    {
      kind: 'vendor-mute',
      issuer: 'github',
      reason: [why, comment].filter((text) => text !== undefined).join(': '),
      at:
        timeSaid(alert, 'dismissed_at') ??
        timeSaid(alert, 'auto_dismissed_at') ??
        timeSaid(alert, 'resolved_at'),
    },
  ];
}
