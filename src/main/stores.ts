import { stat } from 'node:fs/promises';
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

/** Up to this size a store is asked in the calling thread, bytes. */
const SMALL_STORE = 64_000_000;

/** As `withStore`, for a command that asks once and ends. */
export async function withStoreToAsk<T>(address: string, work: (store: Store) => Promise<T>): Promise<T> {
  const path = address.startsWith('sqlite:') ? address.slice('sqlite:'.length) : undefined;
  const { size } =
    path === undefined ? { size: undefined } : await stat(path).catch(() => ({ size: undefined }));
  if (path === undefined || size === undefined || size > SMALL_STORE) return await withStore(address, work);
  const { openStoreHere } = await import('../store/sqlite/memory.ts');
  const store = await openStoreHere(path);
  try {
    return await work(store);
  } catch (error) {
    const { storeTrouble } = await import('../store/sqlite/trouble.ts');
    throw storeTrouble(error, path);
  } finally {
    await store.close();
  }
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
