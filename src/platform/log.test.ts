import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, type LogOptions } from './log.ts';
import { Secret } from './secret.ts';

function logged(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line), clock: { now: () => 0 }, ...options });
  return { log, lines };
}

test('a line for people has time, level, message and facts', () => {
  const { log, lines } = logged();

  log.warn('vanta: 429, trying again', { host: 'api.example', waitMs: 12, note: 'two words' });

  assert.deepEqual(lines, [
    '1970-01-01T00:00:00.000Z warn vanta: 429, trying again host=api.example waitMs=12 note="two words"\n',
  ]);
});

test('a line for machines is one JSON object', () => {
  const { log, lines } = logged({ format: 'json' });

  log.info('done', { count: 3n, error: new Error('why') });

  assert.deepEqual(JSON.parse(lines[0] ?? ''), {
    time: '1970-01-01T00:00:00.000Z',
    level: 'info',
    message: 'done',
    count: '3',
    error: { error: 'why' },
  });
});

test('what is below the level is not written', () => {
  const { log, lines } = logged({ level: 'warn' });

  log.debug('a');
  log.info('b');
  log.error('c');

  assert.equal(lines.length, 1);
});

test('what others wrote cannot forge a second line or colour the terminal', () => {
  const { log, lines } = logged();

  log.info('bad\nerror all is lost \u001b[31m', { path: '/x\n2026 error', list: ['\u001b[2J'] });

  assert.equal(lines.join('').trim().split('\n').length, 1);
  assert.ok(!lines.join('').includes('\u001b'));
});

test('a secret and a circle among the facts do no harm', () => {
  const { log, lines } = logged();
  const circle: Record<string, unknown> = { token: new Secret('hidden-word') };
  circle.self = circle;

  log.error('oops', { circle, nothing: undefined });

  assert.ok(!lines.join('').includes('hidden-word'));
  assert.match(lines[0] ?? '', /\*\*\*/);
});
