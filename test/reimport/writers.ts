import { CODE_WRITERS } from './code-writers.ts';
import { PACKAGE_WRITERS } from './package-writers.ts';
import { PROJECT_WRITERS } from './project-writers.ts';
import type { Writer } from './writer.ts';

/** At least one for each format. */
export const WRITERS: readonly Writer[] = [...CODE_WRITERS, ...PACKAGE_WRITERS, ...PROJECT_WRITERS];
