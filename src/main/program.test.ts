import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { trialIo } from '../../test/support/trial-io.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { CommandEntry, CommandModule } from './command.ts';
import { commands } from './commands.ts';
import { UsageError } from './failure.ts';
import { runProgram } from './program.ts';
import { version } from './version.ts';

interface Given {
  readonly options: object;
  readonly args: readonly string[];
}

/** A command that remembers what it was given. */
function aCommand(name: string, change: Partial<CommandModule> = {}) {
  const calls: Given[] = [];
  let loads = 0;
  const module: CommandModule = {
    name,
    summary: `does ${name}`,
    examples: [{ line: `gatehouse ${name} a.json`, does: 'reads one' }],
    define: (command) => {
      command.argument('[file...]').option('--policy <name>', 'by which policy').option('-m', 'one word');
    },
    async run(options, _io, args) {
      calls.push({ options, args });
      return 0;
    },
    ...change,
  };
  const entry: CommandEntry = {
    name,
    load: async () => {
      loads++;
      return module;
    },
  };
  return { entry, calls, loads: () => loads };
}

async function usageError(argv: readonly string[], ...entries: CommandEntry[]): Promise<UsageError> {
  try {
    await runProgram(argv, trialIo().io, entries);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  assert.fail('it was understood');
}

test('a command is given its options and the words beside them', async () => {
  const gate = aCommand('gate');

  await runProgram(['gate', 'a.json', '--policy', 'strict', 'b.json', '-m'], trialIo().io, [gate.entry]);

  assert.deepEqual(gate.calls, [{ options: { policy: 'strict', m: true }, args: ['a.json', 'b.json'] }]);
});

for (const exitCode of [0, 1, 2, 3] as const) {
  test(`the exit code ${exitCode} of a command is passed on`, async () => {
    const gate = aCommand('gate', { run: async () => exitCode });

    assert.equal(await runProgram(['gate'], trialIo().io, [gate.entry]), exitCode);
  });
}

test('only the command that is asked for is loaded', async () => {
  const [gate, other] = [aCommand('gate'), aCommand('import')];

  await runProgram(['gate'], trialIo().io, [gate.entry, other.entry]);

  assert.deepEqual([gate.loads(), other.loads()], [1, 0]);
});

test('a command of two words is found below its first', async () => {
  const [check, run] = [aCommand('policy check'), aCommand('policy test')];

  await runProgram(['policy', 'check', 'a.yaml'], trialIo().io, [check.entry, run.entry]);

  assert.deepEqual(check.calls, [{ options: {}, args: ['a.yaml'] }]);
  assert.equal(run.loads(), 0);
});

test('the help lists every command with its summary, on standard output', async () => {
  const trial = trialIo();

  const exitCode = await runProgram(['--help'], trial.io, [aCommand('gate').entry, aCommand('import').entry]);

  assert.equal(exitCode, 0);
  assert.match(trial.stdout(), /gate .*does gate\n.*import .*does import\n/);
  assert.equal(trial.stderr(), '');
});

test('the help of a command ends with its examples', async () => {
  const trial = trialIo();

  const exitCode = await runProgram(['gate', '--help'], trial.io, [aCommand('gate').entry]);

  assert.equal(exitCode, 0);
  assert.match(trial.stdout(), /Examples:\n {2}gatehouse gate a\.json\n {6}reads one\n$/);
});

test('a command misspelt is answered with the one that was meant', async () => {
  const error = await usageError(['gaet'], aCommand('gate').entry);

  assert.equal(error.message, "unknown command 'gaet'; did you mean gate?");
  assert.equal(error.tryInstead, 'gatehouse --help');
});

test('a command of two words is answered with both, whichever is misspelt', async () => {
  const entries = [aCommand('policy check').entry, aCommand('policy test').entry, aCommand('gate').entry];

  const first = await usageError(['polcy', 'check'], ...entries);
  const second = await usageError(['policy', 'chek'], ...entries);

  assert.equal(first.message, "unknown command 'polcy'; did you mean policy check?");
  assert.equal(second.message, "unknown command 'policy chek'; did you mean policy check?");
  assert.equal(second.tryInstead, 'gatehouse policy --help');
});

test('a command misspelt is answered without loading any', async () => {
  const gate = aCommand('gate');

  await usageError(['gaet'], gate.entry);

  assert.equal(gate.loads(), 0);
});

test('an option misspelt is answered with the one that was meant, and where to read on', async () => {
  const error = await usageError(['policy', 'check', '--polcy', 'x'], aCommand('policy check').entry);

  assert.equal(error.message, "unknown option '--polcy'; did you mean --policy?");
  assert.equal(error.tryInstead, 'gatehouse policy check --help');
});

test('a command is told of a line that is refused, once, and not of help that was asked for', async () => {
  const told: (readonly string[])[] = [];
  const gate = aCommand('policy check', { refused: (words) => told.push(words) });

  await usageError(['policy', 'check', '-m', '--nope'], gate.entry);
  await runProgram(['policy', 'check', '--help'], trialIo().io, [gate.entry]);

  assert.deepEqual(told, [['-m', '--nope']]);
});

for (const argv of [
  ['help', 'policy', 'check'],
  ['policy', 'check', '--help'],
  ['policy', 'check', '-h'],
]) {
  test(`gatehouse ${argv.join(' ')} shows the help of that command, with its examples`, async () => {
    const trial = trialIo();
    const [check, other] = [aCommand('policy check'), aCommand('policy test')];

    assert.equal(await runProgram(argv, trial.io, [check.entry, other.entry]), 0);

    assert.match(
      trial.stdout(),
      /^Usage: gatehouse policy check [\s\S]*Examples:\n {2}gatehouse policy check/m,
    );
    assert.equal(other.loads(), 0);
  });
}

test('gatehouse help shows every command', async () => {
  const trial = trialIo();

  assert.equal(await runProgram(['help'], trial.io, [aCommand('gate').entry, aCommand('import').entry]), 0);

  assert.match(trial.stdout(), /gate .*does gate\n.*import .*does import\n/);
});

test('gatehouse help with a word that is no command proposes one', async () => {
  const error = await usageError(['help', 'gaet'], aCommand('gate').entry);

  assert.equal(error.message, "unknown command 'gaet'; did you mean gate?");
});

test('the first word of several commands alone shows them, and is no complete line', async () => {
  const trial = trialIo();
  const entries = [aCommand('policy check').entry, aCommand('policy test').entry, aCommand('gate').entry];

  await assert.rejects(runProgram(['policy'], trial.io, entries), UsageError);

  assert.match(trial.stderr(), /check .*does policy check\n.*test .*does policy test\n/);
  assert.doesNotMatch(trial.stderr(), /does gate/);
});

test('the first word of several commands with --help shows them', async () => {
  const trial = trialIo();

  assert.equal(await runProgram(['policy', '--help'], trial.io, [aCommand('policy check').entry]), 0);

  assert.match(trial.stdout(), /check .*does policy check\n/);
});

test('gatehouse --version says which version this is, and so does -V', async () => {
  for (const option of ['--version', '-V']) {
    const trial = trialIo();

    assert.equal(await runProgram([option], trial.io, []), 0);

    assert.equal(trial.stdout(), `${version}\n`);
  }
});

test('no command at all shows the help on standard error', async () => {
  const trial = trialIo();

  await assert.rejects(runProgram([], trial.io, [aCommand('gate').entry]), UsageError);

  assert.match(trial.stderr(), /Usage: gatehouse/);
  assert.equal(trial.stdout(), '');
});

test('what a command throws is passed on as it is', async () => {
  const failure = new GatehouseError('not-found', 'a.json: no such file');
  const gate = aCommand('gate', { run: () => Promise.reject(failure) });

  await assert.rejects(runProgram(['gate'], trialIo().io, [gate.entry]), (error) => error === failure);
});

test('every command is listed under its own name, says what it does, and shows an example of itself', async () => {
  for (const entry of commands) {
    const module = await entry.load();

    assert.equal(module.name, entry.name);
    assert.match(module.summary, /^[a-z].*[^.]$/, `${entry.name}: a summary is half a sentence`);
    assert.ok(module.examples.length > 0, `${entry.name} has examples`);
    for (const { line } of module.examples)
      assert.match(line, new RegExp(`(^|[|] )gatehouse ${entry.name}( |$)`));
  }
});

test('every command answers machines with --json, but for the one that writes a script', async () => {
  for (const entry of commands.filter(({ name }) => name !== 'completion')) {
    const command = new Command();
    (await entry.load()).define(command);

    assert.ok(
      command.options.some(({ long }) => long === '--json'),
      entry.name,
    );
  }
});

test('every option in an example is one that the command has', async () => {
  for (const entry of commands) {
    const { examples, ...module } = await entry.load();
    for (const { line } of examples) {
      const tried: CommandEntry = {
        ...entry,
        load: async () => ({ ...module, examples, run: async () => 0 }),
      };

      assert.equal(await runProgram(wordsOf(line), trialIo().io, [tried]), 0, line);
    }
  }
});

/** The words after `gatehouse`, without pipes, redirections and comments around it. */
function wordsOf(line: string): string[] {
  const own = /(?:^|[|] )gatehouse (.*?)(?: [|>&#].*)?$/.exec(line)?.[1] ?? '';
  return [...own.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}
