/** How fast each format reads a scan of about 20,000 findings to keyed observations: `formats-child.ts SLOWDOWN`. */
import { readdirSync, readFileSync } from 'node:fs';
import { isGatehouseError } from '../../src/domain/errors.ts';
import type { Format } from '../../src/formats/format.ts';
import { createNormaliser } from '../../src/normalise/normaliser.ts';
import { scanFileOf } from '../../test/support/scan-files.ts';
import { TRIED_FORMATS, type TriedFormat } from '../../test/support/tried-formats.ts';
import { slowed } from '../harness.ts';
import { repeatablesOf } from './repeated-scan.ts';

export interface FormatRate {
  readonly kind: string;
  readonly observations: number;
  readonly bytes: number;
  readonly ms: number;
}

const OBSERVATIONS = 20_000;
const TRIED_COPIES = 4;
const CHUNK_BYTES = 256 * 1024;
const ASSET = { kind: 'file', name: 'scan' } as const;

const slowdown = Number(process.argv[2] ?? '1');
const rates: FormatRate[] = [];
for (const tried of TRIED_FORMATS) rates.push(await rateOf(tried));
console.log(JSON.stringify(rates));

/** Of the second time: the first one warms the code up. */
async function rateOf(tried: TriedFormat): Promise<FormatRate> {
  const { format } = tried;
  const bytes = Buffer.from(await largeScanOf(tried));
  let observations = 0;
  let ms = 0;
  for (let round = 0; round < 2; round++) {
    const startedAt = performance.now();
    observations = await slowed(slowdown, () => keyAll(format, bytes));
    ms = performance.now() - startedAt;
  }
  return { kind: format.kind, observations, bytes: bytes.length, ms };
}

async function keyAll(format: Format, scan: Uint8Array): Promise<number> {
  const normaliser = createNormaliser();
  let count = 0;
  for await (const { observations, part } of format.read(scanFileOf(scan, CHUNK_BYTES))) {
    for (const observation of observations) {
      normaliser.observation(observation, { asset: part.asset ?? ASSET });
      count += 1;
    }
  }
  return count;
}

/** Of all its fixtures and all parts that repeat, what gives the most findings for each copy. */
async function largeScanOf({ format, fixtures }: TriedFormat): Promise<string> {
  let best = { perCopy: 0, times: (_: number): string => '' };
  for (const name of readdirSync(fixtures).filter((file) => file !== 'expected.json')) {
    const text = readFileSync(new URL(name, fixtures), 'utf8');
    const once = await countOf(format, text);
    for (const { times } of repeatablesOf(text)) {
      const perCopy = ((await countOf(format, times(TRIED_COPIES))) - once) / (TRIED_COPIES - 1);
      if (perCopy > best.perCopy) best = { perCopy, times };
    }
  }
  if (best.perCopy < 1) throw new Error(`no fixture of ${format.kind} can be made larger`);
  return best.times(Math.ceil(OBSERVATIONS / best.perCopy));
}

/** 0 where the format does not read it, or has an entry that cannot be keyed. */
async function countOf(format: Format, text: string): Promise<number> {
  try {
    return await keyAll(format, Buffer.from(text));
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return 0;
  }
}
