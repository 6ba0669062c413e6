/**
 * How long a person or a pipeline waits for the command line: from a checkout and from the bundle, the very first time
 * (nothing compiled is kept yet, as in a fresh container) and again. The limit is Node doing nothing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle } from '../tools/build/bundle.ts';
import type { Bench, BenchContext, Figure } from './harness.ts';
import { figure, median, slowed } from './harness.ts';

const ROUNDS = 11;
const root = fileURLToPath(new URL('../', import.meta.url));
const scan = join(root, 'src/sandbox/estate/scans/checkout-api.trivy.json');

const commands = [
  { name: '--version', args: ['--version'], exitCodes: [0], targetMs: 150 },
  { name: 'gate --scan', args: ['gate', '--scan', scan, '-m'], exitCodes: [0, 1, 3], targetMs: 300 },
] as const;
type MeasuredCommand = (typeof commands)[number];

interface Series {
  readonly name: string;
  readonly command: MeasuredCommand;
  readonly launcher: string;
  readonly isFirst: boolean;
  readonly targetMs: number;
  readonly took: number[];
}

export const bench: Bench = {
  name: 'coldstart',
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-coldstart-'));
    try {
      return await measure(folder, context);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(folder: string, { slowdown, say }: BenchContext): Promise<readonly Figure[]> {
  const bundle = await installBundle(folder);
  const places = [
    { place: 'bundle', launcher: bundle, factor: 1 },
    { place: 'checkout', launcher: join(root, 'bin/gatehouse.js'), factor: 2 },
  ];
  const series: Series[] = places.flatMap(({ place, launcher, factor }) =>
    commands.flatMap((command) =>
      [true, false].map((isFirst) => ({
        name: `${place}: ${command.name}, ${isFirst ? 'first time' : 'again'}`,
        command,
        launcher,
        isFirst,
        targetMs: command.targetMs * factor,
        took: [],
      })),
    ),
  );
  say(`${ROUNDS} rounds, each of ${series.length} starts and one of Node alone`);
  const bare: number[] = [];
  const kept = join(folder, 'kept');
  for (const { command, launcher } of series)
    await start([launcher, ...command.args], command.exitCodes, kept);
  // Round by round, so that a moment in which the machine is busy touches all alike.
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await start(['-e', '0'], [0], kept));
    for (const { command, launcher, isFirst, took } of series) {
      const cache = isFirst ? mkdtempSync(join(folder, 'first-')) : kept;
      took.push(await start([launcher, ...command.args], command.exitCodes, cache, slowdown));
    }
  }
  const limit = median(bare);
  return series.map(({ name, took, targetMs }) =>
    figure({ name, value: median(took), unit: 'ms', limit }, { atMost: targetMs }),
  );
}

/** As an installed package has it: launcher and bundle, no sources. */
async function installBundle(folder: string): Promise<string> {
  const installed = join(folder, 'installed');
  mkdirSync(installed);
  cpSync(join(root, 'package.json'), join(installed, 'package.json'));
  cpSync(join(root, 'bin'), join(installed, 'bin'), { recursive: true });
  await buildBundle(join(installed, 'dist'));
  return join(installed, 'bin/gatehouse.js');
}

/** From spawn to exit, in milliseconds. A planted slowdown waits inside this time. */
async function start(
  args: readonly string[],
  exitCodes: readonly number[],
  cache: string,
  slowdown = 1,
): Promise<number> {
  const startedAt = performance.now();
  const env = { ...process.env, XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: undefined };
  const code = await slowed(slowdown, async () => {
    const child = spawn(process.execPath, args, {
      cwd: tmpdir(),
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [exitCode] = await once(child, 'exit');
    return exitCode;
  });
  const tookMs = performance.now() - startedAt;
  if (!exitCodes.includes(code)) throw new Error(`${args.join(' ')} ended with ${code}`);
  return tookMs;
}
