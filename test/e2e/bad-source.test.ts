/** A source that cannot be read: the error names it and its host and says why, and what is stored stays as it is. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { makeEstate } from '../../src/sandbox/dynatrace/data/estate.ts';
import { type DynatraceEmulator, startDynatraceEmulator } from '../../src/sandbox/dynatrace/emulator.ts';
import type { Fault } from '../../src/sandbox/dynatrace/options.ts';
import { runCli } from '../support/cli.ts';
import { listen } from '../support/local-server.ts';
import { assertRefused, assertSafe, lineWithStore, type RefusalOptions, TOKEN } from '../support/refusals.ts';

const AT = Date.UTC(2026, 4, 31);
const { certification: tenant } = makeEstate({ seed: 3, problems: 8, at: AT });

/** A run that came to nothing is known as one; findings, claims and all that follows are as they were. */
const A_RUN: RefusalOptions = { mayWrite: ['run', 'run_asset', 'run_member', 'stream', 'source_cursor'] };

interface SourceOptions {
  readonly url: string;
  readonly token?: string;
  readonly further?: string;
}

function configured({ url, token = '{ env: TOKEN }', further = '' }: SourceOptions): string {
  return `sources:\n  - name: prod\n    kind: dynatrace\n    url: ${url}\n    token: ${token}\n    allowPrivate: true\n${further}`;
}

async function emulator(t: TestContext, faults: readonly Fault[] = []): Promise<DynatraceEmulator> {
  const started = await startDynatraceEmulator({ tenant, clock: 'frozen', faults: [...faults] });
  t.after(() => started.close());
  return started;
}

async function assertCollectFails(
  source: SourceOptions,
  says: readonly RegExp[],
  options: RefusalOptions = {},
): Promise<string> {
  await using line = await lineWithStore({ 'gatehouse.yaml': configured(source) });
  return await assertRefused(line, ['collect'], says, { ...A_RUN, ...options });
}

describe('a token', () => {
  const url = 'https://127.0.0.1:1/e/abc';
  const PIECES = 'dt0c01.S3CRET';
  const noToken: readonly (readonly [what: string, env: Record<string, string>, says: RegExp])[] = [
    ['whose variable is not set', { TOKEN: '' }, /prod: .*environment variable TOKEN is not set/],
    ['of white space', { TOKEN: ' \n' }, /prod: .*environment variable TOKEN is not set or empty/],
    ['with a line break in it', { TOKEN: `${PIECES}\nmore` }, /prod: the token has a space, a line break/],
    ['with a space in it', { TOKEN: `${PIECES} more` }, /prod: the token has a space/],
    ['with a letter that no token has', { TOKEN: `${PIECES}é` }, /prod: the token has .* no token has/],
  ];

  for (const [what, env, says] of noToken) {
    test(`${what} is told before anything is sent, and no run is begun`, async () => {
      await assertCollectFails({ url }, [says], { env, mayWrite: [] });
    });
  }

  const files: readonly (readonly [what: string, make: (path: string) => Promise<unknown>, says: RegExp])[] =
    [
      ['that is not there', async () => undefined, /prod: .*token: cannot be read: there is no such file/],
      ['that is a folder', (path) => mkdir(path), /prod: .*token is a folder/],
      ['that is empty', (path) => writeFile(path, '\n'), /prod: .*token is empty/],
      [
        'with two lines',
        (path) => writeFile(path, `${PIECES}\nmore\n`),
        /prod: the token has a space, a line break/,
      ],
      [
        'of bytes',
        (path) => writeFile(path, Buffer.from([0xff, 0, 0x10])),
        /prod: .*token holds binary data/,
      ],
    ];

  for (const [what, make, says] of files) {
    test(`in a file ${what} is told by the file's name`, async () => {
      await using line = await lineWithStore();
      const path = join(line.path, 'token');
      await make(path);
      await line.write('gatehouse.yaml', configured({ url, token: `{ file: "${path}" }` }));

      await assertRefused(line, ['collect'], [says]);
    });
  }

  test('that one source lacks does not cut the other short', async (t) => {
    const { url: base, environmentId, token } = await emulator(t);
    const good = configured({ url: `${base}/e/${environmentId}` });
    const bad = configured({ url, token: '{ env: NOT_SET }' })
      .replace('sources:\n', '')
      .replace('prod', 'other');
    await using line = await lineWithStore({ 'gatehouse.yaml': `${good}${bad}` });

    const end = await line.run(['collect'], { env: { TOKEN: token } });
    const found = await line.run(['findings', '--json', '--limit', '1']);

    assert.match(`${end.message}${end.stdout}`, /other: .*NOT_SET is not set/);
    assert.ok(end.exitCode === undefined || end.exitCode === 2);
    assert.match(end.stdout, /prod: complete, 8 problems/);
    assert.ok(JSON.parse(found.stdout).total > 8);
  });

  const refusals: readonly (readonly [what: string, fault: Fault, says: readonly RegExp[]])[] = [
    [
      'that has expired',
      { kind: 'expired-token' },
      [/refused the token \(401\).*expired/, /securityProblems\.read/],
    ],
    [
      'without a scope',
      { kind: 'missing-scope' },
      [/denied access \(403\).*missing required scope.*securityProblems\.read/],
    ],
  ];
  for (const [what, fault, says] of refusals) {
    test(`${what} is told with the vendor's words and the scopes it needs`, async (t) => {
      const { url: base, environmentId, token } = await emulator(t, [fault]);

      const said = await assertCollectFails(
        { url: `${base}/e/${environmentId}` },
        [/prod: GET 127\.0\.0\.1:\d+/, ...says],
        {
          env: { TOKEN: token },
        },
      );

      assert.ok(!said.includes(token.split('.')[2] ?? token));
    });
  }

  test('that an answer repeats is not shown', async (t) => {
    const server = http.createServer((request, response) => {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `no: ${request.headers.authorization}` } }));
    });
    const port = await listen(t, server);

    await assertCollectFails({ url: `http://127.0.0.1:${port}/e/abc` }, [
      /refused the token \(401\): "no: \*\*\*"/,
    ]);
  });
});

describe('a host', () => {
  test('that refuses the port is named with it', async () => {
    await assertCollectFails({ url: 'http://127.0.0.1:1/e/abc' }, [
      /prod: GET 127\.0\.0\.1:1\/.* could not connect \(ECONNREFUSED.*check address, proxy and firewall/,
    ]);
  });

  test('that breaks every connection is', async (t) => {
    const port = await listen(
      t,
      net.createServer((socket) => socket.destroy()),
    );

    await assertCollectFails({ url: `http://127.0.0.1:${port}/e/abc` }, [
      new RegExp(`prod: GET 127\\.0\\.0\\.1:${port}/.* lost the connection`),
    ]);
  });

  test('whose name does not resolve is', async () => {
    // Longer than a name can be, so that nobody outside is asked for it.
    const host = `${'a'.repeat(64)}.invalid`;
    await using line = await lineWithStore({
      'gatehouse.yaml': configured({ url: `https://${host}/e/abc` }),
    });

    const ended = await runCli(['collect'], { cwd: line.path, env: { TOKEN } });

    assert.equal(ended.code, 2);
    assert.match(ended.stdout, new RegExp(`prod: GET ${host}/.* could not connect \\(E.*check address`));
    assertSafe(`${ended.stdout}${ended.stderr}`);
  });

  test('in a private network is not called unless that is meant', async () => {
    await using line = await lineWithStore();
    const text = configured({ url: 'https://10.1.2.3/e/abc' }).replace('    allowPrivate: true\n', '');
    await line.write('gatehouse.yaml', text);

    await assertRefused(
      line,
      ['collect'],
      [/prod: 10\.1\.2\.3 is a private address; set allowPrivate/],
      A_RUN,
    );
  });
});

describe('TLS', () => {
  const run = promisify(execFile);

  /** A certificate for the name that has ended, or ends tomorrow; it vouches for itself. */
  async function certificate(folder: string, name: string, days: number) {
    const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
    await writeFile(join(folder, 'extensions'), `subjectAltName=${name}\n`);
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'tls.key'];
    await openssl('req', '-new', ...key, '-subj', '/CN=test', '-out', 'tls.csr');
    const signing = ['-signkey', 'tls.key', '-days', String(days), '-extfile', 'extensions'];
    await openssl('x509', '-req', '-in', 'tls.csr', ...signing, '-out', 'tls.pem');
    const [cert, own] = await Promise.all(
      ['tls.pem', 'tls.key'].map((file) => run('cat', [join(folder, file)])),
    );
    return { cert: cert?.stdout, key: own?.stdout };
  }

  const cases: readonly (readonly [
    what: string,
    name: string,
    days: number,
    isTrusted: boolean,
    says: RegExp,
  ])[] = [
    [
      'nobody vouches for',
      'IP:127.0.0.1',
      2,
      false,
      /certificate \(DEPTH_ZERO_SELF_SIGNED_CERT: .*tls\.caFile/,
    ],
    [
      'of another name',
      'DNS:elsewhere.example',
      2,
      true,
      /certificate \(ERR_TLS_CERT_ALTNAME_INVALID: .*127\.0\.0\.1/,
    ],
    [
      'that has expired',
      'IP:127.0.0.1',
      -1,
      true,
      /certificate \(CERT_HAS_EXPIRED: certificate has expired\)/,
    ],
  ];
  for (const [what, name, days, isTrusted, says] of cases) {
    test(`a certificate ${what} is told as such, and nothing is sent`, async (t) => {
      await using line = await lineWithStore();
      let calls = 0;
      const server = https.createServer(await certificate(line.path, name, days), (_, response) => {
        calls += 1;
        response.end();
      });
      const port = await listen(t, server);
      const further = isTrusted ? `    tls: { caFile: "${join(line.path, 'tls.pem')}" }\n` : '';
      await line.write('gatehouse.yaml', configured({ url: `https://127.0.0.1:${port}/e/abc`, further }));

      const said = await assertRefused(
        line,
        ['collect'],
        [new RegExp(`prod: GET 127\\.0\\.0\\.1:${port}/`), says],
        A_RUN,
      );

      assert.equal(calls, 0);
      assert.doesNotMatch(said, /use-system-ca/);
    });
  }

  test('plain HTTP at an https address is told as such', async (t) => {
    const port = await listen(
      t,
      http.createServer((_, response) => void response.end('hello')),
    );

    const said = await assertCollectFails({ url: `https://127.0.0.1:${port}/e/abc` }, [
      /does not speak TLS \(ERR_SSL_WRONG_VERSION_NUMBER: wrong version number\)/,
      /begins with https, and something else answers there/,
    ]);

    assert.doesNotMatch(said, /openssl\/ssl/);
  });
});

describe('an answer', () => {
  async function assertAnswered(
    t: TestContext,
    answer: (request: http.IncomingMessage, response: http.ServerResponse) => void,
    says: readonly RegExp[],
  ): Promise<void> {
    const port = await listen(t, http.createServer(answer));
    await assertCollectFails({ url: `http://127.0.0.1:${port}/e/abc` }, [/prod: /, /127\.0\.0\.1/, ...says]);
  }

  test('that is the page of a proxy or a log-in is told with its title', async (t) => {
    await assertAnswered(
      t,
      (request, response) => {
        response.setHeader('content-type', 'text/html');
        response.end(`<html><title>Log in ${request.headers.authorization?.slice(0, 60)}</title></html>`);
      },
      [
        /a web page titled "Log in .*in place of JSON.*check the base URL, and whether a proxy or a log-in page/,
      ],
    );
  });

  test('that leads to another host is not followed, and the token does not go there', async (t) => {
    let calls = 0;
    const elsewhere = await listen(
      t,
      http.createServer((_, response) => {
        calls += 1;
        response.end();
      }),
    );
    await assertAnswered(
      t,
      (_, response) => {
        response.writeHead(302, { location: `http://localhost:${elsewhere}/login?next=1` });
        response.end();
      },
      [new RegExp(`a redirect leads to http://localhost:${elsewhere}.*nothing was sent there`)],
    );

    assert.equal(calls, 0);
  });

  test('without a list is no empty list', async (t) => {
    await assertAnswered(
      t,
      (_, response) => {
        response.setHeader('content-type', 'application/json');
        response.end('{"totalCount": 0}');
      },
      [/securityProblems gave a reply that cannot be read.*check the address/],
    );
  });

  test('that there is no such page is told', async (t) => {
    await assertAnswered(t, (_, response) => void response.writeHead(404).end('<html>'), [
      /does not exist \(404\); check the base URL/,
    ]);
  });

  test('that breaks off after the first page leaves what was stored, and no finding closed', async (t) => {
    const { url, environmentId, token } = await emulator(t);
    await using line = await lineWithStore({
      'gatehouse.yaml': configured({ url: `${url}/e/${environmentId}` }),
    });
    const env = { TOKEN: token };
    const first = await line.run(['collect'], { env });
    const before = await line.run(['findings', '--json'], { env });
    const broken = await emulator(t, [{ kind: 'status', status: 401 }]);
    await line.write('gatehouse.yaml', configured({ url: `${broken.url}/e/${environmentId}` }));

    const second = await line.run(['collect', '--full'], { env });
    const after = await line.run(['findings', '--json'], { env });
    const gate = await line.run(['gate', '-m'], { env });

    assert.equal(first.exitCode, 0, first.message);
    assert.equal(second.exitCode, 2);
    assert.equal(after.stdout, before.stdout);
    assert.notEqual(gate.stdout, 'GO\n');
  });
});
