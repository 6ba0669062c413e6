import type { Source } from '../source.ts';
import { collect } from './collect.ts';
import { connect } from './connect.ts';
import { DynatraceCursor } from './cursor.ts';
import { DynatraceSettings } from './settings.ts';

/** Vulnerabilities that Dynatrace sees at run time, from the Environment API v2. */
export const dynatrace = {
  kind: 'dynatrace',
  settings: DynatraceSettings,
  cursor: DynatraceCursor,
  holdMs: ({ holdHours }) => holdHours * 3_600_000,
  connect,
  collect,
} satisfies Source<DynatraceSettings, DynatraceCursor>;
