import type { CommandModule } from '../command.ts';

interface ConfigShowOptions {
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<ConfigShowOptions> = {
  name: 'config show',
  summary: 'show the configuration as it counts, with what is not written filled in; never a secret',
  examples: [
    { line: 'gatehouse config show', does: 'as YAML' },
    { line: 'gatehouse config show --json', does: 'for machines' },
  ],
  define: (command) => {
    command
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io) {
    const [{ readConfiguration }, { shownConfiguration }] = await Promise.all([
      import('../configuration.ts'),
      import('../shown-configuration.ts'),
    ]);
    const shown = shownConfiguration(await readConfiguration(io, options.config));
    if (options.json === true) {
      const { toJsonLine } = await import('../json-line.ts');
      io.stdout.write(toJsonLine(shown));
    } else {
      const [{ stringify }, { toPlainLine }] = await Promise.all([
        import('yaml'),
        import('../../reports/plain-text.ts'),
      ]);
      const text = stringify(shown, { aliasDuplicateObjects: false });
      io.stdout.write(text.replace(/.+/g, toPlainLine));
    }
    return 0;
  },
};
