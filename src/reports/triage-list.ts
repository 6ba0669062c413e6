/** Triage for people and for machines. */
import type { Finding } from '../domain/finding.ts';
import { showInstant } from '../domain/instant.ts';
import type { Triage, TriagedFinding, TriageNote } from '../domain/triage.ts';
import { findingLine } from './finding-line.ts';
import { toFindingJson, toIso } from './findings-json.ts';
import { toPlainLine } from './plain-text.ts';

interface ShownTriage {
  readonly finding: Finding;
  readonly triage: Triage;
  readonly notes: TriagedFinding['notes'];
}

/** The finding, what holds, and who said what. */
export function showTriage({ finding, triage, notes }: ShownTriage): string {
  const holds = [
    triage.state === undefined ? 'no state' : `${triage.state} by ${triage.stateBy ?? ''}`,
    ...(triage.justification === undefined ? [] : [triage.justification]),
    ...(triage.assignee === undefined ? [] : [`assigned to ${triage.assignee}`]),
    ...(triage.tags.length === 0 ? [] : [`tags ${triage.tags.join(', ')}`]),
  ];
  const history = notes.map(
    (note) => `    ${toPlainLine(`${showInstant(note.validAt)}  ${saidIn(note)}`)}\n`,
  );
  return `${findingLine(finding)}\n  ${toPlainLine(holds.join('; '))}\n${history.join('')}`;
}

function saidIn({ by, state, justification, assignee, tags, comment }: TriageNote): string {
  const said = [
    state,
    justification,
    assignee && `assigned to ${assignee}`,
    tags && `tags ${tags.join(', ') || 'none'}`,
    comment && `"${comment}"`,
  ];
  return `${by}: ${said.filter((one) => one !== undefined && one !== '').join(', ')}`;
}

/** Every key is always there; what is not known is null. */
export function toTriageJson({ finding, triage, notes }: ShownTriage): Readonly<Record<string, unknown>> {
  return {
    id: finding.id,
    finding: toFindingJson(finding),
    state: triage.state ?? null,
    justification: triage.justification ?? null,
    by: triage.stateBy ?? null,
    at: toIso(triage.stateAt),
    assignee: triage.assignee ?? null,
    tags: triage.tags,
    history: notes.map((note) => ({
      by: note.by,
      state: note.state ?? null,
      justification: note.justification ?? null,
      assignee: note.assignee ?? null,
      tags: note.tags ?? null,
      comment: note.comment ?? null,
      validAt: toIso(note.validAt),
      recordedAt: toIso(note.recordedAt),
    })),
  };
}
