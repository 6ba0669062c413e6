import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { makeFolder } from '../../test/support/cli.ts';
import { trialIo } from '../../test/support/trial-io.ts';
import { isGatehouseError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import { readConfiguration } from './configuration.ts';

async function storeFrom(address: string): Promise<string> {
  const { io } = trialIo({ cwd: '/nowhere', env: { GATEHOUSE_STORE: address } });
  return (await readConfiguration(io)).store;
}

test('a store is a file, counted from the folder, or a PostgreSQL server', async () => {
  assert.equal(await storeFrom('sqlite:data/a.db'), 'sqlite:/nowhere/data/a.db');
  assert.equal(await storeFrom('postgres://db/gatehouse'), 'postgres://db/gatehouse');
});

test('a store without a file is refused, and never made as a file of that name', async () => {
  for (const address of ['sqlite::memory:', 'sqlite:']) {
    await assert.rejects(
      storeFrom(address),
      (error) =>
        isGatehouseError(error) && error.code === 'config-invalid' && error.message.includes(address),
    );
  }
});

test('the policy is a preset, a file beside the configuration, or written there, and calls scopes by name', async () => {
  await using folder = await makeFolder();
  await mkdir(folder.file('rules'));
  const rule = 'rules: { severity: { action: block, perScope: [{ scope: edge, action: warn }] } }';
  await writeFile(folder.file('rules/edge.yaml'), `name: edge rules\n${rule}\n`);
  const policyOf = async (written: string): Promise<Policy> => {
    const text = `scopes: [{ name: edge, sources: [dmz] }]\npolicy: ${written}\n`;
    await writeFile(folder.file('gatehouse.yaml'), text);
    const { io } = trialIo({ cwd: '/', env: { GATEHOUSE_CONFIG: folder.file('gatehouse.yaml') } });
    return (await readConfiguration(io)).policy;
  };

  assert.equal((await policyOf('development')).preset, 'development');
  const [fromFile, inline] = [await policyOf('rules/edge.yaml'), await policyOf(`{ ${rule} }`)];
  assert.equal(fromFile.name, 'edge rules');
  for (const { rules } of [fromFile, inline])
    assert.deepEqual(
      rules.severity?.perScope?.map(({ scope, action }) => [scope.name, action]),
      [['edge', 'warn']],
    );
  await assert.rejects(policyOf('rules/missing.yaml'), /rules\/missing\.yaml: neither a file nor one of/);
});

test('every problem of a configuration is told at once, by path and line', async () => {
  await using folder = await makeFolder();
  await writeFile(
    folder.file('gatehouse.yaml'),
    [
      'scopes:',
      '  - { name: edge }',
      'release: { name: shop, scope: egde }',
      'sources:',
      '  - { name: a, kind: dynatrac }',
      '  - { name: a, kind: dynatrace, url: 7 }',
      '  - { name: advisories, kind: osv, file: osv.zip, maxAgeHours: 24 }',
      'policy:',
      '  rules: { severty: block }',
      '  waivers: [{ id: W }]',
      '',
    ].join('\n'),
  );

  await assert.rejects(readConfiguration(trialIo({ cwd: folder.path }).io), (error) => {
    assert.ok(isGatehouseError(error));
    for (const part of [
      "release.scope (line 3): there is no scope 'egde'",
      "sources.0.kind (line 5): there is no 'dynatrac'",
      "sources.1.name (line 6): there are two sources named 'a'",
      'sources.1.url (line 6)',
      'sources.2.maxAgeHours (line 7): what osv says does not age; only epss and kev have a maxAgeHours',
      'policy.rules.severty (line 9)',
      'policy.waivers.0',
    ])
      assert.ok(error.message.includes(part), `${part} is missing in ${error.message}`);
    return true;
  });
});
