/** The writes: mute and unmute of problems and of remediation items, and tracking links. */
import { z } from 'zod';
import { isMuted, type MuteState, type Problem } from '../data/model.ts';
import { type Mutator, muteReasons } from '../mutation.ts';
import { badRequest } from '../refusal.ts';
import { requireProblem, type Tenant } from '../tenant.ts';
import { findItem, itemsOf } from './remediation.ts';

const comment = z.string().max(250).default('');
const muteReason = z.enum(muteReasons);
const mostProblems = 1000;

const MuteBody = z.object({ reason: muteReason, comment });
const UnmuteBody = z.object({ reason: z.literal('AFFECTED'), comment });
const ProblemIds = z.object({ securityProblemIds: z.array(z.string()).max(mostProblems) });
const ItemIds = z.object({ remediationItemIds: z.array(z.string()) });
const LinksBody = z.object({
  updates: z.record(z.string(), z.object({ displayName: z.string(), url: z.string() })).default({}),
  deletes: z.array(z.string()).default([]),
});
const ItemStateBody = z.object({ muted: z.boolean(), reason: z.string(), comment: z.string().max(250) });

export type Verb = 'mute' | 'unmute';

export interface Written {
  readonly status: 200 | 204;
  readonly body?: unknown;
}

/** 200 when something changed, 204 when it was so already. */
export function muteOne(problem: Problem, verb: Verb, payload: unknown, mutator: Mutator): Written {
  const body = readMute(verb, payload);
  if (isMuted(problem) === (verb === 'mute')) return { status: 204 };
  mutator.apply([mutationFor(problem.id, verb, body)]);
  return { status: 200 };
}

export function muteMany(verb: Verb, payload: unknown, tenant: Tenant, mutator: Mutator): Written {
  const body = readMute(verb, payload);
  const { securityProblemIds } = read(ProblemIds, payload);
  // All or nothing: an unknown id is refused before anything changes.
  const problems = securityProblemIds.map((id) => requireProblem(tenant, id));
  const summary = problems.map((problem) => {
    const securityProblemId = problem.id;
    if (isMuted(problem) === (verb === 'mute'))
      return { securityProblemId, muteStateChangeTriggered: false, reason: already(verb) };
    mutator.apply([mutationFor(problem.id, verb, body)]);
    return { securityProblemId, muteStateChangeTriggered: true };
  });
  return { status: 200, body: { summary } };
}

export function muteItems(problem: Problem, verb: Verb, payload: unknown, tenant: Tenant): Written {
  const { reason, comment: said } = readMute(verb, payload);
  const { remediationItemIds } = read(ItemIds, payload);
  const known = new Set(itemsOf(problem, tenant).map(({ id }) => id));
  const itemMutes = new Map(problem.itemMutes);
  const summary = remediationItemIds.map((remediationItemId) => {
    if (!known.has(remediationItemId))
      return {
        remediationItemId,
        muteStateChangeTriggered: false,
        reason: 'REMEDIATION_ITEM_NOT_AFFECTED_BY_GIVEN_SECURITY_PROBLEM',
      };
    if ((itemMutes.get(remediationItemId)?.muted ?? false) === (verb === 'mute'))
      return { remediationItemId, muteStateChangeTriggered: false, reason: already(verb) };
    itemMutes.set(remediationItemId, muteState(verb === 'mute', reason, said, tenant));
    return { remediationItemId, muteStateChangeTriggered: true };
  });
  tenant.put({ ...problem, itemMutes });
  return { status: 200, body: { summary } };
}

export function setItemMute(problem: Problem, itemId: string, payload: unknown, tenant: Tenant): Written {
  const item = findItem(problem, itemId, tenant);
  const { muted, comment: said } = read(ItemStateBody, payload);
  const { reason } = readMute(muted ? 'mute' : 'unmute', payload);
  if (item.muteState.muted === muted) return { status: 204 };
  const itemMutes = new Map(problem.itemMutes).set(itemId, muteState(muted, reason, said, tenant));
  tenant.put({ ...problem, itemMutes });
  return { status: 200 };
}

export function setTrackingLinks(problem: Problem, payload: unknown, tenant: Tenant): Written {
  const { updates, deletes } = read(LinksBody, payload);
  const trackingLinks = new Map(problem.trackingLinks);
  for (const [itemId, { displayName, url }] of Object.entries(updates)) {
    findItem(problem, itemId, tenant);
    trackingLinks.set(itemId, { displayName, url, user: 'api.user', at: tenant.now() });
  }
  for (const itemId of deletes) trackingLinks.delete(itemId);
  tenant.put({ ...problem, trackingLinks });
  return { status: 204 };
}

function mutationFor(id: string, verb: Verb, body: ReturnType<typeof readMute>) {
  if (verb === 'unmute' || body.reason === 'AFFECTED')
    return { do: 'unmute', id, comment: body.comment } as const;
  return { do: 'mute', id, reason: body.reason, comment: body.comment } as const;
}

function muteState(muted: boolean, reason: MuteState['reason'], said: string, tenant: Tenant): MuteState {
  return { muted, reason, comment: said, user: 'api.user', at: tenant.now() };
}

function readMute(verb: Verb, payload: unknown) {
  return verb === 'mute' ? read(MuteBody, payload) : read(UnmuteBody, payload);
}

function read<Shape extends z.ZodType>(shape: Shape, payload: unknown): z.output<Shape> {
  const parsed = shape.safeParse(payload);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw badRequest(first?.path.join('.') || 'body', first?.message ?? 'not readable', 'PAYLOAD_BODY');
}

function already(verb: Verb) {
  return verb === 'mute' ? 'ALREADY_MUTED' : 'ALREADY_UNMUTED';
}
