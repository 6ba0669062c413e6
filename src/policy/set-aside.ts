/**
 * Who set what aside, and whether that counts. Each claim covers some observations of a finding: a source speaks for
 * its own, a waiver with a scope for those in it, a waiver without one and a VEX statement for all. A finding is set
 * aside when honoured claims cover every live observation of it in scope; else it counts, and the claims are shown.
 */
import type { Finding, ObservationView } from '../domain/finding.ts';
import { showInstant } from '../domain/instant.ts';
import type { Honour } from '../domain/policy.ts';
import { observationsInScope } from '../domain/scope.ts';
import type { Interval } from '../domain/sla.ts';
import type { Reason, SetAsideEntry } from '../domain/verdict.ts';
import { type Claim, type ClaimFacts, cvesOf, indexClaims } from './claims.ts';
import { counted, countOf } from './counting.ts';
import type { Problems } from './problems.ts';
import { compareText, worstFirst } from './worst-first.ts';

const DAY_MS = 86_400_000;
const WARNING_MS = 7 * DAY_MS;

export interface SetAsideFacts extends ClaimFacts {
  readonly now: number;
  readonly problems: Problems;
  readonly honour: readonly Honour[];
  /** Undefined: waivers that were not asked for in the store may end whenever they say. */
  readonly maxWaiverDays: number | undefined;
}

export interface Sorted {
  readonly counting: readonly Finding[];
  readonly setAside: readonly Finding[];
  readonly entries: readonly SetAsideEntry[];
  /** When a finding was wholly under waivers that the policy honours, over or not. */
  waivedTimes(finding: Finding): readonly Interval[];
  /** Claims that end within a week, and waivers that ended. */
  readonly reasons: readonly Reason[];
}

export function sortOutSetAside(findings: readonly Finding[], facts: SetAsideFacts): Sorted {
  const claimsOf = indexClaims(facts);
  const counting: Finding[] = [];
  const setAside: Finding[] = [];
  const entries: SetAsideEntry[] = [];
  const ending: Finding[] = [];
  const ended: Finding[] = [];
  for (const finding of findings) {
    const claims = claimsOf(finding);
    if (claims.length === 0) {
      counting.push(finding);
      continue;
    }
    const views = observationsInScope(finding, facts.scope);
    const cves = cvesOf(finding);
    const isSetAside = isCovered(views, cves, claims, facts, facts.now);
    (isSetAside ? setAside : counting).push(finding);
    for (const claim of claims) entries.push(entryOf(finding, claim, views, isSetAside, facts));
    if (isSetAside && !isCovered(views, cves, claims, facts, facts.now + WARNING_MS)) ending.push(finding);
    if (!isSetAside && claims.some((claim) => claim.kind === 'waiver' && isOver(claim, facts.now)))
      ended.push(finding);
  }
  return {
    counting,
    setAside,
    entries,
    waivedTimes: (finding) =>
      waivedTimes(observationsInScope(finding, facts.scope), claimsOf(finding), facts),
    reasons: [
      ...warning(
        ending,
        facts.problems,
        (count) => `${count} set aside for less than 7 more days: ${soonest(entries, ending, facts)}`,
      ),
      ...warning(ended, facts.problems, (count) => `${count} no longer waived: the waiver has ended`),
    ],
  };
}

/** As the finding is set aside by all that cover it together, so is its time. */
function waivedTimes(
  views: readonly ObservationView[],
  claims: readonly Claim[],
  { honour, now, maxWaiverDays }: SetAsideFacts,
): readonly Interval[] {
  const waived = claims
    .filter((claim) => claim.kind === 'waiver' && !isTooLong(claim, maxWaiverDays, now))
    .filter((claim) =>
      honour.some((one) => one.kind === 'waiver' && (one.issuers?.includes(claim.issuer) ?? true)),
    )
    .map(({ covers, from = Number.NEGATIVE_INFINITY, until = now }) => ({
      covers,
      from,
      to: Math.min(until, now),
    }));
  const ends = [...new Set(waived.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  return ends
    .map((to, index) => ({ from: ends[index - 1] ?? to, to }))
    .filter(
      ({ from, to }) =>
        from < to &&
        views.every((view) => waived.some((one) => one.from <= from && to <= one.to && one.covers(view))),
    );
}

function isCovered(
  views: readonly ObservationView[],
  cves: readonly string[],
  claims: readonly Claim[],
  facts: SetAsideFacts,
  at: number,
): boolean {
  const counting = claims.filter((claim) => whyNot(claim, facts, at) === undefined);
  return views.every((view) => {
    const covering = counting.filter((claim) => claim.covers(view));
    return covering.length > 0 && cves.every((cve) => covering.some((claim) => speaksOf(claim, cve)));
  });
}

function speaksOf({ cves }: Claim, cve: string): boolean {
  return cves?.includes(cve) ?? true;
}

function entryOf(
  finding: Finding,
  claim: Claim,
  views: readonly ObservationView[],
  isSetAside: boolean,
  facts: SetAsideFacts,
): SetAsideEntry {
  const { kind, issuer, reason, until } = claim;
  const refused = whyNot(claim, facts, facts.now);
  const note = refused ?? (isSetAside ? undefined : uncoveredBy(claim, views, cvesOf(finding)));
  return { finding, kind, issuer, reason, until, honoured: note === undefined, note };
}

function uncoveredBy(claim: Claim, views: readonly ObservationView[], cves: readonly string[]): string {
  const others = new Set(views.filter((view) => !claim.covers(view)).map(({ source }) => source));
  const unsaid = cves.filter((cve) => !speaksOf(claim, cve));
  if (others.size === 0 && unsaid.length > 0)
    return `does not speak of ${unsaid.sort(compareText).join(', ')}`;
  return `does not cover what ${[...others].sort(compareText).join(', ') || 'others'} reports`;
}

/** Undefined: it counts at this moment. The end is exclusive: at `until` it is over. */
function whyNot(claim: Claim, facts: SetAsideFacts, at: number): string | undefined {
  if (isOver(claim, at)) return `ended ${showInstant(claim.until ?? at)}`;
  if (claim.from !== undefined && at < claim.from) return `begins ${showInstant(claim.from)}`;
  if (isTooLong(claim, facts.maxWaiverDays, at))
    return `ends more than ${counted(facts.maxWaiverDays ?? 0, 'day')} ahead (maxWaiverDays of the policy)`;
  const ofKind = facts.honour.filter(({ kind }) => kind === claim.kind);
  if (ofKind.length === 0) return `the policy does not honour ${claim.kind}`;
  const ofIssuer = ofKind.filter(({ issuers }) => issuers === undefined || issuers.includes(claim.issuer));
  if (ofIssuer.length === 0) return `the policy does not honour ${claim.kind} by ${claim.issuer}`;
  if (claim.fromJudgedScans && !ofIssuer.some(({ fromJudgedScans }) => fromJudgedScans)) {
    return 'stands in the scans under judgement';
  }
  return undefined;
}

/**
 * Nobody knows when the waiver of a file was asked for, so what counts is how far ahead it ends: no verdict rests on one
 * that the store would not have taken today.
 */
function isTooLong({ kind, from, until }: Claim, maxDays: number | undefined, at: number): boolean {
  if (kind !== 'waiver' || maxDays === undefined || until === undefined) return false;
  return until - Math.max(at, from ?? at) > maxDays * DAY_MS;
}

function isOver(claim: Claim, at: number): boolean {
  return claim.until !== undefined && at >= claim.until;
}

function warning(
  findings: readonly Finding[],
  problems: Problems,
  say: (count: string) => string,
): readonly Reason[] {
  if (findings.length === 0) return [];
  const message = say(countOf(findings, problems));
  return [{ rule: 'set-aside', effect: 'warn', message, findings: worstFirst(findings) }];
}

/** `waiver by Ann until 2026-02-01 00:00 UTC and 2 more`. */
function soonest(
  entries: readonly SetAsideEntry[],
  ending: readonly Finding[],
  facts: SetAsideFacts,
): string {
  const findings = new Set(ending);
  const said = entries
    .filter((one) => one.honoured && findings.has(one.finding) && one.until !== undefined)
    .filter((one) => (one.until ?? 0) <= facts.now + WARNING_MS)
    .sort((a, b) => (a.until ?? 0) - (b.until ?? 0) || compareText(a.issuer, b.issuer))
    .map(({ kind, issuer, until }) => `${kind} by ${issuer} until ${showInstant(until ?? 0)}`);
  const [first = '', ...others] = new Set(said);
  return others.length === 0 ? first : `${first} and ${counted(others.length, 'other')}`;
}
