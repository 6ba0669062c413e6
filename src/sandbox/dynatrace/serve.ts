/**
 * The emulator as a process of its own: `node src/sandbox/dynatrace/serve.ts --json '{"estate":{"problems":724}}'`.
 * Prints one JSON line when it is ready, and stops when standard input closes or on SIGTERM.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { GatehouseError, isGatehouseError } from '../../domain/errors.ts';
import { makeEstate } from './data/estate.ts';
import type { Expected } from './data/expected.ts';
import { type DynatraceEmulator, startDynatraceEmulator } from './emulator.ts';
import { ServeOptions } from './options.ts';

export interface Served {
  readonly emulator: DynatraceEmulator;
  readonly expected: Expected;
}

/** Parses plain options, makes the estate and starts. Throws GatehouseError `config-invalid`. */
export async function serve(given: unknown): Promise<Served> {
  const parsed = ServeOptions.safeParse(given);
  if (!parsed.success) throw new GatehouseError('config-invalid', z.prettifyError(parsed.error));
  const { estate, side, ...behaviour } = parsed.data;
  const made = makeEstate(estate);
  return {
    emulator: await startDynatraceEmulator({ ...behaviour, tenant: made[side] }),
    expected: made.expected,
  };
}

if (import.meta.main) await main();

async function main(): Promise<void> {
  try {
    const { values } = parseArgs({ options: { json: { type: 'string', default: '{}' } } });
    const { emulator } = await serve(parseJson(values.json));
    const { url, port, token, environmentId, controlKey, certificate } = emulator;
    const stop = () => {
      process.stdin.destroy();
      void emulator.close();
    };
    process.stdin.on('end', stop).on('close', stop).resume();
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    process.stdout.write(`${JSON.stringify({ url, port, token, environmentId, controlKey, certificate })}\n`);
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GatehouseError('config-invalid', '--json: the text is not JSON; quote it for the shell', {
      cause,
    });
  }
}
