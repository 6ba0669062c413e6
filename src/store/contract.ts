/** What every store promises, as tests: each store runs them over itself. */
import { describe } from 'node:test';
import { advisedSeverityContract } from './contract/advised-severity.ts';
import { coverageContract } from './contract/coverage.ts';
import { decisionTablesContract } from './contract/decision-tables.ts';
import { explanationContract } from './contract/explanation.ts';
import { identityContract } from './contract/identity.ts';
import { intelligenceContract } from './contract/intelligence.ts';
import { lifeContract } from './contract/life.ts';
import { partsContract } from './contract/parts.ts';
import { rateContract } from './contract/rate.ts';
import { readingContract } from './contract/reading.ts';
import type { OpenStore } from './contract/recording.ts';
import { valuesContract } from './contract/values.ts';
import { verdictsContract } from './contract/verdicts.ts';
import { vexContract } from './contract/vex.ts';
import { waiversContract } from './contract/waivers.ts';
import { writingContract } from './contract/writing.ts';

/** `openStore` gives an empty store each time; the tests close it. */
export function storeContract(store: string, openStore: OpenStore): void {
  describe(`contract of the ${store} store`, () => {
    identityContract(openStore);
    explanationContract(openStore);
    coverageContract(openStore);
    lifeContract(openStore);
    valuesContract(openStore);
    intelligenceContract(openStore);
    advisedSeverityContract(openStore);
    writingContract(openStore);
    readingContract(openStore);
    partsContract(openStore);
    rateContract(openStore);
    verdictsContract(openStore);
    waiversContract(openStore);
    vexContract(openStore);
    decisionTablesContract(openStore);
  });
}
