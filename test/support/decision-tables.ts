/** A decision table of nobody's: exploitation and a point of its own, reach. */
import type { DecisionTable } from '../../src/domain/decision-table.ts';

/** Where a test may change it. */
export interface Written {
  namespace: string;
  key: string;
  version: string;
  name: string;
  decision_points: Record<string, { name: string; key: string; values: { key: string; name: string }[] }>;
  outcome: string;
  mapping: Record<string, string>[];
}

/** The decisions for each reach, low and high, by exploitation. */
export function aTable(decisions: readonly string[] = ['T', 'T', 'S', 'T', 'S', 'A']): Written {
  const exploitation = ['N', 'P', 'A'];
  return {
    namespace: 'house',
    key: 'DT',
    version: '1.0.0',
    name: 'House table',
    decision_points: {
      'ssvc:E:1.1.0': {
        name: 'Exploitation',
        key: 'E',
        values: [
          { key: 'N', name: 'None' },
          { key: 'P', name: 'Public PoC' },
          { key: 'A', name: 'Active' },
        ],
      },
      'house:R:1.0.0': {
        name: 'Reach Of Ours',
        key: 'R',
        values: [
          { key: 'L', name: 'Low' },
          { key: 'H', name: 'Very High' },
        ],
      },
      'house:O:1.0.0': {
        name: 'What To Do',
        key: 'O',
        values: [
          { key: 'T', name: 'Track' },
          { key: 'S', name: 'Attend Soon' },
          { key: 'A', name: 'Act' },
        ],
      },
    },
    outcome: 'house:O:1.0.0',
    mapping: decisions.map((decision, at) => ({
      'ssvc:E:1.1.0': exploitation[at % 3] ?? '',
      'house:R:1.0.0': at < 3 ? 'L' : 'H',
      'house:O:1.0.0': decision,
    })),
  } satisfies DecisionTable;
}
