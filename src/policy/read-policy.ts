import * as z from 'zod';
import { GatehouseError } from '../domain/errors.ts';
import {
  DEFAULT_HONOUR,
  type Policy,
  policyFields,
  RULE_ACTIONS,
  type RuleAction,
  type RuleSetting,
} from '../domain/policy.ts';
import { Scope } from '../domain/scope.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import { withScopesWrittenOut } from './named-scopes.ts';
import { PRESET_RULES } from './presets.ts';
import type { Rule } from './rule.ts';
import { RULES } from './rules/registry.ts';

/** Written in full, or as the action alone: `severity: warn`. What is not written stays as the preset has it. */
function writtenSetting(rule: Rule): z.ZodType<RuleSetting | undefined> {
  return z.preprocess(
    (written) => (typeof written === 'string' ? { action: written } : written),
    z
      .strictObject({
        action: z.enum(RULE_ACTIONS),
        ...rule.parameters.partial().shape,
        perScope: rule.judgesFindings
          ? z.array(writtenForScope(rule)).min(1).optional()
          : z.undefined({ error: 'this rule judges no findings: it is the same in every scope' }).optional(),
      })
      .transform(toSetting)
      .optional(),
  );
}

/** A name that is still there belongs to no scope (`named-scopes.ts`). */
const KnownScope = z
  .unknown()
  .superRefine((written, context) => {
    if (typeof written === 'string') {
      context.addIssue({ code: 'custom', message: `there is no scope '${written}' here: write it out` });
    }
  })
  .pipe(Scope);

/** What is not written stays as the rule has it outside of the scope. */
function writtenForScope(rule: Rule) {
  return z.strictObject({
    scope: KnownScope,
    action: z.enum(RULE_ACTIONS).optional(),
    ...rule.parameters.partial().shape,
  });
}

interface WrittenForScope extends Readonly<Record<string, unknown>> {
  readonly scope: Scope;
  readonly action?: RuleAction | undefined;
}

interface Written extends Readonly<Record<string, unknown>> {
  readonly action: RuleAction;
  readonly perScope?: readonly WrittenForScope[] | undefined;
}

function toSetting({ action, perScope, ...parameters }: Written): RuleSetting {
  return {
    action,
    parameters,
    perScope: perScope?.map(({ scope, action: own, ...others }) => ({
      scope,
      action: own ?? action,
      parameters: defined(others),
    })),
  };
}

const EXCLUDABLE = RULES.filter((rule) => 'exceptSeverities' in rule.parameters.shape).map(({ id }) => id);

/**
 * A policy as people write it: strict about keys it does not know, every problem by its path. Reading gives the
 * policy with its preset worked in.
 */
export const PolicyDocument: z.ZodType<Policy> = z
  .strictObject({
    ...policyFields,
    rules: z
      .strictObject(Object.fromEntries(RULES.map((rule) => [rule.id, writtenSetting(rule)])))
      .optional(),
    /** Findings of a severity that some rules leave alone: `medium: [vulnerable-function]`. */
    excludedChecks: z.partialRecord(z.enum(SEVERITIES), z.array(z.enum(EXCLUDABLE))).optional(),
  })
  .transform(
    ({ rules = {}, excludedChecks = {}, honour, name, ...rest }): Policy => ({
      ...rest,
      name: name ?? rest.preset,
      honour: honour ?? DEFAULT_HONOUR,
      rules: Object.fromEntries(
        RULES.map((rule) => [
          rule.id,
          settingOf(rule, PRESET_RULES[rest.preset][rule.id], rules[rule.id], excludedChecks),
        ]),
      ),
    }),
  );

type Excluded = Readonly<Partial<Record<Severity, readonly string[]>>>;

function settingOf(
  rule: Rule,
  preset: RuleSetting | undefined,
  written: RuleSetting | undefined,
  excluded: Excluded,
): RuleSetting {
  const parameters = { ...rule.defaults, ...preset?.parameters, ...defined(written?.parameters ?? {}) };
  const also = SEVERITIES.filter((severity) => excluded[severity]?.includes(rule.id));
  const withExceptions = (known: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
    also.length === 0
      ? known
      : { ...known, exceptSeverities: [...new Set([...alreadyExcepted(known), ...also])] };
  const perScope = written?.perScope?.map((one) => ({
    ...one,
    parameters: withExceptions({ ...parameters, ...one.parameters }),
  }));
  return {
    action: written?.action ?? preset?.action ?? 'off',
    parameters: withExceptions(parameters),
    ...(perScope === undefined ? {} : { perScope }),
  };
}

function alreadyExcepted({ exceptSeverities }: Readonly<Record<string, unknown>>): readonly unknown[] {
  return Array.isArray(exceptSeverities) ? exceptSeverities : [];
}

function defined(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
}

/**
 * Throws `config-invalid` naming every problem by path. `what` names the document: "policy production"; `scopes` are
 * those that it may call by name.
 */
export function readPolicy(document: unknown, what = 'policy', scopes: readonly Scope[] = []): Policy {
  const read = PolicyDocument.safeParse(withScopesWrittenOut(document, scopes));
  if (read.success) return read.data;
  const problems = read.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'document'}: ${message}`,
  );
  throw new GatehouseError(
    'config-invalid',
    `${what}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}; ${problems.join('; ')}`,
  );
}
