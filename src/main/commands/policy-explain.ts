import type { Policy } from '../../domain/policy.ts';
import type { Section } from '../../policy/explain.ts';
import type { CommandModule, Io } from '../command.ts';

interface PolicyExplainOptions {
  readonly rule?: string;
  readonly against?: string;
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<PolicyExplainOptions> = {
  name: 'policy explain',
  summary: 'say in sentences what a policy does, what one rule does, or how two policies differ',
  examples: [
    { line: 'gatehouse policy explain', does: 'that of gatehouse.yaml' },
    {
      line: 'gatehouse policy explain strict --against development',
      does: 'where development is stricter or looser',
    },
    { line: 'gatehouse policy explain --rule past-sla --json', does: 'one rule, for machines' },
  ],
  define: (command) => {
    command
      .argument('[policy]', 'a preset or a file; the policy of the configuration when none is given')
      .option('--rule <id>', 'only this rule: what it asks, its parameters, and what the presets make of it')
      .option(
        '--against <policy>',
        'say what this preset or file does differently, and whether it is stricter',
      )
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run({ rule, against, config, json }, io, [named]) {
    const isJson = json === true;
    if (rule !== undefined) {
      await refuseWithRule(named ?? against);
      return await explainOne(rule, isJson, io);
    }
    const [{ readConfiguration }, { policyNamed }] = await Promise.all([
      import('../configuration.ts'),
      import('../policies.ts'),
    ]);
    const { policy: configured, scopes } = await readConfiguration(io, config);
    const policy = await policyNamed(named, io, configured, scopes);
    if (against !== undefined) {
      return await compare(policy, await policyNamed(against, io, configured, scopes), isJson, io);
    }
    const { explainPolicy } = await import('../../policy/explain.ts');
    const sections = explainPolicy(policy);
    await tell(sections, isJson && { policy: policy.name, sections }, io);
    return 0;
  },
};

const DIRECTIONS = ['stricter', 'looser', 'different'] as const;

async function compare(policy: Policy, other: Policy, isJson: boolean, io: Io): Promise<0> {
  const { comparePolicies } = await import('../../policy/compare-policies.ts');
  const differences = comparePolicies(policy, other);
  const sections = DIRECTIONS.map((direction) => ({
    title: `${other.name} is ${direction === 'different' ? 'different' : `${direction} than ${policy.name}`}`,
    lines: differences
      .filter((one) => one.direction === direction)
      .map(({ of, mine, theirs }) => `${of}: ${theirs}, where ${policy.name} has ${mine}`),
  })).filter(({ lines }) => lines.length > 0);
  const said = sections.length > 0 ? sections : [{ title: 'They judge alike', lines: [] }];
  await tell(said, isJson && { policy: policy.name, against: other.name, differences }, io);
  return 0;
}

async function refuseWithRule(policy: string | undefined): Promise<void> {
  if (policy === undefined) return;
  const { GatehouseError } = await import('../../domain/errors.ts');
  throw new GatehouseError(
    'input-invalid',
    `--rule says what a rule does in any policy: leave out ${policy}, or leave out --rule`,
  );
}

async function explainOne(id: string, isJson: boolean, io: Io): Promise<0> {
  const [{ explainRule }, { RULES }, { GatehouseError }, { didYouMean }] = await Promise.all([
    import('../../policy/explain-rule.ts'),
    import('../../policy/rules/registry.ts'),
    import('../../domain/errors.ts'),
    import('../nearest.ts'),
  ]);
  const section = explainRule(id);
  if (section === undefined) {
    const known = RULES.map((rule) => rule.id);
    throw new GatehouseError(
      'input-invalid',
      `there is no rule '${id}'${didYouMean(id, known)}; there are ${known.join(', ')}`,
    );
  }
  await tell([section], isJson && { rule: id, sections: [section] }, io);
  return 0;
}

/** `json`: what machines read instead, where they do. */
async function tell(sections: readonly Section[], json: object | false, io: Io): Promise<void> {
  if (json !== false) {
    const { toJsonLine } = await import('../json-line.ts');
    io.stdout.write(toJsonLine(json));
    return;
  }
  const { toPlainLine } = await import('../../reports/plain-text.ts');
  const text = sections.map(({ title, lines }) =>
    [toPlainLine(title), ...lines.map((line) => `  ${toPlainLine(line)}`)].join('\n'),
  );
  io.stdout.write(`${text.join('\n\n')}\n`);
}
