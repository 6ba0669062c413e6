/**
 * A whole estate from a seed: what is monitored in certification and in production, and what a comparison of
 * the two must find. The same options give the same estate, byte for byte.
 */
import { type Expected, expectedOf } from './expected.ts';
import type { Problem, Side, TenantData } from './model.ts';
import { makePlanner, type Plan, type Story } from './plan.ts';
import { makeProblem, sideStates } from './problem.ts';
import { makeRandom } from './random.ts';
import { makeLandscape, makeTopology, type SidedTopology } from './topology.ts';

export interface EstateOptions {
  /** Default 1. */
  readonly seed?: string | number;
  /** Problems that the certification side lists in the default window. Default 724. */
  readonly problems?: number;
  /** The moment the data describes, epoch ms. Default a fixed day, so that tests repeat. */
  readonly at?: number;
  /** Two tenants, or both sides as management zones of one. Default `two-tenants`. */
  readonly layout?: 'two-tenants' | 'one-tenant';
  /** How many problems tell which story; the rest is common to both sides. Defaults are shares of `problems`. */
  readonly stories?: Readonly<Partial<Record<Exclude<Story, 'common'>, number>>>;
  /** Further problems per side, resolved 45 to 300 days ago: only a wide window shows them. Default 0. */
  readonly resolvedLongAgo?: number;
  /** Hosts per side. Default by size, 4 to 2000. */
  readonly hosts?: number;
}

export interface Estate {
  /** In the layout `one-tenant` both names hold the same tenant. */
  readonly certification: TenantData;
  readonly production: TenantData;
  readonly expected: Expected;
}

export const defaultAt = Date.UTC(2026, 10, 16, 9, 0);

const shares: Readonly<Record<Exclude<Story, 'common'>, number>> = {
  new: 0.04,
  'severity-regression': 0.02,
  'function-regression': 0.02,
  'fixed-and-gone': 0.04,
  'fixed-and-resolved': 0.02,
  'muted-in-production': 0.01,
  reopened: 0.01,
  'resolved-on-both': 0.08,
  'muted-on-both': 0.05,
};

const sides = ['certification', 'production'] as const;

export function makeEstate(options: EstateOptions = {}): Estate {
  const { problems = 724, at = defaultAt, layout = 'two-tenants' } = options;
  const seed = String(options.seed ?? 1);
  const landscape = makeLandscape(makeRandom(`${seed}/landscape`), clamp(Math.round(problems / 8), 8, 2500));
  const planner = makePlanner(seed, landscape);
  const plans = tellStories(problems, options.stories).map((story, key) => planner.plan(key, story));
  const longAgo = Array.from({ length: options.resolvedLongAgo ?? 0 }, (_, n) =>
    planner.plan(plans.length + n, 'resolved-on-both'),
  );
  const hostsPerSide = options.hosts ?? clamp(Math.round(problems / 16), 4, 2000);
  const place = (environmentId: string, its: readonly Side[]): Fill => ({
    environmentId,
    at,
    its,
    sided: makeTopology({ seed: `${seed}/${environmentId}`, landscape, sides: its, hostsPerSide, at }),
  });
  const tenant = (fill: Fill) =>
    once((): TenantData => {
      const all = [...populate(plans, fill, false), ...populate(longAgo, fill, true, plans.length * 2)];
      return { environmentId: fill.environmentId, at, topology: fill.sided.topology, problems: all };
    });
  const first = place('abc10001', layout === 'one-tenant' ? sides : ['certification']);
  const second = layout === 'one-tenant' ? first : place('xyz20002', ['production']);
  const certification = tenant(first);
  const production = second === first ? certification : tenant(second);
  return {
    // Made when asked for: an emulator serves one side, and a large estate takes its time and memory.
    get certification() {
      return certification();
    },
    get production() {
      return production();
    },
    expected: expectedOf(plans, first.sided, second.sided),
  };
}

interface Fill {
  readonly environmentId: string;
  readonly at: number;
  readonly sided: SidedTopology;
  readonly its: readonly Side[];
}

function populate(plans: readonly Plan[], fill: Fill, longAgo: boolean, firstNumber = 0): Problem[] {
  return plans.flatMap((plan, n) => {
    const present = fill.its.filter((side) => sideStates[plan.story][side] !== 'absent');
    return placesOf(plan, present).map((together, nth) =>
      makeProblem(plan, { ...fill, sides: together, displayNumber: firstNumber + n * 2 + nth + 1, longAgo }),
    );
  });
}

/** One tenant knows one problem where the sides agree, and one for each side where they differ. */
function placesOf(plan: Plan, present: readonly Side[]): readonly (readonly Side[])[] {
  const states = sideStates[plan.story];
  const agree =
    states.certification === states.production && plan.risk.certification === plan.risk.production;
  if (agree && present.length > 1) return [present];
  return present.map((side) => [side]);
}

/** Stories in a fixed order, rarest first, never more than there are problems. */
function tellStories(problems: number, wanted: EstateOptions['stories'] = {}): Story[] {
  const told: Story[] = [];
  let onCertification = 0;
  for (const story of Object.keys(shares) as (keyof typeof shares)[]) {
    const count = wanted[story] ?? Math.round(problems * shares[story]);
    for (let n = 0; n < count; n += 1) {
      if (sideStates[story].certification !== 'absent' && ++onCertification > problems) return told;
      told.push(story);
    }
  }
  while (onCertification++ < problems) told.push('common');
  return told;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
