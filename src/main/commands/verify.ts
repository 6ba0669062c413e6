import type { Expected, Said, Verification } from '../../attest/verify.ts';
import type { CommandModule, Io } from '../command.ts';

interface VerifyOptions {
  readonly key?: readonly string[];
  readonly subject?: readonly string[];
  readonly verdict: string;
  readonly maxAge?: string;
  readonly release?: string;
  readonly scope?: string;
  readonly policy?: string;
  readonly verifier?: string;
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<VerifyOptions> = {
  name: 'verify',
  summary:
    'check a signed verdict: who signed it, what it is about and what it says (exit 1: it does not hold)',
  examples: [
    {
      line: 'gatehouse verify verdict.intoto.json --key gate.pub',
      does: 'that a trusted gate said GO',
    },
    {
      line: `gatehouse verify verdict.intoto.json --key gate.pub --subject registry/shop@sha256:${'5a'.repeat(32)} --max-age 24`,
      does: 'about this very image, and not longer ago than a day',
    },
    {
      line: 'gatehouse verify verdict.intoto.json --key gate.pub --scope production --json # exit 1',
      does: 'of another scope: refused',
    },
  ],
  define: (command) => {
    command
      .argument('<file>', 'the attestation; - is standard input')
      .option(
        '--key <public>',
        'a key to trust, file:PATH or env:NAME; again for more; else attestation.trusted',
        again,
      )
      .option(
        '--subject <name@digest>',
        'what it must be about, NAME@sha256:… or sha256:…; again for more',
        again,
      )
      .option('--verdict <word>', 'what it must say: GO, NO-GO, UNDECIDED, or any', 'GO')
      .option('--max-age <hours>', 'how long ago it may have been decided')
      .option('--release <name>', 'the release it must name')
      .option('--scope <name>', 'the scope it must name')
      .option('--policy <name>', 'the policy it must name, or sha256:… of it')
      .option('--verifier <uri>', 'the verifier it must name')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io, [file = '']) {
    const [{ verifyAttestation }, { LARGEST_ENVELOPE_BYTES }, { readWhole }] = await Promise.all([
      import('../../attest/verify.ts'),
      import('../../attest/envelope.ts'),
      import('../whole-file.ts'),
    ]);
    const expected = await expectedBy(options, io);
    const bytes = await readWhole(file, io, LARGEST_ENVELOPE_BYTES);
    const verification = verifyAttestation(bytes, expected);
    await (options.json === true ? sayAsJson : say)(verification, expected, io);
    return verification.problems.length === 0 ? 0 : 1;
  },
};

/** One value each time, so that a file name behind it stays a file name. */
function again(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function expectedBy(options: VerifyOptions, io: Io): Promise<Expected> {
  const [{ trustedKeysFrom }, { readConfiguration }] = await Promise.all([
    import('../attestation-keys.ts'),
    import('../configuration.ts'),
  ]);
  const { release, scope, policy, verifier } = options;
  return {
    subjects: await Promise.all((options.subject ?? []).map(wantedSubject)),
    verdict: await wantedWord(options.verdict),
    maxAgeMs: await wantedAge(options.maxAge),
    trusted: await trustedKeysFrom(io, options.key ?? [], () => readConfiguration(io, options.config)),
    now: io.now().getTime(),
    release,
    scope,
    policy,
    verifier,
  };
}

async function wantedSubject(text: string): Promise<Expected['subjects'][number]> {
  const { parseSubject } = await import('../../attest/subject.ts');
  const [, digest] = /^sha256:([0-9a-f]{64})$/i.exec(text) ?? [];
  return digest === undefined ? parseSubject(text) : { sha256: digest.toLowerCase() };
}

async function wantedWord(word: string): Promise<Expected['verdict']> {
  const [{ VERDICTS }, { GatehouseError }] = await Promise.all([
    import('../../domain/verdict.ts'),
    import('../../domain/errors.ts'),
  ]);
  const known = [...VERDICTS, 'any' as const];
  const wanted = known.find((one) => one === word);
  if (wanted !== undefined) return wanted;
  throw new GatehouseError('input-invalid', `--verdict ${word}: there are ${known.join(', ')}`);
}

async function wantedAge(hours: string | undefined): Promise<number | undefined> {
  if (hours === undefined) return undefined;
  const age = Number(hours);
  if (/^\d{1,6}(\.\d{1,3})?$/.test(hours) && age > 0) return age * 3_600_000;
  const { GatehouseError } = await import('../../domain/errors.ts');
  throw new GatehouseError('input-invalid', `--max-age ${hours}: give a number of hours, such as 24 or 0.5`);
}

async function say({ problems, said }: Verification, expected: Expected, io: Io): Promise<void> {
  const { toPlainLine } = await import('../../reports/plain-text.ts');
  const { showInstant } = await import('../../domain/instant.ts');
  const lines =
    problems.length === 0
      ? ['It holds.']
      : ['It does not hold:', ...problems.map((problem) => `  - ${problem}`)];
  if (said !== undefined) {
    const unasked = expected.subjects.length === 0 ? '   (not compared: give --subject)' : '';
    lines.push(
      `verdict   ${said.verdict}${said.enforced ? '' : ' (not enforced)'}, decided ${showInstant(said.decidedAt)}`,
      `release   ${said.release}, scope ${said.scope}, policy ${said.policy.name}`,
      `policy    sha256:${said.policy.sha256 ?? 'none'}`,
      ...said.subjects.map(({ name, sha256 }) => `subject   ${name}@sha256:${sha256 ?? 'none'}${unasked}`),
      `verifier  ${said.verifier}, Gatehouse ${said.engine ?? 'of unknown version'}`,
      `signed    ${showInstant(said.signedAt)} with ${said.keyId}`,
      `rests on  facts sha256:${said.facts}, outcome sha256:${said.core}`,
    );
  }
  io.stdout.write(lines.map((line) => `${toPlainLine(line)}\n`).join(''));
}

async function sayAsJson({ problems, said }: Verification, _: Expected, io: Io): Promise<void> {
  const [{ toJsonLine }, { isoInstant }] = await Promise.all([
    import('../json-line.ts'),
    import('../../domain/instant.ts'),
  ]);
  io.stdout.write(toJsonLine({ holds: problems.length === 0, problems, said: saidJson(said, isoInstant) }));
}

function saidJson(said: Said | undefined, isoInstant: (at: number) => string | undefined) {
  if (said === undefined) return null;
  return { ...said, decidedAt: isoInstant(said.decidedAt), signedAt: isoInstant(said.signedAt) };
}
