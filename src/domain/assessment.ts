/** Runtime facts as two bits each, worst value highest, so that merging is a maximum per field. */
import type { Assessment } from './statement.ts';

const FIELDS = {
  functionUsage: [undefined, 'not-in-use', 'not-available', 'in-use'],
  exposure: [undefined, 'not-detected', 'not-available', 'public'],
  dataAssets: [undefined, 'not-detected', 'not-available', 'reachable'],
  exploit: [undefined, 'not-available', 'available'],
} as const satisfies { [F in keyof Required<Assessment>]: readonly (Assessment[F] | undefined)[] };

export type AssessmentField = keyof typeof FIELDS;

const ORDER: readonly AssessmentField[] = ['functionUsage', 'exposure', 'dataAssets', 'exploit'];

/** Position of a field's two bits. */
export function shiftOf(field: AssessmentField): number {
  return ORDER.indexOf(field) * 2;
}

/** The field's value as a number 0–3; 0 is "not stated". */
export function codeOf(field: AssessmentField, value: string): number {
  const values: readonly (string | undefined)[] = FIELDS[field];
  return values.indexOf(value);
}

export function packAssessment(assessment: Assessment): number {
  let packed = 0;
  for (const field of ORDER) {
    const value = assessment[field];
    if (value !== undefined) packed |= codeOf(field, value) << shiftOf(field);
  }
  return packed;
}

export function unpackAssessment(packed: number): Assessment {
  return {
    functionUsage: FIELDS.functionUsage[packed & 3],
    exposure: FIELDS.exposure[(packed >> 2) & 3],
    dataAssets: FIELDS.dataAssets[(packed >> 4) & 3],
    exploit: FIELDS.exploit[(packed >> 6) & 3],
  };
}

/** The worst of both, field by field. */
export function worstAssessment(a: number, b: number): number {
  let worst = 0;
  for (let shift = 0; shift < 8; shift += 2) worst |= Math.max((a >> shift) & 3, (b >> shift) & 3) << shift;
  return worst;
}
