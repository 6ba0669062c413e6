/** What a person sees who presses the tabulator key, in the real shells. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { completions, hasShell, syntaxFaults } from '../../../test/support/shells.ts';
import { trialIo } from '../../../test/support/trial-io.ts';
import { PRESETS } from '../../domain/policy.ts';
import { REPORTS } from '../../reports/registry.ts';
import { commands } from '../commands.ts';
import { runProgram } from '../program.ts';
import { SHELLS, type Shell } from './shells.ts';

async function scriptFor(shell: Shell): Promise<string> {
  const trial = trialIo();
  assert.equal(await runProgram(['completion', shell], trial.io, commands), 0);
  return trial.stdout();
}

interface Case {
  readonly line: string;
  readonly offers: readonly string[];
  readonly says: string;
}

const FILES = ['app.json', 'trivy.json', 'verdict with blanks.json'];
const kinds = REPORTS.map(({ kind }) => kind);
const startingWith = (words: readonly string[], start: string): readonly string[] =>
  words.filter((word) => word.startsWith(start));

const CASES: readonly Case[] = [
  { line: 'gatehouse ga', offers: ['gate'], says: 'a command' },
  { line: 'gatehouse waiver re', offers: ['reject', 'renew', 'request', 'revoke'], says: 'the second word' },
  { line: 'gatehouse gate --po', offers: ['--policy'], says: 'an option' },
  { line: 'gatehouse policy check --js', offers: ['--json'], says: 'an option behind two words' },
  { line: 'gatehouse gate --format ', offers: kinds, says: 'every format' },
  { line: 'gatehouse gate -f s', offers: startingWith(kinds, 's'), says: 'a format behind the short option' },
  { line: 'gatehouse gate --policy st', offers: ['strict'], says: 'a preset where a file would do, too' },
  { line: 'gatehouse policy check d', offers: ['development'], says: 'a preset as an argument' },
  { line: 'gatehouse init --policy ', offers: PRESETS, says: 'presets and no files' },
  { line: 'gatehouse gate --scan tr', offers: ['trivy.json'], says: 'a file' },
  { line: 'gatehouse gate --scan app.json tr', offers: ['trivy.json'], says: 'the second file of an option' },
  {
    line: 'gatehouse gate --scan app.json trivy.json --fo',
    offers: ['--format'],
    says: 'an option behind files',
  },
  { line: 'gatehouse gate --scan app.json --format ht', offers: ['html'], says: 'its value behind files' },
  { line: 'gatehouse import app.json tr', offers: ['trivy.json'], says: 'a further argument' },
  { line: 'gatehouse completion z', offers: ['zsh'], says: 'the choices of an argument' },
  { line: 'gatehouse gate ', offers: [], says: 'nothing where nothing may stand' },
];

/** Shells spell what is offered within one word differently. */
const OWN_CASES: Readonly<Record<Shell, readonly Case[]>> = {
  bash: [
    { line: 'gatehouse gate --format=js', offers: ['json'], says: 'a value behind =' },
    { line: 'gatehouse findings --severity low,h', offers: ['low,high'], says: 'a further word of a list' },
    { line: 'gatehouse gate --report sa', offers: ['sarif='], says: 'a format of a further report' },
    { line: 'gatehouse gate --report sarif=tr', offers: ['trivy.json'], says: 'the file of a report' },
    { line: 'gatehouse gate --report sarif=x.json js', offers: ['json='], says: 'the report after it' },
  ],
  zsh: [
    { line: 'gatehouse gate --format=js', offers: ['--format=json'], says: 'a value behind =' },
    { line: 'gatehouse findings --severity low,h', offers: ['low,high'], says: 'a further word of a list' },
    { line: 'gatehouse gate --report sa', offers: ['sarif'], says: 'a format of a further report' },
    { line: 'gatehouse gate --report sarif=tr', offers: ['sarif=trivy.json'], says: 'the file of a report' },
    { line: 'gatehouse gate --report sarif=x.json sa', offers: ['sarif'], says: 'the report after it' },
  ],
  fish: [
    { line: 'gatehouse gate --format=js', offers: ['--format=json'], says: 'a value behind =' },
    { line: 'gatehouse findings --severity low,h', offers: ['low,high'], says: 'a further word of a list' },
    { line: 'gatehouse gate --report sa', offers: ['sarif='], says: 'a format of a further report' },
    { line: 'gatehouse gate --report sarif=x.json js', offers: ['json='], says: 'the report after it' },
  ],
};

for (const shell of SHELLS.filter(hasShell)) {
  describe(`the script for ${shell}`, async () => {
    const script = await scriptFor(shell);

    test('is one that the shell can read, and would not be without its last quote', async () => {
      assert.equal(await syntaxFaults(shell, script), '');
      assert.notEqual(await syntaxFaults(shell, script.replace(/'(?=[^']*$)/, '')), '');
    });

    for (const { line, offers, says } of [...CASES, ...OWN_CASES[shell]]) {
      test(`completes "${line}": ${says}`, async () => {
        assert.deepEqual(await completions(shell, script, line, FILES), [...offers].sort());
      });
    }
  });
}

test('every command and every option that the help shows is offered', async () => {
  const script = await scriptFor('bash');

  for (const entry of commands) {
    const trial = trialIo();
    await runProgram([...entry.name.split(' '), '--help'], trial.io, commands);
    const shown = [...trial.stdout().matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, long = '']) => long);
    const offered = new RegExp(`^ {4}'${entry.name}'\\) offered='(.*)' ;;$`, 'm')
      .exec(script)?.[1]
      ?.split(' ');

    assert.ok(shown.length > 0, entry.name);
    assert.deepEqual(
      shown.filter((long) => !offered?.includes(long)),
      [],
      entry.name,
    );
  }
});
