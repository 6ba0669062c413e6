/**
 * The estate that a first run collects from: the same shop in certification and in production, as two
 * monitored environments, and two scans of its release candidate. What a verdict must find is known by
 * construction (`expected`) and told in README.md beside this file.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeEstate } from '../dynatrace/data/estate.ts';
import type { Expected } from '../dynatrace/data/expected.ts';
import type { TenantData } from '../dynatrace/data/model.ts';
import { type DynatraceEmulator, startDynatraceEmulator } from '../dynatrace/emulator.ts';
import type { Latencies } from '../dynatrace/options.ts';

export interface SampleEstateOptions {
  /** Default 1. */
  readonly seed?: string | number;
  /** Problems per environment. Default 60. */
  readonly problems?: number;
  /** The moment everything describes, epoch ms. Default now, so that evidence is fresh and ages are plausible. */
  readonly at?: number;
  /** Default modest: some 20 ms an answer, so that progress can be seen and nobody waits. */
  readonly latency?: Latencies;
}

export interface SampleEnvironment {
  readonly url: string;
  readonly token: string;
  readonly environmentId: string;
  /** The management zone that covers the whole environment. */
  readonly zone: string;
  readonly emulator: DynatraceEmulator;
}

export interface SampleEstate {
  readonly certification: SampleEnvironment;
  readonly production: SampleEnvironment;
  /** Scan files, in a temporary folder, dated one hour before `at`. */
  readonly scans: readonly string[];
  /** What a comparison of the two environments must find. */
  readonly expected: Expected;
  /** Stops both emulators and removes the scans. */
  close(): Promise<void>;
}

/** What the scans state, by severity. `CVE-2021-44228` is also open in both environments. */
export const expectedScans = {
  'checkout-api.trivy.json': { critical: 1, high: 1, medium: 1, low: 1 },
  /** One of the three is suppressed in the source. */
  'checkout-code.sarif': { high: 1, medium: 1, low: 1 },
} as const;

const stories = {
  new: 3,
  'severity-regression': 2,
  'function-regression': 2,
  'fixed-and-gone': 3,
  'fixed-and-resolved': 2,
  'muted-in-production': 1,
  reopened: 1,
  'resolved-on-both': 4,
  'muted-on-both': 3,
} as const;

const modest: Latencies = { default: { kind: 'lognormal', medianMs: 20, sigma: 0.3, maxMs: 200 } };

export async function startSampleEstate(options: SampleEstateOptions = {}): Promise<SampleEstate> {
  const { seed = 1, problems = 60, at = Date.now(), latency = modest } = options;
  const { certification, production, expected } = makeEstate({ seed, problems, at, stories });
  const start = (tenant: TenantData, name: string) =>
    startDynatraceEmulator({ tenant, latency, seed: `${seed}/${name}` });
  const first = await start(certification, 'certification');
  const second = await start(production, 'production');
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-sample-'));
  const scans = await Promise.all(Object.keys(expectedScans).map((name) => placeScan(name, folder, at)));
  return {
    certification: environment(first, expected.certification.zone),
    production: environment(second, expected.production.zone),
    scans,
    expected,
    async close() {
      await Promise.all([first.close(), second.close(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

function environment(emulator: DynatraceEmulator, zone: string): SampleEnvironment {
  const { url, token, environmentId } = emulator;
  return { url, token, environmentId, zone, emulator };
}

/** The bundled scans are all of one day; that day becomes the one of the estate. */
async function placeScan(name: string, folder: string, at: number): Promise<string> {
  const text = await readFile(new URL(`scans/${name}`, import.meta.url), 'utf8');
  const hourBefore = new Date(at - 3_600_000).toISOString();
  const path = join(folder, name);
  await writeFile(
    path,
    text.replaceAll(/"(CreatedAt|startTimeUtc|endTimeUtc)": "[^"]*"/g, `"$1": "${hourBefore}"`),
  );
  return path;
}
