/** Content as canonical JSON: keys in order, nothing undefined, lists that are sets sorted. */
import type { KeyedDefect } from '../domain/keyed.ts';
import type {
  About,
  Fix,
  Label,
  Observation,
  ObservationDetail,
  Occurrence,
  SourceSetAside,
} from '../domain/statement.ts';

export function aboutOf(about: About): string {
  const { description, publishedAt, title, url, vector } = about;
  return JSON.stringify({ description, publishedAt, title, url, vector });
}

export function observationBodyOf(
  observation: Observation,
  defects: readonly KeyedDefect[],
  labels: readonly Label[],
): string {
  const {
    assessment,
    component,
    dueAt,
    fix,
    life,
    location,
    occurrences,
    revision,
    score,
    setAside,
    severity,
  } = observation;
  return JSON.stringify({
    assessment: assessment && {
      dataAssets: assessment.dataAssets,
      exploit: assessment.exploit,
      exposure: assessment.exposure,
      functionUsage: assessment.functionUsage,
    },
    component: component && { purl: component.purl, version: component.version },
    defects: defects.map(({ kind, names }) => ({ kind, names })),
    dueAt,
    fix: fixOf(fix),
    labels,
    life: {
      firstSeenAt: life.firstSeenAt,
      reopenedAt: life.reopenedAt,
      resolvedAt: life.resolvedAt,
      state: life.state,
    },
    location: location && {
      column: location.column,
      file: location.file,
      fingerprint: location.fingerprint,
      line: location.line,
      snippet: location.snippet,
    },
    occurrences: occurrences.map(occurrenceOf),
    revision,
    score,
    setAside: setAside.map(setAsideOf),
    severity,
  });
}

export function detailBodyOf(detail: ObservationDetail, labels: readonly Label[]): string {
  return JSON.stringify({
    fix: fixOf(detail.fix),
    labels,
    occurrences: detail.occurrences.map(occurrenceOf),
    revision: detail.revision,
  });
}

function fixOf(fix: Fix | undefined): Fix | undefined {
  return fix && { text: fix.text, versions: [...fix.versions] };
}

function occurrenceOf(occurrence: Occurrence): Occurrence {
  const { entity, entityName, imageVersion, layer, line, path, version } = occurrence;
  return { entity, entityName, imageVersion, layer, line, path, version };
}

function setAsideOf({ at, issuer, kind, reason, until }: SourceSetAside): SourceSetAside {
  return { at, issuer, kind, reason, until };
}

export function sortLabels(labels: readonly Label[]): readonly Label[] {
  if (labels.length < 2) return labels.map(labelOf);
  const byKey = new Map(labels.map((label) => [`${label.kind} ${label.id}`, labelOf(label)]));
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, label]) => label);
}

function labelOf({ id, kind, name }: Label): Label {
  return { id, kind, name };
}
