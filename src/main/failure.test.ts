import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatehouseError } from '../domain/errors.ts';
import { describeFailure, UsageError } from './failure.ts';
import { wantsColour } from './run-on-process.ts';

test('what the caller should know is one line', () => {
  const failure = describeFailure(new GatehouseError('not-found', 'a.json: no such file; check the name'));

  assert.deepEqual(failure, { exitCode: 2, text: 'gatehouse: a.json: no such file; check the name\n' });
});

test('a message that carries control characters cannot repaint the terminal or forge a line', () => {
  const { text } = describeFailure(new GatehouseError('not-found', 'a\u001b[2K\r\nGO\u202e: no such file'));

  assert.equal(text, 'gatehouse: a\\u{1b}[2K GO\\u{202e}: no such file\n');
});

test('a line that cannot be understood comes with one that tells how', () => {
  const failure = describeFailure(new UsageError("unknown option '--a'", 'gatehouse gate --help'));

  assert.deepEqual(failure, {
    exitCode: 2,
    text: "gatehouse: unknown option '--a'\ntry gatehouse gate --help\n",
  });
});

test('the other side being away advises to come again', () => {
  assert.match(describeFailure(new GatehouseError('rate-limited', 'main: too many')).text, /\ntry .*again/);
});

test('an output that cannot be written is no bug of ours', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  });

  assert.deepEqual(describeFailure(error), {
    exitCode: 2,
    text: 'gatehouse: the output cannot be written: the disk is full\n',
  });
});

test('our own bug shows its stack', () => {
  const failure = describeFailure(new TypeError('x is not a function'));

  assert.equal(failure.exitCode, 2);
  assert.match(failure.text, /^gatehouse: a bug .*\nTypeError: x is not a function\n {4}at /);
});

test('something thrown that is no error is a bug too', () => {
  assert.match(describeFailure('hm').text, /bug[^\n]*\nhm\n$/);
});

test('colour is for terminals, unless a person says otherwise', () => {
  assert.equal(wantsColour({}, true), true);
  assert.equal(wantsColour({}, false), false);
  assert.equal(wantsColour({ TERM: 'dumb' }, true), false);
  assert.equal(wantsColour({ NO_COLOR: '1' }, true), false);
  assert.equal(wantsColour({ NO_COLOR: '' }, true), true);
  assert.equal(wantsColour({ FORCE_COLOR: '1' }, false), true);
  assert.equal(wantsColour({ FORCE_COLOR: '0' }, true), false);
  assert.equal(wantsColour({ FORCE_COLOR: '1', NO_COLOR: '1' }, true), false);
});
