import * as z from 'zod';
import type { Label } from '../../domain/statement.ts';
import { readAddress } from './addresses.ts';

/** Exactly one of the two. The token itself never stands in the settings. */
const Reference = z
  .strictObject({ env: z.string().min(1).optional(), file: z.string().min(1).optional() })
  .refine(
    ({ env, file }) => (env === undefined) !== (file === undefined),
    'give exactly one of env and file',
  );

const names = z.array(z.string().trim().min(1)).min(1).optional();

/** Every kind that is given must match; within a kind, any of its values does. */
const ScopeSettings = z.strictObject({
  /** Names of management zones, exactly as they are written there. */
  zones: names,
  /** Entity ids (`HOST-…`) or exact names. */
  hosts: names,
  /** Entity ids (`PROCESS_GROUP-…`) or exact names. */
  processGroups: names,
  /** Parts of a host's or process group's tag. */
  tags: z.array(z.string().trim().min(1).max(48)).min(1).optional(),
  /** `JAVA`, `NODE_JS`, … */
  technologies: names,
});

const Tls = z
  .strictObject({
    /** False accepts any certificate: for trying out only. */
    verify: z.boolean().default(true),
    caFile: z.string().min(1).optional(),
    certFile: z.string().min(1).optional(),
    keyFile: z.string().min(1).optional(),
  })
  .refine(({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined), {
    path: ['certFile'],
    message: 'certFile and keyFile belong together',
  });

export const DynatraceSettings = z.strictObject({
  url: z.string().superRefine((text, context) => {
    const address = readAddress(text);
    if (typeof address === 'string') context.addIssue({ code: 'custom', message: address });
  }),
  token: Reference,
  scope: ScopeSettings.default({}),
  tls: Tls.optional(),
  /** `http://host:port`, or a reference when it carries a password. */
  proxy: z.union([z.url({ protocol: /^https?$/ }), Reference]).optional(),
  /** The environment, or the way to it, is in a private network. */
  allowPrivate: z.boolean().default(false),
  /** The vendor publishes no limit; without one, the client finds what is served. */
  requestsPerSecond: z.number().positive().max(1000).optional(),
  maxConcurrency: z.int().min(1).max(1000).optional(),
  /** Exactly so many calls at a time, without adapting. */
  maxWorkers: z.int().min(1).max(1000).optional(),
  /** Problems that were open at some time in so many days; 365 is the farthest the vendor looks back. */
  windowDays: z.int().min(1).max(365).default(365),
  /** Where a problem was found in so many days counts as where it is. Default: the window. */
  affectedDays: z.int().min(1).max(365).optional(),
  /** An incremental pass reads this much again, because clocks and indexes lag. */
  overlapMinutes: z.number().min(0).max(1440).default(15),
  /** After so many hours an incremental pass becomes a full one: some changes move no timestamp. */
  fullPassHours: z.number().min(0).max(8760).default(24),
  /** Resolved and back within so many hours is one episode: processes restart. */
  holdHours: z.number().min(0).max(8760).default(24),
});
export type DynatraceSettings = z.infer<typeof DynatraceSettings>;

export function labelsOfScope({ scope }: DynatraceSettings): readonly Label[] {
  const { zones = [], hosts = [], processGroups = [], tags = [], technologies = [] } = scope;
  return [
    ...zones.map((name): Label => ({ kind: 'zone', id: name, name })),
    ...hosts.map((text) => byIdOrName('host', text, /^HOST-[0-9A-F]{16}$/)),
    ...processGroups.map((text) => byIdOrName('process-group', text, /^PROCESS_GROUP-[0-9A-F]{16}$/)),
    ...tags.map((id): Label => ({ kind: 'tag', id })),
    ...technologies.map((id): Label => ({ kind: 'technology', id })),
  ];
}

function byIdOrName(kind: Label['kind'], text: string, id: RegExp): Label {
  return id.test(text) ? { kind, id: text } : { kind, id: text, name: text };
}
