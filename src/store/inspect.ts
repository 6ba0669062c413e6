/** Looks at a store without changing anything in it: whether it can be reached, written, and understood. */
import type { StoreState } from './store-state.ts';

/** Throws `store-unavailable` when it cannot be reached, or is no store. The other kind's code is not loaded. */
export async function inspectStore(address: string): Promise<StoreState> {
  if (address.startsWith('sqlite:')) {
    const { inspectSqlite } = await import('./sqlite/inspect.ts');
    return await inspectSqlite(address.slice('sqlite:'.length));
  }
  const { inspectPostgres } = await import('./postgres/inspect.ts');
  return await inspectPostgres(address);
}
