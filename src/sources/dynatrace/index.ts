import type { Probe, Source } from '../source.ts';
import { collect } from './collect.ts';
import { connect } from './connect.ts';
import { DynatraceCursor } from './cursor.ts';
import { DynatraceSettings } from './settings.ts';

const PROBES: readonly [Probe, ...Probe[]] = [
  {
    right: 'securityProblems.read',
    reads: 'security problems',
    path: '/securityProblems',
    query: { pageSize: 1 },
  },
  {
    right: 'entities.read',
    reads: 'names and tags of hosts and process groups',
    path: '/entities',
    query: { entitySelector: 'type("HOST")', pageSize: 1 },
    detail: 'entity-names',
  },
];

/** Vulnerabilities that Dynatrace sees at run time, from the Environment API v2. */
export const dynatrace = {
  kind: 'dynatrace',
  settings: DynatraceSettings,
  cursor: DynatraceCursor,
  holdMs: ({ holdHours }) => holdHours * 3_600_000,
  connect,
  probes: () => PROBES,
  collect,
} satisfies Source<DynatraceSettings, DynatraceCursor>;
