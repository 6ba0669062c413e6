import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const launcher = join(root, 'bin/gatehouse.js');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-launcher-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Compiled code and npm's own files go where they are removed again. */
const env = () => {
  const { NODE_TEST_CONTEXT: _, NO_COLOR: __, ...own } = process.env;
  return { ...own, XDG_CACHE_HOME: folder, npm_config_update_notifier: 'false' };
};

function run(program: string, args: readonly string[], cwd = root): SpawnSyncReturns<string> {
  return spawnSync(program, args, { cwd, env: env(), encoding: 'utf8' });
}

/** A script around `runOnProcess` with one command of the given body, in a process of its own. */
function withCommand(body: string): readonly string[] {
  const module = new URL('../../src/main/run-on-process.ts', import.meta.url).href;
  const script = `import { runOnProcess } from ${JSON.stringify(module)};
    const command = { name: 'do', summary: 'do it', examples: [], define() {}, async run(options, io) { ${body} } };
    await runOnProcess(['do'], [{ name: 'do', load: async () => command }]);`;
  return ['--input-type=module', '-e', script];
}

test('the launcher starts the command line of a checkout', () => {
  const { status, stdout } = run(process.execPath, [launcher, '--version']);

  assert.equal(stdout, `${version}\n`);
  assert.equal(status, 0);
});

test('npm run and npx start it too, on the Node of the checkout, and pass exit codes on', () => {
  // As from a shell, whose Node may be an old one.
  const { PATH = '' } = process.env;
  const ownBin = join(root, 'node_modules/.bin');
  const PATH_OF_SHELL = PATH.split(delimiter).filter(
    (entry) => entry !== ownBin && entry !== dirname(process.execPath),
  );
  const shell = (...line: string[]) =>
    spawnSync(line[0] ?? '', line.slice(1), {
      cwd: root,
      env: { ...env(), PATH: PATH_OF_SHELL.join(delimiter) },
      encoding: 'utf8',
    });

  const [viaRun, viaNpx] = [
    shell('npm', 'run', '-s', 'gatehouse', '--', 'version', '--json'),
    shell('npx', 'gatehouse', 'version', '--json'),
  ];
  const [wrongRun, wrongNpx] = [
    shell('npm', 'run', '-s', 'gatehouse', '--', 'no-such-command'),
    shell('npx', 'gatehouse', 'no-such-command'),
  ];

  for (const { status, stdout } of [viaRun, viaNpx]) {
    assert.equal(status, 0);
    assert.equal(JSON.parse(stdout).node, process.versions.node);
  }
  for (const { status, stderr } of [wrongRun, wrongNpx]) {
    assert.equal(status, 2);
    assert.match(stderr, /gatehouse: unknown command 'no-such-command'/);
  }
});

test('on an older Node it says what it needs, and does nothing else', () => {
  const older = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})";

  const { status, stdout, stderr } = run(process.execPath, [`--import=${older}`, launcher, '--version']);

  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^Gatehouse needs Node 24 or newer; this is v/);
  assert.match(stderr, /npm install, then npm run -s gatehouse -- …\n$/);
});

test('the launcher is written so that a Node of 2020 can read it', async () => {
  const source = readFileSync(launcher, 'utf8');
  const compile = async (target: string) => (await transform(source, { target, format: 'esm' })).code;

  assert.equal(await compile('node12.20'), await compile('esnext'));
});

test('a package without sources starts its bundle', () => {
  const installed = join(folder, 'installed');
  mkdirSync(join(installed, 'bin'), { recursive: true });
  mkdirSync(join(installed, 'dist'));
  writeFileSync(join(installed, 'package.json'), '{"type":"module"}');
  writeFileSync(join(installed, 'bin/gatehouse.js'), readFileSync(launcher));
  writeFileSync(join(installed, 'dist/cli.js'), "console.log('bundle'); process.exitCode = 3;");

  const { status, stdout } = run(process.execPath, [join(installed, 'bin/gatehouse.js')]);

  assert.equal(stdout, 'bundle\n');
  assert.equal(status, 3);
});

test('a bundle that cannot be loaded is an error, never a verdict', () => {
  const broken = join(folder, 'broken');
  mkdirSync(join(broken, 'bin'), { recursive: true });
  writeFileSync(join(broken, 'package.json'), '{"type":"module"}');
  writeFileSync(join(broken, 'bin/gatehouse.js'), readFileSync(launcher));

  const { status, stderr } = run(process.execPath, [join(broken, 'bin/gatehouse.js')]);

  assert.equal(status, 2);
  assert.match(stderr, /^gatehouse: could not start/);
});

const crashes = {
  'throws later':
    'setImmediate(() => { throw new TypeError("planted"); }); await new Promise((done) => setTimeout(done, 1e6));',
  'rejects unheard':
    'Promise.reject(new TypeError("planted")); await new Promise((done) => setTimeout(done, 1e6));',
  'throws at once': 'throw new TypeError("planted");',
};
for (const [name, body] of Object.entries(crashes)) {
  test(`a command that ${name} ends with 2 and its stack`, () => {
    const { status, stderr } = run(process.execPath, withCommand(body));

    assert.equal(status, 2);
    assert.match(stderr, /^gatehouse: a bug in Gatehouse[^\n]*\nTypeError: planted\n {4}at /);
    assert.doesNotMatch(stderr, /ended before/);
  });
}

test('a process that runs out of work before its command is done does not end like a verdict', () => {
  const { status, stderr } = run(process.execPath, withCommand('await new Promise(() => {});'));

  assert.ok(status !== 0 && status !== 1 && status !== 3, `exit code ${status}`);
  assert.match(stderr, /gatehouse: ended before the command was done/);
});

test('an interruption is told to the command, which may end well', async () => {
  const waits =
    "process.stdout.write('ready'); const hold = setTimeout(() => {}, 1e6); await new Promise((done) => io.signal.addEventListener('abort', done)); clearTimeout(hold); return 0;";

  const { code } = await interrupted(withCommand(waits), 1);

  assert.equal(code, 0);
});

test('a command that lets the interruption through ends with 2 and one line', async () => {
  const waits =
    "process.stdout.write('ready'); const hold = setTimeout(() => {}, 1e6); await new Promise((done) => io.signal.addEventListener('abort', done)); clearTimeout(hold); io.signal.throwIfAborted();";

  const { code, stderr } = await interrupted(withCommand(waits), 1);

  assert.equal(code, 2);
  assert.equal(stderr, 'gatehouse: interrupted\n');
});

test('the second interruption ends a command that does not listen', async () => {
  const deaf =
    "process.stdout.write('ready'); io.signal.addEventListener('abort', () => process.stdout.write('heard')); await new Promise((done) => setTimeout(done, 1e6))";

  const { code } = await interrupted(withCommand(deaf), 2);

  assert.equal(code, 130);
});

test('when nobody reads the output any longer, it ends quietly, and not like a verdict', async () => {
  const endless =
    "while (true) { io.signal.throwIfAborted(); io.stdout.write('line\\n'); await new Promise((done) => setTimeout(done, 1)); }";
  const child = spawn(process.execPath, withCommand(endless), { env: env() });
  await once(child.stdout, 'data');
  child.stdout.destroy();

  const stderr = String(await child.stderr.toArray());
  const code = child.exitCode ?? (await once(child, 'exit'))[0];

  assert.equal(stderr, '');
  assert.equal(code, 2);
});

async function interrupted(
  args: readonly string[],
  times: number,
): Promise<{ code: number; stderr: string }> {
  const child = spawn(process.execPath, args, { env: env() });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  for (let sent = 0; sent < times; sent++) {
    if (sent > 0) await once(child.stdout, 'data');
    child.kill('SIGINT');
  }
  const [code] = await closed;
  return { code, stderr };
}
