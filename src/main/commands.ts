import type { CommandEntry } from './command.ts';

/** Every command, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  { name: 'sandbox', load: async () => (await import('./commands/sandbox.ts')).command },
  { name: 'version', load: async () => (await import('./commands/version.ts')).command },
];
