/** `key new`, `key show`, `verify` and `replay` as they are typed. */
import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { makeFolder } from '../../../test/support/cli.ts';
import { aSignedVerdict, SHOP } from '../../../test/support/signed-verdict.ts';
import { trialIo } from '../../../test/support/trial-io.ts';
import { attest } from '../../attest/attest.ts';
import { readPublicKey } from '../../attest/keys.ts';
import { showSubject } from '../../attest/subject.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { keepVerdict } from '../../flows/kept-verdicts.ts';
import { packDecision } from '../../flows/replay.ts';
import { signingKeyFrom } from '../attestation-keys.ts';
import { commands } from '../commands.ts';
import { readConfiguration } from '../configuration.ts';
import { runProgram } from '../program.ts';
import { openStore } from '../stores.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR_MS = 3_600_000;

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  /** Of the error it ended with. */
  readonly message: string;
}

interface Machine {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly nowMs?: number;
}

async function gatehouse(cwd: string, args: readonly string[], machine: Machine = {}): Promise<Ended> {
  const { env = {}, stdin = '', nowMs = NOW } = machine;
  const trial = trialIo({ cwd, env, stdin: Readable.from([Buffer.from(stdin)]), now: () => new Date(nowMs) });
  try {
    const exitCode = await runProgram(args, trial.io, commands);
    return { exitCode, stdout: trial.stdout(), message: '' };
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return { exitCode: 2, stdout: trial.stdout(), message: `${error.code}: ${error.message}` };
  }
}

/** A folder with `verdict.intoto.json`, `verdict.bundle`, `gate.pub`, and `files`. */
async function aFolder(files: Readonly<Record<string, string | Uint8Array>> = {}, severity?: 'critical') {
  const folder = await makeFolder();
  const signed = await aSignedVerdict(NOW, severity);
  const all = {
    'verdict.intoto.json': signed.attestation,
    'verdict.bundle': signed.bundle,
    'gate.pub': signed.publicPem,
    ...files,
  };
  for (const [name, content] of Object.entries(all)) await writeFile(folder.file(name), content);
  return {
    ...folder,
    signed,
    run: (args: readonly string[], machine?: Machine) => gatehouse(folder.path, args, machine),
  };
}

describe('gatehouse key new', () => {
  it('makes a pair: the private half for its owner alone, the public half as key show tells it', async () => {
    await using folder = await aFolder();

    const made = await folder.run(['key', 'new', '--out', 'a.key', '--json']);
    const shown = await folder.run(['key', 'show', '--key', 'file:a.key', '--json']);
    const ofPublic = await folder.run(['key', 'show', '--key', 'a.key.pub']);

    const facts = JSON.parse(made.stdout);
    const publicPem = await readFile(folder.file('a.key.pub'), 'utf8');
    assert.deepEqual(facts, { id: facts.id, privateKey: 'a.key', publicKey: 'a.key.pub' });
    assert.deepEqual(JSON.parse(shown.stdout), { id: facts.id, publicKey: publicPem });
    assert.equal(ofPublic.stdout, `key ${facts.id}\n${publicPem}`);
    assert.equal(readPublicKey(ofPublic.stdout, 'what was printed').id, facts.id);
    assert.equal((await stat(folder.file('a.key'))).mode & 0o777, 0o600);
  });

  for (const there of ['a.key', 'a.key.pub']) {
    it(`writes over nothing, and leaves no half, when there is ${there}`, async () => {
      await using folder = await aFolder({ [there]: 'precious' });

      const { exitCode, message } = await folder.run(['key', 'new', '--out', 'a.key']);

      assert.equal(exitCode, 2);
      assert.match(message, /is there already, and stays as it is/);
      assert.equal(await readFile(folder.file(there), 'utf8'), 'precious');
      const other = there === 'a.key' ? 'a.key.pub' : 'a.key';
      await assert.rejects(stat(folder.file(other)), { code: 'ENOENT' });
    });
  }

  it('says why when it cannot write', async () => {
    await using folder = await aFolder();

    assert.match(
      (await folder.run(['key', 'new', '--out', 'no/a.key'])).message,
      /input-invalid: no\/a\.key cannot be written: there is no folder .*; make it first/,
    );
  });
});

describe('gatehouse key show', () => {
  it('never prints a private half, wherever it comes from', async () => {
    await using folder = await aFolder();
    const { privatePem } = folder.signed;

    const { stdout } = await folder.run(['key', 'show', '--key', 'env:SIGNING_KEY'], {
      env: { SIGNING_KEY: privatePem },
    });

    assert.match(stdout, /BEGIN PUBLIC KEY/);
    assert.doesNotMatch(stdout, /PRIVATE/);
    assert.ok(!stdout.includes(privatePem.split('\n')[1] ?? ''));
  });

  it('says what is missing', async () => {
    await using folder = await aFolder({ 'broken.key': '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n' });

    const say = async (...args: readonly string[]): Promise<string> =>
      (await folder.run(['key', 'show', ...args])).message;

    assert.match(await say(), /config-invalid: there is no key to sign with/);
    assert.match(
      await say('--key', 'env:NOTHING'),
      /config-invalid: key: environment variable NOTHING is not set/,
    );
    assert.match(
      await say('--key', 'nowhere.key'),
      /config-invalid: key: file .*nowhere.key: cannot be read/,
    );
    assert.match(await say('--key', 'broken.key'), /the key in .*broken.key is no private key in PEM/);
    assert.doesNotMatch(await say('--key', 'broken.key'), /c2VjcmV0/);
  });
});

describe('gatehouse verify', () => {
  const verify = ['verify', 'verdict.intoto.json', '--key', 'gate.pub'];

  it('ends with 0 when all holds, and tells what is said', async () => {
    await using folder = await aFolder();

    const { exitCode, stdout } = await folder.run([
      ...verify,
      '--subject',
      showSubject(SHOP),
      '--max-age',
      '1',
    ]);

    assert.equal(exitCode, 0);
    assert.match(stdout, /^It holds\.\nverdict {3}GO, decided 2026-06-01 12:00 UTC\n/);
    assert.match(stdout, /release {3}shop 4.2, scope everything, policy strict\n/);
    assert.ok(stdout.includes(`subject   ${showSubject(SHOP)}\n`));
    assert.ok(stdout.includes(folder.signed.decision.facts.digest));
  });

  it('says when nobody asked what it is about', async () => {
    await using folder = await aFolder();

    assert.match((await folder.run(verify)).stdout, /\(not compared: give --subject\)/);
  });

  const refusals: readonly (readonly [readonly string[], Machine, RegExp])[] = [
    [['--subject', `registry/shop@sha256:${'00'.repeat(32)}`], {}, /it is not about sha256:0000/],
    [['--subject', `sha256:${'00'.repeat(32)}`], {}, /it is not about sha256:0000/],
    [['--verdict', 'NO-GO'], {}, /the verdict is GO, not NO-GO/],
    [['--max-age', '1'], { nowMs: NOW + HOUR_MS + 1 }, /it is too old/],
    [['--scope', 'production'], {}, /its scope is "everything"/],
    [
      ['--release', 'shop 4.3', '--policy', 'x', '--verifier', 'y'],
      {},
      /release is.*policy is.*verifier is|verifier is/s,
    ],
  ];
  for (const [args, machine, problem] of refusals) {
    it(`ends with 1 and says why: ${args.join(' ')}`, async () => {
      await using folder = await aFolder();

      const { exitCode, stdout } = await folder.run([...verify, ...args], machine);

      assert.equal(exitCode, 1);
      assert.match(stdout, /^It does not hold:\n {2}- /);
      assert.match(stdout, problem);
    });
  }

  it('wants GO unless told otherwise', async () => {
    await using folder = await aFolder({}, 'critical');

    assert.equal((await folder.run(verify)).exitCode, 1);
    assert.equal((await folder.run([...verify, '--verdict', 'NO-GO'])).exitCode, 0);
    assert.equal((await folder.run([...verify, '--verdict', 'any'])).exitCode, 0);
  });

  it('is for machines, too', async () => {
    await using folder = await aFolder();

    const holds = JSON.parse((await folder.run([...verify, '--json'])).stdout);
    const fails = JSON.parse((await folder.run([...verify, '--json', '--scope', 'x'])).stdout);
    const broken = JSON.parse(
      (await folder.run(['verify', 'gate.pub', '--key', 'gate.pub', '--json'])).stdout,
    );

    assert.deepEqual([holds.holds, holds.problems, holds.said.verdict], [true, [], 'GO']);
    assert.equal(holds.said.decidedAt, '2026-06-01T12:00:00.000Z');
    assert.deepEqual([fails.holds, fails.problems.length, fails.said.scope], [false, 1, 'everything']);
    assert.deepEqual([broken.holds, broken.problems.length, broken.said], [false, 1, null]);
  });

  it('reads standard input, and keys from variables', async () => {
    await using folder = await aFolder();
    const { attestation, publicPem } = folder.signed;

    const ended = await folder.run(['verify', '-', '--key', 'env:GATE_KEY'], {
      stdin: attestation,
      env: { GATE_KEY: publicPem.replaceAll('\n', '\\n') },
    });

    assert.equal(ended.exitCode, 0);
  });

  it('trusts what the configuration trusts, from its folder, while it does', async () => {
    await using folder = await aFolder({
      'gatehouse.yaml':
        'attestation:\n  trusted:\n    - key: { file: gate.pub }\n      notAfter: 2026-06-02\n    - key: { env: OTHER }\n',
    });
    await mkdir(folder.file('deeper'));
    const other = await aSignedVerdict(NOW);
    const args = ['verify', '../verdict.intoto.json', '--config', '../gatehouse.yaml'];
    const at = (nowMs: number) =>
      gatehouse(folder.file('deeper'), args, { nowMs, env: { OTHER: other.publicPem } });

    assert.equal((await at(Date.UTC(2026, 5, 2) - 1)).exitCode, 0);
    assert.match((await at(Date.UTC(2026, 5, 2))).stdout, /is trusted until 2026-06-02 00:00 UTC only/);
  });

  it('never trusts by itself: without a key it is an error, and so is a private one', async () => {
    await using folder = await aFolder();
    await writeFile(folder.file('gate.key'), folder.signed.privatePem);

    const none = await folder.run(['verify', 'verdict.intoto.json']);
    const secret = await folder.run(['verify', 'verdict.intoto.json', '--key', 'gate.key']);

    assert.match(none.message, /config-invalid: no key is trusted: give --key/);
    assert.match(secret.message, /config-invalid: .*is a private key; give the public one/);
  });

  it('takes several keys and subjects, before the file as after it', async () => {
    await using folder = await aFolder({ 'other.pub': (await aSignedVerdict(NOW)).publicPem });
    const two = ['--subject', showSubject(SHOP), '--subject', `sha256:${'00'.repeat(32)}`];

    const holds = await folder.run([
      'verify',
      '--key',
      'other.pub',
      '--key',
      'gate.pub',
      'verdict.intoto.json',
    ]);
    const fails = await folder.run(['verify', ...two, 'verdict.intoto.json', '--key', 'gate.pub']);

    assert.equal(holds.exitCode, 0);
    assert.match(fails.stdout, /not hold:\n {2}- it is not about sha256:0000.*\nverdict/);
  });

  it('refuses a key that another made', async () => {
    await using folder = await aFolder({ 'other.pub': (await aSignedVerdict(NOW)).publicPem });

    const { exitCode, stdout } = await folder.run(['verify', 'verdict.intoto.json', '--key', 'other.pub']);

    assert.deepEqual([exitCode, /no trusted key has signed it/.test(stdout)], [1, true]);
  });

  const mistakes: readonly (readonly [readonly string[], RegExp])[] = [
    [['verify', 'nowhere.json', '--key', 'gate.pub'], /not-found: nowhere.json: cannot be read/],
    [['verify', '.', '--key', 'gate.pub'], /not-found: \.: cannot be read/],
    [['verify', 'huge', '--key', 'gate.pub'], /input-invalid: huge: larger than 1000000 bytes/],
    [[...verify, '--subject', 'shop:latest'], /--subject shop:latest: give NAME@sha256:DIGEST/],
    [[...verify, '--subject', 'shop@sha256:12'], /give NAME@sha256:DIGEST/],
    [[...verify, '--verdict', 'PASSED'], /PASSED. is none of GO, NO-GO, UNDECIDED, any/],
    [[...verify, '--max-age', '0'], /--max-age 0: give a number of hours/],
    [[...verify, '--max-age', 'Infinity'], /give a number of hours/],
  ];
  for (const [args, problem] of mistakes) {
    it(`is an error: ${args.slice(1).join(' ')}`, async () => {
      await using folder = await aFolder({ huge: Buffer.alloc(1_000_001, ' ') });

      const { exitCode, message } = await folder.run(args);

      assert.equal(exitCode, 2);
      assert.match(message, problem);
    });
  }

  it('prints nothing that repaints a terminal, whatever a trusted key has signed', async () => {
    await using folder = await aFolder({ 'signing.key': (await aSignedVerdict(NOW)).privatePem });
    const { io } = trialIo({ cwd: folder.path });
    const key = await signingKeyFrom(io, await readConfiguration(io), 'signing.key');
    await folder
      .run(['key', 'show', '--key', 'signing.key'])
      .then(({ stdout }) => writeFile(folder.file('k.pub'), stdout));
    const { decision } = folder.signed;
    const verdict = { ...JSON.parse(decision.core.text), release: '\u001b[2J\u202eshop\nIt holds.' };
    const digests = { policy: SHOP.sha256, core: SHOP.sha256, facts: SHOP.sha256 };
    const hostile = attest({ verdict, subjects: [SHOP], digests, engine: '1', key, now: NOW });

    for (const more of [[], ['--json']]) {
      const { stdout } = await folder.run(['verify', '-', '--key', 'k.pub', ...more], { stdin: hostile });
      assert.doesNotMatch(stdout, /\p{Cf}|[^\P{Cc}\n]/u);
      assert.ok(stdout.split('\n').filter((line) => line === 'It holds.').length <= 1);
      assert.match(stdout, /2J/);
    }
  });
});

describe('gatehouse replay', () => {
  it('ends with 0 when it is the same, and says by which version and policy', async () => {
    await using folder = await aFolder();

    const { exitCode, stdout } = await folder.run(['replay', '--bundle', 'verdict.bundle']);

    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /^The same: GO, byte for byte\.\nengine {3}\d+\.\d+\.\d+\npolicy {3}sha256:[0-9a-f]{64}\n/,
    );
  });

  it('ends with 1 when another policy says otherwise, and says what', async () => {
    await using folder = await aFolder({
      'policy.yaml': 'name: all\nrules: { severity: { action: block, atOrAbove: low } }\n',
    });

    const args = ['replay', '--bundle', 'verdict.bundle', '--policy', 'policy.yaml'];
    const { exitCode, stdout } = await folder.run(args);
    const json = JSON.parse((await folder.run([...args, '--json'])).stdout);

    assert.equal(exitCode, 1);
    assert.match(stdout, /^Not the same: GO then, NO-GO now\.\n/);
    assert.match(stdout, /policy {3}sha256:[0-9a-f]{64} then, sha256:[0-9a-f]{64} now/);
    assert.match(stdout, /note: the policy asks about other findings/);
    assert.deepEqual([json.same, json.verdict], [false, { was: 'GO', is: 'NO-GO' }]);
  });

  it('names the version that decided, and says when neither version nor policy explains it', async () => {
    await using folder = await aFolder();
    const { decision } = folder.signed;
    const lie = { ...decision, core: (await aSignedVerdict(NOW, 'critical')).decision.core };
    await writeFile(folder.file('old.bundle'), await packDecision({ ...lie, engine: '0.0.1' }));
    await writeFile(folder.file('lie.bundle'), await packDecision(lie));

    const old = await folder.run(['replay', '--bundle', 'old.bundle']);
    const unexplained = await folder.run(['replay', '--bundle', 'lie.bundle']);

    assert.match(old.stdout, /engine {3}0\.0\.1 then, \d+\.\d+\.\d+ now\n/);
    assert.doesNotMatch(old.stdout, /note:/);
    assert.match(unexplained.stdout, /note: version and policy are those of then/);
    assert.deepEqual([old.exitCode, unexplained.exitCode], [1, 1]);
  });

  const mistakes: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ['no bundle', 'nothing', /input-invalid: \S+: this is no bundle/],
    [
      'a bundle of something else',
      gzipSync('{"bundle":"x"}'),
      /input-invalid: \S+: this is no bundle of a verdict: bundle/,
    ],
  ];
  for (const [what, content, problem] of mistakes) {
    it(`ends with 2: ${what}`, async () => {
      await using folder = await aFolder({ other: content });

      const { exitCode, message } = await folder.run(['replay', '--bundle', 'other']);

      assert.equal(exitCode, 2);
      assert.match(message, problem);
    });
  }

  it('decides a verdict of the store again: the last, or by its number', async () => {
    await using folder = await aFolder({ 'gatehouse.yaml': 'store: sqlite:kept.db\n' });
    const { verdict, decision } = folder.signed;
    const other = await aSignedVerdict(NOW, 'critical');
    const store = await openStore(`sqlite:${folder.file('kept.db')}`);
    const id = await keepVerdict(store.writer, { verdict, decision, recordedAt: NOW });
    await keepVerdict(store.writer, { ...other, recordedAt: NOW });
    await store.close();

    const last = await folder.run(['replay']);
    const first = await folder.run(['replay', String(id), '--json']);
    const both = await folder.run(['replay', String(id), '--bundle', 'verdict.bundle']);
    const unknown = await folder.run(['replay', '99']);
    const noNumber = await folder.run(['replay', 'verdict.bundle']);

    assert.match(last.stdout, /^The same: NO-GO, byte for byte\./);
    assert.deepEqual([JSON.parse(first.stdout).same, JSON.parse(first.stdout).verdict.is], [true, 'GO']);
    assert.match(both.message, /input-invalid: give a verdict of the store \(\d+\) or --bundle, not both/);
    assert.match(unknown.message, /not-found: there is no verdict 99 in the store/);
    assert.match(noNumber.message, /verdict.bundle is no number of a verdict; a file is given by --bundle/);
  });

  it('ends with 2 when the facts in it were changed by hand', async () => {
    await using folder = await aFolder();
    const { decision } = folder.signed;
    const facts = { ...decision.facts, text: decision.facts.text.replaceAll('"low"', '"info"') };
    await writeFile(folder.file('other'), await packDecision({ ...decision, facts }));

    const { exitCode, message } = await folder.run(['replay', '--bundle', 'other']);

    assert.deepEqual([exitCode, /the facts are not those/.test(message)], [2, true]);
  });
});
