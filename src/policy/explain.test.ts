import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import {
  Honour,
  MODES,
  type Policy,
  PRESETS,
  policyFields,
  RELAXATIONS,
  RULE_ACTIONS,
  SET_ASIDE_KINDS,
} from '../domain/policy.ts';
import { Scope } from '../domain/scope.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { ASSET_KINDS, FUNCTION_USAGES, LABEL_KINDS } from '../domain/statement.ts';
import { Waiver } from '../domain/waiver.ts';
import { explainPolicy } from './explain.ts';
import { explainRule } from './explain-rule.ts';
import { PolicyDocument, readPolicy } from './read-policy.ts';
import { RULES } from './rules/registry.ts';
import { SSVC_DECISIONS } from './ssvc.ts';
import { SSVC_POINTS } from './ssvc-points.ts';

function textOf(policy: Policy): string {
  return JSON.stringify(explainPolicy(policy));
}

function linesOf(policy: Policy, title: string): readonly string[] {
  return explainPolicy(policy).find((section) => section.title === title)?.lines ?? [];
}

describe('the explanation of a policy', () => {
  it('says of every rule whether it blocks, warns or is off, once', () => {
    for (const preset of PRESETS) {
      const policy = readPolicy({ preset });
      const said = ['Blocks a release when', 'Warns when', 'Does not ask'].flatMap((title) =>
        linesOf(policy, title),
      );
      assert.deepEqual(
        said.map((line) => line.split(':')[0]).sort(),
        RULES.map(({ id }) => id).sort(),
        preset,
      );
    }
  });

  it('says what a preset blocks, and that it is the preset as it is', () => {
    const policy = readPolicy({ preset: 'strict' });

    assert.ok(
      linesOf(policy, 'Blocks a release when').includes(
        'severity: the severity is at or above a level [atOrAbove: high]',
      ),
    );
    assert.deepEqual(linesOf(policy, 'Differs from the preset'), []);
  });

  it('says what differs from the preset', () => {
    const policy = readPolicy({
      preset: 'strict',
      rules: { severity: { action: 'warn', atOrAbove: 'critical' }, kev: 'block' },
    });

    assert.deepEqual(linesOf(policy, 'Differs from the preset'), [
      'severity: warn [atOrAbove: critical], where the preset has block [atOrAbove: high] (looser)',
      'kev: block, where the preset has off (stricter)',
    ]);
  });

  it('says who may set findings aside, though it be nobody', () => {
    assert.deepEqual(linesOf(readPolicy({ honour: [] }), 'Findings may be set aside by'), [
      'nobody: every finding counts',
    ]);
  });

  it('is loud where nothing is enforced', () => {
    assert.match(textOf(readPolicy({ enforce: false })), /NOT ENFORCED/);
  });
});

const SCOPE = {
  name: 'edge',
  sources: ['trivy'],
  channels: ['production'],
  labels: [{ kind: 'zone', anyOf: ['Edge'] }],
  assets: [{ kind: 'host', name: 'shop' }],
};

/** Every key there is, with a value that is not what it is unwritten. */
const WHOLE: Json = {
  name: 'shop',
  preset: 'strict',
  mode: 'evaluate',
  enforce: true,
  rules: Object.fromEntries(
    RULES.map(({ id, defaults, judgesFindings }) => [
      id,
      {
        action: 'block',
        ...structuredClone(defaults),
        ...(judgesFindings && {
          perScope: [{ scope: structuredClone(SCOPE), action: 'warn', ...structuredClone(defaults) }],
        }),
      },
    ]),
  ),
  excludedChecks: { info: ['exposure'] },
  honour: [{ kind: 'vex', issuers: ['ann'], fromJudgedScans: true }],
  overrides: { by: ['ann'], maxHours: 12 },
  relax: ['stale-evidence'],
  waivers: [
    {
      id: 'W-1',
      vulnerability: 'CVE-1',
      component: 'pkg:npm/lodash',
      asset: { kind: 'host', name: 'shop' },
      rule: 'kev',
      scope: structuredClone(SCOPE),
      by: 'ann',
      requestedBy: 'bob',
      reason: 'it is so',
      from: '2026-01-01',
      until: '2026-02-01',
    },
  ],
  maxWaiverDays: 30,
};

type Json = { [key: string]: Json } | Json[] | string | number | boolean;

const WORDS = [
  ...[...SEVERITIES, ...RULE_ACTIONS, ...PRESETS, ...MODES, ...RELAXATIONS, ...SET_ASIDE_KINDS],
  ...[...LABEL_KINDS, ...ASSET_KINDS, ...FUNCTION_USAGES, 'public', 'not-available', 'reachable'],
  ...Object.values(SSVC_POINTS).flat(),
  ...Object.values(SSVC_DECISIONS).flat(),
  ...RULES.map(({ id }) => id),
];

/** Only the part that the way leads through: the rest is the same before and after. */
function partOf([key = '', inner = '']: readonly string[]): Json {
  const part = at(WHOLE, [key]);
  return { [key]: key === 'rules' ? { [inner]: at(part, [inner]) } : part };
}

/** What might stand there instead. */
function others(value: Json): readonly Json[] {
  if (Array.isArray(value)) return [['low'], ['other'], [{ name: 'n', when: "finding.severity == 'low'" }]];
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 1, value / 2, 1, 0.5];
  return [...WORDS, '2026-01-15', 5, 0.5, `${String(value)}x`];
}

/** Of every value that is no further list or mapping, the way to it; a list counts also as a whole. */
function leaves(value: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object') return [path];
  const inner = Object.entries(value).flatMap(([key, own]) => leaves(own, [...path, key]));
  return Array.isArray(value) && value.length === 0 ? [path] : inner;
}

function at(value: Json, path: readonly string[]): Json {
  return path.reduce<Json>((inner, key) => (inner as Record<string, Json>)[key] ?? '', value);
}

function withValue(document: Json, path: readonly string[], value: Json): Json {
  const copy = structuredClone(document);
  const holder = at(copy, path.slice(0, -1)) as Record<string, Json>;
  holder[path.at(-1) ?? ''] = value;
  return copy;
}

describe('every key of a policy', () => {
  it('stands in the policy that is tried below', () => {
    assert.ok(PolicyDocument instanceof z.ZodPipe && PolicyDocument.in instanceof z.ZodObject);
    assert.ok(Honour instanceof z.ZodPipe && Honour.out instanceof z.ZodObject);
    const same = (holder: Json, schema: z.core.$ZodType): void =>
      assert.deepEqual(Object.keys(holder).toSorted(), Object.keys(shapeOf(schema)).toSorted());

    same(WHOLE, PolicyDocument.in);
    same(at(WHOLE, ['honour', '0']), Honour.out);
    same(at(WHOLE, ['waivers', '0']), Waiver);
    same(at(WHOLE, ['overrides']), policyFields.overrides.def.innerType);
    same(SCOPE, Scope);
    for (const { id, parameters, judgesFindings } of RULES) {
      const keys = ['action', ...Object.keys(parameters.shape), ...(judgesFindings ? ['perScope'] : [])];
      assert.deepEqual(Object.keys(at(WHOLE, ['rules', id])).toSorted(), keys.toSorted(), id);
    }
  });

  const paths = leaves(WHOLE).filter((path) => path.at(-1) !== 'perScope');
  for (const key of Object.keys(WHOLE)) {
    it(`changes the explanation: ${key}`, () => {
      const own = paths.filter(([first]) => first === key);
      assert.ok(own.length > 0);
      for (const path of own) {
        const part = partOf(path);
        const whole = PolicyDocument.parse(part);
        const changed = others(at(part, path))
          .values()
          .map((value) => PolicyDocument.safeParse(withValue(part, path, value)).data)
          .find((policy) => policy !== undefined && !isDeepStrictEqual(policy, whole));
        assert.ok(changed, `nothing else can stand at ${path.join('.')}`);
        assert.notEqual(textOf(changed), textOf(whole), path.join('.'));
      }
    });
  }
});

describe('the explanation of a rule', () => {
  it('says of each what it holds against a release, its parameters, and what the presets make of it', () => {
    for (const { id, description, defaults } of RULES) {
      const lines = explainRule(id)?.lines ?? [];
      assert.equal(lines[0], description);
      for (const name of Object.keys(defaults))
        assert.ok(
          lines.some((line) => line.startsWith(`${name}: `) && line.includes('; when not written: ')),
          `${id} ${name}`,
        );
      for (const preset of PRESETS) assert.ok(lines.some((line) => line.startsWith(`in ${preset}: `)));
    }
    assert.equal(explainRule('kevv'), undefined);
  });

  it('says what may be written, and what at or above means', () => {
    assert.equal(
      explainRule('severity')?.lines[1],
      'atOrAbove: one of critical, high, medium, low, info; when not written: high; it and everything worse holds, so a milder one is stricter',
    );
    assert.match(explainRule('cvss')?.lines[1] ?? '', /^atLeast: a number from 0 to 10; when not written: 9/);
    assert.match(
      explainRule('age')?.lines[1] ?? '',
      /^days: a number above 0, or a number above 0 for each of critical, high, /,
    );
    assert.match(
      explainRule('new-against-baseline')?.lines.join('\n') ?? '',
      /^budget: a whole number from 0, or unlimited;/m,
    );
  });
});

function shapeOf(schema: z.core.$ZodType): object {
  assert.ok(schema instanceof z.ZodObject);
  return schema.shape;
}
