import type { Rule } from '../rule.ts';
import { functionRegressionRule } from './function-regression.ts';
import { newAgainstBaselineRule } from './new-against-baseline.ts';
import { requiredSourcesRule } from './required-sources.ts';
import { severityRule } from './severity.ts';
import { severityRegressionRule } from './severity-regression.ts';
import { unknownSeverityRule } from './unknown-severity.ts';
import { vulnerableFunctionRule } from './vulnerable-function.ts';

/** In the order in which reasons are given. */
export const RULES: readonly Rule[] = [
  severityRule,
  unknownSeverityRule,
  vulnerableFunctionRule,
  newAgainstBaselineRule,
  severityRegressionRule,
  functionRegressionRule,
  requiredSourcesRule,
];
