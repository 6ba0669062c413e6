/**
 * A filter as a few questions that an index answers each: "open and (critical or its function in use)" becomes "open
 * and critical, or open and its function in use". Databases do this badly on their own: seeing "open" they walk all
 * that is open.
 */
import type { Filter } from '../../domain/filter.ts';

/** True when indexes lead to what the filter lets through. */
export function isNarrow(filter: Filter): boolean {
  switch (filter.op) {
    case 'all':
      return filter.of.some(isNarrow);
    case 'any':
      return filter.of.every(isNarrow);
    case 'severity':
      return !filter.in.includes('medium') && !filter.in.includes('low');
    case 'scope':
      return filter.scope.assets !== undefined;
    default:
      return LEADING.has(filter.op);
  }
}

const FACTS = ['function', 'exposure', 'dataAssets', 'exploit'] as const;
const LEADING: ReadonlySet<Filter['op']> = new Set(['asset', 'defect', ...FACTS]);

export function testsFact({ op }: Filter): boolean {
  return FACTS.some((fact) => fact === op);
}

/** The same filter with its state said in every alternative, and alternatives of alternatives as one list. */
export function asQuestions(filter: Filter): Filter {
  const parts = partsOf(filter);
  const choice = parts.find((part) => part.op === 'any');
  const states = parts.filter((part) => part.op === 'state');
  if (choice === undefined || states.length === 0) return filter;
  const others = parts.filter((part) => part !== choice && part.op !== 'state');
  const questions = alternativesOf(choice).map(
    (one): Filter => ({ op: 'all', of: [...states, ...partsOf(one)] }),
  );
  return { op: 'all', of: [...others, { op: 'any', of: questions }] };
}

function partsOf(filter: Filter): readonly Filter[] {
  return filter.op === 'all' ? filter.of.flatMap(partsOf) : [filter];
}

function alternativesOf(filter: Filter): readonly Filter[] {
  if (filter.op === 'any') return filter.of.flatMap(alternativesOf);
  // An "all" around a single choice, as rules without exceptions are written.
  if (filter.op === 'all' && filter.of.length === 1) return filter.of.flatMap(alternativesOf);
  return [filter];
}
