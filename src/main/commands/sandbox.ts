import { once } from 'node:events';
import { InvalidArgumentError } from 'commander';
import type { SampleEnvironment, SampleEstate } from '../../sandbox/estate/estate.ts';
import type { CommandModule } from '../command.ts';

interface SandboxOptions {
  readonly problems: number;
  readonly seed: string;
  readonly json?: true;
}

export const command: CommandModule<SandboxOptions> = {
  name: 'sandbox',
  summary: 'start emulators of the vendors with a sample estate, for trying and testing',
  examples: [
    { line: 'gatehouse sandbox', does: 'two environments and two scans, until Ctrl-C' },
    { line: 'gatehouse sandbox --problems 724 --seed 7', does: 'a larger estate, and another one' },
    { line: 'gatehouse sandbox --json', does: 'one line of JSON when it is ready, for scripts' },
  ],
  define: (command) => {
    command
      .option('--problems <count>', 'security problems in each environment', wholeNumber, 60)
      .option('--seed <text>', 'another seed makes another estate; the same seed the same', '1')
      .option('--json', 'print JSON');
  },
  async run({ problems, seed, json }, io) {
    io.signal.throwIfAborted();
    const { startSampleEstate } = await import('../../sandbox/estate/estate.ts');
    const estate = await startSampleEstate({ problems, seed, at: io.now().getTime() });
    try {
      io.stdout.write(json ? `${JSON.stringify(facts(estate))}\n` : forPeople(estate));
      // Being interrupted is how this command ends well.
      if (!io.signal.aborted) await once(io.signal, 'abort');
    } finally {
      await estate.close();
    }
    return 0;
  },
};

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Give a whole number below a million.');
  return Number(text);
}

function facts({ certification, production, scans }: SampleEstate) {
  const environment = (sample: SampleEnvironment) => {
    const { token, environmentId, zone } = sample;
    return { url: addressOf(sample), token, environmentId, zone };
  };
  return { certification: environment(certification), production: environment(production), scans };
}

/** As a source takes it. */
function addressOf({ url, environmentId }: SampleEnvironment): string {
  return `${url}/e/${environmentId}`;
}

function forPeople(estate: SampleEstate): string {
  const environment = (name: string, sample: SampleEnvironment) =>
    `${name}\n  url    ${addressOf(sample)}\n  token  ${sample.token}\n  zone   ${sample.zone}\n`;
  return [
    environment('Certification: Dynatrace Environment API v2', estate.certification),
    environment('Production: Dynatrace Environment API v2', estate.production),
    `Scans of the release candidate\n${estate.scans.map((path) => `  ${path}\n`).join('')}`,
    'In gatehouse.yaml a source with one of these needs allowPrivate: true, for it is on this machine.',
    'Everything is invented. Ctrl-C stops and removes it.\n',
  ].join('\n');
}
