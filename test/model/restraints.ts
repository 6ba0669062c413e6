/** What scripts are kept from, so that each law is about one thing. */
import type { KeyedStatement } from '../../src/domain/keyed.ts';
import { type Page, type ScriptEvent, visiblePartOf } from './script.ts';
import { streamName } from './world.ts';

export function sayingNothingOfTheFuture(event: ScriptEvent): ScriptEvent {
  if (event.kind !== 'run') return event;
  const begun = event.observedAt;
  const now = event.end.how === 'finish' ? Math.min(begun, event.end.coverage.observedAt) : begun;
  const isPast = (at: number | undefined): boolean => at === undefined || at <= now;
  const past = ({ statements, rejected }: Page): Page => ({
    statements: statements.filter((statement) => {
      if (statement.part === 'detail') return true;
      const { firstSeenAt, resolvedAt, reopenedAt } = statement.life;
      return [firstSeenAt, resolvedAt, reopenedAt].every(isPast);
    }),
    rejected,
  });
  return { ...event, pages: event.pages.map(past), rest: past(event.rest) };
}

/** A detail of an entry that was never listed is an error of its source, and not what these scripts are about. */
export function detailingWhatIsListed(events: readonly ScriptEvent[]): readonly ScriptEvent[] {
  const listed = new Set<string>();
  return events.map((event) => {
    if (event.kind !== 'run') return event;
    const stream = streamName(event.stream);
    const here = new Set(listed);
    const known = ({ statements, rejected }: Page): Page => {
      for (const key of keysOf(statements)) here.add(`${stream} ${key}`);
      return {
        statements: statements.filter(({ part, key }) => part === 'main' || here.has(`${stream} ${key}`)),
        rejected,
      };
    };
    const run = { ...event, pages: event.pages.map(known), rest: known(event.rest) };
    for (const key of keysOf(visiblePartOf(run)?.statements ?? [])) listed.add(`${stream} ${key}`);
    return run;
  });
}

export function sayingThingsOnce(event: ScriptEvent): ScriptEvent {
  if (event.kind !== 'run') return event;
  const said = new Set<string>();
  const once = ({ statements, rejected }: Page): Page => ({
    statements: statements.filter(({ part, key }) => {
      const isNew = !said.has(`${part} ${key}`);
      said.add(`${part} ${key}`);
      return isNew;
    }),
    rejected,
  });
  return { ...event, pages: event.pages.map(once), rest: once(event.rest) };
}

export function keysOf(statements: readonly KeyedStatement[]): readonly string[] {
  return statements.filter(({ part }) => part === 'main').map(({ key }) => key);
}
