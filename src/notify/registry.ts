import type { CodeHost } from './announcement.ts';
import { github } from './github/index.ts';
import { gitlab } from './gitlab/index.ts';

export const CODE_HOSTS: readonly CodeHost[] = [github, gitlab];
