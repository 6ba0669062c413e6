import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { versionsInHint } from './fix-hints.ts';

describe('versions in the words of a vendor', () => {
  for (const [text, component, expected] of [
    ['Upgrade to version 1.2.3 or later.', 'pkg:npm/x', ['1.2.3']],
    [
      'Upgrade `minimatch` to version `3.0.2` or greater.\n\n## References\n- 9.9.9',
      'pkg:npm/minimatch',
      ['3.0.2'],
    ],
    ['fixed in 1.8.5, 1.9.2', 'pkg:npm/x', ['1.8.5', '1.9.2']],
    ['Fixed in versions 1.8.5 and 1.9.2.', 'pkg:npm/x', ['1.8.5', '1.9.2']],
    ['Introduced in 1.0.0, fixed in 1.2.0', 'pkg:npm/x', ['1.2.0']],
    [
      'Upgrade `qs` to version `6.4.0` or higher.\n**Note:** The fix was backported to the following versions `6.3.2`, `6.2.3`.',
      'pkg:npm/qs',
      ['6.4.0', '6.3.2', '6.2.3'],
    ],
    [
      'Upgrade `com.google.guava:guava` to version 30.0-android, 30.0-jre or higher.',
      'pkg:maven/com.google.guava/guava',
      ['30.0-android', '30.0-jre'],
    ],
    ['Please upgrade to lxml 4.6.5 to receive a patch', 'pkg:pypi/lxml', ['4.6.5']],
    ['Update to version 9.', 'pkg:npm/x', ['9']],
    ['Upgrade spring-boot to version 2.5.12, which has it', 'pkg:maven/org.springframework/spring-beans', []],
    ['Upgrade to Java 17', 'pkg:npm/x', []],
    ['upgrade to the 5.0.x line', 'pkg:npm/x', []],
    ['Upgrade to the latest version.', 'pkg:npm/x', []],
    ['not fixed in 1.2.3', 'pkg:npm/x', []],
    ['Do not upgrade to 2.0.0', 'pkg:npm/x', []],
    ['Versions before 1.2.3 are affected', 'pkg:npm/x', []],
    ['will not fix', 'pkg:npm/x', []],
    ['', 'pkg:npm/x', []],
  ] as const) {
    it(`of "${text}"`, () => {
      assert.deepEqual(versionsInHint(text, component), expected);
    });
  }

  it('are looked for in the beginning of a very long text only', () => {
    const hostile = [
      'upgrade to '.repeat(100_000),
      `upgrade to ${'1.1'.repeat(100_000)}`,
      `fixed in ${'1.1, '.repeat(100_000)}`,
      `upgrade ${'. '.repeat(100_000)}`,
      `${'.'.repeat(1_000_000)}`,
    ];

    for (const text of hostile)
      assert.ok(versionsInHint(text, `pkg:npm/${'x'.repeat(1_000_000)}`).length <= 1);
  });
});
