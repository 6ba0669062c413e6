/** The guides are followed word for word, in a copy of the checkout, and what comes of it is used. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ContractVendor } from '../support/vendor.ts';
import { type Checkout, copyCheckout, type Ran } from './checkout.ts';
import { readDocument } from './documents.ts';

const formatGuide = readDocument('docs/guides/add-a-format.md');
const sourceGuide = readDocument('docs/guides/add-a-source.md');
const reportGuide = readDocument('docs/guides/add-a-report.md');

const FOLDERS = ['src/formats/acme', 'src/sources/acme', 'src/reports/mail'];

let checkout: Checkout;
before(async () => {
  checkout = await copyCheckout();
  await checkout.follow([...formatGuide.blocks, ...sourceGuide.blocks, ...reportGuide.blocks]);
});
after(() => checkout[Symbol.asyncDispose]());

const passes = ({ code, output }: Ran): void => assert.equal(code, 0, output);

describe('what the guides write', () => {
  test('is right by its types', async () => {
    const { output } = await checkout.run(['node_modules/typescript7/bin/tsc', '-p', 'tsconfig.json']);

    // Other rooms may be under construction; only what the guides wrote is judged here.
    const faults = output.split('\n').filter((line) => FOLDERS.some((folder) => line.startsWith(folder)));
    assert.deepEqual(faults, []);
  });

  test('is written in the style of the house', async () => {
    passes(
      await checkout.run([
        'node_modules/@biomejs/biome/bin/biome',
        'check',
        '--error-on-warnings',
        ...FOLDERS,
      ]),
    );
  });
});

describe('the format of the guide', () => {
  test('keeps what every format promises, and its own test passes', async () => {
    const tests = ['src/formats/contract.test.ts', 'src/formats/acme/acme.test.ts'];
    const ran = await checkout.run(['--test', '--test-reporter=spec', '--test-isolation=none', ...tests]);

    passes(ran);
    assert.match(ran.output, /the format acme/);
    assert.match(ran.output, /the asset is the image without its tag/);
  });

  test('is found by its content, imported and judged', async () => {
    const scan = 'src/formats/acme/fixtures/image.json';
    const env = { GATEHOUSE_HOME: join(checkout.path, 'home-of-scans') };

    const imported = await checkout.run(['bin/gatehouse.js', 'import', scan, '--json'], { env });
    const judged = await checkout.run(['bin/gatehouse.js', 'gate', '--scan', scan, '--format', 'json']);

    passes(imported);
    const [file] = JSON.parse(imported.output).files;
    assert.equal(file.format, 'acme');
    assert.deepEqual([file.observations, file.findings, file.rejected], [2, 2, 1]);
    assert.equal(judged.code, 1, judged.output);
    assert.equal(JSON.parse(judged.output).verdict, 'NO-GO');
  });
});

describe('the report of the guide', () => {
  test('keeps what every report promises, and its own test passes', async () => {
    const tests = ['src/reports/contract.test.ts', 'src/reports/mail/mail.test.ts'];
    const args = ['--test-name-pattern=mail|every folder|first line|leaves out', ...tests];
    const ran = await checkout.run(['--test', '--test-reporter=spec', '--test-isolation=none', ...args]);

    passes(ran);
    assert.match(ran.output, /the report mail/);
    assert.match(ran.output, /says how many findings it leaves out/);
  });

  test('is written by the gate', async () => {
    const scan = 'src/formats/acme/fixtures/image.json';

    const judged = await checkout.run(['bin/gatehouse.js', 'gate', '--scan', scan, '--format', 'mail']);

    assert.equal(judged.code, 1, judged.output);
    assert.match(judged.output, /^NO-GO: /m);
    assert.match(
      judged.output,
      /^- block, high, CVE-2099-10001, pkg:npm\/left-pad on .*, upgrade to 1\.0\.1$/m,
    );
  });
});

describe('the source of the guide', () => {
  test('keeps what every source promises', async () => {
    const args = [
      '--test',
      '--test-reporter=spec',
      '--test-isolation=none',
      '--test-name-pattern=source acme|every folder',
    ];
    const ran = await checkout.run([...args, 'src/sources/contract.test.ts']);

    passes(ran);
    assert.match(ran.output, /source acme/);
    assert.match(ran.output, /every folder of a source is in the registry/);
  });

  test('collects from a server, knows it again, and closes what is gone', async () => {
    const { vendor } = await vendorOfGuide();
    const readable = vendor.records.filter((record) => !JSON.stringify(record).includes(vendor.brokenKey));
    await using served = await serve(vendor, readable);

    const first = await served.collect('--details');
    const again = await served.collect('--details', '--full');
    served.records = readable.slice(1);
    const shorter = await served.collect('--details', '--full');

    assert.deepEqual(
      [first.state, first.summary.observations, first.summary.changes.created],
      ['complete', 3, 3],
    );
    assert.deepEqual([again.state, again.summary.changes.unchanged], ['complete', 3]);
    assert.deepEqual([shorter.state, shorter.summary.changes.closed], ['complete', 1]);
    assert.ok(served.tokens.every((token) => token === `Bearer ${vendor.environment.ACME_TOKEN}`));
  });

  test('a record that cannot be read makes the run partial, and closes nothing', async () => {
    const { vendor } = await vendorOfGuide();
    await using served = await serve(vendor, vendor.records);

    const collected = await served.collect('--details');

    assert.equal(collected.state, 'partial');
    assert.deepEqual([collected.summary.rejected, collected.summary.changes.closed], [1, 0]);
  });
});

async function vendorOfGuide(): Promise<{ readonly vendor: ContractVendor }> {
  return await import(pathToFileURL(join(checkout.path, 'src/sources/acme/fixtures/vendor.ts')).href);
}

interface CollectedJson {
  readonly state: string;
  readonly summary: {
    readonly observations: number;
    readonly rejected: number;
    readonly changes: Readonly<Record<string, number>>;
  };
}

interface Served extends AsyncDisposable {
  records: readonly unknown[];
  readonly tokens: readonly (string | undefined)[];
  /** What `gatehouse collect --json` says of the one source. */
  collect(...options: readonly string[]): Promise<CollectedJson>;
}

let homes = 0;

/** The vendor as a real server, and a folder whose configuration is the one the guide ends with. */
async function serve(vendor: ContractVendor, records: readonly unknown[]): Promise<Served> {
  const tokens: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    tokens.push(request.headers.authorization);
    const call = {
      host: url.host,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: {},
    };
    const answer = vendor.answer(served.records, call);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify('body' in answer ? answer.body : {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const home = join(checkout.path, `collects-${homes++}`);
  await mkdir(home);
  const written = sourceGuide.blocks.find(({ language, name }) => language === 'yaml' && name === '');
  assert.ok(written, 'the guide ends without configuration');
  const local = written.text.replace(
    'https://acme.example.com',
    `http://127.0.0.1:${port}\n    allowPrivate: true`,
  );
  await writeFile(join(home, 'gatehouse.yaml'), local);

  const served: Served = {
    records,
    tokens,
    collect: async (...options) => {
      const launcher = join(checkout.path, 'bin/gatehouse.js');
      const ran = await checkout.run([launcher, 'collect', '--json', ...options], {
        cwd: home,
        env: vendor.environment,
      });
      const json = /^\{.*\}$/m.exec(ran.output)?.[0];
      assert.ok(ran.code === 0 && json !== undefined, ran.output);
      return JSON.parse(json).sources[0];
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return served;
}
