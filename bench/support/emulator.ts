/** The emulated vendor in a process of its own, so that it takes no time from what is measured. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Command } from '../../src/sandbox/dynatrace/control.ts';
import { makeEstate } from '../../src/sandbox/dynatrace/data/estate.ts';
import type { ServeOptions } from '../../src/sandbox/dynatrace/options.ts';
import type { Stats } from '../../src/sandbox/dynatrace/stats.ts';

const SERVE = fileURLToPath(new URL('../../src/sandbox/dynatrace/serve.ts', import.meta.url));

export interface Emulator extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly environmentId: string;
  /** What it was asked and what it answered since the last `reset-stats`. */
  stats(): Promise<Stats>;
  control(command: Command): Promise<unknown>;
}

/** What the emulator holds, from the same seed and not from its answers: nothing of it may be missing afterwards. */
export interface Truth {
  readonly ids: readonly string[];
  readonly zone: string;
  /** Open and not muted. */
  readonly counted: number;
}

export interface Vendor {
  readonly emulator: Emulator;
  readonly truth: Truth;
}

export async function startVendor(options: Omit<ServeOptions, 'estate' | 'side'>): Promise<Vendor> {
  // The data of now: evidence of a day long gone would be stale.
  const estate = { seed: 1, problems: 724, at: Date.now() };
  const { certification, expected } = makeEstate(estate);
  const truth = {
    ids: certification.problems.map(({ id }) => id),
    zone: expected.certification.zone,
    counted: expected.certification.counted,
  };
  return { emulator: await startEmulator({ ...options, estate }), truth };
}

async function startEmulator(options: ServeOptions): Promise<Emulator> {
  const child = spawn(process.execPath, [SERVE, '--json', JSON.stringify(options)], {
    // It stops when its standard input ends, also when we are killed.
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), gone.then(() => undefined)]);
  if (first === undefined) throw new Error('the emulator ended before it was ready');
  const { url, token, environmentId, controlKey } = JSON.parse(String(first[0]));
  const door = async (command?: Command): Promise<unknown> => {
    const answer = await fetch(`${url}/__control`, {
      method: command === undefined ? 'GET' : 'POST',
      headers: { 'x-control-key': controlKey },
      ...(command === undefined ? {} : { body: JSON.stringify(command) }),
    });
    if (!answer.ok)
      throw new Error(`the emulator refused ${JSON.stringify(command)}: ${await answer.text()}`);
    return await answer.json();
  };
  return {
    url,
    token,
    environmentId,
    stats: async () => ((await door()) as { readonly stats: Stats }).stats,
    control: door,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await gone;
    },
  };
}
