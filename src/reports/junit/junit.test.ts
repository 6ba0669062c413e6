import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SaxesParser } from 'saxes';
import { aFinding, NOW } from '../../../test/support/builders.ts';
import type { Verdict } from '../../domain/verdict.ts';
import {
  aFullVerdict,
  aHostileVerdict,
  aNoGo,
  anUndecided,
  aSetAside,
  aVerdict,
  written,
} from '../fixtures/verdicts.ts';
import { junitReport } from './index.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

function parseXml(text: string): Element {
  const top: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes: { ...attributes }, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (part) => {
    const inner = open.at(-1);
    if (inner !== undefined) inner.text += part;
  });
  parser.on('closetag', () => open.pop());
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
  return top.children[0] ?? assert.fail('no element');
}

/** What the schema that Jenkins publishes has of each element: attributes (`!` required) and children in order. */
const GRAMMAR: Readonly<Record<string, { readonly attributes: string; readonly children: string }>> = {
  testsuites: { attributes: 'name time tests failures disabled errors', children: 'testsuite' },
  testsuite: {
    attributes: 'name! tests! failures errors time disabled skipped timestamp hostname id package',
    children: 'properties testcase system-out system-err',
  },
  properties: { attributes: '', children: 'property' },
  property: { attributes: 'name! value!', children: '' },
  testcase: {
    attributes: 'name! assertions time classname status',
    children: 'skipped error failure system-out system-err',
  },
  skipped: { attributes: 'message', children: '' },
  error: { attributes: 'message type', children: '' },
  failure: { attributes: 'message type', children: '' },
  'system-out': { attributes: '', children: '' },
};

function checkGrammar({ name, attributes, children }: Element): void {
  const rule = GRAMMAR[name] ?? assert.fail(`there is no element ${name}`);
  const known = rule.attributes.split(' ');
  for (const attribute of Object.keys(attributes))
    assert.ok(known.includes(attribute) || known.includes(`${attribute}!`), `${name} has no ${attribute}`);
  for (const needed of known.filter((one) => one.endsWith('!')))
    assert.ok(needed.slice(0, -1) in attributes, `${name} lacks ${needed}`);
  const order = children.map((child) => rule.children.split(' ').indexOf(child.name));
  assert.ok(!order.includes(-1), `${name} has children that it may not have`);
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  for (const child of children) checkGrammar(child);
}

const parse = (verdict: Verdict): Element => parseXml(written(junitReport, verdict));

const casesOf = (verdict: Verdict, suite?: string): readonly Element[] =>
  parse(verdict)
    .children.filter(({ attributes }) => suite === undefined || attributes.name === suite)
    .flatMap(({ children }) => children.filter(({ name }) => name === 'testcase'));

const outcomesOf = (verdict: Verdict, suite?: string) =>
  casesOf(verdict, suite).map(({ attributes, children }) => [
    attributes.name,
    children.find(({ name }) => name !== 'system-out')?.name ?? 'passed',
  ]);

const override = { by: 'ann@example.com', reason: 'outage', at: NOW - 1, until: NOW + 1 };

describe('the JUnit report', () => {
  for (const [name, verdict] of Object.entries({
    GO: aVerdict(),
    'NO-GO': aNoGo([aFinding()]),
    UNDECIDED: anUndecided(),
    'a verdict with everything in it': aFullVerdict(),
    'a verdict nobody means well with': aHostileVerdict(),
  })) {
    it(`of ${name} is well-formed, as the schema has it, and counts what its cases say`, () => {
      const root = parse(verdict);

      checkGrammar(root);
      for (const element of [root, ...root.children]) {
        const suites = element === root ? root.children : [element];
        const cases = suites.flatMap(({ children }) => children.filter((one) => one.name === 'testcase'));
        const count = (tag: string) =>
          String(cases.filter(({ children }) => children.some((one) => one.name === tag)).length);
        assert.equal(element.attributes.tests, String(cases.length));
        assert.equal(element.attributes.failures, count('failure'));
        assert.equal(element.attributes.errors, count('error'));
      }
    });

    it(`of ${name} has no two cases of one name in a suite`, () => {
      for (const { children } of parse(verdict).children) {
        const names = children
          .filter((one) => one.name === 'testcase')
          .map(({ attributes }) => attributes.name);
        assert.equal(new Set(names).size, names.length);
      }
    });
  }

  it('has a suite per rule, with a case for the rule and one for each finding that blocks', () => {
    const verdict = aNoGo([
      aFinding({ vulnerability: 'CVE-2024-1' }),
      aFinding({ vulnerability: 'CVE-2024-2' }),
    ]);

    assert.deepEqual(outcomesOf(verdict, 'severity'), [
      ['it is at or above a level', 'failure'],
      ['CVE-2024-1 in pkg:npm/lodash on registry/shop', 'failure'],
      ['CVE-2024-2 in pkg:npm/lodash on registry/shop', 'failure'],
    ]);
    assert.deepEqual(outcomesOf(verdict, 'unknown-severity'), [['it may be any', 'passed']]);
  });

  it('fails at the verdict itself, with the reasons', () => {
    const [first] = casesOf(aNoGo([aFinding()]), 'verdict');

    const [failure] = first?.children ?? [];
    assert.equal(failure?.attributes.message, 'NO-GO');
    assert.match(failure?.text ?? '', /severity: 1 findings at or above high/);
  });

  it('has an error where the verdict is open', () => {
    assert.deepEqual(outcomesOf(anUndecided()), [
      ['shop 2.0', 'error'],
      ['evidence', 'error'],
    ]);
  });

  it('passes what only warns, and says so', () => {
    const reasons = [{ rule: 'age', effect: 'warn', message: 'one is old', findings: [aFinding()] }] as const;

    const cases = casesOf(aVerdict({ reasons }), 'age');

    assert.deepEqual(
      cases.map(({ children }) => children.map(({ name, text }) => [name, text.split('\n')[0]])),
      [[['system-out', 'warning: one is old']], [['system-out', 'warning: severity medium']]],
    );
  });

  it('does the worst that a rule says of a finding', () => {
    const finding = aFinding();
    const reason = { rule: 'age', message: 'old', findings: [finding] };
    const verdict = aNoGo([], {
      reasons: [
        { ...reason, effect: 'block' },
        { ...reason, effect: 'warn' },
      ],
    });

    assert.deepEqual(
      outcomesOf(verdict, 'age').map(([, outcome]) => outcome),
      ['failure', 'failure'],
    );
  });

  it('skips what was set aside and honoured, with who did it; what was not honoured is only told', () => {
    const verdict = aVerdict({
      setAside: [
        aSetAside(aFinding({ vulnerability: 'CVE-2024-1' })),
        aSetAside(aFinding({ vulnerability: 'CVE-2024-2' }), { honoured: false }),
      ],
    });

    const [honoured, other] = casesOf(verdict, 'findings set aside');

    assert.equal(honoured?.children[0]?.name, 'skipped');
    assert.match(
      honoured?.children[0]?.attributes.message ?? '',
      /waiver by ann@example\.com until .*: edge only/,
    );
    assert.equal(other?.children[0]?.name, 'system-out');
    assert.match(other?.children[0]?.text ?? '', /not honoured/);
  });

  for (const [why, facts] of Object.entries({
    'NOT ENFORCED': { enforced: false },
    OVERRIDDEN: { override },
  })) {
    it(`fails nothing when the gate opens all the same, and says ${why}`, () => {
      const root = parse(aNoGo([aFinding()], facts));

      assert.deepEqual([root.attributes.failures, root.attributes.errors], ['0', '0']);
      const text = written(junitReport, aNoGo([aFinding()], facts));
      assert.ok(text.includes(`<skipped message="${why}, it would not pass: NO-GO"`));
    });
  }

  it('fails again when the override has ended', () => {
    const root = parse(aNoGo([aFinding()], { override: { ...override, until: NOW } }));

    assert.equal(root.attributes.failures, '3');
  });
});
