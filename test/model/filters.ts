/** Filters over the generators' worlds: every test there is, nested a little. */
import fc from 'fast-check';
import type { Filter } from '../../src/domain/filter.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { SEVERITIES } from '../../src/domain/severity.ts';
import { FUNCTION_USAGES } from '../../src/domain/statement.ts';
import { ASSETS, LABELS, MOMENTS, NAMES, STREAMS, SUBJECTS } from './small-world.ts';

const some = <T>(all: readonly T[]): fc.Arbitrary<T[]> =>
  fc.subarray([...all], { minLength: 1, maxLength: Math.min(3, all.length) });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const scope: fc.Arbitrary<Scope> = fc.record({
  name: fc.constant('some'),
  sources: maybe(some(STREAMS.map(({ stream }) => stream.source))),
  channels: maybe(some(['production', 'certification', 'nowhere'])),
  labels: maybe(
    fc.array(
      fc.record({
        kind: fc.constantFrom('zone', 'tag'),
        anyOf: some(LABELS.flatMap(({ id, name }) => (name === undefined ? [id] : [id, name]))),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  ),
  assets: maybe(
    some([
      { name: 'shop' },
      { name: 'cart' },
      { kind: 'host', name: 'shop' },
      { kind: 'host', name: 'cart' },
    ]),
  ),
});

const test: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ op: fc.constant('state'), is: fc.constantFrom('open', 'resolved') }),
  fc.record({ op: fc.constant('class'), in: some(['vulnerability', 'code', 'secret'] as const) }),
  fc.record({ op: fc.constant('severity'), in: some(SEVERITIES) }),
  fc.record({ op: fc.constant('score'), atLeast: fc.constantFrom(0, 4.5, 9.8, 10) }),
  fc.record({ op: fc.constant('function'), in: some(FUNCTION_USAGES) }),
  fc.record({ op: fc.constant('exposure'), in: some(['public', 'not-detected', 'not-available'] as const) }),
  fc.record({ op: fc.constant('dataAssets'), in: some(['reachable', 'not-detected'] as const) }),
  fc.record({ op: fc.constant('exploit'), in: some(['available', 'not-available'] as const) }),
  fc.record({ op: fc.constant('fixable'), is: fc.boolean() }),
  fc.record({ op: fc.constant('epss'), atLeast: fc.constantFrom(0, 0.1, 0.5, 0.50001, 1) }),
  fc.record({ op: fc.constant('kev'), is: fc.constantFrom('listed', 'ransomware') }),
  fc.record({ op: fc.constant('openedBefore'), at: fc.constantFrom(...MOMENTS) }),
  fc.record({ op: fc.constant('dueBefore'), at: fc.constantFrom(...MOMENTS) }),
  fc.record({
    op: fc.constant('defect'),
    in: some([...NAMES, 'semgrep:sql', 'semgrep:xss', 'CVE-1999-0001']),
  }),
  fc.record({ op: fc.constant('component'), in: some(SUBJECTS.map(({ key }) => key)) }),
  fc.record({ op: fc.constant('asset'), in: some(ASSETS) }),
  fc.record({ op: fc.constant('scope'), scope }),
);

const negated = test.map((of): Filter => ({ op: 'not', of }));
const several = fc.record({
  op: fc.constantFrom('all', 'any'),
  of: fc.array(fc.oneof(test, negated), { maxLength: 3 }),
});

export const filters: fc.Arbitrary<Filter> = fc.oneof(
  test,
  negated,
  several,
  several.map((of): Filter => ({ op: 'not', of })),
);
