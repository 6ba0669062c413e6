/**
 * What is wrong, before it is known where: one plan per vulnerability, saying what each side makes of it. The
 * two sides differ only where the plan's `story` says so, which is what makes the expected verdict certain.
 */
import {
  codeFlaws,
  type Package,
  packages,
  runtimes,
  technologyWeights,
  titles,
  type WellKnown,
  wellKnown,
} from './catalogue.ts';
import { davisScore, levelOf, type Vector, vectorOf, vectorText } from './cvss.ts';
import type { CodeLevel, FunctionName, ProblemType, Risk, Side, Technology, Usage } from './model.ts';
import { hash64Hex, makeRandom, type Random } from './random.ts';
import { componentsOf, type Landscape } from './topology.ts';

/** How the sides differ. Everything but `new` is open on a side unless its name says otherwise. */
export const stories = [
  'common',
  'new',
  'severity-regression',
  'function-regression',
  'fixed-and-gone',
  'fixed-and-resolved',
  'muted-in-production',
  'reopened',
  'resolved-on-both',
  'muted-on-both',
] as const;
export type Story = (typeof stories)[number];

export interface Plan {
  readonly key: number;
  readonly story: Story;
  readonly type: ProblemType;
  readonly title: string;
  readonly externalId: string;
  readonly packageName?: string;
  readonly technology: Technology;
  readonly cves: readonly string[];
  readonly functions: readonly FunctionName[];
  readonly components: readonly number[];
  /** Applications of the landscape; empty when cluster nodes are affected instead. */
  readonly applications: readonly number[];
  readonly codeLevel?: CodeLevel;
  readonly risk: Readonly<Record<Side, Risk>>;
}

const vectors: readonly (readonly [Vector, number])[] = [
  [vectorOf('N', 'L', 'N', 'N', 'U', 'H', 'H', 'H'), 12],
  [vectorOf('N', 'L', 'N', 'N', 'C', 'H', 'H', 'H'), 2],
  [vectorOf('N', 'H', 'N', 'N', 'U', 'H', 'H', 'H'), 10],
  [vectorOf('N', 'L', 'N', 'N', 'U', 'N', 'N', 'H'), 22],
  [vectorOf('N', 'L', 'N', 'N', 'U', 'H', 'N', 'N'), 10],
  [vectorOf('N', 'L', 'N', 'R', 'C', 'L', 'L', 'N'), 14],
  [vectorOf('N', 'L', 'N', 'N', 'U', 'L', 'N', 'L'), 12],
  [vectorOf('N', 'L', 'N', 'N', 'U', 'L', 'N', 'N'), 2],
  [vectorOf('N', 'H', 'N', 'N', 'U', 'N', 'N', 'L'), 8],
  [vectorOf('L', 'L', 'L', 'N', 'U', 'H', 'H', 'H'), 6],
  [vectorOf('L', 'H', 'L', 'R', 'U', 'L', 'L', 'N'), 7],
];

/** Vectors whose level rises once the process is reachable from the internet and holds data. */
const rising = vectors
  .map(([vector]) => vector)
  .filter((vector) => {
    const hidden = davisScore(vector, 'NOT_DETECTED', 'NOT_DETECTED');
    const open = davisScore(vector, 'PUBLIC_NETWORK', 'REACHABLE');
    return hidden.level !== open.level && hidden.score >= 1;
  });

export interface Planner {
  plan(key: number, story: Story): Plan;
}

/** Plans come out of the planner in order: the first common ones are the well-known vulnerabilities. */
export function makePlanner(seed: string, landscape: Landscape): Planner {
  const famous = wellKnown.filter(({ technology }) => landscape.byTechnology.has(technology));
  const sharedCves: string[] = [];
  return {
    plan(key, story) {
      const random = makeRandom(`${seed}/plan/${key}`);
      const known = story === 'common' ? famous.shift() : undefined;
      const subject = known === undefined ? drawSubject(random, story, landscape) : wellKnownSubject(known);
      const cves = known === undefined ? drawCves(random, key, subject.type) : [known.cve];
      // The same CVE in two packages is normal; only common ones share, so that it never blurs what differs.
      const reused = story === 'common' && cves.length === 1 && sharedCves.length > 20 && random.chance(0.03);
      if (story === 'common' && cves.length === 1) sharedCves.push(cves[0]!);
      return {
        key,
        story,
        type: subject.type,
        title: subject.title,
        technology: subject.technology,
        ...(subject.type === 'THIRD_PARTY' ? { packageName: subject.pack!.name } : {}),
        externalId: externalId(subject, key),
        cves: reused ? [random.pick(sharedCves)] : cves,
        functions: subject.type === 'THIRD_PARTY' ? (subject.pack?.functions ?? []) : [],
        components: drawComponents(random, subject.pack),
        ...drawPlace(random, subject, landscape),
        risk: drawRisk(random, story, subject, known),
      };
    },
  };
}

interface Subject {
  readonly type: ProblemType;
  readonly technology: Technology;
  readonly title: string;
  readonly pack?: Package;
}

function wellKnownSubject({ technology, packageName, title }: WellKnown): Subject {
  const pack = packages[technology].find(({ name }) => name === packageName)!;
  return { type: 'THIRD_PARTY', technology, title, pack };
}

function drawSubject(random: Random, story: Story, landscape: Landscape): Subject {
  const technology = random.weighted(technologyWeights.filter(([name]) => landscape.byTechnology.has(name)));
  // A function regression needs a function to be in use, a severity regression a vector to rise.
  if (story === 'function-regression') {
    const withFunctions = packages[technology].filter(({ functions }) => functions.length > 0);
    return { type: 'THIRD_PARTY', technology, title: random.pick(titles), pack: random.pick(withFunctions) };
  }
  const type =
    story === 'severity-regression'
      ? 'THIRD_PARTY'
      : random.weighted([
          ['THIRD_PARTY', 90],
          ['CODE_LEVEL', 5],
          ['RUNTIME', 5],
        ] as const);
  if (type === 'CODE_LEVEL') return { type, technology: 'JAVA', title: random.pick(codeFlaws).title };
  if (type === 'RUNTIME') return { type, technology, title: random.pick(titles), pack: runtimes[technology] };
  const onNodes = random.chance(0.03);
  const where: Technology = onNodes ? 'KUBERNETES' : technology;
  return { type, technology: where, title: random.pick(titles), pack: random.pick(packages[where]) };
}

/** Numbers from 900000 up: well-formed, and clearly nobody's. */
function drawCves(random: Random, key: number, type: ProblemType): string[] {
  if (type === 'CODE_LEVEL') return [];
  const count = random.weighted([
    [0, 6],
    [1, 80],
    [2, 9],
    [3, 4],
    [4, 1],
  ] as const);
  return Array.from({ length: count }, (_, n) => `CVE-${2023 + (key % 4)}-${900_000 + key * 4 + n}`);
}

function drawComponents(random: Random, pack: Package | undefined): readonly number[] {
  if (pack === undefined) return [];
  return random.sample(componentsOf(pack.name), random.chance(0.2) ? 2 : 1);
}

function drawPlace(random: Random, { type, technology, title }: Subject, landscape: Landscape) {
  if (technology === 'KUBERNETES') return { applications: [] };
  const candidates = landscape.byTechnology.get(technology) ?? [];
  if (type !== 'CODE_LEVEL')
    return {
      applications: random.sample(
        candidates,
        random.weighted([
          [1, 55],
          [2, 25],
          [3, 12],
          [5, 8],
        ]),
      ),
    };
  const application = random.pick(candidates);
  const flaw = codeFlaws.find((one) => one.title === title)!;
  const name = landscape.applications[application]!.name;
  const place = `com.example.${name.replaceAll('-', '.')}.${random.pick(['Orders', 'Invoices', 'Profiles'])}Controller`;
  const line = random.between(20, 400);
  const codeLevel: CodeLevel = {
    type: flaw.type,
    location: `${place}.handle():${line}`,
    shortLocation: `${place.slice(place.lastIndexOf('.') + 1)}.handle():${line}`,
    vulnerableFunction: flaw.sink,
    inputType: flaw.inputType,
    inputSegments: flaw.segments,
    httpPath: `/${name}/${random.pick(['orders', 'invoices', 'profiles'])}`,
  };
  return { applications: [application], codeLevel };
}

function drawRisk(random: Random, story: Story, subject: Subject, known?: WellKnown): Record<Side, Risk> {
  if (subject.type === 'CODE_LEVEL') return same(codeLevelRisk(random));
  const vector =
    known?.vector ?? (story === 'severity-regression' ? random.pick(rising) : random.weighted(vectors));
  const exploited = known?.exploited ?? random.chance(0.12);
  const usage = drawUsage(random, story, subject);
  const hidden = { exposure: 'NOT_DETECTED', dataAssets: 'NOT_DETECTED' } as const;
  const open = { exposure: 'PUBLIC_NETWORK', dataAssets: 'REACHABLE' } as const;
  const accuracy = random.chance(0.05);
  const risk = (seen: Pick<Risk, 'exposure' | 'dataAssets'>, function_: Usage) =>
    assess(vector, seen, exploited, function_, accuracy);
  if (story === 'severity-regression')
    return { certification: risk(open, usage), production: risk(hidden, usage) };
  const seen = {
    exposure: random.weighted([
      ['PUBLIC_NETWORK', 30],
      ['NOT_DETECTED', 60],
      ['NOT_AVAILABLE', 10],
    ] as const),
    dataAssets: random.weighted([
      ['REACHABLE', 35],
      ['NOT_DETECTED', 55],
      ['NOT_AVAILABLE', 10],
    ] as const),
  };
  if (story === 'function-regression')
    return { certification: risk(seen, 'IN_USE'), production: risk(seen, 'NOT_IN_USE') };
  return same(risk(seen, usage));
}

function drawUsage(random: Random, story: Story, { pack, type }: Subject): Usage {
  if (type !== 'THIRD_PARTY' || pack === undefined || pack.functions.length === 0) return 'NOT_AVAILABLE';
  if (story === 'severity-regression') return 'NOT_IN_USE';
  return random.weighted([
    ['IN_USE', 20],
    ['NOT_IN_USE', 55],
    ['NOT_AVAILABLE', 25],
  ] as const);
}

/** The whole risk assessment from a vector and what is seen at run time: levels, scores and vectors agree. */
export function assess(
  vector: Vector,
  { exposure, dataAssets }: Pick<Risk, 'exposure' | 'dataAssets'>,
  exploited: boolean,
  usage: Usage,
  reduced: boolean,
): Risk {
  const base = davisScore(vector, 'PUBLIC_NETWORK', 'REACHABLE').score;
  const davis = davisScore(vector, exposure, dataAssets);
  return {
    riskLevel: davis.level,
    riskScore: davis.score,
    riskVector: davis.vector,
    baseRiskLevel: levelOf(base),
    baseRiskScore: base,
    baseRiskVector: vectorText(vector),
    exposure,
    dataAssets,
    publicExploit: exploited ? 'AVAILABLE' : 'NOT_AVAILABLE',
    vulnerableFunctionUsage: usage,
    assessmentAccuracy: reduced ? 'REDUCED' : 'FULL',
    ...(reduced ? { reducedReasons: ['LIMITED_AGENT_SUPPORT'] as const } : {}),
  };
}

/** Code-level flaws carry a level and a score, and no vector. */
function codeLevelRisk(random: Random): Risk {
  const score = random.pick([9, 9.8, 10]);
  return {
    riskLevel: levelOf(score),
    riskScore: score,
    baseRiskLevel: levelOf(score),
    baseRiskScore: score,
    exposure: random.pick(['PUBLIC_NETWORK', 'NOT_DETECTED']),
    dataAssets: random.pick(['REACHABLE', 'NOT_DETECTED']),
    publicExploit: 'NOT_AVAILABLE',
    vulnerableFunctionUsage: 'NOT_AVAILABLE',
    assessmentAccuracy: 'FULL',
  };
}

function externalId({ type, technology, pack, title }: Subject, key: number): string {
  const digits = 1_000_000 + key;
  if (type === 'CODE_LEVEL') return `DT-CLV-${title.toUpperCase().replaceAll(/[^A-Z]+/g, '-')}-${digits}`;
  const ecosystem = { NODE_JS: 'JS', GO: 'GOLANG', KUBERNETES: 'GOLANG' }[technology as string] ?? technology;
  const name = (pack?.name ?? hash64Hex(title)).toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  return `SNYK-${ecosystem}-${name}-${digits}`;
}

function same(risk: Risk): Record<Side, Risk> {
  return { certification: risk, production: risk };
}
