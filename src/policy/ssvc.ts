/**
 * SSVC (Stakeholder-Specific Vulnerability Categorization, CERT/CC and CISA): decision points in, one decision out. The
 * tables are those that certcc.github.io/SSVC publishes: CISA's coordinator 2.0.3, CISA's BOD 26-04 1.0.0, supplier and
 * deployer 1.0.0. A point that is not known takes the value that makes the decision worst.
 */

/** Each from the mildest value to the worst. */
export const SSVC_POINTS = {
  exploitation: ['none', 'public-poc', 'active'],
  automatable: ['no', 'yes'],
  technicalImpact: ['partial', 'total'],
  exposure: ['small', 'controlled', 'open'],
  valueDensity: ['diffuse', 'concentrated'],
  publicSafety: ['minimal', 'significant'],
  missionImpact: ['low', 'medium', 'high', 'very-high'],
  /** In CISA's catalogue of exploited vulnerabilities. */
  kev: ['no', 'yes'],
  publicExposure: ['no', 'yes'],
} as const;
type Values = typeof SSVC_POINTS;
export type SsvcPoint = keyof Values;
export type SsvcPoints = Readonly<{ [Point in SsvcPoint]: Values[Point][number] | 'unknown' }>;

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

/** One line of a table: a value for each of its points, and the decision. */
export interface SsvcRow {
  /** Counted from the mildest decision, 0. */
  readonly rank: number;
  readonly values: Readonly<Partial<Record<SsvcPoint, string>>>;
}

/** The lines that the unknown points leave open, in the order of the table. */
export function openRows(table: SsvcTable, points: SsvcPoints): readonly SsvcRow[] {
  const { points: order, ranks } = TABLES[table];
  const flat = ranks.join('').replaceAll(' ', '');
  const places = order.reduce<readonly { readonly place: number; readonly values: SsvcRow['values'] }[]>(
    (lines, point) => {
      const values: readonly string[] = SSVC_POINTS[point];
      const given = points[point];
      return lines.flatMap((line) =>
        values.flatMap((value, index) =>
          given === 'unknown' || given === value
            ? [{ place: line.place * values.length + index, values: { ...line.values, [point]: value } }]
            : [],
        ),
      );
    },
    [{ place: 0, values: {} }],
  );
  return places.map(({ place, values }) => ({ rank: Number(flat[place]), values }));
}

/** The line that decides: of all that the unknown points leave open the worst, and of equal ones the last. */
export function worstRow(table: SsvcTable, points: SsvcPoints): SsvcRow {
  return openRows(table, points).reduce((worst, row) => (row.rank >= worst.rank ? row : worst));
}
