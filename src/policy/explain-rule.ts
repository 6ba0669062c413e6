/** What one rule does wherever it is used: what it asks, what it can be told, and what the presets make of it. */
import * as z from 'zod';
import type { Section } from './explain.ts';
import { orderOf } from './parameter-order.ts';
import { PRESET_RULES } from './presets.ts';
import type { Rule } from './rule.ts';
import { RULES } from './rules/registry.ts';
import { saySetting, written } from './say-policy.ts';

/** Undefined: there is none of that id. */
export function explainRule(id: string): Section | undefined {
  const rule = RULES.find((one) => one.id === id);
  if (rule === undefined) return undefined;
  return {
    title: `Rule ${rule.id}`,
    lines: [
      rule.description,
      ...(rule.compares ? ['It asks for a baseline, so it is judged only when the gate compares.'] : []),
      ...(rule.judgesFindings
        ? []
        : ['It judges the evidence, not findings: it is the same in every scope.']),
      ...parametersOf(rule),
      ...Object.entries(PRESET_RULES).map(([preset, rules]) => {
        const setting = rules[rule.id];
        return `in ${preset}: ${setting === undefined ? 'off' : saySetting(setting)}`;
      }),
    ],
  };
}

function parametersOf({ parameters, defaults }: Rule): readonly string[] {
  return Object.entries(parameters.shape).map(([name, schema]) => {
    const stricter = orderOf(name)?.stricter;
    return [
      `${name}: ${choicesOf(schema)}`,
      `when not written: ${written(defaults[name])}`,
      ...(stricter === undefined ? [] : [stricter]),
    ].join('; ');
  });
}

interface JsonSchema {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | false;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

/** What may be written, as the schema that checks it has it. */
function choicesOf(schema: z.core.$ZodType): string {
  return sayChoices(
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema,
  );
}

function sayChoices(schema: JsonSchema): string {
  const { anyOf, items, properties, additionalProperties, propertyNames } = schema;
  if (schema.description !== undefined) return schema.description;
  if (anyOf !== undefined) return anyOf.map(sayChoices).join(', or ');
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  if (items !== undefined) return `a list, each ${sayChoices(items)}`;
  if (properties !== undefined) {
    const named = Object.entries(properties).map(([name, own]) => `${name} (${sayChoices(own)})`);
    const others = additionalProperties ? [`or another name (${sayChoices(additionalProperties)})`] : [];
    return [...named, ...others].join(', ');
  }
  if (additionalProperties) {
    return `${sayChoices(additionalProperties)} for each of ${(propertyNames?.enum ?? []).join(', ')}`;
  }
  return sayPlain(schema);
}

function sayPlain({ type, minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  if (type === 'string') return 'a text';
  const least =
    exclusiveMinimum === undefined ? minimum !== undefined && `from ${minimum}` : `above ${exclusiveMinimum}`;
  // A whole number ends where numbers are no longer exact, which nobody wrote.
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && `to ${maximum}`;
  return [type === 'integer' ? 'a whole number' : 'a number', least, most]
    .filter((part) => part !== false)
    .join(' ');
}
