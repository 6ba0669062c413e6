/** The parts of the reference that follow from the code: written by `write-reference.ts`, held equal by a test. */
import { Command } from 'commander';
import { PRESETS, type RuleSetting } from '../../src/domain/policy.ts';
import type { CommandModule } from '../../src/main/command.ts';
import { PRESET_RULES } from '../../src/policy/presets.ts';
import { RULES } from '../../src/policy/rules/registry.ts';

export interface WrittenPart {
  readonly document: string;
  /** As in the two comments around it: `<!-- begin NAME: … -->` and `<!-- end NAME -->`. */
  readonly name: string;
  readonly text: string;
}

export function writtenParts(modules: readonly CommandModule[]): readonly WrittenPart[] {
  const configuration = 'docs/reference/configuration.md';
  return [
    { document: 'docs/reference/cli.md', name: 'commands', text: modules.map(commandText).join('\n') },
    { document: configuration, name: 'presets', text: presetTable() },
    { document: configuration, name: 'rules', text: ruleTable() },
  ];
}

/** The document with that part made anew. */
export function withPart(document: string, { name, text, document: file }: WrittenPart): string {
  const around = new RegExp(`(<!-- begin ${name}: [^\\n]*-->\\n)[\\s\\S]*?(<!-- end ${name} -->\\n)`);
  if (!around.test(document)) throw new Error(`${file} has no place for the part ${name}`);
  return document.replace(around, (_, begin, end) => `${begin}\n${text}\n${end}`);
}

function commandText(module: CommandModule): string {
  const command = new Command(module.name);
  module.define(command);
  const rows = [
    ...command.registeredArguments.map((one) => {
      const name = one.variadic ? `${one.name()}...` : one.name();
      return [code(one.required ? `<${name}>` : `[${name}]`), one.description, ''];
    }),
    ...command.options.map(({ flags, description, defaultValue }) => [
      code(flags),
      description,
      defaultValue === undefined ? '' : code(String(defaultValue)),
    ]),
  ];
  const examples = module.examples.map(({ line, does }) => `# ${does}\n${line}\n`).join('\n');
  const options = rows.length === 0 ? '' : `${table(['argument or option', 'meaning', 'default'], rows)}\n`;
  return `## gatehouse ${module.name}\n\n${sentence(module.summary)}\n\n${options}\`\`\`sh\n${examples}\`\`\`\n`;
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

function shown(setting: RuleSetting | undefined): string {
  if (setting === undefined) return 'off';
  const parameters = parametersOf(setting.parameters);
  return parameters === '' ? setting.action : `${setting.action}, ${parameters}`;
}

function parametersOf(parameters: Readonly<Record<string, unknown>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => code(`${name}: ${Array.isArray(value) ? `[${value.join(', ')}]` : value}`))
    .join(', ');
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

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
