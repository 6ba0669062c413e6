import type { CommandModule } from '../command.ts';
import { version } from '../version.ts';

interface VersionOptions {
  readonly json?: true;
}

export const command: CommandModule<VersionOptions> = {
  name: 'version',
  summary: 'say which Gatehouse this is, and what it runs on',
  examples: [
    { line: 'gatehouse version', does: 'for people' },
    { line: 'gatehouse version --json', does: 'for machines and bug reports' },
  ],
  define: (command) => {
    command.option('--json', 'print JSON');
  },
  async run({ json }, io) {
    const facts = { gatehouse: version, node: process.versions.node, sqlite: process.versions.sqlite };
    const system = `${process.platform}-${process.arch}`;
    io.stdout.write(
      json
        ? `${JSON.stringify({ ...facts, system })}\n`
        : `gatehouse ${version} (Node ${facts.node}, SQLite ${facts.sqlite}, ${system})\n`,
    );
    return 0;
  },
};
