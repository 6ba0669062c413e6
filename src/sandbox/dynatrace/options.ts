/** Everything that can be set, in one schema: at start, on the command line and through the control door. */
import { z } from 'zod';
import type { TenantData } from './data/model.ts';
import { stories } from './data/plan.ts';
import { Mutation } from './mutation.ts';

export const endpoints = [
  'list',
  'detail',
  'entities',
  'entity',
  'events',
  'remediation',
  'functions',
  'write',
  'other',
] as const;
export type Endpoint = (typeof endpoints)[number];

const ms = z.number().min(0);

/** How long an answer takes. A bare number is a fixed time. */
export const Latency = z.union([
  ms,
  z.strictObject({ kind: z.literal('fixed'), ms }),
  z.strictObject({ kind: z.literal('uniform'), minMs: ms, maxMs: ms }),
  z.strictObject({
    kind: z.literal('lognormal'),
    medianMs: ms,
    /** Spread of the logarithm; 0.25 is a calm server, 1 a troubled one. */
    sigma: z.number().min(0),
    maxMs: ms.optional(),
  }),
]);
export type Latency = z.infer<typeof Latency>;

/** Per endpoint; `default` for those that are not named. */
export const Latencies = z.partialRecord(z.enum([...endpoints, 'default']), Latency);
export type Latencies = z.infer<typeof Latencies>;

export const Pool = z.strictObject({
  threads: z.int().positive(),
  /** Requests that may wait; one more is refused at once. */
  queue: z.int().min(0).default(1_000_000),
  queueTimeoutMs: ms.default(10_000),
});
export type Pool = z.infer<typeof Pool>;

export const Rate = z.strictObject({
  /** Token bucket over all endpoints. */
  perSecond: z.number().positive().optional(),
  /** Size of the bucket; default one second's worth. */
  burst: z.int().positive().optional(),
  /** Fixed window of a minute for each endpoint; what `X-RateLimit-Limit` announces. */
  perMinute: z.int().positive().optional(),
  headers: z.enum(['always', 'refused', 'never']).default('always'),
  /** The vendor documents microseconds and its own client reads seconds. */
  resetUnit: z.enum(['microseconds', 'seconds']).default('microseconds'),
  /** Not documented by the vendor. */
  retryAfter: z.boolean().default(false),
});
export type Rate = z.infer<typeof Rate>;

/** Where the vendor's documents are silent or contradict themselves: the default, and the other reading. */
export const Dialect = z.strictObject({
  missingScopeStatus: z.union([z.literal(401), z.literal(403)]).default(403),
  /** The page key of the last page. */
  lastPageKey: z.enum(['null', 'absent']).default('null'),
  windowMeaning: z.enum(['open-inside', 'updated-inside', 'ignored']).default('open-inside'),
  defaultOrder: z.enum(['lastUpdatedTimestamp', 'firstSeenTimestamp']).default('lastUpdatedTimestamp'),
  mixedScoreAndLevel: z.enum(['refuse', 'accept']).default('refuse'),
  resolvedUnderZoneFilter: z.enum(['every', 'none']).default('every'),
  deprecationName: z
    .enum(['VULNERABILITY_DEPRECATED', 'VULNERABILITY_DISCONTINUED'])
    .default('VULNERABILITY_DEPRECATED'),
  imagesWrapped: z.boolean().default(false),
});
export type Dialect = z.infer<typeof Dialect>;

/** Which requests a fault hits. Counting is per fault, over the requests that `on`, `ids`, `pages` let through. */
const when = {
  /** For removing it again; made up when missing. */
  name: z.string().optional(),
  on: z.array(z.enum(endpoints)).optional(),
  /** Problem or entity ids in the path. */
  ids: z.array(z.string()).optional(),
  /** Pages of a list, from 1. */
  pages: z.array(z.int().positive()).optional(),
  /** From the n-th request on. */
  from: z.int().positive().default(1),
  every: z.int().positive().optional(),
  probability: z.number().min(0).max(1).optional(),
  /** Stops after so many hits. */
  times: z.int().positive().optional(),
  /** Stops so long after it was added. */
  forMs: ms.optional(),
};
/** The part of the records, chosen by id, so that a record keeps its fault. */
const share = z.number().min(0).max(1).default(1);

export const Fault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    ...when,
    status: z.int().min(400).max(599),
    message: z.string().default('The server could not process the request.'),
    retryAfterSeconds: z.number().optional(),
    headers: z.record(z.string(), z.string()).default({}),
  }),
  z.strictObject({ kind: z.literal('expired-token'), ...when }),
  z.strictObject({ kind: z.literal('missing-scope'), ...when }),
  z.strictObject({ kind: z.literal('reset'), ...when }),
  z.strictObject({ kind: z.literal('hang'), ...when }),
  z.strictObject({ kind: z.literal('delay'), ...when, latency: Latency }),
  z.strictObject({
    kind: z.literal('truncate'),
    ...when,
    /** Shorter than the announced length, or a chunked body that breaks off. */
    how: z.enum(['content-length', 'chunked']).default('content-length'),
    keep: z.number().min(0).max(1).default(0.5),
  }),
  z.strictObject({
    kind: z.literal('drip'),
    ...when,
    chunkBytes: z.int().positive().default(256),
    everyMs: ms.default(20),
  }),
  z.strictObject({ kind: z.literal('html'), ...when }),
  z.strictObject({ kind: z.literal('invalid-json'), ...when }),
  z.strictObject({
    kind: z.literal('wrong-shape'),
    ...when,
    shape: z.enum(['array', 'text', 'null', 'list-is-object']).default('array'),
  }),
  z.strictObject({ kind: z.literal('no-list'), ...when }),
  /** Answers 404 for these ids, or for a share of all: gone between list and detail. */
  z.strictObject({ kind: z.literal('vanish'), ...when, share }),
  z.strictObject({
    kind: z.literal('garbage-record'),
    ...when,
    index: z.int().min(0).default(0),
    record: z.json().default('garbage'),
  }),
  /** The last record of the page before comes again as the first of this one. */
  z.strictObject({ kind: z.literal('duplicate-record'), ...when }),
  z.strictObject({
    kind: z.literal('unknown-enum'),
    ...when,
    share,
    property: z.string(),
    value: z.string().default('INVENTED_LATER'),
  }),
  z.strictObject({ kind: z.literal('null-property'), ...when, share, property: z.string() }),
  z.strictObject({ kind: z.literal('missing-property'), ...when, share, property: z.string() }),
  /** Changes the data right after the answer was made: with `pages: [2]`, between the second and third page. */
  z.strictObject({ kind: z.literal('change-data'), ...when, mutations: z.array(Mutation) }),
]);
export type Fault = z.input<typeof Fault>;
export type AnyFault = z.output<typeof Fault>;

const Token = z.strictObject({
  token: z.string(),
  scopes: z.array(z.string()),
  /** Epoch ms by the emulator's clock. */
  expiresAt: z.number().optional(),
});
export type Token = z.infer<typeof Token>;

const behaviour = {
  seed: z.union([z.string(), z.number()]).default(1),
  port: z.int().min(0).max(65_535).default(0),
  /** `true` makes a self-signed certificate. */
  https: z.union([z.boolean(), z.strictObject({ key: z.string(), cert: z.string() })]).default(false),
  /** Further tokens; one with every scope always exists. */
  tokens: z.array(Token).default([]),
  /** The emulator's clock starts at the moment of the data; a frozen one moves only when it is advanced. */
  clock: z.enum(['running', 'frozen']).default('running'),
  latency: Latencies.default({}),
  pool: Pool.optional(),
  rate: Rate.optional(),
  dialect: Dialect.prefault({}),
  faults: z.array(Fault).default([]),
};

export const EstateSettings = z.strictObject({
  seed: z.union([z.string(), z.number()]).optional(),
  problems: z.int().min(0).optional(),
  at: z.number().optional(),
  layout: z.enum(['two-tenants', 'one-tenant']).optional(),
  stories: z.partialRecord(z.enum(stories).exclude(['common']), z.int().min(0)).optional(),
  resolvedLongAgo: z.int().min(0).optional(),
  hosts: z.int().positive().optional(),
});

/** What a process of its own is started with: plain JSON. */
export const ServeOptions = z.strictObject({
  ...behaviour,
  estate: EstateSettings.default({}),
  side: z.enum(['certification', 'production']).default('certification'),
});
export type ServeOptions = z.input<typeof ServeOptions>;

export const EmulatorOptions = z.strictObject({
  ...behaviour,
  /** The data to serve; `makeEstate` makes it. */
  tenant: z.custom<TenantData>((value) => typeof value === 'object' && value !== null),
  /** The wall clock behind the rate headers, epoch ms; default the machine's. */
  wallNow: z.custom<() => number>((value) => typeof value === 'function').optional(),
});
export type EmulatorOptions = z.input<typeof EmulatorOptions>;
