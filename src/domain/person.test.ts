import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isSamePerson, NewPersonName } from './person.ts';

describe('two names', () => {
  for (const [a, b, what] of [
    ['ann', ' Ann ', 'case and spaces'],
    ['Ann  Lee', 'ann lee', 'spaces inside'],
    ['ann', '\uff41\uff4e\uff4e', 'full width'],
    ['Zo\u00eb', 'Zoe\u0308', 'composition'],
    ['STRASSE', 'stra\u00dfe', 'capitals of two letters'],
    ['ann', '\u0430nn', 'a Cyrillic letter'],
    ['cap', '\u0441\u0430\u0440', 'Cyrillic letters alone'],
    ['ANN', '\u0391NN', 'a Greek letter'],
    ['TOM', '\u0422\u041e\u041c', 'Cyrillic capitals'],
  ] as const) {
    test(`that differ in ${what} are one person`, () => {
      assert.ok(isSamePerson(a, b));
    });
  }

  test('of two people are two', () => {
    assert.ok(!isSamePerson('ann', 'anne'));
    assert.ok(!isSamePerson('\u0418\u0432\u0430\u043d', '\u0418\u0440\u0438\u043d\u0430'));
  });
});

describe('a name that is given', () => {
  for (const name of [
    'ann',
    '\u0418\u0432\u0430\u043d',
    'Ann (\u0410\u043d\u043d\u0430)',
    'ann@\u043f\u043e\u0447\u0442\u0430',
    'Jos\u00e9',
    '\u5c71\u7530',
  ]) {
    test(`may be ${name}`, () => {
      assert.equal(NewPersonName.parse(name), name);
    });
  }

  for (const name of ['\u0430nn', 'an\u03b7', 'A\u0301\u043d', ' ', 'a\u200bnn']) {
    test(`may not be ${JSON.stringify(name)}`, () => {
      assert.equal(NewPersonName.safeParse(name).success, false);
    });
  }
});
