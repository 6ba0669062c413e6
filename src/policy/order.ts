/** Which of two things holds more against a release. */

/** What the second of two is beside the first: 1 stricter, -1 looser, 0 the same; undefined: neither. */
export type Order = -1 | 0 | 1 | undefined;

/** All parameters of a rule, by their names. */
export type Parameters = Readonly<Record<string, unknown>>;

/** Together they are stricter where none is looser. */
export function combined(orders: readonly Order[]): Order {
  const moved = orders.filter((order) => order !== 0);
  const [first] = moved;
  if (moved.length === 0) return 0;
  return moved.every((order) => order === first) ? first : undefined;
}

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The fewer, the stricter. */
export function towards(from: number, to: number): Order {
  if (from === to) return 0;
  return to < from ? 1 : -1;
}

export function supersetOrder(from: unknown, to: unknown): Order {
  const [before, after] = [textsOf(from), textsOf(to)];
  const [lost, gained] = [
    before.some((one) => !after.includes(one)),
    after.some((one) => !before.includes(one)),
  ];
  if (lost && gained) return undefined;
  if (gained) return 1;
  return lost ? -1 : 0;
}

function textsOf(list: unknown): readonly string[] {
  return (Array.isArray(list) ? list : []).map((one) => JSON.stringify(one));
}
