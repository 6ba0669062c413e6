import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import type { Observation } from '../../domain/statement.ts';
import { scanHead } from '../scan-head.ts';
import { sarif } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(sarif, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function readRun(run: object): Promise<ReadScan> {
  const whole = { tool: { driver: { name: 'T' } }, results: [], ...run };
  return await readScan(sarif, scanFileOf(JSON.stringify({ version: '2.1.0', runs: [whole] })));
}

async function readResult(result: object, run: object = {}): Promise<Observation> {
  const scan = await readRun({ results: [{ ruleId: 'R', message: { text: 'm' }, ...result }], ...run });
  assert.equal(scan.observations.length, 1);
  return scan.observations[0]!;
}

function nth(scan: ReadScan, index: number): Observation {
  const observation = scan.observations[index];
  assert.ok(observation);
  return observation;
}

function rules(...all: object[]): object {
  return { tool: { driver: { name: 'T', rules: all } } };
}

describe('a result', () => {
  test('finds its rule in an extension, and its file behind it among the artifacts', async () => {
    const observation = nth(await fixture('code.sarif'), 0);

    assert.deepEqual(observation.defects, [{ kind: 'rule', tool: 'CodeExample', id: 'js/eval' }]);
    assert.equal(observation.about.title, 'Code injection');
    assert.equal(observation.about.description, 'Input reaches eval.');
    assert.equal(observation.location?.file, 'src/app.js');
    assert.equal(observation.location?.line, 7);
    assert.equal(observation.location?.fingerprint, '9cbc869fbfffeb60:1');
  });

  test('finds its rule by index alone, and its message among the rule’s', async () => {
    const observation = nth(await fixture('code.sarif'), 1);

    assert.equal(observation.defects[0]?.id, 'js/key');
    assert.equal(observation.about.description, 'A hard-coded key.');
    assert.equal(observation.severity, 'high');
  });

  test('in several places is one observation with several occurrences', async () => {
    const observation = nth(await fixture('code.sarif'), 1);

    assert.deepEqual(
      observation.occurrences.map(({ path, line }) => [path, line]),
      [
        ['packages/src/lib/a b.js', 3],
        ['src/lib/c.js', 9],
      ],
    );
  });

  test('trusts the id where the index contradicts it', async () => {
    const observation = await readResult(
      { ruleId: 'B', ruleIndex: 0 },
      rules({ id: 'A', name: 'wrong' }, { id: 'B', name: 'right' }),
    );

    assert.equal(observation.about.title, 'right');
  });

  test('finds its rule by what is the same in all versions of the tool', async () => {
    const rule = { id: 'R1', guid: 'a0b1', defaultConfiguration: { level: 'note' } };
    const observation = await readResult({ ruleId: undefined, rule: { guid: 'A0B1' } }, rules({}, rule));

    assert.deepEqual([observation.defects[0]?.id, observation.severity], ['R1', 'low']);
  });

  test('of a hierarchical rule id has the rule above it', async () => {
    const observation = await readResult({ ruleId: 'CA1/2/3' }, rules({ id: 'CA1', name: 'the rule' }));

    assert.equal(observation.about.title, 'the rule');
    assert.equal(observation.defects[0]?.id, 'CA1/2/3');
  });

  test('of a rule the tool does not describe is read all the same', async () => {
    for (const broken of [{ rules: null }, { rules: [null, 7] }, {}]) {
      const observation = await readResult({ ruleIndex: 99 }, { tool: { driver: { name: 'T', ...broken } } });

      assert.equal(observation.severity, 'medium');
    }
  });

  test('without a rule counts where it has a message that nothing explains, or a place', async () => {
    const scan = await readRun({
      results: [
        { message: { id: 'default' } },
        { locations: [{ physicalLocation: { artifactLocation: { uri: 'a.c' } } }] },
        {},
      ],
    });

    assert.deepEqual([scan.observations.length, scan.rejected.length], [2, 1]);
  });

  test('of another kind than fail is counted apart', async () => {
    const kinds = ['pass', 'open', 'informational', 'notApplicable', 'review'];

    const scan = await readRun({
      results: kinds.map((kind) => ({ ruleId: 'R', kind, message: { text: 'm' } })),
    });

    assert.equal(scan.observations.length, 0);
    assert.deepEqual(scan.facts.parts[0]?.extra, { notFail: 5 });
  });
});

describe('severity', () => {
  test('comes from the score of the result, then of the rule, then from the level', async () => {
    const rule = {
      id: 'R',
      properties: { 'security-severity': '4.0' },
      defaultConfiguration: { level: 'error' },
    };
    const scored = await readResult({ properties: { 'security-severity': 9 }, level: 'note' }, rules(rule));
    const ruled = await readResult({ level: 'note' }, rules(rule));
    const levelled = await readResult({ level: 'note' }, rules({ ...rule, properties: {} }));
    const defaulted = await readResult({}, rules({ ...rule, properties: {} }));

    assert.deepEqual(
      [scored, ruled, levelled, defaulted].map(({ severity, score }) => [severity, score]),
      [
        ['critical', 9],
        ['medium', 4],
        ['low', undefined],
        ['high', undefined],
      ],
    );
  });

  test('of a score that is none is the level’s', async () => {
    for (const score of ['', 'high', null, 11, -1, true, {}]) {
      const { severity } = await readResult({ properties: { 'security-severity': score } });

      assert.equal(severity, 'medium', String(score));
    }
  });

  test('of no level is a warning’s, of an unheard-of level unknown', async () => {
    assert.equal((await readResult({})).severity, 'medium');
    assert.equal((await readResult({ level: 'none' })).severity, 'info');
    assert.equal((await readResult({ level: 'fatal' })).severity, 'unknown');
  });
});

describe('what the source itself set aside or resolved', () => {
  test('an accepted suppression sets aside, with its reason', async () => {
    const scan = await fixture('code.sarif');

    assert.deepEqual(nth(scan, 2).setAside, [
      { kind: 'suppression', issuer: 'CodeExample', reason: 'reviewed by the team' },
    ]);
    assert.equal(scan.facts.parts[0]?.extra.suppressed, 1);
  });

  test('one that is rejected or under review does not, nor an empty list', async () => {
    for (const suppressions of [
      [],
      null,
      [{ kind: 'external', status: 'rejected' }],
      [{ kind: 'inSource', status: 'accepted' }, { status: 'underReview' }],
    ]) {
      assert.deepEqual((await readResult({ suppressions })).setAside, []);
    }
  });

  test('a result absent since the baseline is resolved, every other one open', async () => {
    for (const [baselineState, state] of [
      ['absent', 'resolved'],
      ['new', 'open'],
      ['unchanged', 'open'],
      ['updated', 'open'],
    ]) {
      assert.equal((await readResult({ baselineState })).life.state, state);
    }
  });
});

describe('fingerprints', () => {
  const location = { physicalLocation: { artifactLocation: { uri: 'a.js' } } };

  async function fingerprint(result: object): Promise<string | undefined> {
    return (await readResult({ locations: [location], ...result })).location?.fingerprint;
  }

  test('a placeholder that asks for a log-in is none', async () => {
    for (const placeholder of ['requires login', 'Requires log-in', 'login required', '', ' ']) {
      assert.equal(await fingerprint({ fingerprints: { 'matchBasedId/v1': placeholder } }), undefined);
    }
    assert.equal(
      await fingerprint({
        fingerprints: { a: 'requires login' },
        partialFingerprints: { primaryLocationLineHash: 'h' },
      }),
      'h',
    );
  });

  test('the line’s hash is preferred to what moves with the column', async () => {
    const partialFingerprints = {
      primaryLocationStartColumnFingerprint: '4',
      'primaryLocationLineHash/v1': 'h:1',
    };

    assert.equal(await fingerprint({ partialFingerprints }), 'h:1');
  });

  test('what changes with the file or the commit is not used', async () => {
    const stable = { partialFingerprints: { scanPrimaryLocationHash: 'a', scanFileHash: 'b' } };
    const edited = { partialFingerprints: { scanPrimaryLocationHash: 'a', scanFileHash: 'c' } };

    assert.equal(await fingerprint(stable), await fingerprint(edited));
    assert.equal(await fingerprint({ partialFingerprints: { commitSha: 'c', author: 'a' } }), undefined);
  });
});

describe('files', () => {
  async function file(uri: string, base?: string, bases?: object): Promise<string | undefined> {
    const artifactLocation = { uri, uriBaseId: base };
    const locations = [{ physicalLocation: { artifactLocation } }];
    return (await readResult({ locations }, { originalUriBaseIds: bases })).location?.file;
  }

  test('have one spelling wherever the sources were checked out', async () => {
    const bases = { SRCROOT: { uri: 'file:///build/1/' }, BIN: { uri: 'bin', uriBaseId: 'SRCROOT' } };

    assert.equal(await file('src/a.js', 'SRCROOT', bases), 'src/a.js');
    assert.equal(await file('file:///build/1/src/a.js', undefined, bases), 'src/a.js');
    assert.equal(await file('./src/a.js', '%SRCROOT%'), 'src/a.js');
    assert.equal(await file('a.o', 'BIN', bases), 'bin/a.o');
    assert.equal(await file('src%5Cb%20c.js'), 'src/b c.js');
    assert.equal(await file('file:///C:/code/a.c'), 'C:/code/a.c');
    assert.equal(await file('100%.js'), '100%.js');
  });

  test('bases that name each other in a circle end', async () => {
    const bases = { A: { uri: 'a/', uriBaseId: 'B' }, B: { uri: 'b/', uriBaseId: 'A' } };

    assert.match((await file('x.js', 'A', bases)) ?? '', /x\.js$/);
  });

  test('a result in no file is placed by what it names', async () => {
    const observation = await readResult({
      locations: [{ logicalLocations: [{ fullyQualifiedName: 'a::b' }] }],
    });

    assert.equal(observation.location?.file, 'a::b');
    assert.equal((await readResult({})).location, undefined);
  });
});

describe('what a run may speak for', () => {
  test('each run is a part with its tool, category, asset and time, also when they stand behind its results', async () => {
    const [first, second] = (await fixture('code.sarif')).facts.parts;

    assert.equal(first?.tool, 'CodeExample');
    assert.equal(first?.category, 'nightly/javascript');
    assert.deepEqual(first?.asset, { kind: 'repository', name: 'git.example.org/shop/web' });
    assert.equal(first?.observedAt, Date.UTC(2026, 2, 4, 1, 5));
    assert.equal(first?.complete, true);
    assert.equal(second?.tool, 'gitleaks');
  });

  test('batches belong to the run their results are in', async () => {
    const batches = [];
    const file = scanFileOf(readFileSync(new URL('fixtures/code.sarif', import.meta.url)));

    for await (const batch of sarif.read(file)) batches.push([batch.part.tool, batch.observations.length]);

    assert.deepEqual(batches, [
      ['CodeExample', 6],
      ['gitleaks', 1],
    ]);
  });

  test('the category ends at the last slash; what has none is all category', async () => {
    for (const [id, category] of [
      ['a/b/run-7', 'a/b'],
      ['a/b/', 'a/b'],
      ['just this', 'just this'],
      ['', ''],
    ]) {
      const scan = await readRun({ automationDetails: { id } });

      assert.equal(scan.facts.parts[0]?.category, category);
    }
  });

  test('a tool that reports its own failure makes the run partial', async () => {
    const [, failed] = (await fixture('code.sarif')).facts.parts;

    assert.equal(failed?.complete, false);
    assert.deepEqual(failed?.reasons, [
      'the tool reports that it failed: out of memory',
      'the tool reports an error: could not read packed refs',
    ]);
  });

  test('an error of its configuration, missing results or results elsewhere make it partial', async () => {
    for (const run of [
      { invocations: [{ toolConfigurationNotifications: [{ level: 'error', message: { text: 'x' } }] }] },
      { results: null },
      { results: undefined },
      { externalPropertyFileReferences: { results: [{ location: { uri: 'more.sarif' } }] } },
    ]) {
      const scan = await readRun(run);

      assert.equal(scan.facts.parts[0]?.complete, false, JSON.stringify(run));
      assert.equal(scan.facts.parts[0]?.reasons.length, 1);
    }
  });

  test('warnings, and an exit code that only says that something was found, do not', async () => {
    const scan = await readRun({
      invocations: [
        {
          executionSuccessful: true,
          exitCode: 1,
          toolExecutionNotifications: [{ level: 'warning', message: {} }],
        },
      ],
    });

    assert.equal(scan.facts.parts[0]?.complete, true);
  });

  test('several repositories in one run name no asset', async () => {
    const scan = await readRun({
      versionControlProvenance: [
        { repositoryUri: 'https://git.example.org/a/b' },
        { repositoryUri: 'https://git.example.org/a/c' },
      ],
    });

    assert.equal(scan.facts.parts[0]?.asset, undefined);
  });
});

describe('files that are not SARIF 2.1.0', () => {
  test('are refused rather than read as a clean scan', async () => {
    for (const log of [
      { version: '2.1.0' },
      { version: '2.1.0', runs: {} },
      { version: '1.0.0', runs: [] },
      { version: '2.0.0', runs: [] },
      { version: '2.1.0', runs: [null] },
      { version: '2.1.0', runs: ['run'] },
      [],
      null,
    ]) {
      await assert.rejects(
        readScan(sarif, scanFileOf(JSON.stringify(log))),
        /no SARIF 2\.1\.0 file/,
        JSON.stringify(log),
      );
    }
  });

  test('but a later minor version are read', async () => {
    const results = [{ ruleId: 'R', level: 'error', message: { text: 'm' } }];
    const log = { version: '2.2.0', runs: [{ tool: { driver: { name: 'T' } }, results }] };

    const { observations } = await readScan(sarif, scanFileOf(JSON.stringify(log)));

    assert.deepEqual(
      observations.map(({ severity }) => severity),
      ['high'],
    );
  });

  test('a log without runs is a log without parts', async () => {
    for (const runs of [[], null]) {
      const scan = await readScan(sarif, scanFileOf(JSON.stringify({ version: '2.1.0', runs })));

      assert.deepEqual(scan.facts.parts, []);
    }
  });
});

test('a large file is known although it names its version and tool last', () => {
  const text = `{"runs":[{"results":[{"ruleId":"R","message":{"text":"${'x'.repeat(1000)}`;

  assert.equal(sarif.detect(scanHead('scan', Buffer.from(text))), true);
  assert.equal(sarif.detect(scanHead('scan', Buffer.from('{"runs":[{"id":1'))), false);
});
