/** The parts of the reference that follow from the code: written by `write-reference.ts`, held equal by a test. */
import { Command } from 'commander';
import { PRESETS, type RuleSetting } from '../../src/domain/policy.ts';
import { argumentText } from '../../src/main/choices.ts';
import type { CommandModule } from '../../src/main/command.ts';
import { COMMON_OPTIONS } from '../../src/main/program.ts';
import { FINDING_FIELDS } from '../../src/policy/finding-fields.ts';
import { PRESET_RULES } from '../../src/policy/presets.ts';
import { RULES } from '../../src/policy/rules/registry.ts';
import { pointsOf, SSVC_DECISIONS, SSVC_TABLES } from '../../src/policy/ssvc.ts';
import { SSVC_POINTS } from '../../src/policy/ssvc-points.ts';

export interface WrittenPart {
  readonly document: string;
  /** As in the two comments around it: `<!-- begin NAME: … -->` and `<!-- end NAME -->`. */
  readonly name: string;
  readonly text: string;
}

export function writtenParts(modules: readonly CommandModule[]): readonly WrittenPart[] {
  const configuration = 'docs/reference/configuration.md';
  return [
    { document: 'docs/reference/cli.md', name: 'commands', text: commandTable(modules) },
    { document: 'docs/reference/cli.md', name: 'common options', text: commonOptionTable() },
    { document: configuration, name: 'presets', text: presetTable() },
    { document: configuration, name: 'rules', text: ruleTable() },
    { document: configuration, name: 'fields', text: fieldTable() },
    { document: configuration, name: 'ssvc', text: ssvcTable() },
  ];
}

/** The document with that part made anew. */
export function withPart(document: string, { name, text, document: file }: WrittenPart): string {
  const around = new RegExp(`(<!-- begin ${name}: [^\\n]*-->\\n)[\\s\\S]*?(<!-- end ${name} -->\\n)`);
  if (!around.test(document)) throw new Error(`${file} has no place for the part ${name}`);
  return document.replace(around, (_, begin, end) => `${begin}\n${text}\n${end}`);
}

export interface WrittenPage {
  readonly path: string;
  readonly text: string;
}

/** Where the pages of commands lie, and nothing else. */
export const COMMAND_PAGES = 'docs/reference/commands/';

/** A page for each command, in the order of the help. */
export function commandPages(modules: readonly CommandModule[]): readonly WrittenPage[] {
  return modules.map((module) => ({ path: `${COMMAND_PAGES}${pageOf(module)}`, text: commandText(module) }));
}

/** `policy check` is in `policy-check.md`. */
export function pageOf({ name }: { readonly name: string }): string {
  return `${name.replaceAll(' ', '-')}.md`;
}

function commandTable(modules: readonly CommandModule[]): string {
  const rows = modules.map((module) => [
    `[\`${module.name}\`](commands/${pageOf(module)})`,
    capitalised(module.summary),
  ]);
  return table(['command', 'what it does'], rows);
}

function commonOptionTable(): string {
  return table(
    ['option', 'meaning'],
    COMMON_OPTIONS.map(({ flags, means }) => [code(flags), means]),
  );
}

function commandText(module: CommandModule): string {
  const command = new Command(module.name);
  module.define(command);
  const rows = [
    ...command.registeredArguments.map((one) => [code(argumentText(one)), one.description, '']),
    ...command.options
      .filter(({ hidden }) => !hidden)
      .map(({ flags, description, defaultValue }) => [
        code(flags),
        description,
        defaultValue === undefined ? '' : code(String(defaultValue)),
      ]),
  ];
  const examples = module.examples.map(({ line, does }) => `# ${does}\n${line}\n`).join('\n');
  const usage = ['gatehouse', module.name, '[options]', ...command.registeredArguments.map(argumentText)];
  return [
    `# gatehouse ${module.name}`,
    `<!-- written by \`node test/docs/write-reference.ts\` from src/main/commands/${pageOf(module).replace('.md', '.ts')} -->`,
    `${capitalised(module.summary)}.`,
    `\`\`\`text\n${usage.join(' ')}\n\`\`\``,
    ...(rows.length === 0 ? [] : [table(['argument or option', 'meaning', 'default'], rows).trimEnd()]),
    'Options of every command, streams, exit codes and variables: [command line](../cli.md).',
    '## Examples',
    `\`\`\`sh\n${examples}\`\`\`\n`,
  ].join('\n\n');
}

function presetTable(): string {
  const rows = RULES.map(({ id }) => [code(id), ...PRESETS.map((preset) => shown(PRESET_RULES[preset][id]))]);
  return table(['rule', ...PRESETS], rows);
}

function ruleTable(): string {
  const rows = RULES.map(({ id, description, compares, defaults }) => [
    code(id),
    description,
    compares ? 'yes' : '',
    parametersOf(defaults),
  ]);
  return table(
    ['rule', 'holds against a release when', 'compares', 'parameters, and what they are unwritten'],
    rows,
  );
}

function fieldTable(): string {
  const rows = Object.entries(FINDING_FIELDS).map(([name, { type, means }]) => [
    code(`finding.${name}`),
    code(type),
    means,
  ]);
  return table(['field', 'type', 'meaning'], rows);
}

function ssvcTable(): string {
  const rows = SSVC_TABLES.map((name) => [
    code(name),
    SSVC_DECISIONS[name].map(code).join(', '),
    pointsOf(name)
      .map((point) => `${code(point)} (${SSVC_POINTS[point].join(', ')})`)
      .join('; '),
  ]);
  return table(['table', 'decisions, the mildest first', 'points it goes by'], rows);
}

function shown(setting: RuleSetting | undefined): string {
  if (setting === undefined) return 'off';
  const parameters = parametersOf(setting.parameters);
  return parameters === '' ? setting.action : `${setting.action}, ${parameters}`;
}

function parametersOf(parameters: Readonly<Record<string, unknown>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => code(`${name}: ${written(value)}`))
    .join(', ');
}

/** As it would stand in a policy. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Object.keys(value).length === 0) return '{}';
  return `{ ${Object.entries(value)
    .map(([name, own]) => `${name}: ${written(own)}`)
    .join(', ')} }`;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [columns, columns.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`,
  );
  return lines.join('');
}

function code(text: string): string {
  return `\`${text}\``;
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
