/** One finding in a line, with the id by which commands call it. */
import type { Finding } from '../domain/finding.ts';
import { toPlainLine } from './plain-text.ts';

/** `7  high  CVE-2024-1 of pkg:npm/lodash on image:registry/shop`. */
export function findingLine(finding: Finding): string {
  const { id, severity, vulnerability, rule, component, location, asset, state } = finding;
  const place = component ?? location;
  const where = place === undefined ? '' : ` of ${place}`;
  const closed = state === 'open' ? '' : ' (resolved)';
  return toPlainLine(
    `${id}  ${severity}  ${vulnerability ?? rule ?? ''}${where} on ${asset.kind}:${asset.name}${closed}`,
  );
}
