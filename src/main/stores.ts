import type { Store } from '../store/store.ts';

/** Opens `sqlite:PATH` or `postgres://…`; the other kind's code is not loaded. */
export async function openStore(address: string): Promise<Store> {
  if (address.startsWith('sqlite:')) {
    const { openSqliteStore } = await import('../store/sqlite/open.ts');
    return await openSqliteStore({ path: address.slice('sqlite:'.length) });
  }
  const { openPostgresStore } = await import('../store/postgres/open.ts');
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
