import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isGatehouseError } from '../domain/errors.ts';
import { parseYaml } from './yaml-file.ts';

function refusal(text: string): string {
  try {
    parseYaml('policy.yaml', text);
  } catch (error) {
    if (isGatehouseError(error) && error.code === 'config-invalid') return error.message;
    throw error;
  }
  assert.fail('it was taken');
}

const BOMB = ['a: &a [x,x,x,x,x,x,x,x,x]', 'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]'].join('\n');

test('what is written comes back as plain values, and nothing as undefined', () => {
  assert.deepEqual(parseYaml('a.yaml', 'preset: strict\nrelax: [x]\n'), { preset: 'strict', relax: ['x'] });
  assert.equal(parseYaml('a.yaml', '# nothing yet\n'), undefined);
});

for (const [what, text, said] of [
  ['broken brackets', 'a: [1\n b', /sufficiently indented/],
  ['a key twice', 'preset: strict\npreset: development\n', /keys must be unique at line 2, column 1$/],
  ['a tag nobody knows', 'preset: !!js/function "x"\n', /Unresolved tag/],
  ['an alias to nothing', 'sources: *nope\n', /nope/],
  ['aliases that unfold without end', `${BOMB}\nc: &c [*b,*b,*b]\nd: [*c,*c,*c]\n`, /alias count/],
] as const) {
  test(`${what}: one line that names the file`, () => {
    const message = refusal(text);

    assert.match(message, /^policy\.yaml: \d problems?; /);
    assert.match(message, said);
    assert.ok(!message.includes('\n'));
  });
}

test('all problems are told at once', () => {
  assert.match(refusal('a: 1\na: 2\nb: 1\nb: 2\n'), /^policy\.yaml: 2 problems; .*line 2.*; .*line 4/);
});
