/** `npm run -s bench -- NAME [--slowdown N] [--full]`: human lines, and as the last line one of JSON. */
import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Bench, Figure } from './harness.ts';

const folder = new URL('./', import.meta.url);
const NOT_BENCHES = new Set(['bench', 'harness']);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { slowdown: { type: 'string', default: '1' }, full: { type: 'boolean', default: false } },
});
const known = (await readdir(folder))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => file.slice(0, -3))
  .filter((name) => !NOT_BENCHES.has(name))
  .sort();
const [name] = positionals;
const slowdown = Number(values.slowdown);
if (name === undefined || !known.includes(name) || !(slowdown >= 1)) {
  process.stderr.write(
    `usage: npm run -s bench -- NAME [--slowdown N] [--full]\nthere are ${known.join(', ')}\n`,
  );
  process.exit(2);
}
const { bench } = (await import(new URL(`${name}.ts`, folder).href)) as { bench: Bench };
const figures = await bench.run({
  slowdown,
  full: values.full,
  say: (line) => process.stdout.write(`${line}\n`),
});
for (const one of figures) process.stdout.write(`${line(one)}\n`);
process.stdout.write(`${JSON.stringify({ bench: name, figures })}\n`);
// Emulators and stores that a bench forgot must not keep it waiting; what it measured is said.
process.exit(figures.every(({ ok }) => ok) ? 0 : 1);

function line({ name: what, value, unit, limit, ratio, target, ok }: Figure): string {
  const beside = limit === undefined ? '' : `, limit ${limit} ${unit}, ratio ${ratio}`;
  return `${ok ? 'ok  ' : 'MISS'} ${what}: ${value} ${unit}${beside} (${target})`;
}
