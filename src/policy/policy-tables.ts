/**
 * The decision tables that a policy goes by. Deciding reads nothing from outside, so a table that was collected is put
 * into the policy before: its digest, and the facts of the verdict, then have it.
 */
import type { DecisionTable } from '../domain/decision-table.ts';
import type { Policy, RuleSetting } from '../domain/policy.ts';
import { ssvcRule } from './rules/ssvc.ts';
import { isBuiltIn, SSVC_TABLES } from './ssvc.ts';
import { AskedParameters, askedOf, tableNamed } from './ssvc-asked.ts';

type Tables = Readonly<Record<string, DecisionTable>>;
type Setting = Pick<RuleSetting, 'action' | 'parameters'>;

/** Those that it goes by and does not hold. */
export function tablesToBring({ rules }: Policy): readonly string[] {
  const setting = rules[ssvcRule.id];
  if (setting === undefined) return [];
  return [...new Set([setting, ...(setting.perScope ?? [])].flatMap((one) => absentIn(one) ?? []))];
}

/** Those that it holds, by their names. */
export function tablesIn({ rules }: Policy): ReadonlyMap<string, DecisionTable> {
  const setting = rules[ssvcRule.id];
  if (setting === undefined) return new Map();
  const all = [setting, ...(setting.perScope ?? [])].flatMap((one) =>
    Object.entries(askedIn(one)?.tables ?? {}),
  );
  return new Map(all);
}

/** With what it goes by and does not hold, where it is among these; what is written in it stays. */
export function withTables(policy: Policy, tables: ReadonlyMap<string, DecisionTable>): Policy {
  const setting = policy.rules[ssvcRule.id];
  if (setting === undefined || !tablesToBring(policy).some((name) => tables.has(name))) return policy;
  const brought = <One extends Setting>(one: One): One => {
    const name = absentIn(one);
    const table = name === undefined ? undefined : tables.get(name);
    if (name === undefined || table === undefined) return one;
    const held: Tables = askedIn(one)?.tables ?? {};
    return { ...one, parameters: { ...one.parameters, tables: { ...held, [name]: table } } };
  };
  const { perScope } = setting;
  const own = { ...brought(setting), ...(perScope === undefined ? {} : { perScope: perScope.map(brought) }) };
  return { ...policy, rules: { ...policy.rules, [ssvcRule.id]: own } };
}

export interface TableFault {
  /** Of the keys that lead there. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * What the policy asks of a table and cannot get. `feeds`: those that bring one; undefined: nobody knows, as where a
 * policy stands alone.
 */
export function tableFaults({ rules }: Policy, feeds: readonly string[] | undefined): readonly TableFault[] {
  const setting = rules[ssvcRule.id];
  if (setting === undefined) return [];
  const at = ['rules', ssvcRule.id];
  const scoped = (setting.perScope ?? []).map((one, index) => ({ one, path: [...at, 'perScope', index] }));
  const found = [{ one: setting, path: at }, ...scoped].flatMap(({ one, path }): readonly TableFault[] => {
    const parameters = one.action === 'off' ? undefined : askedIn(one);
    const asked = parameters && askedOf(parameters);
    if (asked === undefined || !('problem' in asked)) return [];
    const { table, of = 'atOrAbove', problem } = asked;
    if (asked.of !== undefined) return [{ path: [...path, of], message: problem }];
    // One that was imported by hand is called by its namespace and key, and may be in the store.
    if (feeds === undefined || feeds.includes(table) || table.includes(':')) return [];
    const message = `there is no SSVC table '${table}': it is none of ${SSVC_TABLES.join(', ')}, no feed of kind ssvc is called so, and it does not stand under tables`;
    return [{ path: [...path, of], message }];
  });
  // What a scope takes over from the rule is told there.
  return found.filter(({ message }, index) => found.findIndex((one) => one.message === message) === index);
}

/** Undefined: it goes by none that would have to be brought. */
function absentIn(one: Setting): string | undefined {
  const parameters = one.action === 'off' ? undefined : askedIn(one);
  if (parameters === undefined) return undefined;
  const name = tableNamed(parameters.atOrAbove);
  return isBuiltIn(name) || Object.hasOwn(parameters.tables, name) ? undefined : name;
}

/** Undefined: they are not those of the rule, which then says so itself. */
function askedIn({ parameters }: Setting): AskedParameters | undefined {
  return AskedParameters.safeParse({ ...ssvcRule.defaults, ...parameters }).data;
}
