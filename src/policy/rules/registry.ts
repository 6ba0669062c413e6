import type { Rule } from '../rule.ts';
import { ageRule } from './age.ts';
import { celRule } from './cel.ts';
import { cvssRule } from './cvss.ts';
import { epssRule } from './epss.ts';
import { exposureRule } from './exposure.ts';
import { fixAvailableRule } from './fix-available.ts';
import { functionRegressionRule } from './function-regression.ts';
import { kevRule } from './kev.ts';
import { knownExploitRule } from './known-exploit.ts';
import { newAgainstBaselineRule } from './new-against-baseline.ts';
import { pastSlaRule } from './past-sla.ts';
import { ransomwareRule } from './ransomware.ts';
import { reachableDataRule } from './reachable-data.ts';
import { requiredSourcesRule } from './required-sources.ts';
import { severityRule } from './severity.ts';
import { severityBudgetRule } from './severity-budget.ts';
import { severityRegressionRule } from './severity-regression.ts';
import { ssvcRule } from './ssvc.ts';
import { unknownSeverityRule } from './unknown-severity.ts';
import { vulnerableFunctionRule } from './vulnerable-function.ts';

/** In the order in which reasons are given. */
export const RULES: readonly Rule[] = [
  severityRule,
  severityBudgetRule,
  cvssRule,
  unknownSeverityRule,
  kevRule,
  ransomwareRule,
  knownExploitRule,
  epssRule,
  ssvcRule,
  vulnerableFunctionRule,
  exposureRule,
  reachableDataRule,
  fixAvailableRule,
  pastSlaRule,
  ageRule,
  newAgainstBaselineRule,
  severityRegressionRule,
  functionRegressionRule,
  celRule,
  requiredSourcesRule,
];
