/** What npm's advisories share, whichever version of its audit wrote them. */
import { GatehouseError } from '../domain/errors.ts';
import type { Severity } from '../domain/severity.ts';

import type { Defect } from '../domain/statement.ts';
import { countOf, type JsonObject, numberOf, objectOf, shortened, textOf } from './loose-values.ts';
import { namedDefects } from './named-defects.ts';

export const NPM_AUDIT = 'npm-audit';

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['moderate', 'medium'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['info', 'info'],
  ['none', 'info'],
]);

export function npmSeverityOf(advisory: JsonObject): Severity {
  return SEVERITIES.get(textOf(advisory, 'severity')?.toLowerCase() ?? '') ?? 'unknown';
}

/**
 * The advisory of GitHub that its address names, else the number npm gave it. The numbers that stand beside an
 * advisory of GitHub change with each revision of it, so they are no names.
 */
export function npmDefectsOf(
  advisory: JsonObject,
  number: string | undefined,
  cves: readonly string[],
): readonly Defect[] | undefined {
  const url = textOf(advisory, 'url') ?? '';
  const gitHub = /GHSA(?:-[0-9a-z]{4}){3}/i.exec(
    `${textOf(advisory, 'github_advisory_id') ?? ''} ${url}`,
  )?.[0];
  const own = /(?:npmjs\.(?:com|org)|nodesecurity\.io)\/advisories\/(\d+)/.exec(url)?.[1] ?? number;
  const id = gitHub ?? (own === undefined ? cves[0] : `NPM-${own}`);
  return id === undefined ? undefined : namedDefects(id, cves);
}

/** `>= 2.11.2 < 3.0.0 || >= 3.6.4`: each branch is fixed from its lower end on. `<0.0.0` says that none is. */
export function npmPatchesOf(advisory: JsonObject): readonly string[] {
  const patched = textOf(advisory, 'patched_versions') ?? '';
  return [...patched.matchAll(/(?:^|\|\||>=)\s*v?(\d[\w.+-]*)/g)].map((match) => match[1] ?? '');
}

interface Rating {
  readonly score: number | undefined;
  readonly vector: string | undefined;
}

export function npmRatingOf(advisory: JsonObject): Rating {
  const rating = objectOf(advisory, 'cvss');
  const score = numberOf(rating, 'score');
  return score !== undefined && score > 0 && score <= 10
    ? { score, vector: textOf(rating, 'vectorString') }
    : { score: undefined, vector: undefined };
}

/** npm writes this in place of an audit; it says nothing of what is vulnerable. */
export function isNpmError(document: JsonObject | undefined): boolean {
  const error = objectOf(document, 'error');
  if (error === undefined) return false;
  return textOf(error, 'summary') !== undefined || /^E[A-Z0-9]+$/.test(textOf(error, 'code') ?? '');
}

export function assertNoNpmError(document: JsonObject): void {
  if (!isNpmError(document)) return;
  const error = objectOf(document, 'error');
  const said = [textOf(error, 'code'), textOf(error, 'summary') ?? textOf(error, 'detail')];
  throw new GatehouseError(
    'input-invalid',
    `npm audit failed, so the file tells nothing: ${shortened(said.filter(Boolean).join(': '))}`,
  );
}

const LEVELS = ['info', 'low', 'moderate', 'high', 'critical'];

/** How many vulnerable packages the audit says there are. */
export function countedBy(document: JsonObject | undefined): number {
  const counts = objectOf(objectOf(document, 'metadata'), 'vulnerabilities');
  return LEVELS.reduce((sum, level) => sum + (countOf(counts, level) ?? 0), 0);
}

/** Nothing is no answer where the audit counts something. One cut down to some entries tells of these, as it says. */
export function notListed(counted: number): string {
  return `the audit counts ${counted} and lists none: they were taken out of the file`;
}
