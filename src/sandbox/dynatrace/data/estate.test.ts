import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseScore, davisScore, levelOf, vectorOf, vectorText } from './cvss.ts';
import { type Estate, makeEstate } from './estate.ts';
import { isMuted, isOpen, type Problem } from './model.ts';

const estate = makeEstate({ seed: 7, problems: 300 });

test('the same options give the same estate, another seed gives another one', () => {
  const again = makeEstate({ seed: 7, problems: 300 });
  const other = makeEstate({ seed: 8, problems: 300 });

  assert.deepEqual(again, estate);
  assert.notDeepEqual(other.certification.problems, estate.certification.problems);
});

for (const problems of [0, 1, 2, 30, 724]) {
  test(`certification has exactly the ${problems} problems that were asked for`, () => {
    const { certification, expected } = makeEstate({ problems });

    assert.equal(certification.problems.length, problems);
    assert.equal(expected.certification.total, problems);
  });
}

test('scores of known vectors are those that CVSS 3.1 publishes', () => {
  assert.equal(baseScore(vectorOf('N', 'L', 'N', 'N', 'C', 'H', 'H', 'H')), 10);
  assert.equal(baseScore(vectorOf('N', 'L', 'N', 'N', 'U', 'H', 'H', 'H')), 9.8);
  assert.equal(baseScore(vectorOf('N', 'L', 'N', 'N', 'U', 'N', 'N', 'H')), 7.5);
  assert.equal(baseScore(vectorOf('N', 'L', 'H', 'N', 'U', 'H', 'H', 'H')), 7.2);
  assert.equal(baseScore(vectorOf('N', 'L', 'N', 'R', 'C', 'L', 'L', 'N')), 6.1);
  assert.equal(baseScore(vectorOf('L', 'L', 'L', 'N', 'U', 'H', 'H', 'H')), 7.8);
  assert.equal(baseScore(vectorOf('N', 'L', 'N', 'N', 'U', 'N', 'N', 'N')), 0);
});

test('the level changes exactly at 9, 7 and 4', () => {
  const levels = [10, 9, 8.9, 7, 6.9, 4, 3.9, 0.1, 0].map(levelOf);

  assert.deepEqual(levels, [
    'CRITICAL',
    'CRITICAL',
    'HIGH',
    'HIGH',
    'MEDIUM',
    'MEDIUM',
    'LOW',
    'LOW',
    'NONE',
  ]);
});

test('what is seen at run time lowers the score and says so in the vector', () => {
  const vector = vectorOf('N', 'L', 'N', 'N', 'U', 'H', 'H', 'H');

  const hidden = davisScore(vector, 'NOT_DETECTED', 'NOT_DETECTED');

  assert.equal(hidden.vector, `${vectorText(vector)}/MAV:A/MC:N`);
  assert.ok(hidden.score < baseScore(vector));
});

test('level and score agree in every assessment, and the base is never below', () => {
  for (const { risk } of everyProblem(estate)) {
    assert.equal(risk.riskLevel, levelOf(risk.riskScore));
    assert.equal(risk.baseRiskLevel, levelOf(risk.baseRiskScore));
    assert.ok(risk.riskScore <= risk.baseRiskScore);
  }
});

test('ids are unsigned 64-bit decimals and unique, entity ids are a type and 16 hexadecimal digits', () => {
  const ids = estate.certification.problems.map(({ id }) => id);

  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.ok(/^[1-9]\d{0,19}$/.test(id) && BigInt(id) < 2n ** 64n);
  assert.ok(ids.some((id) => BigInt(id) > BigInt(Number.MAX_SAFE_INTEGER)));
  const { topology } = estate.certification;
  for (const { id } of [...topology.hosts, ...topology.groups, ...topology.processes, ...topology.components])
    assert.match(id, /^[A-Z_]+-[0-9A-F]{16}$/);
});

test('there are all types and technologies, problems without a CVE and with several', () => {
  const { problems } = makeEstate({ problems: 3000 }).certification;

  assert.deepEqual([...new Set(problems.map(({ type }) => type))].toSorted(), [
    'CODE_LEVEL',
    'RUNTIME',
    'THIRD_PARTY',
  ]);
  assert.deepEqual([...new Set(problems.map(({ technology }) => technology))].toSorted(), [
    'DOTNET',
    'GO',
    'JAVA',
    'KUBERNETES',
    'NODE_JS',
    'PHP',
    'PYTHON',
  ]);
  assert.ok(problems.some(({ cves }) => cves.length === 0));
  assert.ok(problems.some(({ cves }) => cves.length > 1));
  assert.ok(problems.some(({ nodes }) => nodes.length > 0));
  assert.ok(problems.some(({ attacks }) => attacks.length > 0));
});

/** Compares the two sides by what they hold, knowing nothing of stories. */
function compare({ certification, production }: Estate) {
  const counted = (problems: readonly Problem[]) => problems.filter((one) => isOpen(one) && !isMuted(one));
  const inProduction = new Map(production.problems.map((one) => [one.externalId, one]));
  const pairs = counted(certification.problems).map((ours) => ({
    ours,
    theirs: inProduction.get(ours.externalId),
  }));
  const both = pairs.flatMap(({ ours, theirs }) =>
    theirs !== undefined && isOpen(theirs) && !isMuted(theirs) ? [{ ours, theirs }] : [],
  );
  const order = ['NONE', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
  const ourIds = new Map(certification.problems.map((one) => [one.externalId, one]));
  return {
    counted: counted(certification.problems),
    new: pairs.filter(({ theirs }) => theirs === undefined).map(({ ours }) => ours.externalId),
    severity: both
      .filter(({ ours, theirs }) => order.indexOf(ours.risk.riskLevel) > order.indexOf(theirs.risk.riskLevel))
      .map(({ ours }) => ours.externalId),
    functions: both
      .filter(
        ({ ours, theirs }) =>
          theirs.risk.vulnerableFunctionUsage === 'NOT_IN_USE' &&
          ours.risk.vulnerableFunctionUsage === 'IN_USE',
      )
      .map(({ ours }) => ours.externalId),
    fixed: counted(production.problems)
      .filter(({ externalId }) => {
        const ours = ourIds.get(externalId);
        return ours === undefined || !isOpen(ours);
      })
      .map(({ externalId }) => externalId),
    muted: pairs
      .filter(({ theirs }) => theirs !== undefined && isMuted(theirs))
      .map(({ ours }) => ours.externalId),
    reopened: pairs
      .filter(({ theirs }) => theirs !== undefined && !isOpen(theirs))
      .map(({ ours }) => ours.externalId),
  };
}

test('the expected differences are exactly those that the two sides hold', () => {
  const found = compare(estate);
  const ids = (problems: readonly { readonly externalId: string }[]) =>
    problems.map(({ externalId }) => externalId);

  const { expected } = estate;

  assert.deepEqual(found.new.toSorted(), ids(expected.new).toSorted());
  assert.deepEqual(found.severity.toSorted(), ids(expected.severityRegressions).toSorted());
  assert.deepEqual(found.functions.toSorted(), ids(expected.functionRegressions).toSorted());
  assert.deepEqual(found.fixed.toSorted(), ids(expected.fixed).toSorted());
  assert.deepEqual(found.muted.toSorted(), ids(expected.mutedInProduction).toSorted());
  assert.deepEqual(found.reopened.toSorted(), ids(expected.reopened).toSorted());
  for (const list of [found.new, found.severity, found.functions, found.fixed, found.muted, found.reopened])
    assert.ok(list.length > 0);
});

test('the expected counts of a side are those of its problems', () => {
  const { counted } = compare(estate);

  const { expected } = estate;

  assert.equal(expected.certification.counted, counted.length);
  assert.equal(
    expected.certification.byLevel.CRITICAL,
    counted.filter(({ risk }) => risk.riskLevel === 'CRITICAL').length,
  );
  assert.deepEqual(expected.certification.cves, [...new Set(counted.flatMap(({ cves }) => cves))].toSorted());
  assert.equal(expected.production.total, estate.production.problems.length);
});

test('a new CVE is in no problem of production, open or not', () => {
  const known = new Set(estate.production.problems.flatMap(({ cves }) => cves));

  assert.ok(estate.expected.newCves.length > 0);
  for (const cve of estate.expected.newCves) assert.ok(!known.has(cve), cve);
});

test('process groups keep their ids across the two tenants, hosts and processes do not', () => {
  const { certification, production } = estate;
  const ids = (things: readonly { readonly id: string }[]) => new Set(things.map(({ id }) => id));

  assert.deepEqual(ids(certification.topology.groups), ids(production.topology.groups));
  assert.equal(
    ids([...certification.topology.hosts, ...production.topology.hosts]).size,
    2 * certification.topology.hosts.length,
  );
  const ours = ids(certification.topology.processes);
  assert.ok(production.topology.processes.every(({ id }) => !ours.has(id)));
});

test('in one tenant the sides are zones: what they share is one problem, what differs is two', () => {
  const { certification, production, expected } = makeEstate({
    seed: 7,
    problems: 300,
    layout: 'one-tenant',
  });
  const { zones } = certification.topology;
  const inZone = (name: string) =>
    certification.problems.filter((one) => one.zones.some((at) => zones[at]!.name === name));
  const [ours, theirs] = [inZone(expected.certification.zone), inZone(expected.production.zone)];
  const live = (problems: readonly Problem[]) => problems.filter((one) => !isMuted(one)).length;

  assert.equal(certification, production);
  assert.equal(live(ours), expected.certification.counted);
  assert.equal(live(theirs), expected.production.counted);
  assert.ok(ours.filter((one) => theirs.includes(one)).length > 0);
  const regressed = expected.severityRegressions[0]!.externalId;
  assert.equal(certification.problems.filter(({ externalId }) => externalId === regressed).length, 2);
  assert.equal(new Set(zones.map(({ id }) => id)).size, zones.length);
});

test('stories can be told in any number, and resolved ones of long ago come on top', () => {
  const { certification, expected } = makeEstate({
    problems: 40,
    stories: { new: 3, 'severity-regression': 1, 'function-regression': 0 },
    resolvedLongAgo: 4,
  });

  assert.equal(expected.new.length, 3);
  assert.equal(expected.severityRegressions.length, 1);
  assert.equal(expected.functionRegressions.length, 0);
  assert.equal(certification.problems.length, 44);
  const monthAgo = certification.at - 30 * 86_400_000;
  const beforeWindow = certification.problems.filter((one) =>
    one.openPeriods.every(({ to }) => to !== undefined && to < monthAgo),
  );
  assert.equal(beforeWindow.length, 4);
});

function everyProblem({ certification, production }: Estate): readonly Problem[] {
  return [...certification.problems, ...production.problems];
}
