import type { Finding } from '../../domain/finding.ts';
import { defectOf } from '../finding-names.ts';
import { toShortLine } from '../plain-text.ts';

const LONGEST = 1000;

export function line(text: string): string {
  return toShortLine(text, LONGEST);
}

export function policyRuleId(rule: string): string {
  return `gatehouse/${line(rule)}`;
}

export function defectRuleId(finding: Finding): string {
  return line(defectOf(finding));
}
