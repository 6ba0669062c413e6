/**
 * The neutral query: one meaning, two engines. A store compiles it to its indexes, `matches` runs it in memory;
 * both are held to the same test suite. A fact that is not known satisfies no test on it, so `not` of such a
 * test holds.
 */
import type { Finding } from './finding.ts';
import { isInScope, type Scope } from './scope.ts';
import type { Severity } from './severity.ts';
import type { Assessment, AssetRef, FindingClass } from './statement.ts';

export type Filter =
  | { readonly op: 'all' | 'any'; readonly of: readonly Filter[] }
  | { readonly op: 'not'; readonly of: Filter }
  | { readonly op: 'state'; readonly is: Finding['state'] }
  | { readonly op: 'class'; readonly in: readonly FindingClass[] }
  | { readonly op: 'severity'; readonly in: readonly Severity[] }
  | { readonly op: 'score'; readonly atLeast: number }
  | { readonly op: 'function'; readonly in: readonly NonNullable<Assessment['functionUsage']>[] }
  | { readonly op: 'exposure'; readonly in: readonly NonNullable<Assessment['exposure']>[] }
  | { readonly op: 'dataAssets'; readonly in: readonly NonNullable<Assessment['dataAssets']>[] }
  | { readonly op: 'exploit'; readonly in: readonly NonNullable<Assessment['exploit']>[] }
  | { readonly op: 'fixable'; readonly is: boolean }
  | { readonly op: 'epss'; readonly atLeast: number }
  /** In CISA's catalogue of known exploited vulnerabilities; with `ransomware`, known from such campaigns, too. */
  | { readonly op: 'kev'; readonly is: 'listed' | 'ransomware' }
  | { readonly op: 'openedBefore'; readonly at: number }
  | { readonly op: 'dueBefore'; readonly at: number }
  /** Any name of the vulnerability, alias or canonical, or the rule's full name; exact. */
  | { readonly op: 'defect'; readonly in: readonly string[] }
  /** Package URL without version, as `Finding.component` shows it. */
  | { readonly op: 'component'; readonly in: readonly string[] }
  | { readonly op: 'asset'; readonly in: readonly AssetRef[] }
  | { readonly op: 'scope'; readonly scope: Scope };

export function matches(finding: Finding, filter: Filter): boolean {
  switch (filter.op) {
    case 'all':
      return filter.of.every((part) => matches(finding, part));
    case 'any':
      return filter.of.some((part) => matches(finding, part));
    case 'not':
      return !matches(finding, filter.of);
    case 'state':
      return finding.state === filter.is;
    case 'class':
      return filter.in.includes(finding.class);
    case 'severity':
      return filter.in.includes(finding.severity);
    case 'score':
      return finding.score !== undefined && finding.score >= filter.atLeast;
    case 'function':
      return isOneOf(finding.assessment.functionUsage, filter.in);
    case 'exposure':
      return isOneOf(finding.assessment.exposure, filter.in);
    case 'dataAssets':
      return isOneOf(finding.assessment.dataAssets, filter.in);
    case 'exploit':
      return isOneOf(finding.assessment.exploit, filter.in);
    case 'fixable':
      return finding.fixVersions.length > 0 === filter.is;
    case 'epss':
      return (
        finding.intelligence?.epss !== undefined && finding.intelligence.epss.probability >= filter.atLeast
      );
    case 'kev':
      return filter.is === 'listed'
        ? finding.intelligence?.kev !== undefined
        : finding.intelligence?.kev?.isRansomware === true;
    case 'openedBefore':
      return finding.openedAt < filter.at;
    case 'dueBefore':
      return finding.dueAt !== undefined && finding.dueAt < filter.at;
    case 'defect':
      return [finding.vulnerability, finding.rule, ...finding.aliases].some((name) =>
        isOneOf(name, filter.in),
      );
    case 'component':
      return isOneOf(finding.component, filter.in);
    case 'asset':
      return filter.in.some(({ kind, name }) => kind === finding.asset.kind && name === finding.asset.name);
    case 'scope':
      return isInScope(finding, filter.scope);
  }
}

function isOneOf<T>(value: T | undefined, wanted: readonly T[]): boolean {
  return value !== undefined && wanted.includes(value);
}

export const ANY_FINDING: Filter = { op: 'all', of: [] };
export const OPEN: Filter = { op: 'state', is: 'open' };
