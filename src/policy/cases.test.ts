/** Runs the case files: the specification of the gate, as `gatehouse policy test` runs those of its users. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import * as z from 'zod';
import { readPolicy } from './read-policy.ts';
import { Case } from './trial/case.ts';
import { runCase } from './trial/run-case.ts';

const strict = readPolicy({});
const folder = new URL('cases/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const casesIn = (file: string): readonly Case[] =>
  z
    .array(Case)
    .min(1)
    .parse(parse(readFileSync(new URL(file, folder), 'utf8')));

for (const file of files) {
  describe(file, () => {
    for (const one of casesIn(file)) {
      it(one.case, () => {
        const { actual, expected, differences } = runCase(one, strict);

        assert.deepEqual(actual, expected);
        assert.deepEqual(differences, []);
      });
    }
  });
}

it('every case says another sentence', () => {
  const names = files.flatMap(casesIn).map((one) => one.case);

  assert.ok(files.length > 0);
  assert.deepEqual(names, [...new Set(names)]);
});

describe('a case that is not as expected', () => {
  const [first] = casesIn('severity.yaml');

  it('says what is missing and what is there instead', () => {
    assert.ok(first);
    const reason = { rule: 'kev', effect: 'warn' as const, message: 'none such', findings: ['CVE-1'] };
    const setAside = [{ finding: 'CVE-1', kind: 'vex' as const, issuer: 'ann', honoured: true }];
    const wrong: Case = { ...first, expect: { verdict: 'UNDECIDED', reasons: [reason], setAside } };

    const { differences } = runCase(wrong, strict);

    assert.match(differences[0] ?? '', /^the verdict is (GO|NO-GO), expected was UNDECIDED$/);
    assert.ok(differences.includes('missing reason: kev (warn): none such [CVE-1]'));
    assert.ok(differences.includes('missing set aside: CVE-1 by vex of ann, honoured'));
  });

  it('says so also where only the order differs', () => {
    const one = files.flatMap(casesIn).find(({ expect }) => expect.reasons.length > 1);
    assert.ok(one);
    const turned: Case = { ...one, expect: { ...one.expect, reasons: [...one.expect.reasons].reverse() } };

    const { differences } = runCase(turned, strict);

    assert.match(differences[0] ?? '', /^reason: in another order: /);
  });
});
