import type { CommandModule, Io } from '../command.ts';

interface KeyNewOptions {
  readonly out: string;
  readonly json?: true;
}

export const command: CommandModule<KeyNewOptions> = {
  name: 'key new',
  summary: 'make a key that verdicts are signed with, and its public half beside it',
  examples: [
    { line: 'gatehouse key new', does: 'gatehouse.key, which is secret, and gatehouse.key.pub' },
    { line: 'gatehouse key new --out gate-2027.key', does: 'the one that follows it' },
  ],
  define: (command) => {
    command
      .option('--out <file>', 'where the private key goes; the public one goes to FILE.pub', 'gatehouse.key')
      .option('--json', 'print JSON');
  },
  async run({ out, json }, io) {
    const [{ makeKey }, { refuseUnwritable, saveOutput }] = await Promise.all([
      import('../../attest/keys.ts'),
      import('../output-file.ts'),
    ]);
    await refuseUnwritable([out, `${out}.pub`], io);
    const { id, privatePem, publicPem } = makeKey();
    await saveOutput(out, privatePem, io, { isNew: true, mode: 0o600 });
    try {
      await saveOutput(`${out}.pub`, publicPem, io, { isNew: true, mode: 0o644 });
    } catch (error) {
      const [{ rm }, { resolve }] = await Promise.all([import('node:fs/promises'), import('node:path')]);
      await rm(resolve(io.cwd, out));
      throw error;
    }
    say({ id, privateKey: out, publicKey: `${out}.pub` }, io, json === true);
    return 0;
  },
};

function say(
  facts: { readonly id: string; readonly privateKey: string; readonly publicKey: string },
  io: Io,
  asJson: boolean,
): void {
  const lines = [
    `key      ${facts.id}`,
    `private  ${facts.privateKey}   keep it secret: attestation.key of the configuration, or a secret of the pipeline`,
    `public   ${facts.publicKey}   give it to whoever verifies: attestation.trusted, or verify --key`,
  ];
  io.stdout.write(asJson ? `${JSON.stringify(facts)}\n` : `${lines.join('\n')}\n`);
}
