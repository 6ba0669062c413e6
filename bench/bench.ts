/**
 * `npm run -s bench -- NAME [--slowdown N] [--full]`: lines for people, and as the last line one of JSON. Ends with 1
 * when a figure misses its target, with 2 when it could not be measured.
 */
import { parseArgs } from 'node:util';
import { type Bench, type Figure, NO_TARGET } from './harness.ts';
import { benchNames } from './support/names.ts';

process.exitCode = 2;
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(2);
});
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { slowdown: { type: 'string', default: '1' }, full: { type: 'boolean', default: false } },
});
const known = benchNames();
const [name] = positionals;
const slowdown = Number(values.slowdown);
if (name === undefined || !known.includes(name) || !(slowdown >= 1)) {
  process.stderr.write(
    `usage: npm run -s bench -- NAME [--slowdown N] [--full]\nthere are ${known.join(', ')}\n`,
  );
  process.exit(2);
}
const { bench }: { bench?: Bench } = await import(new URL(`${name}.ts`, import.meta.url).href);
if (bench === undefined) throw new TypeError(`bench/${name}.ts exports no bench`);
const figures = await bench.run({
  slowdown,
  full: values.full,
  say: (line) => process.stdout.write(`${line}\n`),
});
if (figures.every(({ target }) => target === NO_TARGET))
  throw new RangeError(`bench ${name} has no figure with a target: it could not fail`);
for (const one of figures) process.stdout.write(`${forPeople(one)}\n`);
process.stdout.write(`${JSON.stringify({ bench: name, figures: figures.map(forMachines) })}\n`);
// Emulators and stores that a bench forgot must not keep it waiting; what it measured is said.
process.exit(figures.every(({ ok }) => ok) ? 0 : 1);

function forPeople({ name: what, value, unit, limit, ratio, target, ok }: Figure): string {
  const beside = limit === undefined ? '' : `, limit ${limit} ${unit}, ratio ${ratio}`;
  if (target === NO_TARGET) return `     ${what}: ${value} ${unit}`;
  return `${ok ? 'ok  ' : 'MISS'} ${what}: ${value} ${unit}${beside} (${target})`;
}

/** Every key, also where there is no limit. */
function forMachines({ name: what, value, unit, limit = null, ratio = null, target, ok }: OrNull): OrNull {
  return { name: what, value, unit, limit, ratio, target, ok };
}

type OrNull = Omit<Figure, 'limit' | 'ratio'> & {
  limit?: number | null | undefined;
  ratio?: number | null | undefined;
};
