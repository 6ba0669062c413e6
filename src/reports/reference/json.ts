import { isoInstant } from '../../domain/instant.ts';
import { toJsonText } from '../json-text.ts';
import {
  heldBy,
  isRegression,
  levelOf,
  type Problem,
  type ReferenceAssessment,
  type Regression,
  reasonsOf,
  summaryOf,
  usageOf,
  vendorWord,
  warningsOf,
} from './assessment.ts';

/** The script's JSON report: its keys and their meaning, each problem once, and what it lacked beside them. */
export function toReferenceJson(assessment: ReferenceAssessment): string {
  const { verdict, certification, production, comparison } = assessment;
  const timestamp = isoInstant(verdict.decidedAt);
  return toJsonText({
    assessment_info: {
      mode: verdict.mode,
      timestamp,
      decision: verdict.verdict,
      summary: summaryOf(assessment),
    },
    certification_environment: environmentOf(certification),
    ...(production === undefined ? {} : { production_environment: environmentOf(production) }),
    ...(comparison === undefined
      ? {}
      : {
          comparison: {
            new_vulnerabilities: comparison.fresh,
            new_vulnerabilities_count: comparison.fresh.length,
            resolved_vulnerabilities: comparison.resolved,
            resolved_vulnerabilities_count: comparison.resolved.length,
            common_vulnerabilities: comparison.common,
            common_vulnerabilities_count: comparison.common.length,
            severity_regression: comparison.severityRegressions.length > 0,
            severity_regression_details: comparison.severityRegressions.map((one) =>
              regressionOf(one, 'severity'),
            ),
            vulnerable_function_regression: comparison.functionRegressions.length > 0,
            vulnerable_function_regression_details: comparison.functionRegressions.map((one) =>
              regressionOf(one, 'usage'),
            ),
            has_regression: isRegression(assessment),
          },
        }),
    decision_details: {
      result: verdict.verdict,
      timestamp,
      mode: verdict.mode,
      critical_high_count: heldBy(assessment, 'severity').length,
      vulnerable_functions_in_use: heldBy(assessment, 'vulnerable-function').length,
      reasons: reasonsOf(assessment),
      summary: summaryOf(assessment),
      ...(comparison === undefined ? {} : { regression_detected: isRegression(assessment) }),
      policy: verdict.policy,
      warnings: warningsOf(assessment),
      evidence: verdict.evidence.map(({ source, role, state, observations, rejected, reasons }) => ({
        source,
        role,
        state,
        problems: observations,
        rejected,
        reasons,
      })),
    },
  });
}

function environmentOf(problems: readonly Problem[]) {
  return { total_vulnerabilities: problems.length, vulnerabilities: problems.map(recordOf) };
}

function recordOf(problem: Problem) {
  const { exposure, dataAssets, exploit } = problem.assessment;
  return {
    vulnerability_id: problem.id,
    cve_ids: problem.cves,
    title: problem.title ?? 'Unknown',
    status: 'OPEN',
    risk_assessment: {
      riskLevel: levelOf(problem),
      riskScore: problem.score ?? null,
      vulnerableFunctionUsage: usageOf(problem),
      ...(exposure === undefined
        ? {}
        : { exposure: exposure === 'public' ? 'PUBLIC_NETWORK' : vendorWord(exposure) }),
      ...(dataAssets === undefined ? {} : { dataAssets: vendorWord(dataAssets) }),
      ...(exploit === undefined ? {} : { publicExploit: vendorWord(exploit) }),
    },
    technology: problem.technology ?? 'Unknown',
    package_name: problem.packageName ?? 'Unknown',
    vulnerable_component: problem.components.join(', ') || 'Unknown',
    first_seen: problem.firstSeenAt,
    last_updated: problem.updatedAt ?? 'N/A',
    affected_entities: problem.entities.map(({ id, name }) => ({
      id,
      name: name ?? id,
      type: /^(.*)-[0-9A-F]{16}$/.exec(id)?.[1] ?? 'Unknown',
    })),
    management_zones: problem.zones.map(({ id, name }) => ({ id, name: name ?? id })),
    set_aside: problem.setAside,
  };
}

function regressionOf({ defect, component, from, to, isSameEntity }: Regression, what: 'severity' | 'usage') {
  return {
    cve: defect,
    [`prod_${what}`]: vendorWord(from),
    [`cert_${what}`]: vendorWord(to),
    scope: isSameEntity ? 'the same entity' : 'the worst in the scope',
    component: component ?? null,
  };
}
