import { GatehouseError } from '../domain/errors.ts';
import { awsInspector } from './aws-inspector/index.ts';
import { bandit } from './bandit/index.ts';
import { checkov } from './checkov/index.ts';
import { cyclonedx } from './cyclonedx/index.ts';
import { dependencyTrack } from './dependency-track/index.ts';
import { dynatrace } from './dynatrace/index.ts';
import type { Format, ScanHead } from './format.ts';
import { githubAlerts } from './github-alerts/index.ts';
import { gitlab } from './gitlab/index.ts';
import { gitleaks } from './gitleaks/index.ts';
import { grype } from './grype/index.ts';
import { namesakeOf } from './namesake.ts';
import { nessus } from './nessus/index.ts';
import { npmAuditV1 } from './npm-audit-v1/index.ts';
import { npmAuditV2 } from './npm-audit-v2/index.ts';
import { osvScanner } from './osv-scanner/index.ts';
import { pipAudit } from './pip-audit/index.ts';
import { safety } from './safety/index.ts';
import { sarif } from './sarif/index.ts';
import { semgrep } from './semgrep/index.ts';
import { snyk } from './snyk/index.ts';
import { spdx } from './spdx/index.ts';
import { trivy } from './trivy/index.ts';
import { reasonOf } from './unknown-file.ts';
import { vanta } from './vanta/index.ts';
import { zap } from './zap/index.ts';

/** Every scan format; adding one is a folder and a line here. Their order means nothing. */
export const formats: readonly Format[] = [
  awsInspector,
  bandit,
  checkov,
  cyclonedx,
  dependencyTrack,
  dynatrace,
  githubAlerts,
  gitlab,
  gitleaks,
  grype,
  nessus,
  npmAuditV1,
  npmAuditV2,
  osvScanner,
  pipAudit,
  safety,
  sarif,
  semgrep,
  snyk,
  spdx,
  trivy,
  vanta,
  zap,
];

/** Where nothing was found, what these write says neither who wrote it nor that it looked. */
const WRITING_EMPTY_LISTS = [awsInspector, gitleaks, grype, pipAudit, safety, trivy];

/**
 * The format of a file: the one that `named` (`--format`) says, else the only one that knows the file as its own.
 * An empty list is told by what the file is called.
 * `mapped`: those that the configuration describes.
 * Throws `input-invalid`, saying what to try, for an unknown name and for a file that none or several know.
 */
export function formatOf(head: ScanHead, named?: string, mapped: readonly Format[] = []): Format {
  const all = [...mapped, ...formats];
  const kinds = all.map((format) => format.kind).join(', ');
  if (named !== undefined) {
    const format = all.find(({ kind }) => kind === named);
    if (format !== undefined) return format;
    throw new GatehouseError('input-invalid', `there is no format '${named}'; there are ${kinds}`);
  }
  if (head.text.trim() === '')
    throw new GatehouseError('input-invalid', `${head.fileName}: the file is empty`);
  const isEmptyList = Array.isArray(head.json) && head.json.length === 0;
  const namesake =
    isEmptyList || head.json === null ? namesakeOf(head.fileName, WRITING_EMPTY_LISTS) : undefined;
  if (namesake !== undefined) return namesake;
  if (isEmptyList) {
    throw new GatehouseError(
      'input-invalid',
      `${head.fileName}: an empty list, as gitleaks, grype, pip-audit, safety and others write when they found ` +
        `nothing; say which of them it was with --format (gate: --scan-format), or name the file after it`,
    );
  }
  const [format, second] = all.filter((candidate) => candidate.detect(head));
  if (format === undefined) {
    const reason = reasonOf(head);
    if (reason !== undefined)
      throw new GatehouseError('input-invalid', `${head.fileName}: no known format: ${reason}`);
    throw new GatehouseError(
      'input-invalid',
      `${head.fileName}: no known format; name it with --format, gate with --scan-format (${kinds}), or describe it under formats: in the configuration`,
    );
  }
  if (second !== undefined) {
    throw new GatehouseError(
      'input-invalid',
      `${head.fileName}: may be ${format.kind} or ${second.kind}; name it with --format, gate with --scan-format`,
    );
  }
  return format;
}
