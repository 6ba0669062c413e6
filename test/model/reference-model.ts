/**
 * The data model a second time, as plainly as it can be said: everything ever recorded is kept, and what there is to
 * see is worked out from scratch with loops and sorts. A store may be clever; it may not differ from this.
 *
 * Where the design leaves a choice, this model makes it as follows.
 * - "No longer" needs a before: a run ends only claims that a run before it (in run order) had made. A defect first
 *   named later, with a first sight stated before that run, is not ended by it.
 * - Resolved, and nothing said of when: that it once was open is supposed the first time only. Hearing it again opens
 *   nothing.
 * - Any record that could not be read makes its run partial, whatever its coverage says: such a run closes nothing.
 * - A statement that the same run replaces (the same key again) was never said, but for the aliases it gave.
 * - Aliases are what observations ever stated: only an advisory parts what they joined.
 * - An advisory is known by its id, whichever source brings it; of two revisions of one moment the later recorded
 *   counts, as with runs.
 * - A detail says nothing about life: a run that gives only the detail of an entry does not hold it open. Its labels
 *   do count when a later run's coverage is judged. What a run did (`Changes`) includes what its details changed.
 * - When several claims end a finding at the same moment, a source's own word (`stated`) is the reason before
 *   `no-longer-named`, and that before `absent`.
 * - Of one entry's title the main part speaks first, its detail where the main part has none.
 * - Of what is said of one name the latest moment counts, of two words on one moment the later recorded. Of a
 *   vulnerability the worst of all its names is shown.
 * - As of a moment, the severity is the worst that its observations knew then: each by its latest run until then (by
 *   its first, if that came later), those whose claims were open then before all others.
 */
import type { Episode, FindingState } from '../../src/domain/finding.ts';
import type { Intelligence } from '../../src/domain/intelligence.ts';
import type { Severity } from '../../src/domain/severity.ts';
import type { Assessment, AssetRef, FindingClass } from '../../src/domain/statement.ts';
import { type Names, namesOf } from './identity.ts';
import { intelligenceOf } from './intelligence.ts';
import { type Claim, joined, type ObservationHistory, observationsOf, type Span } from './life.ts';
import { ratingOf } from './ratings.ts';
import { type Values, valuesOf, worstSeverity } from './values.ts';
import { detailOf, mainOf, type RecordedRun, streamName, streamsOf, type World } from './world.ts';

/** What the world shows of one finding; ids are a store's own affair. */
export interface ModelFinding extends Values {
  /** The name people see first, then the others in order; a rule has one. */
  readonly names: readonly string[];
  readonly isRule: boolean;
  readonly class: FindingClass;
  readonly component?: string;
  readonly location?: string;
  readonly asset: AssetRef;
  readonly state: FindingState;
  readonly openedAt: number;
  readonly closedAt?: number;
  readonly episodes: readonly Episode[];
  readonly intelligence?: Intelligence;
  readonly sources: readonly string[];
  readonly observations: readonly ModelObservation[];
}

export interface ModelObservation {
  readonly source: string;
  readonly channel: string;
  readonly key: string;
  readonly live: boolean;
  readonly severity: Severity;
  readonly score?: number;
  readonly assessment: Assessment;
  readonly labels: readonly string[];
}

export interface ModelAsOf {
  readonly finding: string;
  readonly severity: Severity;
  readonly openedAt: number;
}

interface ClaimOf {
  readonly observation: ObservationHistory;
  readonly claim: Claim;
}

export function findingsOf(world: World): readonly ModelFinding[] {
  const names = namesOf(world);
  return [...groupsOf(world, names).values()]
    .map((group) => findingOf(group, names))
    .map((finding) =>
      finding.isRule ? finding : { ...withSeverity(world, finding), ...intelligenceOf(world, finding.names) },
    )
    .sort(byIdentity);
}

function withSeverity(world: World, finding: ModelFinding): ModelFinding {
  const { score, ...rest } = finding;
  const rating = rest.severity === 'unknown' ? ratingOf(world, rest.names) : undefined;
  return rating === undefined ? finding : { ...rest, ...rating };
}

/** What the findings that a run mentioned are about; those of entries that it gave details of, if asked for. */
export function mentionedIn(
  world: World,
  run: RecordedRun,
  { withDetails }: { readonly withDetails: boolean },
): ReadonlySet<string> {
  const names = namesOf(world);
  const isMentioned = ({ observation, claim }: ClaimOf) => {
    if (streamName(observation) !== streamName(run.stream)) return false;
    if (withDetails && detailOf(run, observation.key) !== undefined) return true;
    const { defects = [] } = mainOf(run, observation.key) ?? {};
    return defects.some(({ names: [name] }) => name === claim.defect.name);
  };
  const groups = [...groupsOf(world, names).values()].filter((group) => group.some(isMentioned));
  return new Set(groups.map((group) => identityOf(findingOf(group, names))));
}

/** Claims by the finding they make: their vulnerability or rule, on what their observation sits on today. */
function groupsOf(world: World, names: Names): ReadonlyMap<string, readonly ClaimOf[]> {
  const groups = new Map<string, ClaimOf[]>();
  for (const observation of streamsOf(world).flatMap((stream) => observationsOf(world, stream))) {
    for (const claim of observation.claims) {
      const { kind, name } = claim.defect;
      const { subject, asset } = observation.main;
      const defect = kind === 'rule' ? name : names(name)[0];
      const identity = JSON.stringify([kind, defect, subject.kind, subject.key, asset.kind, asset.name]);
      groups.set(identity, [...(groups.get(identity) ?? []), { observation, claim }]);
    }
  }
  return groups;
}

function findingOf(group: readonly ClaimOf[], names: Names): ModelFinding {
  const [first] = group;
  if (first === undefined) throw new RangeError('a finding has at least one claim');
  const { defect } = first.claim;
  const { subject, asset } = first.observation.main;
  const observations = [...new Set(group.map(({ observation }) => observation))];
  const live = observations.filter((one) =>
    group.some((claim) => claim.observation === one && isLive(claim)),
  );
  const speaking = live.length > 0 ? live : observations;
  const { lead, values } = valuesOf(speaking);
  const episodes = joined(
    group.flatMap(({ claim, observation }) => joined(claim.spans, observation.holdMs)),
    0,
  );
  const last = episodes.at(-1);
  if (last === undefined) throw new RangeError('a finding was open at least once');
  return {
    names: defect.kind === 'rule' ? [defect.name] : names(defect.name),
    isRule: defect.kind === 'rule',
    class: lead.main.class,
    ...(subject.kind === 'component' ? { component: subject.key } : {}),
    ...(subject.kind === 'location' ? { location: subject.key } : {}),
    asset: { kind: asset.kind, name: asset.name },
    state: last.closedAt === undefined ? 'open' : 'resolved',
    openedAt: last.openedAt,
    ...(last.closedAt === undefined ? {} : { closedAt: last.closedAt }),
    episodes,
    ...values,
    sources: [...new Set(speaking.map((one) => one.source))].sort(),
    observations: observations.map((one) => viewOf(one, live.includes(one))).sort(byView),
  };
}

function isLive({ claim }: ClaimOf): boolean {
  const last = claim.spans.at(-1);
  return last !== undefined && last.closedAt === undefined;
}

function viewOf({ source, channel, key, main, detail }: ObservationHistory, live: boolean): ModelObservation {
  const labels = [...main.labels, ...(detail?.labels ?? [])].map(({ kind, id }) => `${kind}:${id}`);
  return {
    source,
    channel,
    key,
    live,
    severity: main.severity,
    ...(main.score === undefined ? {} : { score: main.score }),
    assessment: statedOnly(main.assessment),
    labels: [...new Set(labels)].sort(),
  };
}

/** Without the fields that are undefined: a fact that is not stated is not there. */
export function statedOnly<T extends object>(
  facts: T,
): { readonly [F in keyof T]: Exclude<T[F], undefined> } {
  const stated = { ...facts };
  for (const field of Object.keys(stated))
    if (Reflect.get(stated, field) === undefined) Reflect.deleteProperty(stated, field);
  return stated as { readonly [F in keyof T]: Exclude<T[F], undefined> };
}

/** What a finding is about, in words that no store chooses. */
export function identityOf(
  finding: Pick<ModelFinding, 'names' | 'isRule' | 'component' | 'location' | 'asset'>,
): string {
  const { names, component = '', location = '', asset } = finding;
  return [names.join('='), component, location, asset.kind, asset.name].join(' ');
}

export function byIdentity(a: ModelFinding, b: ModelFinding): number {
  return compare(identityOf(a), identityOf(b));
}

export function byView(a: ModelObservation, b: ModelObservation): number {
  return compare(JSON.stringify(a), JSON.stringify(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What was open at a moment; an episode holds its first moment and not its last. */
export function openAt(world: World, at: number): readonly ModelAsOf[] {
  const names = namesOf(world);
  const open = [...groupsOf(world, names).values()].flatMap((group) => {
    const finding = findingOf(group, names);
    const then = group.filter(({ claim }) => claim.spans.some((span) => holds(span, at)));
    const speaking = then.length > 0 ? then : lastToEnd(group, at);
    const stated = worstSeverity(speaking.map(({ observation }) => observation.severityAt(at)));
    const advised = stated === 'unknown' && !finding.isRule ? ratingOf(world, finding.names, at) : undefined;
    const severity = advised?.severity ?? stated;
    return finding.episodes
      .filter((episode) => holds(episode, at))
      .map(({ openedAt }) => ({ finding: identityOf(finding), severity, openedAt }));
  });
  return open.sort((a, b) => compare(a.finding, b.finding));
}

/** Within a gap that is shorter than its hold time, a finding stands as it last did. */
function lastToEnd(group: readonly ClaimOf[], at: number): readonly ClaimOf[] {
  const endOf = ({ claim }: ClaimOf): number =>
    Math.max(
      Number.NEGATIVE_INFINITY,
      ...claim.spans.flatMap(({ closedAt }) => (closedAt !== undefined && closedAt <= at ? closedAt : [])),
    );
  const last = Math.max(...group.map(endOf));
  return group.filter((one) => endOf(one) === last);
}

function holds({ openedAt, closedAt }: Span, at: number): boolean {
  return openedAt <= at && (closedAt === undefined || at < closedAt);
}
