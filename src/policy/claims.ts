/** Every word that would set a finding aside, whoever gives it, and the observations of the finding it speaks for. */
import type { Finding, ObservationId, ObservationView } from '../domain/finding.ts';
import { cvesAmong, normaliseName } from '../domain/names.ts';
import type { SetAsideKind } from '../domain/policy.ts';
import { observationsInScope, type Scope } from '../domain/scope.ts';
import type { VexStatement } from '../domain/vex.ts';
import type { Waiver } from '../domain/waiver.ts';
import { compareText } from './worst-first.ts';

export interface Claim {
  readonly kind: SetAsideKind;
  readonly issuer: string;
  readonly reason: string;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly fromJudgedScans: boolean;
  /** The CVEs that it speaks of; absent: whatever the finding is. Of others that the finding has it says nothing. */
  readonly cves?: readonly string[] | undefined;
  covers(view: ObservationView): boolean;
}

export interface ClaimFacts {
  readonly scope: Scope;
  readonly waivers: readonly Waiver[];
  readonly vex: readonly VexStatement[];
  /** The findings come from the very scans under judgement, and so does what these say about themselves. */
  readonly fromScans: boolean;
}

/** A function from a finding to every claim on it; claims are indexed by their narrowest selector. */
export function indexClaims(facts: ClaimFacts): (finding: Finding) => readonly Claim[] {
  const waivers = indexBySelector(facts.waivers);
  const statements = indexBySelector(facts.vex);
  return (finding) => {
    const views = observationsInScope(finding, facts.scope);
    const claims: readonly Claim[] = [
      ...waivers(finding).map((waiver) => claimOfWaiver(waiver, finding)),
      ...statements(finding).map(claimOfVex),
      ...claimsOfSources(views, facts.fromScans),
    ];
    if (claims.length === 0) return claims;
    return inOrder(claims.filter((claim) => views.some((view) => claim.covers(view))));
  };
}

function claimOfWaiver({ by, scope, reason, from, until, vulnerability }: Waiver, finding: Finding): Claim {
  const inScope = scope === undefined ? undefined : new Set(observationsInScope(finding, scope));
  const covers = (view: ObservationView): boolean => inScope === undefined || inScope.has(view);
  const cves = cvesIn(vulnerability);
  return { kind: 'waiver', issuer: by, reason, from, until, fromJudgedScans: false, cves, covers };
}

function claimOfVex({
  issuer,
  reason,
  until,
  fromJudgedScans,
  versions,
  imageVersions,
  vulnerability,
  cves = cvesIn(vulnerability),
}: VexStatement): Claim {
  const covers = (view: ObservationView): boolean =>
    areAll(view.versions, versions) && areAll(view.imageVersions ?? [], imageVersions);
  return { kind: 'vex', issuer, reason, until, fromJudgedScans, cves, covers };
}

export function cvesOf(finding: Finding): readonly string[] {
  return cvesAmong(namesOf(finding));
}

/** By another name than a CVE, it is meant with all that it is. */
function cvesIn(name: string | undefined): readonly string[] | undefined {
  const cves = name === undefined ? [] : cvesAmong([name]);
  return cves.length === 0 ? undefined : cves;
}

/** What nobody knows the version of is not known to be one of them. */
function areAll(seen: readonly string[], wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || (seen.length > 0 && seen.every((version) => wanted.includes(version)));
}

/** The same order whatever order waivers and observations came in. */
function inOrder(claims: readonly Claim[]): readonly Claim[] {
  if (claims.length < 2) return claims;
  return [...claims].sort(
    (a, b) =>
      compareText(a.kind, b.kind) ||
      compareText(a.issuer, b.issuer) ||
      compareText(a.reason, b.reason) ||
      (a.until ?? Number.POSITIVE_INFINITY) - (b.until ?? Number.POSITIVE_INFINITY) ||
      0,
  );
}

/** The same words on several observations are one claim that covers them all. */
function claimsOfSources(views: readonly ObservationView[], fromScans: boolean): readonly Claim[] {
  if (views.every(({ setAside }) => setAside.length === 0)) return [];
  const claims = new Map<string, Claim & { readonly covered: Set<ObservationId> }>();
  for (const view of views) {
    for (const { kind, issuer, reason, at, until } of view.setAside) {
      const key = JSON.stringify([kind, issuer, reason, at, until]);
      const known = claims.get(key);
      if (known !== undefined) {
        known.covered.add(view.id);
        continue;
      }
      const covered = new Set([view.id]);
      const covers = ({ id }: ObservationView): boolean => covered.has(id);
      claims.set(key, { kind, issuer, reason, until, fromJudgedScans: fromScans, covered, covers });
    }
  }
  return [...claims.values()];
}

/** What both waivers and VEX statements select by. All that is given must match. */
type Selector = Pick<Waiver, 'vulnerability' | 'component' | 'asset' | 'rule'> &
  Pick<VexStatement, 'finding' | 'componentName' | 'assetNames'>;

/** Each stands under its narrowest selector, so that a finding meets only those that may be about it. */
function indexBySelector<S extends Selector>(selectors: readonly S[]): (finding: Finding) => readonly S[] {
  if (selectors.length === 0) return () => [];
  const byFinding = Map.groupBy(selectors, (selector) => selector.finding);
  const byVulnerability = Map.groupBy(
    byFinding.get(undefined) ?? [],
    ({ vulnerability }) => vulnerability && normaliseName(vulnerability),
  );
  const byRule = Map.groupBy(byVulnerability.get(undefined) ?? [], ({ rule }) => rule);
  const byComponent = Map.groupBy(byRule.get(undefined) ?? [], ({ component }) => component);
  const byAsset = Map.groupBy(byComponent.get(undefined) ?? [], ({ asset }) => asset?.name);
  const anywhere = byAsset.get(undefined) ?? [];
  return (finding) => {
    const { rule, component, asset } = finding;
    const found = [...anywhere];
    const add = (more: readonly S[] | undefined): void => {
      if (more !== undefined) found.push(...more);
    };
    add(byFinding.get(finding.id));
    for (const name of namesOf(finding)) add(byVulnerability.get(name));
    if (rule !== undefined) add(byRule.get(rule));
    if (component !== undefined) add(byComponent.get(component));
    add(byAsset.get(asset.name));
    return found.filter((selector) => selects(selector, finding));
  };
}

function selects(selector: Selector, finding: Finding): boolean {
  const { vulnerability, rule, component, asset, componentName, assetNames } = selector;
  return (
    (vulnerability === undefined || namesOf(finding).includes(normaliseName(vulnerability))) &&
    (rule === undefined || rule === finding.rule) &&
    (component === undefined || component === finding.component) &&
    (asset === undefined || (asset.kind === finding.asset.kind && asset.name === finding.asset.name)) &&
    (assetNames === undefined || assetNames.includes(finding.asset.name)) &&
    (componentName === undefined || componentName === packageNameOf(finding.component))
  );
}

/** `log4j-core` of `pkg:maven/org.apache/log4j-core`. */
function packageNameOf(component: string | undefined): string | undefined {
  return component === undefined ? undefined : /([^/]+?)(?:\?.*)?$/.exec(component)?.[1];
}

function namesOf({ vulnerability, aliases }: Finding): readonly string[] {
  return vulnerability === undefined ? aliases : [vulnerability, ...aliases];
}
