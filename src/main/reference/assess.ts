/** What the reports tell beside the verdict: every open problem, the comparison, and what was let pass. */
import type { Finding } from '../../domain/finding.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { levelOf, type Problem, type ReferenceAssessment } from '../../reports/reference/assessment.ts';
import type { StoreReader } from '../../store/store.ts';
import { comparisonOf } from './comparison.ts';
import { openIn, problemsOf } from './problems.ts';
import type { ReferenceConfiguration } from './reference-configuration.ts';

export async function assessmentOf(
  reader: StoreReader,
  configuration: ReferenceConfiguration,
  verdict: Verdict,
  scope: Scope,
  baselineScope: Scope | undefined,
): Promise<ReferenceAssessment> {
  const { excludedCves, newExcluded, functionAllowed, hosts, warnings } = configuration;
  const read = async (side: Scope): Promise<{ open: readonly Finding[]; problems: readonly Problem[] }> => {
    const open = await openIn(reader, side);
    return { open, problems: await problemsOf(reader, side.name, open, excludedCves) };
  };
  const certification = await read(scope);
  const production = baselineScope === undefined ? undefined : await read(baselineScope);
  return {
    verdict,
    certification: certification.problems,
    production: production?.problems,
    comparison:
      production === undefined || baselineScope === undefined
        ? undefined
        : comparisonOf({
            verdict,
            scope,
            baselineScope,
            open: certification.open,
            baseline: production.open,
            newExcluded,
          }),
    warnings: [
      ...warnings,
      ...silentHosts(certification.open, hosts.get(scope.name) ?? []),
      ...silentHosts(production?.open ?? [], hosts.get(baselineScope?.name ?? '') ?? []),
      ...allowedFunctions(certification.problems, functionAllowed),
    ],
  };
}

/** A host that is mistyped has no problems, and looks like one that is in order. */
function silentHosts(open: readonly Finding[], hosts: readonly string[]): readonly string[] {
  const known = new Set(
    open.flatMap(({ observations }) => observations.flatMap(({ labels }) => labels.map(({ id }) => id))),
  );
  return [...new Set(hosts)]
    .filter((host) => !known.has(host))
    .map((host) => `no open problem is on ${host}; check that this is its id`);
}

/** Excluded severities are not looked at; allowed ones are, and this is how it shows. */
function allowedFunctions(problems: readonly Problem[], allowed: readonly Severity[]): readonly string[] {
  const passed = problems.filter(
    ({ severity, assessment, setAside }) =>
      allowed.includes(severity) && assessment.functionUsage !== 'not-in-use' && setAside.length === 0,
  );
  if (passed.length === 0) return [];
  const levels = [...new Set(passed.map(levelOf))].join(', ');
  const what = passed.length === 1 ? '1 problem has' : `${passed.length} problems have`;
  return [
    `${what} a vulnerable function in use or not assessable, and may by allow_vulnerable_function_for_severities: ${levels}`,
  ];
}
