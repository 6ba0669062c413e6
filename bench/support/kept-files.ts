/** Files that take long to make, kept between runs under the hash of what makes them. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PREFIX = 'gatehouse-million-';
const STALE_MS = 24 * 3_600_000;
/** What rows and files look like; what is made of them is only as good as these are the same. */
const MAKERS = [
  './catalogue.ts',
  './trivy-file.ts',
  './full-store.ts',
  '../../src/store/schema.ts',
  '../../src/store/migrations.ts',
  '../../src/store/sqlite/db.ts',
  '../../src/normalise/body.ts',
  '../../src/normalise/normaliser.ts',
];

/** The path of the file `name`, made by `make` (which is given a path to write to) unless an earlier run made it. */
export async function keptFile(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const folder = join(tmpdir(), `${PREFIX}${digestOfMakers()}`);
  removeStale(folder);
  mkdirSync(folder, { recursive: true });
  utimesSync(folder, new Date(), new Date());
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const unfinished = `${path}.${process.pid}`;
  try {
    await make(unfinished);
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return path;
}

function digestOfMakers(): string {
  const hash = createHash('sha256');
  for (const maker of MAKERS) hash.update(readFileSync(fileURLToPath(new URL(maker, import.meta.url))));
  return hash.digest('hex').slice(0, 16);
}

/** Of other contents, once nobody has used them for a day; of this one, what a crash left unfinished. */
function removeStale(current: string): void {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (!name.startsWith(PREFIX) || folder === current) continue;
    if (Date.now() - statSync(folder).mtimeMs > STALE_MS) rmSync(folder, { recursive: true, force: true });
  }
}
