/** A policy in sentences: derived from what is judged by, so that it cannot say something else. */
import type { Policy, RuleSetting } from '../domain/policy.ts';
import { MAX_WAIVER_DAYS } from '../domain/waiver.ts';
import { comparePolicies } from './compare-policies.ts';
import { readPolicy } from './read-policy.ts';
import type { Rule } from './rule.ts';
import { RULES } from './rules/registry.ts';
import { sayHonour, sayParameters, sayScope, saySetting, sayWaiver, written } from './say-policy.ts';

export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Everything the policy says, in the order in which it is asked; sections without a line are left out. */
export function explainPolicy(policy: Policy): readonly Section[] {
  const settings = RULES.map((rule) => ({ rule, setting: policy.rules[rule.id] }));
  const acting = (action: RuleSetting['action']): readonly string[] =>
    settings.flatMap(({ rule, setting }) =>
      (setting?.action ?? 'off') === action ? [sayRule(rule, action, setting?.parameters ?? {})] : [],
    );
  return [
    { title: `Policy ${policy.name}`, lines: frameOf(policy) },
    { title: 'Blocks a release when', lines: acting('block') },
    { title: 'Warns when', lines: acting('warn') },
    {
      title: 'Otherwise in some scopes',
      lines: settings.flatMap(({ rule, setting }) =>
        (setting?.perScope ?? []).map((one) => `${rule.id} ${saySetting(one)} in ${sayScope(one.scope)}`),
      ),
    },
    { title: 'Does not ask', lines: acting('off') },
    { title: 'Differs from the preset', lines: changesOf(policy) },
    { title: 'Findings may be set aside by', lines: honoursOf(policy) },
    { title: 'Lets pass, and says so in every verdict', lines: policy.relax },
    { title: 'Waivers of the policy itself', lines: policy.waivers.map(sayWaiver) },
    { title: 'People', lines: peopleOf(policy) },
  ].filter(({ lines }) => lines.length > 0);
}

function frameOf({ preset, mode, enforce }: Policy): readonly string[] {
  return [
    `It begins with the preset ${preset}.`,
    mode === 'compare'
      ? 'It compares the release with a baseline.'
      : 'It judges the release alone; naming a baseline makes it compare.',
    enforce
      ? 'NO-GO and UNDECIDED stop the pipeline.'
      : 'NOT ENFORCED: verdicts are reported, and the gate opens whatever they are.',
  ];
}

/** Of a rule that is off, its parameters say nothing. */
function sayRule(
  { id, description, compares }: Rule,
  action: RuleSetting['action'],
  parameters: RuleSetting['parameters'],
): string {
  const when = compares ? ' (against a baseline)' : '';
  return `${id}: ${lowered(description)}${action === 'off' ? '' : sayParameters(parameters)}${when}`;
}

function lowered(sentence: string): string {
  return (/^[A-Z][a-z ]/.test(sentence) ? sentence[0]?.toLowerCase() + sentence.slice(1) : sentence).replace(
    /\.$/,
    '',
  );
}

function changesOf(policy: Policy): readonly string[] {
  return comparePolicies(readPolicy({ preset: policy.preset }), policy).map(
    ({ of, direction, mine, theirs }) => `${of}: ${theirs}, where the preset has ${mine} (${direction})`,
  );
}

function honoursOf({ honour }: Policy): readonly string[] {
  return honour.length === 0 ? ['nobody: every finding counts'] : honour.map(sayHonour);
}

function peopleOf({ overrides, maxWaiverDays }: Policy): readonly string[] {
  return [
    overrides.by.length === 0
      ? 'Nobody may override a verdict.'
      : `${written(overrides.by)} may override a verdict.`,
    `An override lasts ${overrides.maxHours} hours at most.`,
    maxWaiverDays === undefined
      ? `Waivers that are asked for in the store last ${MAX_WAIVER_DAYS} days at most.`
      : `A waiver lasts ${maxWaiverDays} days at most: one of a file that ends later does not count.`,
  ];
}
