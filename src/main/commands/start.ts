import type { CommandModule } from '../command.ts';

interface StartOptions {
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<StartOptions> = {
  name: 'start',
  summary: 'collect and decide once; without gatehouse.yaml, over a sample estate that comes along',
  examples: [
    { line: 'gatehouse start', does: 'from nothing to a first verdict' },
    { line: 'gatehouse start --json', does: 'the same for machines, all at the end' },
  ],
  define: (command) => {
    command
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io) {
    const [{ readConfiguration }, { showFirstRun }] = await Promise.all([
      import('../configuration.ts'),
      import('../first-run.ts'),
    ]);
    const configuration = await readConfiguration(io, options.config);
    return await showFirstRun(configuration, options.json === true, io);
  },
};
