/** Documents damaged at random, the same for the same seed: as a file is when a tool, a disk or somebody has been at it. */

export interface Mangled {
  readonly bytes: Buffer;
  /** What was done to it, for who has to find out why. */
  readonly how: string;
}

/** Mulberry32: small, and good enough to choose by. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function mangled(original: Buffer, seed: number): Mangled {
  const random = randomOf(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const document = parsed(original);
  const ways = document === undefined ? BYTES : [...BYTES, ...MEMBERS, ...MEMBERS, ...MEMBERS];
  const way = pick(ways);
  const result = way({ original, document, random, pick });
  return { ...result, how: `seed ${seed}: ${result.how}` };
}

interface Given {
  readonly original: Buffer;
  readonly document: unknown;
  random(): number;
  pick<T>(of: readonly T[]): T;
}

type Way = (given: Given) => Mangled;

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    // No JSON: it is damaged byte by byte only.
    return undefined;
  }
}

const at = ({ original, random }: Given): number => Math.floor(random() * (original.length + 1));

const BYTES: readonly Way[] = [
  (given) => ({ bytes: given.original.subarray(0, at(given)), how: 'cut off' }),
  (given) => {
    const bytes = Buffer.from(given.original);
    for (let n = 0; n < 1 + given.random() * 4; n++)
      bytes[at(given) % bytes.length] = Math.floor(given.random() * 256);
    return { bytes, how: 'other bytes' };
  },
  (given) => {
    const piece = Buffer.from(given.pick(PIECES));
    const where = at(given);
    return {
      bytes: Buffer.concat([given.original.subarray(0, where), piece, given.original.subarray(where)]),
      how: `${JSON.stringify(piece.toString().slice(0, 40))} inserted at ${where}`,
    };
  },
  (given) => {
    const [from, to] = [at(given), at(given)].sort((a, b) => a - b);
    return {
      bytes: Buffer.concat([given.original.subarray(0, from), given.original.subarray(to)]),
      how: `${from} to ${to} left out`,
    };
  },
  ({ original }) => ({
    bytes: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), original]),
    how: 'with a byte-order mark',
  }),
  ({ original }) => ({ bytes: Buffer.from(`\ufeff${original.toString()}`, 'utf16le'), how: 'in UTF-16' }),
  ({ original }) => ({ bytes: Buffer.from(original.toString().replaceAll('\n', '\r\n')), how: 'with CRLF' }),
  ({ original }) => ({ bytes: Buffer.concat([original, original]), how: 'twice' }),
];

const PIECES = [
  '[',
  '{',
  '"',
  '\\',
  '\u0000',
  '</a>',
  '<!DOCTYPE x [<!ENTITY a "b">]>',
  '&a;',
  '-',
  '1e999',
  'null',
  ',',
  '[['.repeat(2000),
  '{"a":'.repeat(500),
  '<a>'.repeat(2000),
  'x'.repeat(100_000),
] as const;

/** What a member may be that its tool never writes. */
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  9_007_199_254_740_991,
  '',
  ' ',
  'x'.repeat(10_000),
  '\ud800',
  '\u202e\u0000\u001b[31m',
  '__proto__',
  '../../../../etc/passwd',
  'pkg:',
  'pkg:npm/%zz@1',
  'CVE-1-1',
  '0000-99-99T00:00:00Z',
  [],
  {},
  [[[[]]]],
  [null, 7, 'x'],
  { a: { b: { c: [] } } },
];

interface Place {
  readonly owner: Record<string, unknown>;
  readonly name: string;
}

function placesIn(document: unknown): readonly Place[] {
  const places: Place[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const owner = node as Record<string, unknown>;
    for (const name of Object.keys(owner)) {
      places.push({ owner, name });
      walk(owner[name]);
    }
  };
  walk(document);
  return places;
}

function changed(given: Given, change: (place: Place, given: Given) => string): Mangled {
  const copy: unknown = structuredClone(given.document);
  const places = placesIn(copy);
  const said: string[] = [];
  if (places.length > 0)
    for (let n = 0; n < 1 + given.random() * 3; n++) said.push(change(given.pick(places), given));
  return { bytes: Buffer.from(JSON.stringify(copy)), how: said.join('; ') };
}

const MEMBERS: readonly Way[] = [
  (given) =>
    changed(given, ({ owner, name }, { pick }) => {
      owner[name] = pick(VALUES);
      return `${name} is ${JSON.stringify(owner[name])?.slice(0, 40)}`;
    }),
  (given) =>
    changed(given, ({ owner, name }) => {
      if (Array.isArray(owner)) owner.splice(Number(name), 1);
      else delete owner[name];
      return `no ${name}`;
    }),
  (given) =>
    changed(given, ({ owner, name }, { pick }) => {
      const other = pick(Object.keys(owner));
      [owner[name], owner[other]] = [owner[other], owner[name]];
      return `${name} and ${other} exchanged`;
    }),
  (given) =>
    changed(given, ({ owner, name }) => {
      const value = owner[name];
      if (Array.isArray(value)) value.push(...structuredClone(value));
      return `${name} doubled`;
    }),
  (given) =>
    changed(given, ({ owner, name }) => {
      Object.defineProperty(owner, '__proto__', { value: owner[name], enumerable: true, configurable: true });
      return `__proto__ is ${name}`;
    }),
];
