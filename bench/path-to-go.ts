/** How long the path to GO takes: 5,000 blocking findings over 200 assets, each to go, within budgets, and hostile. */
import type { Finding } from '../src/domain/finding.ts';
import { EVERYTHING } from '../src/domain/scope.ts';
import type { PathToGo } from '../src/domain/verdict.ts';
import { type Blocker, findPathToGo } from '../src/policy/path-to-go.ts';
import { aFinding, anObservationView } from '../test/support/builders.ts';
import { type Bench, type Figure, figure, median, slowed } from './harness.ts';

const FINDINGS = 5_000;
const ASSETS = 200;
const ROUNDS = 7;
/** Promised is a second; what it takes today is far below, and a slowdown of four has to show. */
const ORDINARY_MS = 400;
const HOSTILE_MS = 1_000;

const TYPES = ['npm', 'deb', 'rpm', 'maven', 'pypi', 'apk', 'golang', 'gem'];

/** 25 findings on each asset: 600 vulnerabilities in 120 components of eight ecosystems; one in nine has no fix. */
function makeFindings(): readonly Finding[] {
  return Array.from({ length: FINDINGS }, (_, index) => {
    const asset = index % ASSETS;
    const vulnerability = (Math.floor(index / ASSETS) * 24 + scattered(asset)) % 600;
    const component = vulnerability % 120;
    const installed = `1.${component % 9}.2`;
    const fixes = [`1.${component % 9}.${3 + (vulnerability % 17)}`, `2.${vulnerability % 4}.1`];
    const hasFix = vulnerability % 9 !== 0;
    return aFinding({
      vulnerability: `CVE-2024-${1000 + vulnerability}`,
      component: `pkg:${TYPES[component % TYPES.length]}/package-${component}`,
      asset: { kind: 'host', name: `host-${asset}` },
      severity: vulnerability % 3 === 0 ? 'critical' : 'high',
      fixVersions: hasFix ? fixes : [],
      observations: [
        anObservationView({ versions: [installed], fix: { versions: hasFix ? fixes : [] } }),
        anObservationView({
          source: 'dynatrace',
          versions: [installed],
          fix: {
            versions: [],
            text: hasFix ? `Upgrade to version ${fixes[1]} or later.` : 'No fix is known.',
          },
        }),
      ],
    });
  });
}

/** The same in every run, and with no pattern that would make it easy. */
function scattered(number: number): number {
  return (Math.imul(number + 1, 2_654_435_761) >>> 8) % 600;
}

/** One component on one asset with thousands of versions, some of a megabyte: what a hostile scan may hold. */
function makeHostile(): readonly Finding[] {
  const long = `1${'.1'.repeat(500_000)}`;
  return Array.from({ length: FINDINGS }, (_, index) =>
    aFinding({
      vulnerability: `CVE-2024-${1000 + index}`,
      component: 'pkg:deb/debian/linux',
      versions: [`1.${index % 100}~rc${index}`],
      fixVersions: [`2.${index}-${index}`, `3.${(index * 7) % FINDINGS}~~`, `${long}.${index % 5}`],
      severity: 'high',
    }),
  );
}

interface Load {
  readonly name: string;
  readonly blockers: readonly Blocker[];
  readonly atMostMs: number;
}

function makeLoads(): readonly Load[] {
  const findings = makeFindings();
  const unitOf = (finding: Finding): string | undefined => finding.vulnerability;
  const bySeverity = Map.groupBy(findings, ({ severity }) => severity);
  return [
    { name: 'every finding has to go', blockers: [{ findings }], atMostMs: ORDINARY_MS },
    {
      name: 'a budget of 300 of 600 vulnerabilities',
      blockers: [{ findings, allowance: { allowed: 300, unitOf } }],
      atMostMs: ORDINARY_MS,
    },
    {
      name: 'a budget for each severity',
      blockers: [...bySeverity.values()].map((some) => ({
        findings: some,
        allowance: { allowed: 100, unitOf: (finding: Finding) => finding },
      })),
      atMostMs: ORDINARY_MS,
    },
    {
      name: 'a component with thousands of hostile versions',
      blockers: [{ findings: makeHostile() }],
      atMostMs: HOSTILE_MS,
    },
  ];
}

async function measure({ blockers }: Load, slowdown: number): Promise<{ timeMs: number; path: PathToGo }> {
  const facts = { scope: EVERYTHING, evidence: [] };
  const timesMs: number[] = [];
  let path = findPathToGo(blockers, facts);
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now();
    path = await slowed(slowdown, () => findPathToGo(blockers, facts));
    timesMs.push(performance.now() - startedAt);
  }
  return { timeMs: median(timesMs), path };
}

function stepsOf({ upgrades, corrections, waivers }: PathToGo): number {
  return upgrades.length + corrections.length + waivers.length;
}

export const bench: Bench = {
  name: 'path-to-go',
  async run({ slowdown, say }) {
    const figures: Figure[] = [];
    for (const load of makeLoads()) {
      const { timeMs, path } = await measure(load, slowdown);
      const [steps, { bound = 0, isExact }] = [stepsOf(path), path];
      say(
        `${load.name}: ${steps} steps in ${path.groups?.length} groups, ${isExact ? 'exact' : `at least ${bound}`}`,
      );
      figures.push(
        figure(
          { name: `${load.name}, median of ${ROUNDS}`, value: timeMs, unit: 'ms' },
          { atMost: load.atMostMs },
        ),
        figure(
          { name: `${load.name}, steps`, value: steps, unit: 'steps', limit: bound },
          { ratioAtMost: 1.2 },
        ),
      );
    }
    return figures;
  },
};
