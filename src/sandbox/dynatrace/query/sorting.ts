/** Sort keys of the problem list. The two timestamps are inverted: `+` is newest first. */
import { type Counts, countNames } from '../answers/relations.ts';
import { isMuted, isOpen, type Problem } from '../data/model.ts';
import { badRequest } from '../refusal.ts';

export type SortValue = string | number;
export interface SortKey {
  readonly read: (problem: Problem) => SortValue;
  readonly direction: 1 | -1;
}

const levels = ['NONE', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
const exposures = ['NOT_AVAILABLE', 'NOT_DETECTED', 'PUBLIC_NETWORK'];
const dataAssets = ['NOT_AVAILABLE', 'NOT_DETECTED', 'REACHABLE'];
const usages = ['NOT_AVAILABLE', 'NOT_IN_USE', 'IN_USE'];
const accuracies = ['NOT_AVAILABLE', 'REDUCED', 'FULL'];

const values: Readonly<Record<string, (problem: Problem) => SortValue>> = {
  status: (problem) => (isOpen(problem) ? 0 : 1),
  muted: (problem) => (isMuted(problem) ? 1 : 0),
  technology: ({ technology }) => technology ?? '',
  firstSeenTimestamp: ({ firstSeenAt }) => -firstSeenAt,
  lastUpdatedTimestamp: ({ updatedAt }) => -updatedAt,
  // Twenty digits, so that text order is the order of the numbers.
  securityProblemId: ({ id }) => id.padStart(20, '0'),
  externalVulnerabilityId: ({ externalId }) => externalId ?? '',
  displayId: ({ displayNumber }) => displayNumber,
  'riskAssessment.riskScore': ({ risk }) => risk.riskScore,
  'riskAssessment.baseRiskScore': ({ risk }) => risk.baseRiskScore,
  'riskAssessment.riskLevel': ({ risk }) => levels.indexOf(risk.riskLevel),
  'riskAssessment.baseRiskLevel': ({ risk }) => levels.indexOf(risk.baseRiskLevel),
  'riskAssessment.exposure': ({ risk }) => exposures.indexOf(risk.exposure),
  'riskAssessment.dataAssets': ({ risk }) => dataAssets.indexOf(risk.dataAssets),
  'riskAssessment.vulnerableFunctionUsage': ({ risk }) => usages.indexOf(risk.vulnerableFunctionUsage),
  'riskAssessment.assessmentAccuracy': ({ risk }) => accuracies.indexOf(risk.assessmentAccuracy),
};

/** A comma list of names, each with `+` (also when the sign is missing) or `-` in front. */
export function parseSort(text: string, counts: (problem: Problem) => Counts): readonly SortKey[] {
  return text.split(',').map((part) => {
    const signed = part.trim();
    const name = signed.replace(/^[+-]/, '');
    const read = Object.hasOwn(values, name) ? values[name] : countValue(name, counts);
    if (read === undefined) throw badRequest('sort', `'${name}' is not a property to sort by.`);
    return { read, direction: signed.startsWith('-') ? -1 : 1 };
  });
}

function countValue(name: string, counts: (problem: Problem) => Counts) {
  const field = countNames.find((one) => name === `globalCounts.${one}`);
  return field === undefined ? undefined : (problem: Problem) => counts(problem)[field];
}

export interface Row {
  readonly problem: Problem;
  readonly id: string;
  readonly values: readonly SortValue[];
}

export function rowOf(problem: Problem, keys: readonly SortKey[]): Row {
  return { problem, id: problem.id, values: keys.map(({ read }) => read(problem)) };
}

/** Order by the keys, then by the number of the problem: never a tie. */
export function compareRows(
  left: Pick<Row, 'id' | 'values'>,
  right: Pick<Row, 'id' | 'values'>,
  keys: readonly SortKey[],
): number {
  for (const [at, { direction }] of keys.entries()) {
    const [a, b] = [left.values[at]!, right.values[at]!];
    if (a !== b) return a < b ? -direction : direction;
  }
  return left.id.length - right.id.length || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0);
}
