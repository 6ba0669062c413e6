/**
 * SSVC (Stakeholder-Specific Vulnerability Categorization, CERT/CC and CISA): decision points in, one decision out. The
 * tables that are built in are those that certcc.github.io/SSVC publishes: CISA's coordinator 2.0.3, CISA's BOD 26-04
 * 1.0.0, supplier and deployer 1.0.0. A point that is not known takes the value that makes the decision worst.
 */
import { inWords, SSVC_POINTS, type SsvcPoint } from './ssvc-points.ts';
import type { TableView } from './table-view.ts';

/** Each from the mildest to the most urgent. */
export const SSVC_DECISIONS = {
  coordinator: ['track', 'track*', 'attend', 'act'],
  'bod-26-04': ['on-upgrade', '60-days', '14-days', '3-days', '3-days-and-forensics'],
  supplier: ['defer', 'scheduled', 'out-of-cycle', 'immediate'],
  deployer: ['defer', 'scheduled', 'out-of-cycle', 'immediate'],
} as const;
export type SsvcTable = keyof typeof SSVC_DECISIONS;
export const SSVC_TABLES = Object.keys(SSVC_DECISIONS) as readonly SsvcTable[];

interface Table {
  /** In the order of the published table, the last varying fastest. */
  readonly points: readonly SsvcPoint[];
  /** The rank of each decision: a text for each value of the first point, a digit for each combination of the others. */
  readonly ranks: readonly string[];
}

const TABLES: Readonly<Record<SsvcTable, Table>> = {
  /** Its mission and well-being impact ends at high: very high is as high. */
  coordinator: {
    points: ['exploitation', 'automatable', 'technicalImpact', 'missionImpact'],
    ranks: ['0000 0011 0022 0022', '0011 0122 0022 0122', '0022 0233 2233 2333'],
  },
  'bod-26-04': {
    points: ['kev', 'publicExposure', 'automatable', 'technicalImpact'],
    ranks: ['0011 1223', '2224 2434'],
  },
  /** Utility is read as automatable and value density, of which it is made. */
  supplier: {
    points: ['exploitation', 'automatable', 'valueDensity', 'technicalImpact', 'publicSafety'],
    ranks: ['0112 1212 1212 1222', '1213 1323 1323 2323', '2323 2323 2323 3333'],
  },
  /** Human impact is made of mission and safety impact. */
  deployer: {
    points: ['exploitation', 'exposure', 'automatable', 'missionImpact'],
    ranks: [
      '0011 0111 0111 1111 0111 1112',
      '0111 1111 0111 1112 1112 1122',
      '1122 1222 1122 2222 1223 2233',
    ],
  },
};

/** The points that the table goes by. */
export function pointsOf(table: SsvcTable): readonly SsvcPoint[] {
  return TABLES[table].points;
}

export function isBuiltIn(table: string): table is SsvcTable {
  return Object.hasOwn(TABLES, table);
}

export function builtIn(table: SsvcTable): TableView {
  return VIEWS[table];
}

function toView(table: SsvcTable): TableView {
  const { points, ranks } = TABLES[table];
  return {
    points: points.map((point) => ({
      ...{ id: point, key: point, word: inWords(point), is: point },
      values: SSVC_POINTS[point].map(asChoice),
    })),
    decisions: SSVC_DECISIONS[table].map(asChoice),
    ranks: [...ranks.join('').replaceAll(' ', '')].map(Number),
  };
}

function asChoice(word: string): TableView['decisions'][number] {
  return { key: word, word };
}

const VIEWS: Readonly<Record<SsvcTable, TableView>> = {
  coordinator: toView('coordinator'),
  'bod-26-04': toView('bod-26-04'),
  supplier: toView('supplier'),
  deployer: toView('deployer'),
};
