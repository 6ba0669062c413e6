/** The store and the scan that the benches at a million findings start from. */
import { rmSync } from 'node:fs';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { fillStore } from './full-store.ts';
import { keptFile } from './kept-files.ts';
import { writeTrivyFile } from './trivy-file.ts';

export const SCAN_FINDINGS = 100_000;
export const SCANNED_IMAGE = 'images.example.org/new/monolith:7.1';

/** A SQLite file, never to be written to: copy it. */
export async function fullStoreFile(): Promise<string> {
  return await keptFile('million.db', async (path) => {
    console.error('making a store of 1,000,000 findings; later runs find it');
    const store = await openSqliteStore({ path });
    try {
      await fillStore(store);
    } finally {
      await store.close();
    }
    for (const beside of ['-wal', '-shm']) rmSync(`${path}${beside}`, { force: true });
  });
}

/** About 200 MB: 100,000 findings of one image, a tenth of them stated at two places. */
export async function largeScanFile(): Promise<string> {
  return await keptFile('large.json', async (path) => {
    await writeTrivyFile({ path, image: SCANNED_IMAGE, findings: SCAN_FINDINGS, repeatedPercent: 10 });
  });
}

export async function smallScanFile(): Promise<string> {
  return await keptFile('small.json', async (path) => {
    await writeTrivyFile({
      path,
      image: 'images.example.org/new/small:1.0',
      findings: 50,
      repeatedPercent: 10,
    });
  });
}
