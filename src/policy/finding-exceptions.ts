import * as z from 'zod';
import type { Filter } from '../domain/filter.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';

/** The parameter by which a policy excludes findings of some severities from one rule. */
export const exceptSeverities = z.array(z.enum(SEVERITIES)).readonly();

/** Every finding but those. */
export function exceptFor(excluded: readonly Severity[]): Filter {
  return { op: 'severity', in: SEVERITIES.filter((severity) => !excluded.includes(severity)) };
}
