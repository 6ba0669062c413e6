/** What a policy asks for and can never get: it reads well, and is most likely not what somebody meant. */
import type { Policy } from '../domain/policy.ts';
import { celRule } from './rules/cel.ts';

/** Sentences that begin with the path. */
export function idleRules({ rules }: Policy): readonly string[] {
  const cel = rules[celRule.id];
  if (cel === undefined) return [];
  const active = [cel, ...(cel.perScope ?? [])].filter(({ action }) => action !== 'off');
  const asked = active.flatMap(({ parameters: { expressions } }) => expressions);
  const [first] = active;
  if (first === undefined || asked.length > 0) return [];
  return [
    `rules.cel: it is to ${first.action}, and without expressions it never does: give expressions, or off`,
  ];
}
