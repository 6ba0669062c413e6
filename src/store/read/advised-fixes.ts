import * as z from 'zod';
import type { AdvisedVersions } from '../../domain/finding.ts';
import type { Db } from '../db.ts';

/** Gives what advisories on a vulnerability name as fixes of a component; undefined: none speaks of it. */
export type AdvisedFixes = (
  vulnerability: number,
  component: string,
) => readonly AdvisedVersions[] | undefined;

interface Row {
  readonly vulnerability_id: number;
  readonly name: string;
  readonly component: string;
  readonly versions: string;
}

const Versions = z.array(z.string());

export async function loadAdvisedFixes(db: Db, vulnerabilities: readonly number[]): Promise<AdvisedFixes> {
  const rows = await db.all<Row>(
    `SELECT n.vulnerability_id, n.name, x.component, x.versions
     FROM name n JOIN advisory_fix x ON x.name_id = n.id
     WHERE n.vulnerability_id IN ${db.list('int')} ORDER BY n.name`,
    [db.listValue([...new Set(vulnerabilities)])],
  );
  const fixes = Map.groupBy(rows, (row) => keyOf(row.vulnerability_id, row.component));
  return (vulnerability, component) =>
    fixes.get(keyOf(vulnerability, component))?.map(({ name, versions }) => ({
      advisory: name,
      versions: Versions.parse(JSON.parse(versions)),
    }));
}

function keyOf(vulnerability: number, component: string): string {
  return `${vulnerability} ${component}`;
}
