import { PRESETS } from '../../domain/policy.ts';
import type { CommandModule, Io } from '../command.ts';
import type { InitOptions } from '../init/from-options.ts';
import type { Initialised } from '../init/init.ts';

export const command: CommandModule<InitOptions> = {
  name: 'init',
  summary: 'write a first gatehouse.yaml, by asking or from options; it replaces nothing',
  examples: [
    { line: 'gatehouse init', does: 'asks at a terminal; without one it says what to give' },
    {
      line: 'gatehouse init --dynatrace https://abc12345.live.dynatrace.com --token-env PRODUCTION_TOKEN --zone Checkout --dry-run',
      does: 'from options; shows it and writes nothing',
    },
    {
      line: 'gatehouse init --scan trivy.json --policy balanced --pipeline github --output first/gatehouse.yaml',
      does: 'from a scan, with the workflow beside it',
    },
  ],
  define: (command) => {
    command
      .option('--dynatrace <url>', 'address of a Dynatrace environment')
      .option('--token-env <name>', 'the environment variable that holds its token: DYNATRACE_TOKEN')
      .option('--token-file <path>', 'the file that holds it, instead')
      .option('--zone <name...>', 'its management zones; all that the token may see when none is given')
      .option('--allow-private', 'the way there leads through a private network')
      .option('--scan <file...>', 'scans that are taken in, there already or still to come')
      .option('--policy <preset>', `what blocks: ${PRESETS.join(', ')}`)
      .option('--release <name>', 'what is to ship, as a verdict calls it; the name of the folder')
      .option('--scope <name>', 'how the part that is judged is called: candidate')
      .option('--pipeline <kind>', 'a file for a pipeline, too: github, gitlab, jenkins, shell')
      .option('-o, --output <file>', 'write the configuration there', 'gatehouse.yaml')
      .option('-y, --yes', 'ask nothing: what is not given is as it comes')
      .option('--check', 'ask the source whether the token works, before anything is written')
      .option('--dry-run', 'show the files and write nothing')
      .option('--force', 'replace a file that is there')
      .option('--json', 'print JSON, and ask nothing')
      .addOption(command.createOption('--token <token>').hideHelp());
  },
  async run(options, io) {
    const { initialise } = await import('../init/init.ts');
    const made = await initialise(options, io);
    if (options.json === true) tellMachine(made, options, io);
    else tellPerson(made, options, io);
    return 0;
  },
};

function tellMachine({ files, checked, steps, next }: Initialised, { dryRun }: InitOptions, io: Io): void {
  const written = dryRun !== true;
  const told = files.map(({ name, text }) => (written ? { file: name } : { file: name, text }));
  io.stdout.write(`${JSON.stringify({ written, files: told, checked, steps, next })}\n`);
}

function tellPerson({ files, checked, steps, next }: Initialised, { dryRun }: InitOptions, io: Io): void {
  const lines: string[] = [];
  if (dryRun === true) {
    for (const { name, text } of files)
      lines.push(...(files.length > 1 ? [`# ${name}:`] : []), text.trimEnd(), '');
  } else {
    for (const { name } of files) lines.push(`written: ${name}`);
  }
  for (const { source, problems, doubts } of checked) {
    lines.push(`${source}: the token works, ${problems} problems in its list`);
    for (const doubt of doubts) lines.push(`  ${doubt}`);
  }
  if (dryRun !== true) {
    if (steps.length > 0) lines.push('', 'To do:', ...steps.map((step) => `  ${step}`));
    lines.push('', 'Next:', ...next.map((line) => `  ${line}`));
  }
  io.stdout.write(`${lines.join('\n').trimEnd()}\n`);
}
