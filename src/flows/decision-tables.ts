import type { Policy } from '../domain/policy.ts';
import { tablesToBring, withTables } from '../policy/policy-tables.ts';
import type { StoreReader } from '../store/store.ts';

/** The policy with the tables that it goes by and that were collected: what is decided by it needs no store. */
export async function withStoredTables(
  reader: Pick<StoreReader, 'decisionTables'>,
  policy: Policy,
): Promise<Policy> {
  const names = tablesToBring(policy);
  if (names.length === 0) return policy;
  const stored = await reader.decisionTables(names);
  return withTables(policy, new Map(stored.map(({ name, table }) => [name, table])));
}
