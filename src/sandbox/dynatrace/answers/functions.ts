/** Vulnerable functions and who uses them. The assessment of the problem decides: see `usageIn`. */
import type { FunctionName, Problem, Topology, Usage } from '../data/model.ts';
import { parseCriteria } from '../query/criteria.ts';
import { badRequest } from '../refusal.ts';
import type { Tenant } from '../tenant.ts';
import { relationsOf } from './relations.ts';

/** In use means: the first function is used by the first process group; nothing else is. */
export function usageIn(problem: Problem, nthFunction: number, nthGroup: number): Usage {
  const usage = problem.risk.vulnerableFunctionUsage;
  if (usage !== 'IN_USE') return usage;
  return nthFunction === 0 && nthGroup === 0 ? 'IN_USE' : 'NOT_IN_USE';
}

export function functionRow({ className, functionName, filePath }: FunctionName) {
  return { className, functionName, ...(filePath === undefined ? {} : { filePath }) };
}

/** The process groups of a problem, in an order that stays the same while it is open or resolved. */
export function groupsOf(problem: Problem, topology: Topology): readonly number[] {
  return [...relationsOf(problem, topology, { since: 0 }).groups.keys()];
}

const usages = ['IN_USE', 'NOT_IN_USE', 'NOT_AVAILABLE'] as const;
export function vulnerableFunctions(
  problem: Problem,
  { topology }: Tenant,
  parameters: ReadonlyMap<string, string>,
) {
  const groupBy = parameters.get('groupBy');
  if (groupBy !== undefined && groupBy !== 'PROCESS_GROUP')
    throw badRequest('groupBy', `'${groupBy}' is not a grouping; only PROCESS_GROUP is.`);
  const groups = groupsOf(problem, topology);
  const isWanted = functionFilter(parameters.get('vulnerableFunctionsSelector'));
  const functions = problem.functions
    .map((function_, nth) => {
      const byUsage = (usage: Usage) =>
        groups.filter((_, at) => usageIn(problem, nth, at) === usage).map((at) => topology.groups[at]!.id);
      const [used, unused, unknown] = usages.map(byUsage);
      const usage: Usage = used!.length > 0 ? 'IN_USE' : unused!.length > 0 ? 'NOT_IN_USE' : 'NOT_AVAILABLE';
      return {
        function: functionRow(function_),
        usage,
        processGroupsInUse: used!,
        processGroupsNotInUse: unused!,
        processGroupsNotAvailable: unknown!,
      };
    })
    .filter(({ usage }) => isWanted(usage));
  if (groupBy === undefined) return { vulnerableFunctions: functions };
  return {
    vulnerableFunctions: functions,
    vulnerableFunctionsByProcessGroup: groups.map((group, at) => {
      const { inUse, notInUse, notAvailable } = functionsByUsage(problem, at);
      return {
        processGroup: topology.groups[group]!.id,
        functionsInUse: inUse,
        functionsNotInUse: notInUse,
        functionsNotAvailable: notAvailable,
      };
    }),
  };
}

/** What one process group makes of each function. */
export function functionsByUsage(problem: Problem, nthGroup: number) {
  const used = (usage: Usage) =>
    problem.functions.filter((_, nth) => usageIn(problem, nth, nthGroup) === usage).map(functionRow);
  return { inUse: used('IN_USE'), notInUse: used('NOT_IN_USE'), notAvailable: used('NOT_AVAILABLE') };
}

function functionFilter(selector: string | undefined): (usage: Usage) => boolean {
  if (selector === undefined || selector.trim() === '') return () => true;
  const criteria = parseCriteria(selector, 'vulnerableFunctionsSelector');
  for (const { name } of criteria)
    if (name !== 'usage') throw badRequest('vulnerableFunctionsSelector', `Unknown criterion '${name}'.`);
  return (usage) => criteria.every(({ values }) => values.some((value) => value.toUpperCase() === usage));
}
