import type { ScanFile } from '../format.ts';
import { asObject, type JsonObject, listOf, textOf } from '../loose-values.ts';
import { componentsIn, elementOf } from './components.ts';
import { readBom } from './read-bom.ts';
import { analysisStateOf } from './records.ts';

/** What must be known of the whole BOM before its first entry is read. */
export interface Survey {
  readonly envelope: JsonObject;
  readonly components: number;
  readonly vulnerabilities: number;
  /** How many of them an analysis stands beside. */
  readonly analysed: number;
  /** Of those, how many have which state: `notAffected`, `inTriage` … */
  readonly states: ReadonlyMap<string, number>;
  /** What the vulnerabilities call the components they are about. */
  readonly named: ReadonlySet<string>;
}

export async function surveyOf(file: ScanFile): Promise<Survey> {
  let envelope: JsonObject = {};
  let components = 0;
  let vulnerabilities = 0;
  let analysed = 0;
  const states = new Map<string, number>();
  const named = new Set<string>();
  for await (const event of readBom(file)) {
    if (event.kind === 'envelope') envelope = event.value;
    if (event.kind === 'component') {
      for (const component of componentsIn(event.value)) {
        components++;
        vulnerabilities += listOf(component, 'vulnerabilities').length;
      }
    }
    if (event.kind !== 'vulnerability') continue;
    vulnerabilities++;
    for (const target of targetsOf(asObject(event.value))) {
      const reference = textOf(asObject(target), 'ref');
      if (reference !== undefined) named.add(elementOf(reference));
    }
    const state = analysisStateOf(event.value);
    if (state === undefined) continue;
    analysed++;
    const name = STATES.get(state);
    if (name !== undefined) states.set(name, (states.get(name) ?? 0) + 1);
  }
  return { envelope, components, vulnerabilities, analysed, states, named };
}

const STATES: ReadonlyMap<string, string> = new Map([
  ['exploitable', 'exploitable'],
  ['false_positive', 'falsePositive'],
  ['in_triage', 'inTriage'],
  ['not_affected', 'notAffected'],
  ['resolved', 'resolved'],
  ['resolved_with_pedigree', 'resolvedWithPedigree'],
]);

/** What an entry affects; the extension of before version 1.4 names one component by an attribute. */
export function targetsOf(entry: JsonObject | undefined): readonly unknown[] {
  const reference = textOf(entry, 'ref');
  const targets = listOf(entry, 'affects');
  return targets.length === 0 && reference !== undefined ? [{ ref: reference }] : targets;
}
