import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pointsOf, SSVC_DECISIONS, SSVC_POINTS, type SsvcPoints, type SsvcTable, worstRank } from './ssvc.ts';

const TABLES = ['coordinator', 'supplier', 'deployer'] as const;
const UNKNOWN: SsvcPoints = {
  exploitation: 'unknown',
  automatable: 'unknown',
  technicalImpact: 'unknown',
  exposure: 'unknown',
  valueDensity: 'unknown',
  publicSafety: 'unknown',
  missionImpact: 'unknown',
};

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
    const counts = TABLES.map((table) => {
      const points = pointsOf(table);
      const counted = [0, 0, 0, 0];
      const walk = (index: number, at: SsvcPoints): void => {
        const point = points[index];
        if (point === undefined) {
          const rank = worstRank(table, at);
          counted[rank] = (counted[rank] ?? 0) + 1;
          return;
        }
        for (const value of SSVC_POINTS[point]) walk(index + 1, { ...at, [point]: value });
      };
      walk(0, UNKNOWN);
      return [table, ...counted];
    });

    assert.deepEqual(counts, [
      // A third more than published: very high stands beside high.
      ['coordinator', 19, 6, 16, 7],
      // A third more than published: efficient is made of two combinations.
      ['supplier', 1, 11, 19, 17],
      ['deployer', 7, 42, 20, 3],
    ]);
  });

  it('never get milder when a point gets worse', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TABLES), known, known, (table, a, b) => {
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
        fc.constantFrom(...TABLES),
        known,
        fc.subarray(['exploitation', 'automatable', 'exposure', 'missionImpact'] as const),
        (table, points, hidden) => {
          const open = { ...points, ...Object.fromEntries(hidden.map((point) => [point, 'unknown'])) };
          assert.ok(worstRank(table, open) >= worstRank(table, points));
        },
      ),
    );
    for (const table of TABLES) assert.equal(worstRank(table, UNKNOWN), 3);
  });
});
