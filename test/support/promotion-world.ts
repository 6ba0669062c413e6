/** Two environments with the problems that a test names, and the promotion script's file about them. */
import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import * as z from 'zod';
import { runReference } from '../../src/main/reference/run-reference.ts';
import { makeEstate } from '../../src/sandbox/dynatrace/data/estate.ts';
import type { Problem, RiskLevel, TenantData, Usage } from '../../src/sandbox/dynatrace/data/model.ts';
import { type DynatraceEmulator, startDynatraceEmulator } from '../../src/sandbox/dynatrace/emulator.ts';
import type { Fault } from '../../src/sandbox/dynatrace/options.ts';
import { makeFolder } from './cli.ts';
import { trialIo } from './trial-io.ts';

export const AT = Date.UTC(2026, 4, 1);
const DAY_MS = 86_400_000;
const estate = makeEstate({ seed: 3, problems: 40, at: AT });
/** Of a world made of `'estate'` on both sides. */
export const { expected } = estate;

/** What a test says of a problem; all else is harmless: LOW, not in use, in the zone of its whole side. */
export interface Planted {
  readonly cves?: readonly string[];
  readonly level?: RiskLevel;
  readonly usage?: Usage;
  readonly title?: string;
  readonly packageName?: string;
  readonly zones?: readonly string[];
  readonly state?: 'open' | 'resolved' | 'muted';
}

const SCORES = { CRITICAL: 9.8, HIGH: 7.5, MEDIUM: 5, LOW: 2, NONE: 0 } as const;

export type Side = 'certification' | 'production';

function plant(side: Side, planted: readonly Planted[]): TenantData {
  const tenant = estate[side];
  const [whole] = tenant.topology.zones;
  const model = tenant.problems.find(
    ({ type, technology, processes }) =>
      type === 'THIRD_PARTY' && technology === 'JAVA' && processes.length > 0,
  );
  if (model === undefined || whole === undefined) throw new Error('the estate has nothing to plant on');
  const { mute: _, ...base } = model;
  const problems = planted.map((given, at): Problem => {
    const { cves = [`CVE-2026-${10_001 + at}`], level = 'LOW', usage = 'NOT_IN_USE', state = 'open' } = given;
    const {
      zones = [whole.name],
      title = `Problem ${at + 1}`,
      packageName = `org.example:part-${at + 1}`,
    } = given;
    const opened = AT - 10 * DAY_MS;
    const updatedAt = AT - DAY_MS;
    return {
      ...base,
      id: String(1_000_000_000_000 + at),
      displayNumber: at + 1,
      externalId: `SNYK-JAVA-PLANTED-${at + 1}`,
      title,
      packageName,
      cves,
      firstSeenAt: opened,
      updatedAt,
      openPeriods: [state === 'resolved' ? { from: opened, to: updatedAt } : { from: opened }],
      risk: {
        ...base.risk,
        riskLevel: level,
        riskScore: SCORES[level],
        vulnerableFunctionUsage: usage,
      },
      zones:
        state === 'resolved'
          ? []
          : zones.map((name) => tenant.topology.zones.findIndex((zone) => zone.name === name)),
      ...(state === 'muted'
        ? { mute: { muted: true, reason: 'IGNORE', comment: 'accepted', user: 'lead', at: updatedAt } }
        : {}),
      events: [],
    };
  });
  return { ...tenant, problems };
}

export interface WorldOptions {
  readonly certification: readonly Planted[] | 'estate';
  /** Given: the file compares. */
  readonly production?: readonly Planted[] | 'estate';
  readonly rules?: Readonly<Record<string, unknown>>;
  /** Both environments are zones of the tenant of the first: Checkout is compared with Payments. */
  readonly isOneTenant?: boolean;
  /** Of every answer. */
  readonly latencyMs?: number;
  readonly faults?: readonly Fault[];
  readonly productionFaults?: readonly Fault[];
  /** Over what the file would say. */
  readonly file?: Readonly<Record<string, unknown>>;
  /** Over the block of the certification environment. */
  readonly block?: Readonly<Record<string, unknown>>;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World extends AsyncDisposable {
  readonly path: string;
  file(name: string): string;
  readonly certification: DynatraceEmulator;
  readonly production: DynatraceEmulator;
  readonly env: Readonly<Record<string, string>>;
  run(options?: {
    readonly output?: string;
    readonly format?: string;
    readonly machineReadable?: boolean;
    readonly verbose?: boolean;
  }): Promise<Ran>;
}

/** The file stands in the folder as promotion.yaml, its tokens as `${CERT_TOKEN}` and `${PROD_TOKEN}`. */
export async function makePromotionWorld(options: WorldOptions): Promise<World> {
  const start = (side: Side, planted: readonly Planted[] | 'estate', faults: readonly Fault[]) =>
    startDynatraceEmulator({
      tenant: planted === 'estate' ? estate[side] : plant(side, planted),
      clock: 'frozen',
      seed: side,
      latency: { default: options.latencyMs ?? 0 },
      faults: [...faults],
    });
  const certification = await start('certification', options.certification, options.faults ?? []);
  const production = await start('production', options.production ?? [], options.productionFaults ?? []);
  const folder = await makeFolder();
  const block = (emulator: DynatraceEmulator, token: string, zone: string) => ({
    url: `${emulator.url}/e/${emulator.environmentId}`,
    token,
    management_zones: [zone],
  });
  const one = options.isOneTenant === true;
  const isCompared = one || options.production !== undefined;
  const written = {
    mode: isCompared ? 'Compare' : 'evaluate',
    certification_environment: {
      ...block(certification, `\${CERT_TOKEN}`, one ? 'Checkout' : 'Certification'),
      ...options.block,
    },
    ...(isCompared
      ? {
          production_environment: one
            ? block(certification, `\${CERT_TOKEN}`, 'Payments')
            : block(production, `\${PROD_TOKEN}`, 'Production'),
        }
      : {}),
    ...(options.rules === undefined ? {} : { assessment_rules: options.rules }),
    ...options.file,
  };
  await writeFile(folder.file('promotion.yaml'), stringify(written));
  const env = { CERT_TOKEN: certification.token, PROD_TOKEN: production.token };
  return {
    path: folder.path,
    file: folder.file,
    certification,
    production,
    env,
    async run(given = {}) {
      const trial = trialIo({ cwd: folder.path, env, now: () => new Date(AT) });
      const code = await runReference(
        { config: 'promotion.yaml', output: 'report.json', ...given },
        trial.io,
      );
      return { code, stdout: trial.stdout(), stderr: trial.stderr() };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([certification.close(), production.close()]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

const Environment = z.object({
  total_vulnerabilities: z.number(),
  vulnerabilities: z.array(
    z.object({
      vulnerability_id: z.string(),
      cve_ids: z.array(z.string()),
      title: z.string(),
      status: z.string(),
      risk_assessment: z.record(z.string(), z.unknown()),
      technology: z.string(),
      package_name: z.string(),
      vulnerable_component: z.string(),
      first_seen: z.number(),
      last_updated: z.number(),
      affected_entities: z.array(z.object({ id: z.string(), name: z.string(), type: z.string() })),
      management_zones: z.array(z.object({ id: z.string(), name: z.string() })),
      set_aside: z.array(z.string()),
    }),
  ),
});

/** The keys of the script's JSON report, all of them required. */
export const ReferenceReport = z.object({
  assessment_info: z.object({
    mode: z.string(),
    timestamp: z.string(),
    decision: z.string(),
    summary: z.string(),
  }),
  certification_environment: Environment,
  production_environment: Environment.optional(),
  comparison: z
    .object({
      new_vulnerabilities: z.array(z.string()),
      new_vulnerabilities_count: z.number(),
      resolved_vulnerabilities: z.array(z.string()),
      resolved_vulnerabilities_count: z.number(),
      common_vulnerabilities: z.array(z.string()),
      common_vulnerabilities_count: z.number(),
      severity_regression: z.boolean(),
      severity_regression_details: z.array(
        z.object({
          cve: z.string(),
          prod_severity: z.string(),
          cert_severity: z.string(),
          scope: z.string(),
        }),
      ),
      vulnerable_function_regression: z.boolean(),
      vulnerable_function_regression_details: z.array(
        z.object({ cve: z.string(), prod_usage: z.string(), cert_usage: z.string(), scope: z.string() }),
      ),
      has_regression: z.boolean(),
    })
    .optional(),
  decision_details: z.object({
    result: z.string(),
    timestamp: z.string(),
    mode: z.string(),
    critical_high_count: z.number(),
    vulnerable_functions_in_use: z.number(),
    reasons: z.array(z.string()),
    summary: z.string(),
    regression_detected: z.boolean().optional(),
    warnings: z.array(z.string()),
  }),
});
