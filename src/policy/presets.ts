import type { Preset, RuleSetting } from '../domain/policy.ts';
import type { Severity } from '../domain/severity.ts';

const MEDIUM_AND_BELOW: readonly Severity[] = ['medium', 'low', 'info'];
const LOW_AND_BELOW: readonly Severity[] = ['low', 'info'];
const HIGH_AND_BELOW: readonly Severity[] = ['high', 'medium', 'low', 'info'];

type RuleSettings = Readonly<Record<string, RuleSetting>>;

/**
 * Every preset in one place, to be read side by side. A rule that is not listed is off. What a severity is let off,
 * every lower one is let off too, so that a finding that gets worse can never improve a verdict.
 */
export const PRESET_RULES: Readonly<Record<Preset, RuleSettings>> = {
  strict: {
    severity: block({ atOrAbove: 'high' }),
    'unknown-severity': block({}),
    'vulnerable-function': block({ exceptSeverities: [] }),
    'new-against-baseline': warn({ budget: 0 }),
    'severity-regression': block({ exceptSeverities: [] }),
    'function-regression': block({ exceptSeverities: [] }),
    'required-sources': block({}),
  },
  balanced: {
    severity: block({ atOrAbove: 'high' }),
    'unknown-severity': warn({}),
    'vulnerable-function': block({ exceptSeverities: MEDIUM_AND_BELOW }),
    'new-against-baseline': warn({ budget: 0 }),
    'severity-regression': block({ exceptSeverities: LOW_AND_BELOW }),
    'function-regression': block({ exceptSeverities: MEDIUM_AND_BELOW }),
    'required-sources': block({}),
  },
  development: {
    severity: block({ atOrAbove: 'medium' }),
    'unknown-severity': warn({}),
    'vulnerable-function': block({ exceptSeverities: MEDIUM_AND_BELOW }),
    'new-against-baseline': block({ budget: 20 }),
    'severity-regression': block({ exceptSeverities: HIGH_AND_BELOW }),
    'function-regression': block({ exceptSeverities: MEDIUM_AND_BELOW }),
    'required-sources': block({}),
  },
  'pre-production': {
    severity: block({ atOrAbove: 'high' }),
    'unknown-severity': block({}),
    'vulnerable-function': block({ exceptSeverities: MEDIUM_AND_BELOW }),
    'new-against-baseline': block({ budget: 5 }),
    'severity-regression': block({ exceptSeverities: [] }),
    'function-regression': block({ exceptSeverities: MEDIUM_AND_BELOW }),
    'required-sources': block({}),
  },
};

function block(parameters: RuleSetting['parameters']): RuleSetting {
  return { action: 'block', parameters };
}

function warn(parameters: RuleSetting['parameters']): RuleSetting {
  return { action: 'warn', parameters };
}
