import { openPostgresStore } from '../store/postgres/open.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import type { Store } from '../store/store.ts';

/** Opens `sqlite:PATH` or `postgres://…`. */
export async function openStore(address: string): Promise<Store> {
  if (address.startsWith('sqlite:')) return await openSqliteStore({ path: address.slice('sqlite:'.length) });
  return await openPostgresStore({ url: address });
}

/** Opens, works and closes, whatever happens. */
export async function withStore<T>(address: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(address);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
