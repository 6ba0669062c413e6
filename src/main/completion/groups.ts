import type { Offers } from './offers.ts';

/** Second words of the commands of that group. */
export function subcommandsOf({ commands }: Offers, group: string): readonly string[] {
  return commands.flatMap(({ name }) => (name.startsWith(`${group} `) ? [name.slice(group.length + 1)] : []));
}
