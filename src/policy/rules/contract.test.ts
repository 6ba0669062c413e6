/** What every rule promises, whatever it judges. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { aFinding, NOW } from '../../../test/support/builders.ts';
import { matches } from '../../domain/filter.ts';
import { EVERYTHING } from '../../domain/scope.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { FUNCTION_USAGES } from '../../domain/statement.ts';
import { indexBaseline, NO_BASELINE } from '../baseline.ts';
import { PRESET_RULES } from '../presets.ts';
import { groupIntoProblems } from '../problems.ts';
import { RULES } from './registry.ts';

const findings = SEVERITIES.flatMap((severity) =>
  [undefined, ...FUNCTION_USAGES].map((functionUsage) =>
    aFinding({ severity, assessment: { functionUsage } }),
  ),
);

it('every rule file is in the registry under its own name, once', () => {
  const files = readdirSync(new URL('.', import.meta.url))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'registry.ts')
    .map((name) => name.replace(/\.ts$/, ''));

  assert.deepEqual(RULES.map(({ id }) => id).sort(), files.sort());
});

it('every preset names only rules that exist', () => {
  const ids = new Set(RULES.map(({ id }) => id));

  for (const rules of Object.values(PRESET_RULES)) {
    assert.deepEqual(
      Object.keys(rules).filter((id) => !ids.has(id)),
      [],
    );
  }
});

for (const rule of RULES) {
  describe(`the rule ${rule.id}`, () => {
    const bound = rule.bind({}, NOW);
    const selected = findings.filter((finding) => matches(finding, bound.filter));
    const facts = {
      problems: groupIntoProblems(findings, EVERYTHING),
      scope: EVERYTHING,
      now: NOW,
      unread: [],
      outdated: [],
      waivedTimes: () => [],
      evidence: [],
    };

    it('describes in a sentence what it holds against a release', () => {
      assert.match(rule.description, /^[A-Z].{10,}\.$/);
    });

    it('accepts its own defaults and refuses a parameter it does not know', () => {
      assert.doesNotThrow(() => rule.bind({ ...rule.defaults }));
      assert.throws(() => rule.bind({ ...rule.defaults, typo: 1 }));
    });

    it('asks nothing of the present or the store: the query is plain data', () => {
      assert.deepEqual(JSON.parse(JSON.stringify(bound.filter)), bound.filter);
    });

    it('names in its reasons only findings it was given', () => {
      for (const baseline of [
        NO_BASELINE,
        indexBaseline([], EVERYTHING, true),
        indexBaseline(findings, EVERYTHING, true),
      ]) {
        for (const { findings: named, message } of bound.judge({ ...facts, baseline, findings: selected })) {
          assert.ok(message.length > 0);
          assert.ok(named.every((finding) => selected.includes(finding)));
        }
      }
    });

    it('holds nothing against a release without findings', () => {
      assert.deepEqual(bound.judge({ ...facts, baseline: NO_BASELINE, findings: [] }), []);
    });
  });
}
