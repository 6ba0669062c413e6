import { readdirSync } from 'node:fs';

/** What lies beside the benches without being one. */
const NOT_BENCHES = new Set(['bench', 'harness']);

/** Every bench: the files of the folder, by name. */
export function benchNames(): readonly string[] {
  return readdirSync(new URL('../', import.meta.url))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3))
    .filter((name) => !NOT_BENCHES.has(name))
    .sort();
}
