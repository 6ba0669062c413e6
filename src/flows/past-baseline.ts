/** What was open in a scope at an earlier moment, to compare a release with. */
import type { Scope } from '../domain/scope.ts';
import type { StoreReader } from '../store/store.ts';
import type { KeptBaseline } from './gate.ts';
import { evidenceOf } from './gate-evidence.ts';
import { pastFindings } from './past.ts';

/** `at`: epoch ms, by the sources' clocks and all that is known of that moment today. */
export async function baselineAt(reader: StoreReader, scope: Scope, at: number): Promise<KeptBaseline> {
  const [findings, evidence] = await Promise.all([
    pastFindings(reader, at, { op: 'scope', scope }),
    evidenceOf(reader, scope, 'baseline', { at }),
  ]);
  return { scope: { ...scope, name: `${scope.name} at ${new Date(at).toISOString()}` }, findings, evidence };
}
