/** What the world says of a vulnerability, by all its names: worked out from every word there ever was. */
import type { Intelligence, IntelligenceFact, Kev } from '../../src/domain/intelligence.ts';
import type { World } from './world.ts';

export function intelligenceOf(
  world: World,
  names: readonly string[],
): { readonly intelligence?: Intelligence } {
  const words = names.flatMap((name) => [latest(world, name, 'epss'), latest(world, name, 'kev')]);
  const epss = words
    .flatMap((word) => (word?.kind === 'epss' && word.value !== undefined ? [word.value] : []))
    .sort((a, b) => a.probability - b.probability)
    .at(-1);
  const kevs = words.flatMap((word) =>
    word?.kind === 'kev' && word.value !== undefined ? [word.value] : [],
  );
  if (epss === undefined && kevs.length === 0) return {};
  return {
    intelligence: {
      ...(epss === undefined ? {} : { epss }),
      ...(kevs.length === 0 ? {} : { kev: worst(kevs) }),
    },
  };
}

function latest(world: World, name: string, kind: IntelligenceFact['kind']): IntelligenceFact | undefined {
  return world.intelligence
    .filter((fact) => fact.name === name && fact.kind === kind)
    .sort((a, b) => a.validAt - b.validAt)
    .at(-1);
}

function worst(kevs: readonly Kev[]): Kev {
  const deadlines = kevs.flatMap(({ dueAt }) => dueAt ?? []);
  return {
    addedAt: Math.min(...kevs.map(({ addedAt }) => addedAt)),
    ...(deadlines.length === 0 ? {} : { dueAt: Math.min(...deadlines) }),
    isRansomware: kevs.some(({ isRansomware }) => isRansomware),
  };
}
