import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { readRow } from '../../sources/dynatrace/records.ts';
import { environmentOf } from './environment.ts';
import { dynatrace } from './index.ts';

function textOfFixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

async function readDocument(document: unknown): Promise<ReadScan> {
  return await readScan(dynatrace, scanFileOf(JSON.stringify(document)));
}

async function refusalOf(document: unknown): Promise<string> {
  try {
    await readDocument(document);
  } catch (error) {
    assert.ok(isGatehouseError(error) && error.code === 'input-invalid');
    return error.message;
  }
  assert.fail('the file was read');
}

const aProblem = {
  securityProblemId: '1',
  url: 'https://abc12345.live.dynatrace.com/ui/security/problem/1',
  packageName: 'org.pads:left',
  technology: 'JAVA',
  cveIds: ['CVE-2099-1'],
};

describe('a problem', () => {
  test('is the same finding as when the source of this name collects it', async () => {
    const page = JSON.parse(textOfFixture('page.json'));
    const packageNames = ['a/b', 'no-group', 'org.pads:left:classifier', '', 'Some_Name'];
    const technologies = ['JAVA', 'NODE_JS', 'GO', 'PHP', 'DOTNET', 'PYTHON', 'KUBERNETES', undefined];
    const varied = packageNames.flatMap((packageName) =>
      technologies.flatMap((technology) =>
        ['THIRD_PARTY', 'RUNTIME', 'CODE_LEVEL'].map((vulnerabilityType) => ({
          ...aProblem,
          packageName,
          technology,
          vulnerabilityType,
        })),
      ),
    );
    const problems = [...page.securityProblems.slice(0, 5), ...varied];

    const { observations } = await readDocument({ securityProblems: problems });

    const asset = { kind: 'environment', name: 'abc12345' } as const;
    assert.equal(observations.length, problems.length);
    for (const [at, problem] of problems.entries()) {
      const row = readRow(problem, asset, String(at));
      assert.ok('observation' in row);
      const [collected, read] = [row.observation, observations[at]!].map((observation) =>
        createNormaliser().observation(observation, {}),
      );
      const { occurrences: _, revision: __, digest: ___, body: ____, ...expected } = collected!;
      const { occurrences: _5, revision: _6, digest: _7, body: _8, ...actual } = read!;
      assert.deepEqual(actual, expected, JSON.stringify(problem));
    }
  });

  test('that is muted is set aside, and one that is resolved is resolved; both are counted apart', async () => {
    const { observations, facts } = await readScan(dynatrace, scanFileOf(textOfFixture('page.json')));

    assert.equal(observations[1]?.setAside[0]?.kind, 'vendor-mute');
    assert.equal(observations[2]?.life.state, 'resolved');
    assert.deepEqual(facts.parts[0]?.extra, { open: 4, resolved: 1, muted: 1 });
  });

  test('with its details says where it is, and what to do', async () => {
    const { observations } = await readScan(dynatrace, scanFileOf(textOfFixture('problem.json')));

    assert.deepEqual(observations[0]?.occurrences, [
      { version: '1.0.0', path: 'left-1.0.0.jar', entity: 'PROCESS_GROUP_INSTANCE-0123456789ABCDEF' },
      { entity: 'PROCESS_GROUP_INSTANCE-0123456789ABCDE0' },
    ]);
    assert.deepEqual(observations[0].fix, { versions: [], text: 'Upgrade to 1.0.1.' });
  });

  test('belongs to the same environment through whichever door it was asked for', () => {
    const expected = {
      'https://abc12345.live.dynatrace.com/ui/security/problem/1': 'abc12345',
      'https://abc12345.apps.dynatrace.com/ui/apps/x': 'abc12345',
      'https://managed.example.com/e/0aF-12/ui/security/problem/1': '0af-12',
      'https://activegate.example.com:9999/e/abc12345/ui/x': 'abc12345',
      'https://Tenant.example.com/ui/x': 'tenant.example.com',
    };
    for (const [address, name] of Object.entries(expected))
      assert.equal(environmentOf(address), name, address);
    for (const address of [undefined, '', 'no address', 'javascript:alert(1)']) {
      assert.equal(environmentOf(address), undefined);
    }
  });
});

describe('a file', () => {
  test('is partial where it has less than Dynatrace counts, or another page follows', async () => {
    const reasonOf = async (document: unknown) =>
      (await readDocument(document)).facts.parts[0]?.reasons.join();
    const page = { totalCount: 2, securityProblems: [aProblem] };
    const second = { totalCount: 2, securityProblems: [{ ...aProblem, securityProblemId: '2' }] };

    assert.match((await reasonOf(page)) ?? '', /1 of 2 security problems/);
    assert.equal(await reasonOf([{ ...page, nextPageKey: 'k' }, second]), '');
    assert.match((await reasonOf({ securityProblems: [], nextPageKey: 'k' })) ?? '', /nextPageKey/);
    assert.match((await reasonOf(aProblem)) ?? '', /one security problem alone/);
    assert.equal(await reasonOf({ totalCount: 0, securityProblems: [] }), '');
    assert.equal(await reasonOf([aProblem]), '');
  });

  test('that holds an error of the API, or something else, is refused', async () => {
    const error = { code: 403, message: 'Token is missing required scope securityProblems.read' };

    assert.match(await refusalOf({ error }), /Token is missing required scope/);
    for (const document of [[], [{}], [1], { securityProblems: {} }, {}]) await refusalOf(document);
  });
});
