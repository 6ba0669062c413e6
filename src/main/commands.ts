import type { CommandEntry } from './command.ts';

/** Every command, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  { name: 'start', load: async () => (await import('./commands/start.ts')).command },
  { name: 'collect', load: async () => (await import('./commands/collect.ts')).command },
  { name: 'import', load: async () => (await import('./commands/import.ts')).command },
  { name: 'gate', load: async () => (await import('./commands/gate.ts')).command },
  { name: 'findings', load: async () => (await import('./commands/findings.ts')).command },
  { name: 'sandbox', load: async () => (await import('./commands/sandbox.ts')).command },
  { name: 'version', load: async () => (await import('./commands/version.ts')).command },
];
