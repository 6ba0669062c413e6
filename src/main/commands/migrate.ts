import type { CommandModule } from '../command.ts';

interface MigrateOptions {
  readonly output?: string;
  readonly json?: true;
}

export const command: CommandModule<MigrateOptions> = {
  name: 'migrate',
  summary: 'turn a configuration of the promotion script into gatehouse.yaml, tokens into references',
  examples: [
    { line: 'gatehouse migrate promotion.yaml', does: 'shows the new form' },
    { line: 'gatehouse migrate promotion.yaml --json', does: 'for machines, with what is left to do' },
    {
      line: 'gatehouse migrate promotion.yaml --output shop.yaml',
      does: 'writes it; a file that is there is left as it is',
    },
  ],
  define: (command) => {
    command
      .argument('<file>', 'a file with mode, certification_environment and so on')
      .option('-o, --output <file>', 'write it there instead of to standard output')
      .option('--json', 'print JSON: the text, and what is left to do');
  },
  async run({ output, json }, io, [file = '']) {
    const [{ readReferenceFile }, { migrate }, { remark }, { refuseUnwritable, saveOutput }] =
      await Promise.all([
        import('../reference/reference-file.ts'),
        import('../reference/migration.ts'),
        import('../progress.ts'),
        import('../output-file.ts'),
      ]);
    await refuseUnwritable([output], io);
    const { document, path, text: source } = await readReferenceFile(file, io);
    const { text, steps } = migrate(document, { file: path, text: source, env: io.env, now: io.now() });
    if (output !== undefined) await saveOutput(output, text, io, { isNew: true });
    if (json === true) {
      const { toJsonLine } = await import('../json-line.ts');
      io.stdout.write(toJsonLine({ file: output ?? null, text, steps }));
      return 0;
    }
    if (output === undefined) io.stdout.write(text);
    for (const step of steps) remark(io, `to do: ${step}`);
    return 0;
  },
};
