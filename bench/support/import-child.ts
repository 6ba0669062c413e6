/** One measured step of the import bench: `parse SCAN`, `import SCAN STORE DAY SLOWDOWN`, `insert IMPORTED FRESH`, `small …`. */
import { importScan } from '../../src/flows/import.ts';
import { openScan } from '../../src/flows/read-scan.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { insertReadyMade } from './ready-made.ts';
import { spin, watch } from './watch.ts';

const CHANNEL = 'production';
const FIRST_IMPORT = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
/** What a slowdown of 2 adds to each batch handed to the store. */
const SPIN_MS = 25;

const [step = '', first = '', second = '', third = '0', fourth = '1'] = process.argv.slice(2);

const steps: Readonly<Record<string, () => Promise<object>>> = {
  parse: () => parse(first),
  import: () => importOnce(first, second, Number(third), Number(fourth)),
  small: () => importSmall(first, second, Number(third), Number(fourth)),
  insert: async () => ({ ms: insertReadyMade(first, second) }),
};
const measured = await steps[step]?.();
if (measured === undefined) throw new Error(`there is no step ${step}`);
console.log(JSON.stringify(measured));

/** To keyed observations, as importing does before anything is stored. */
async function parse(path: string): Promise<object> {
  return await watch(async () => {
    const scan = await openScan({ name: 'scan', path }, {});
    let observations = 0;
    for await (const { count } of scan.read()) observations += count;
    return { observations };
  });
}

async function importOnce(path: string, storePath: string, day: number, slowdown: number): Promise<object> {
  const store = await openSqliteStore({ path: storePath });
  const watched = await watch(() =>
    importScan({
      store,
      file: { name: 'scan', path, async [Symbol.asyncDispose]() {} },
      options: { channel: CHANNEL },
      now: () => FIRST_IMPORT + day * DAY_MS,
      signal: new AbortController().signal,
      onProgress: () => spin((slowdown - 1) * SPIN_MS),
    }),
  );
  await store.close();
  const { findings, changes } = watched.result;
  return { ...watched, result: { findings, changes } };
}

/** Scans of other images one after the other; the first ones warm the code up and are not counted. */
async function importSmall(
  path: string,
  storePath: string,
  rounds: number,
  slowdown: number,
): Promise<object> {
  const store = await openSqliteStore({ path: storePath });
  const timesMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const watched = await watch(() =>
      importScan({
        store,
        file: { name: 'scan', path, async [Symbol.asyncDispose]() {} },
        options: { channel: CHANNEL, asset: { kind: 'image', name: `images.example.org/small/${round}` } },
        now: () => FIRST_IMPORT + round * DAY_MS,
        signal: new AbortController().signal,
        onProgress: () => spin((slowdown - 1) * SPIN_MS),
      }),
    );
    timesMs.push(watched.ms);
  }
  await store.close();
  return { timesMs };
}
