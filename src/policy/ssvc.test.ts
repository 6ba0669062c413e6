import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { builtIn, pointsOf, SSVC_DECISIONS, SSVC_TABLES, type SsvcTable } from './ssvc.ts';
import { SSVC_POINTS, type SsvcPoints } from './ssvc-points.ts';
import { openRows, worstRow } from './table-view.ts';

const UNKNOWN: SsvcPoints = {
  exploitation: 'unknown',
  automatable: 'unknown',
  technicalImpact: 'unknown',
  exposure: 'unknown',
  valueDensity: 'unknown',
  publicSafety: 'unknown',
  missionImpact: 'unknown',
  kev: 'unknown',
  publicExposure: 'unknown',
};

function worstRank(table: SsvcTable, points: SsvcPoints): number {
  const view = builtIn(table);
  const given = view.points.map(({ is, values }) => {
    const place = values.findIndex(({ word }) => is !== undefined && word === points[is]);
    return place < 0 ? undefined : place;
  });
  return worstRow(view, given).rank;
}

function decided(table: SsvcTable, points: Partial<SsvcPoints>): string | undefined {
  return SSVC_DECISIONS[table][worstRank(table, { ...UNKNOWN, ...points })];
}

const known = fc.record({
  exploitation: fc.constantFrom(...SSVC_POINTS.exploitation),
  automatable: fc.constantFrom(...SSVC_POINTS.automatable),
  technicalImpact: fc.constantFrom(...SSVC_POINTS.technicalImpact),
  exposure: fc.constantFrom(...SSVC_POINTS.exposure),
  valueDensity: fc.constantFrom(...SSVC_POINTS.valueDensity),
  publicSafety: fc.constantFrom(...SSVC_POINTS.publicSafety),
  missionImpact: fc.constantFrom(...SSVC_POINTS.missionImpact),
  kev: fc.constantFrom(...SSVC_POINTS.kev),
  publicExposure: fc.constantFrom(...SSVC_POINTS.publicExposure),
});

describe('the SSVC tables', () => {
  const published = [
    [
      'coordinator',
      { exploitation: 'none', automatable: 'no', technicalImpact: 'total', missionImpact: 'high' },
      'track*',
    ],
    [
      'coordinator',
      { exploitation: 'none', automatable: 'yes', technicalImpact: 'partial', missionImpact: 'high' },
      'attend',
    ],
    [
      'coordinator',
      { exploitation: 'public-poc', automatable: 'yes', technicalImpact: 'total', missionImpact: 'medium' },
      'track*',
    ],
    [
      'coordinator',
      { exploitation: 'active', automatable: 'no', technicalImpact: 'total', missionImpact: 'low' },
      'track',
    ],
    [
      'coordinator',
      { exploitation: 'active', automatable: 'no', technicalImpact: 'total', missionImpact: 'high' },
      'act',
    ],
    [
      'coordinator',
      { exploitation: 'active', automatable: 'yes', technicalImpact: 'partial', missionImpact: 'low' },
      'attend',
    ],
    [
      'coordinator',
      { exploitation: 'active', automatable: 'yes', technicalImpact: 'total', missionImpact: 'medium' },
      'act',
    ],
    [
      'supplier',
      {
        exploitation: 'none',
        automatable: 'no',
        valueDensity: 'diffuse',
        technicalImpact: 'partial',
        publicSafety: 'minimal',
      },
      'defer',
    ],
    [
      'supplier',
      {
        exploitation: 'none',
        automatable: 'no',
        valueDensity: 'concentrated',
        technicalImpact: 'total',
        publicSafety: 'minimal',
      },
      'scheduled',
    ],
    [
      'supplier',
      {
        exploitation: 'public-poc',
        automatable: 'yes',
        valueDensity: 'diffuse',
        technicalImpact: 'total',
        publicSafety: 'minimal',
      },
      'out-of-cycle',
    ],
    [
      'supplier',
      {
        exploitation: 'public-poc',
        automatable: 'no',
        valueDensity: 'diffuse',
        technicalImpact: 'total',
        publicSafety: 'significant',
      },
      'immediate',
    ],
    [
      'supplier',
      {
        exploitation: 'active',
        automatable: 'yes',
        valueDensity: 'concentrated',
        technicalImpact: 'partial',
        publicSafety: 'minimal',
      },
      'immediate',
    ],
    [
      'deployer',
      { exploitation: 'none', exposure: 'small', automatable: 'no', missionImpact: 'medium' },
      'defer',
    ],
    [
      'deployer',
      { exploitation: 'none', exposure: 'open', automatable: 'yes', missionImpact: 'very-high' },
      'out-of-cycle',
    ],
    [
      'deployer',
      { exploitation: 'public-poc', exposure: 'controlled', automatable: 'no', missionImpact: 'low' },
      'defer',
    ],
    [
      'deployer',
      { exploitation: 'active', exposure: 'small', automatable: 'yes', missionImpact: 'low' },
      'scheduled',
    ],
    [
      'deployer',
      { exploitation: 'active', exposure: 'open', automatable: 'no', missionImpact: 'high' },
      'out-of-cycle',
    ],
    [
      'deployer',
      { exploitation: 'active', exposure: 'open', automatable: 'yes', missionImpact: 'high' },
      'immediate',
    ],
  ] as const;
  for (const [table, points, decision] of published) {
    it(`${table}: ${Object.values(points).join(', ')} is ${decision}`, () => {
      assert.equal(decided(table, points), decision);
    });
  }

  it('have as many of each decision as the published ones', () => {
    const counts = SSVC_TABLES.map((table) => {
      const rows = openRows(builtIn(table), []);
      return [
        table,
        ...SSVC_DECISIONS[table].map((_, rank) => rows.filter((row) => row.rank === rank).length),
      ];
    });

    assert.deepEqual(counts, [
      // A third more than published: very high stands beside high.
      ['coordinator', 19, 6, 16, 7],
      ['bod-26-04', 2, 3, 6, 2, 3],
      // A third more than published: efficient is made of two combinations.
      ['supplier', 1, 11, 19, 17],
      ['deployer', 7, 42, 20, 3],
    ]);
  });

  it('never get milder when a point gets worse', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SSVC_TABLES), known, known, (table, a, b) => {
        const worse = Object.fromEntries(
          pointsOf(table).map((point) => {
            const values: readonly string[] = SSVC_POINTS[point];
            return [point, values.indexOf(a[point]) >= values.indexOf(b[point]) ? a[point] : b[point]];
          }),
        );
        assert.ok(worstRank(table, { ...a, ...worse }) >= worstRank(table, a));
      }),
    );
  });

  it('take what is not known at its worst', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SSVC_TABLES),
        known,
        fc.subarray(['exploitation', 'automatable', 'exposure', 'missionImpact'] as const),
        (table, points, hidden) => {
          const open = { ...points, ...Object.fromEntries(hidden.map((point) => [point, 'unknown'])) };
          assert.ok(worstRank(table, open) >= worstRank(table, points));
        },
      ),
    );
    for (const table of SSVC_TABLES)
      assert.equal(worstRank(table, UNKNOWN), SSVC_DECISIONS[table].length - 1);
  });
});

describe('the tables that are published', () => {
  const folder = new URL('../../../shared/data/intel/', import.meta.url);

  it('are beside the repository when a build demands it', () => {
    assert.ok(existsSync(folder) || process.env.CI !== 'true', `${folder.pathname} is missing`);
  });

  if (!existsSync(folder)) return;
  interface Published {
    readonly decision_points: Readonly<
      Record<string, { readonly values: readonly { readonly key: string }[] }>
    >;
    readonly outcome: string;
    readonly mapping: readonly Readonly<Record<string, string>>[];
  }
  const files: Readonly<Partial<Record<SsvcTable, string>>> = {
    coordinator: 'ssvc-cisa_coordinator_2_0_3.json',
    'bod-26-04': 'ssvc-cisa_bod_26_04_1_0_0.json',
    deployer: 'ssvc-deployer_patch_application_priority_1_0_0.json',
  };
  /** As the published tables call our points. */
  const points: Readonly<Record<string, keyof SsvcPoints>> = {
    'ssvc:E:1.1.0': 'exploitation',
    'ssvc:A:2.0.0': 'automatable',
    'ssvc:TI:1.0.0': 'technicalImpact',
    'ssvc:MWI:1.0.0': 'missionImpact',
    'ssvc:EXP:1.0.1': 'exposure',
    'ssvc:HI:2.0.2': 'missionImpact',
    'cisa:KEV:1.0.0': 'kev',
    'cisa:PE:1.0.0': 'publicExposure',
  };

  for (const [table, file] of Object.entries(files) as [SsvcTable, string][]) {
    it(`${table} decides each line as published`, () => {
      const published: Published = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      const rankOf = (id: string, key: string | undefined) =>
        published.decision_points[id]?.values.findIndex((value) => value.key === key) ?? -1;
      assert.ok(published.mapping.length > 0);
      for (const line of published.mapping) {
        const given = Object.entries(points).flatMap(([id, point]) =>
          line[id] === undefined ? [] : [[point, SSVC_POINTS[point][rankOf(id, line[id])]]],
        );

        assert.deepEqual(given.map(([point]) => point).sort(), [...pointsOf(table)].sort());
        assert.equal(
          worstRank(table, { ...UNKNOWN, ...Object.fromEntries(given) }),
          rankOf(published.outcome, line[published.outcome]),
          JSON.stringify(line),
        );
      }
    });
  }
});
