import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { trialLine } from '../../../test/support/trial-line.ts';
import { makeEstate } from '../../sandbox/dynatrace/data/estate.ts';
import { type DynatraceEmulator, startDynatraceEmulator } from '../../sandbox/dynatrace/emulator.ts';
import type { EmulatorOptions } from '../../sandbox/dynatrace/options.ts';
import { allRows, asOfVersion1, emptySqlite } from '../../store/fixtures/older-stores.ts';
import { SCHEMA_VERSION } from '../../store/migrations.ts';
import { diskPoint, nodePoint } from './machine.ts';
import type { Point } from './point.ts';

const DAY_MS = 86_400_000;
const estate = makeEstate({ problems: 5, at: Date.now() });

const start = (options: Partial<EmulatorOptions> = {}): Promise<DynatraceEmulator> =>
  startDynatraceEmulator({ tenant: estate.certification, ...options });

interface Given {
  readonly url: string;
  readonly token?: string;
  /** Further settings of the source, and further keys of the file. */
  readonly settings?: string;
  readonly also?: string;
  readonly args?: readonly string[];
  readonly at?: Date;
  readonly files?: Readonly<Record<string, string>>;
}

interface Told {
  readonly exitCode: number | undefined;
  readonly points: readonly Point[];
  /** `problem: what it says; what to do` of the one source. */
  readonly source: readonly string[];
}

async function doctor({ url, token, settings = '', also = '', args = [], at, files }: Given): Promise<Told> {
  const source = `  - { name: shop, kind: dynatrace, url: "${url}", token: { env: TOKEN }, allowPrivate: true${settings} }`;
  await using line = await trialLine({ 'gatehouse.yaml': `sources:\n${source}\n${also}`, ...files });
  const env: Record<string, string> = token === undefined ? {} : { TOKEN: token };
  const { exitCode, stdout } = await line.run(['doctor', '--json', ...args], { at: at ?? new Date(), env });
  const { points, ok } = JSON.parse(stdout);
  assert.equal(ok, exitCode === 0);
  return { exitCode, points, source: saidOf(points, 'source shop') };
}

function saidOf(points: readonly Point[], about: string): readonly string[] {
  return points
    .filter((point) => point.about === about)
    .map(({ state, says, todo }) => `${state}: ${says}${todo === null ? '' : `; ${todo}`}`);
}

const addressOf = ({ url, environmentId }: DynatraceEmulator): string => `${url}/e/${environmentId}`;

describe('a source', () => {
  let emulator: DynatraceEmulator;
  let secure: DynatraceEmulator;
  before(async () => {
    [emulator, secure] = await Promise.all([start(), start({ https: true })]);
  });
  after(async () => {
    await Promise.all([emulator.close(), secure.close()]);
  });

  test('that answers with a token that may read all has no problem', async () => {
    await using line = await trialLine({ 'ca.pem': secure.certificate ?? '' });
    const settings = `, tls: { caFile: "${line.path}/ca.pem" }`;

    const { exitCode, source } = await doctor({ url: addressOf(secure), token: secure.token, settings });

    assert.equal(exitCode, 0);
    assert.deepEqual(source, [
      `ok: ${secure.url} answers, and its certificate verifies`,
      'ok: the token is accepted',
      'ok: securityProblems.read: security problems can be read',
      'ok: entities.read: names and tags of hosts and process groups can be read',
      'ok: its clock and ours agree',
    ]);
  });

  test('whose certificate nobody vouches for is a problem that names the certificate', async () => {
    const { exitCode, source } = await doctor({ url: addressOf(secure), token: secure.token });

    assert.equal(exitCode, 2);
    assert.equal(source.length, 1);
    assert.match(source[0] ?? '', /^problem: .*TLS certificate.*tls\.ca/);
  });

  test('whose certificate is not verified is a warning, and so is one without TLS', async () => {
    const settings = ', tls: { verify: false }';

    const unverified = await doctor({ url: addressOf(secure), token: secure.token, settings });
    const open = await doctor({ url: addressOf(emulator), token: emulator.token });

    assert.equal(unverified.exitCode, 0);
    assert.match(unverified.source[0] ?? '', /^warning: .*not verified; give its authority/);
    assert.equal(open.exitCode, 0);
    assert.match(open.source[0] ?? '', /^warning: .*without TLS/);
  });

  test('with a token that it does not know is a problem, in its own words', async () => {
    const { exitCode, source } = await doctor({ url: addressOf(emulator), token: 'dt0c01.WRONG.WRONG' });

    assert.equal(exitCode, 2);
    assert.match(source.join('\n'), /^problem: the token is not accepted: .*Token Authentication failed/);
    assert.doesNotMatch(source.join('\n'), /WRONG/);
  });

  test('with a token that ended is a problem that says so', async () => {
    const token = 'dt0c01.ENDED.ENDED';
    const scopes = ['securityProblems.read', 'entities.read'];
    emulator.control.addToken({ token, scopes, expiresAt: emulator.control.now() - DAY_MS });

    const { exitCode, source } = await doctor({ url: addressOf(emulator), token });

    assert.equal(exitCode, 2);
    assert.match(source.join('\n'), /^problem: the token is not accepted: .*expired.*; make a new one with/);
  });

  test('with a token that lacks what every collection needs is a problem that names the right', async () => {
    const token = 'dt0c01.ENTITIES.ONLY';
    emulator.control.addToken({ token, scopes: ['entities.read'] });

    const { exitCode, source } = await doctor({ url: addressOf(emulator), token });

    assert.equal(exitCode, 2);
    assert.ok(source.includes('ok: the token is accepted'));
    assert.ok(
      source.includes(
        'problem: the token lacks securityProblems.read: no security problems are read; give the token securityProblems.read',
      ),
    );
  });

  test('with a token that lacks names of hosts is a warning, and a problem where a scope selects by hosts', async () => {
    const token = 'dt0c01.PROBLEMS.ONLY';
    emulator.control.addToken({ token, scopes: ['securityProblems.read'] });
    const url = addressOf(emulator);
    const also = 'scopes: [{ name: edge, labels: [{ kind: host, anyOf: [edge-1] }] }]\n';

    const [without, needed] = [await doctor({ url, token }), await doctor({ url, token, also })];

    assert.equal(without.exitCode, 0);
    assert.match(without.source.join('\n'), /^warning: the token lacks entities\.read: .*or go without$/m);
    assert.equal(needed.exitCode, 2);
    assert.match(needed.source.join('\n'), /^problem: the token lacks entities\.read: .*a scope .* needs$/m);
  });

  test('whose vendor says 401 also for a missing right is told by what else the token may', async () => {
    await using strict = await disposable(start({ dialect: { missingScopeStatus: 401 } }));
    const token = 'dt0c01.PROBLEMS.ONLY';
    strict.emulator.control.addToken({ token, scopes: ['securityProblems.read'] });

    const { source } = await doctor({ url: addressOf(strict.emulator), token });

    assert.ok(source.includes('ok: the token is accepted'));
    assert.match(source.join('\n'), /^warning: the token lacks entities\.read/m);
  });

  test('with a token that may nothing is a problem that does not call the token unknown', async () => {
    const token = 'dt0c01.NOTHING.AT-ALL';
    emulator.control.addToken({ token, scopes: [] });

    const { source } = await doctor({ url: addressOf(emulator), token });

    assert.match(
      source.join('\n'),
      /^problem: the token is known and lacks every right: .*; give it securityP/,
    );
  });

  test('without a token is a problem that names the variable, and nothing is asked', async () => {
    const before = emulator.stats().requests;

    const { exitCode, source } = await doctor({ url: addressOf(emulator) });

    assert.equal(exitCode, 2);
    assert.deepEqual(source, [
      'problem: the environment variable TOKEN is not set; set it where Gatehouse runs',
    ]);
    assert.deepEqual(emulator.stats().requests, before);
  });

  test('that nobody answers for is a problem that names the address', async () => {
    const { exitCode, source } = await doctor({ url: 'http://127.0.0.1:1/e/abc12345', token: 'x' });

    assert.equal(exitCode, 2);
    assert.match(source.join('\n'), /^problem: .*127\.0\.0\.1:1.* could not connect.*check address/);
  });

  test('whose name nobody knows is a problem of the address', async () => {
    const { exitCode, source } = await doctor({ url: 'https://nowhere.live.dynatrace.com', token: 'x' });

    assert.equal(exitCode, 2);
    assert.match(
      source.join('\n'),
      /^problem: nowhere\.live\.dynatrace\.com does not resolve .*; check the url/,
    );
  });

  test('whose answer is a log-in page is a problem', async () => {
    await using strange = await disposable(start({ faults: [{ kind: 'html' }] }));

    const { source } = await doctor({ url: addressOf(strange.emulator), token: strange.emulator.token });

    assert.match(source.join('\n'), /^problem: .*log-in page/);
  });

  test('whose clock is two hours behind ours is a warning', async () => {
    const at = new Date(Date.now() + 2 * 3_600_000);

    const { exitCode, source } = await doctor({ url: addressOf(emulator), token: emulator.token, at });

    assert.equal(exitCode, 0);
    assert.match(
      source.join('\n'),
      /^warning: the clock of this machine is 7(19|20)\d s ahead of .*time server/m,
    );
  });

  test('is not asked with --offline, but its token must be there', async () => {
    const before = emulator.stats().requests;
    const args = ['--offline'];

    const [there, missing] = [
      await doctor({ url: addressOf(emulator), token: 'x', args }),
      await doctor({ url: addressOf(emulator), args }),
    ];

    assert.equal(there.exitCode, 0);
    assert.match(there.source.join('\n'), /^ok: .*not asked: --offline$/);
    assert.equal(missing.exitCode, 2);
    assert.deepEqual(emulator.stats().requests, before);
  });
});

async function disposable(starting: Promise<DynatraceEmulator>) {
  const emulator = await starting;
  return { emulator, [Symbol.asyncDispose]: () => emulator.close() };
}

describe('the installation', () => {
  const offline = { url: 'https://abc12345.live.dynatrace.com', token: 'x', args: ['--offline'] };

  test('with everything in its place has no problem', async () => {
    const files = {
      'policy.yaml': 'name: ours\npreset: balanced\n',
      'waivers.yaml': '- { id: W, vulnerability: CVE-1-1, by: bob, reason: reviewed, until: 2099-12-31 }\n',
    };

    const { exitCode, points } = await doctor({
      ...offline,
      files,
      also: 'policy: policy.yaml\nwaivers: [waivers.yaml]\n',
    });

    assert.equal(exitCode, 0);
    assert.deepEqual(
      [...new Set(points.map(({ about }) => about))],
      ['node', 'configuration', 'policy', 'waivers', 'store', 'disk', 'source shop'],
    );
    assert.match(saidOf(points, 'policy').join(), /^ok: ours .*balanced/);
    assert.deepEqual(saidOf(points, 'waivers'), ['ok: 1 in files']);
    assert.match(saidOf(points, 'store').join(), /not there yet/);
  });

  test('with mistakes in its files tells all of them, and looks on', async () => {
    const { exitCode, points } = await doctor({
      ...offline,
      also: 'policy: balnced\nwaivers: [missing.yaml]\nrelease: { name: shop, scope: egde }\n',
    });

    assert.equal(exitCode, 2);
    const said = saidOf(points, 'configuration').join('\n');
    for (const part of [/did you mean balanced/, /missing\.yaml/, /there is no scope 'egde'/])
      assert.match(said, part);
    assert.ok(points.some(({ about }) => about === 'source shop'));
  });

  test('without a configuration is a warning that says how to get one', async () => {
    await using line = await trialLine();

    const { exitCode, stdout } = await line.run(['doctor']);

    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /^warning {2}configuration: there is no gatehouse\.yaml here\n {9}write one: gatehouse init$/m,
    );
    assert.match(stdout, /\n0 problems, 1 warning\n$/);
  });

  test('with a store that cannot be made, or that is none, is a problem', async () => {
    const files = { 'some.txt': 'this is no database, and long enough to be looked at' };

    const below = await doctor({ ...offline, files, also: 'store: "sqlite:some.txt/gatehouse.db"\n' });
    const none = await doctor({ ...offline, files, also: 'store: "sqlite:some.txt"\n' });

    assert.equal(below.exitCode, 2);
    assert.match(saidOf(below.points, 'store').join(), /^problem: .*cannot be written/);
    assert.equal(none.exitCode, 2);
    assert.match(saidOf(none.points, 'store').join(), /^problem: .*is not a Gatehouse store/);
  });

  test('with a store that commands have used tells its schema version', async () => {
    await using line = await trialLine({ 'gatehouse.yaml': 'store: "sqlite:g.db"\n' });
    await line.run(['findings']);

    const { stdout } = await line.run(['doctor', '--offline']);

    assert.match(stdout, /^ok {7}store: .*g\.db can be written; schema version \d+$/m);
  });

  test('with a store of an earlier Gatehouse tells what becomes of it, and leaves it as it is', async () => {
    await using older = await asOfVersion1(await emptySqlite());
    await using line = await trialLine();
    const before = await allRows(older);

    const { stdout } = await line.run(['doctor', '--offline'], { env: { GATEHOUSE_STORE: older.address } });

    const brings =
      /schema version 1, which the next command brings to \d+; no earlier Gatehouse opens it then$/m;
    assert.match(stdout, brings);
    assert.deepEqual(await allRows(older), before);
    await line.run(['findings'], { env: { GATEHOUSE_STORE: older.address } });
    const after = await line.run(['doctor', '--offline'], { env: { GATEHOUSE_STORE: older.address } });
    assert.match(after.stdout, new RegExp(`can be written; schema version ${SCHEMA_VERSION}$`, 'm'));
  });

  test('with a server as its store that is not there is a problem without its password', async () => {
    await using line = await trialLine();
    const env = { GATEHOUSE_STORE: 'postgres://me:hunter2@127.0.0.1:1/gatehouse' };

    const { exitCode, stdout } = await line.run(['doctor'], { env });

    assert.equal(exitCode, 2);
    assert.match(
      stdout,
      /^problem {2}store: postgres:\/\/me:\*\*\*@127\.0\.0\.1:1\/gatehouse: cannot reach/m,
    );
    assert.doesNotMatch(stdout, /hunter2/);
  });

  test('with a feed whose file is not there is a problem', async () => {
    const { points } = await doctor({ ...offline, also: '' });
    await using line = await trialLine({
      'gatehouse.yaml': 'sources: [{ name: kev, kind: kev, file: kev.json }]\n',
    });

    const missing = await line.run(['doctor', '--offline']);
    await writeFile(`${line.path}/kev.json`, '{}');
    const there = await line.run(['doctor', '--offline']);

    assert.ok(points.every(({ about }) => !about.startsWith('feed')));
    assert.equal(missing.exitCode, 2);
    assert.match(missing.stdout, /^problem {2}feed kev: .*kev\.json is not there/m);
    assert.equal(there.exitCode, 0);
  });
});

test('a Node that is too old is a problem, and the oldest that will do is not', () => {
  assert.equal(nodePoint('22.11.0').state, 'problem');
  assert.equal(nodePoint('24.0.0').state, 'ok');
  assert.equal(nodePoint('26.1.0').state, 'ok');
});

test('a disk is a problem below 100 MB, a warning below 1 GB, and unknown is a warning', () => {
  const states = [99_999_999, 100_000_000, 999_999_999, 1_000_000_000, undefined].map(
    (free) => diskPoint('/data', free).state,
  );

  assert.deepEqual(states, ['problem', 'warning', 'warning', 'ok', 'warning']);
});
