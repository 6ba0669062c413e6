/** What a finding is called wherever people read it. */
import type { Finding } from '../domain/finding.ts';

/** `CVE-2021-44228`, or the full name of the rule. */
export function defectOf({ vulnerability, rule }: Finding): string {
  return vulnerability ?? rule ?? 'unnamed';
}

/** The file of a finding in code; the mark that tells it from its like in that file is no place to go to. */
export function fileOf({ class: kind, location }: Finding): string | undefined {
  if (location === undefined || kind === 'vulnerability') return location;
  const mark = location.lastIndexOf('#');
  return mark > 0 ? location.slice(0, mark) : location;
}

/** Component or file; '' where the source names neither. */
export function whereOf(finding: Finding): string {
  return finding.component ?? fileOf(finding) ?? '';
}

/** `pkg:npm/lodash on registry/shop`. */
export function placeOf(finding: Finding): string {
  return [whereOf(finding), finding.asset.name].filter(Boolean).join(' on ');
}

/** Versions that are there, as the sources state them. */
export function versionsOf({ observations }: Finding): readonly string[] {
  const live = observations.filter((view) => view.live);
  const speaking = live.length > 0 ? live : observations;
  return [...new Set(speaking.flatMap(({ versions }) => versions))].sort();
}
