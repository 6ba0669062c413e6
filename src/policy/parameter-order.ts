/** Which of two values of a parameter holds more against a release. `compare-policies.test.ts` holds it to the verdict. */
import { SEVERITIES } from '../domain/severity.ts';
import { daysFor, type SlaDays } from '../domain/sla.ts';
import { combined, isSame, type Order, type Parameters, supersetOrder, towards } from './order.ts';
import { compareDecisions, compareKnown, compareStated, compareTables } from './ssvc-order.ts';
import { SSVC_POINTS, type SsvcPoint } from './ssvc-points.ts';

interface Ordered {
  /** For people. */
  readonly stricter: string;
  compare(from: unknown, to: unknown, all: Both): Order;
}

interface Both {
  readonly from: Parameters;
  readonly to: Parameters;
}

const LOWER: Ordered = {
  stricter: 'at or above it holds, so a lower number is stricter',
  compare: (from, to) => towards(numberOf(from), numberOf(to)),
};

const MORE: Ordered = {
  stricter: 'naming more is stricter',
  compare: supersetOrder,
};

/** By the name of the parameter: the same word means the same in every rule. */
const ORDERS: Readonly<Record<string, Ordered>> = {
  atOrAbove: {
    stricter: 'it and everything worse holds, so a milder one is stricter',
    compare: compareLevels,
  },
  atLeast: LOWER,
  percentileAtLeast: LOWER,
  maxAgeHours: { ...LOWER, stricter: 'fewer hours are stricter' },
  days: {
    stricter: 'fewer days are stricter',
    compare: (from, to) =>
      combined(SEVERITIES.map((severity) => towards(daysOf(from, severity), daysOf(to, severity)))),
  },
  budget: { stricter: 'a smaller budget is stricter', compare: compareBudgets },
  usages: MORE,
  exposures: MORE,
  data: MORE,
  severities: MORE,
  expressions: MORE,
  exceptSeverities: {
    stricter: 'naming more is looser',
    compare: (from, to) => supersetOrder(to, from),
  },
  /** Without a name the age of every source counts, with names only theirs. */
  sources: {
    stricter: 'naming more is stricter; without any, the age counts of whatever has spoken',
    compare: (from, to, all) =>
      isEmpty(from) !== isEmpty(to) && [all.from, all.to].some(asksTheAgeOfAll)
        ? undefined
        : supersetOrder(from, to),
  },
  ...Object.fromEntries((Object.keys(SSVC_POINTS) as SsvcPoint[]).map((point) => [point, knownPoint(point)])),
  points: {
    stricter:
      'what leads to more urgent lines of the table is stricter, and what is not stated counts as its worst',
    compare: (_from, _to, all) => compareStated(all),
  },
  tables: {
    stricter: 'of two tables neither is stricter',
    compare: (_from, _to, all) => compareTables(all),
  },
};

function knownPoint(point: SsvcPoint): Ordered {
  return {
    stricter: 'a worse value is stricter, and unknown counts as the worst',
    compare: (from, to, all) => compareKnown(point, from, to, all),
  };
}

/** Undefined: nobody has said what makes it stricter. */
export function orderOf(parameter: string): Ordered | undefined {
  return Object.hasOwn(ORDERS, parameter) ? ORDERS[parameter] : undefined;
}

export function compareParameters(from: Parameters, to: Parameters): Order {
  return combined(
    [...new Set([...Object.keys(from), ...Object.keys(to)])].map((name) =>
      isSame(from[name], to[name]) ? 0 : orderOf(name)?.compare(from[name], to[name], { from, to }),
    ),
  );
}

/** `off` and `unlimited` hold nothing. */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
}

function daysOf(days: unknown, severity: (typeof SEVERITIES)[number]): number {
  if (typeof days === 'number') return days;
  return daysFor(severity, isRecord(days) ? (days as SlaDays) : {}) ?? Number.POSITIVE_INFINITY;
}

/** What is left of a worse severity is for milder ones: budgets for other severities are another thing. */
function compareBudgets(from: unknown, to: unknown): Order {
  if (!isRecord(from) || !isRecord(to)) return towards(numberOf(from), numberOf(to));
  const levels = Object.keys(from);
  if (!isSame(levels.toSorted(), Object.keys(to).toSorted())) return undefined;
  return combined(levels.map((level) => towards(numberOf(from[level]), numberOf(to[level]))));
}

/** A severity; or a decision of one of SSVC's tables, which are not measured against each other. */
function compareLevels(from: unknown, to: unknown, all: Both): Order {
  if (isRecord(from) || isRecord(to)) return compareDecisions(all);
  return towards(-rankIn(SEVERITIES, from), -rankIn(SEVERITIES, to));
}

/** What is not among them, as `unknown`, stands behind the last. */
function rankIn(values: readonly unknown[], value: unknown): number {
  const rank = values.indexOf(value);
  return rank < 0 ? values.length : rank;
}

function asksTheAgeOfAll({ sources, maxAgeHours }: Parameters): boolean {
  return isEmpty(sources) && maxAgeHours !== 'unlimited';
}

function isEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
