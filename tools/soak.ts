/**
 * `npm run soak -- NAME [OPTION…]`: what takes too long for every change: laws over many seeds, fuzzing, proofs that the
 * benches can fail. Each is a script of its own in tools/soak, and says how it went by its exit code.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('soak/', import.meta.url));
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => file.slice(0, -3))
  .sort();
const [name, ...options] = process.argv.slice(2);

if (name === undefined || !known.includes(name)) {
  process.stderr.write(`usage: npm run -s soak -- NAME [OPTION…]\nthere are ${known.join(', ')}\n`);
  process.exitCode = 2;
} else {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [`${folder}${name}.ts`, ...options], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code, signal] = await once(child, 'close');
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  process.stdout.write(`${name}: ${code === 0 ? 'ok' : `FAILED (${signal ?? code})`}, ${minutes} min\n`);
  process.exitCode = code ?? 1;
}
