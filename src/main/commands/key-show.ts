import type { PublicKey } from '../../attest/keys.ts';
import type { CommandModule, Io } from '../command.ts';

interface KeyShowOptions {
  readonly key?: string;
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<KeyShowOptions> = {
  name: 'key show',
  summary: 'print the public half of a key, and its id; never the private one',
  examples: [
    { line: 'gatehouse key show --key gatehouse.key', does: 'of the private key in a file' },
    { line: 'gatehouse key show --key gatehouse.key.pub --json', does: 'of a public one, for machines' },
  ],
  define: (command) => {
    command
      .option('--key <reference>', 'file:PATH or env:NAME; without it, attestation.key of the configuration')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io) {
    const { publicPemOf } = await import('../../attest/keys.ts');
    const { id, key } = await asked(options, io);
    const pem = publicPemOf(key);
    // PEM may have text before it, so this is a public key for everything that reads one.
    io.stdout.write(
      options.json === true ? `${JSON.stringify({ id, publicKey: pem })}\n` : `key ${id}\n${pem}`,
    );
    return 0;
  },
};

async function asked(options: KeyShowOptions, io: Io): Promise<PublicKey> {
  const [{ publicHalfOf, publicOf, signingKeyFrom }, { readConfiguration }] = await Promise.all([
    import('../attestation-keys.ts'),
    import('../configuration.ts'),
  ]);
  if (options.key !== undefined) return await publicHalfOf(options.key, io);
  return publicOf(await signingKeyFrom(io, await readConfiguration(io, options.config)));
}
