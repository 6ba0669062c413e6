import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import { isGatehouseError } from '../../domain/errors.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { scanHead } from '../scan-head.ts';
import { githubAlerts } from './index.ts';

async function fixture(name: string): Promise<ReadScan> {
  return await readScan(githubAlerts, scanFileOf(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));
}

async function readDocument(document: unknown): Promise<ReadScan> {
  const text = JSON.stringify(document);
  assert.equal(githubAlerts.detect(scanHead('x', Buffer.from(text))), true, text.slice(0, 200));
  return await readScan(githubAlerts, scanFileOf(text));
}

async function refusalOf(document: unknown): Promise<string> {
  try {
    await readScan(githubAlerts, scanFileOf(JSON.stringify(document)));
  } catch (error) {
    assert.ok(isGatehouseError(error) && error.code === 'input-invalid');
    return error.message;
  }
  assert.fail('the file was read');
}

function anAlert(more: object = {}) {
  return {
    number: 1,
    state: 'open',
    dependency: { package: { ecosystem: 'npm', name: 'a' }, manifest_path: 'package-lock.json' },
    security_advisory: { ghsa_id: 'GHSA-2222-3333-4444' },
    ...more,
  };
}

describe('an alert of Dependabot', () => {
  test('is told with its advisory, package, file, fix and repository', async () => {
    const [observation] = (await fixture('dependabot.json')).observations;

    assert.deepEqual(observation?.defects, [
      { kind: 'vulnerability', id: 'GHSA-2222-3333-4444', aliases: ['CVE-2099-10001'] },
    ]);
    assert.equal(observation.component?.purl, 'pkg:npm/left-pad');
    assert.deepEqual(observation.occurrences, [{ version: undefined, path: 'package-lock.json' }]);
    assert.deepEqual(observation.fix, { versions: ['1.0.1'] });
    assert.deepEqual(observation.asset, { kind: 'repository', name: 'github.com/team/shop' });
    assert.equal(observation.score, 7.5);
    assert.equal(observation.about.url, 'https://github.com/team/shop/security/dependabot/4');
  });

  test('that is fixed is resolved since then; one that was dismissed is open and muted', async () => {
    const { observations, facts } = await fixture('dependabot.json');
    const [, , fixed, dismissed] = observations;

    assert.equal(fixed?.life.state, 'resolved');
    assert.equal(fixed.life.resolvedAt, Date.parse('2099-02-02T00:00:00Z'));
    assert.equal(dismissed?.life.state, 'open');
    assert.deepEqual(dismissed.setAside, [
      {
        kind: 'vendor-mute',
        issuer: 'github',
        reason: 'tolerable_risk: only in tests',
        at: Date.parse('2099-02-02T00:00:00Z'),
      },
    ]);
    assert.deepEqual(facts.parts[0]?.extra, { fixed: 1, dismissed: 1 });
  });

  test('dismissed by a rule, not by a person, says so', async () => {
    const alert = anAlert({ state: 'auto_dismissed', auto_dismissed_at: '2099-02-02T00:00:00Z' });

    const { observations } = await readDocument([alert]);

    assert.equal(observations[0]?.setAside[0]?.reason, 'dismissed by a rule of GitHub');
  });

  test('says in GraphQL the same as in REST', async () => {
    const [rest] = (await fixture('dependabot.json')).observations;
    const [graph] = (await fixture('search.json')).observations;

    assert.deepEqual(graph?.defects, rest?.defects);
    assert.deepEqual(graph?.asset, rest?.asset);
    assert.deepEqual(graph?.component, { purl: 'pkg:npm/left-pad@1.0.0', version: '1.0.0' });
    assert.equal(graph.severity, 'medium');
    assert.deepEqual(graph.fix, { versions: ['1.0.1'] });
  });

  test('without an ecosystem is of the one that its file, or the shape of its name, belongs to', async () => {
    const named = async (name: string, manifest_path?: string) => {
      const { observations } = await readDocument([
        anAlert({ dependency: { package: { name }, manifest_path } }),
      ]);
      return observations[0]?.component?.purl;
    };

    assert.equal(await named('a', 'web/yarn.lock'), 'pkg:npm/a');
    assert.equal(await named('org.pads:left'), 'pkg:maven/org.pads/left');
    assert.equal(await named('a'), 'pkg:generic/a');
  });

  test('without an advisory is known by its own id, in GraphQL anywhere, else in its repository', async () => {
    const securityVulnerability = { package: { name: 'a' }, advisory: { summary: 'x' } };
    const idOf = async (alert: object) => (await readDocument([alert])).observations[0]?.defects[0]?.id;

    assert.equal(
      await idOf({ id: 'RVA_9', number: 9, securityVulnerability, security_advisory: {} }),
      'RVA_9',
    );
    const html_url = 'https://github.com/team/shop/security/dependabot/9';
    assert.equal(
      await idOf(anAlert({ number: 9, html_url, security_advisory: {} })),
      'github.com/team/shop#9',
    );
  });

  test('of the webhook of old is read too', async () => {
    const alert = {
      id: 7649605,
      affected_range: '0.2.0',
      affected_package_name: 'many_versioned_gem',
      external_identifier: 'CVE-2099-3',
      fixed_in: '0.2.5',
    };

    const { observations } = await readDocument({
      action: 'create',
      alert,
      repository: { full_name: 'a/b' },
    });

    assert.deepEqual(observations[0]?.defects, [{ kind: 'vulnerability', id: 'CVE-2099-3', aliases: [] }]);
    assert.equal(observations[0].asset?.name, 'github.com/a/b');
    assert.deepEqual(observations[0].fix, { versions: ['0.2.5'] });
  });
});

describe('an alert in code', () => {
  test('is told with its rule, tool and place, and is the same finding when it moves', async () => {
    const [observation] = (await fixture('code-scanning.json')).observations;

    assert.deepEqual(observation?.defects, [{ kind: 'rule', tool: 'CodeQL', id: 'js/path-injection' }]);
    assert.deepEqual(observation.location, {
      file: 'src/cart.js',
      line: 42,
      column: 17,
      fingerprint: 'alert 11',
    });
    assert.equal(observation.about.description, 'This path depends on a user-provided value.');
  });

  test('without a security severity is as severe as its level', async () => {
    assert.equal((await fixture('code-scanning.json')).observations[1]?.severity, 'high');
  });

  test('about a secret never carries the secret', async () => {
    const scan = await fixture('secret-scanning.json');

    assert.ok(!JSON.stringify(scan).includes('not-a-real-key'));
    assert.deepEqual(scan.observations[0]?.defects, [
      { kind: 'rule', tool: 'GitHub secret scanning', id: 'pad_api_key' },
    ]);
  });

  test('about a secret that was revoked is resolved; one that was called harmless is muted', async () => {
    const [, revoked] = (await fixture('secret-scanning.json')).observations;
    const { observations } = await readDocument([
      { number: 1, secret_type: 'a', state: 'resolved', resolution: 'used_in_tests' },
    ]);

    assert.equal(revoked?.life.state, 'resolved');
    assert.equal(observations[0]?.life.state, 'open');
    assert.equal(observations[0].setAside[0]?.reason, 'used_in_tests');
  });

  test('on a server of your own belongs to the repository there', async () => {
    const alerts = JSON.parse(readFileSync(new URL('fixtures/code-scanning.json', import.meta.url), 'utf8'));
    const url = 'https://code.example.com/api/v3/repos/team/shop/code-scanning/alerts/1';

    const { observations } = await readDocument([{ ...alerts[0], html_url: undefined, url }]);

    assert.equal(observations[0]?.asset?.name, 'code.example.com/team/shop');
  });
});

describe('what a file speaks for', () => {
  test('each maker of alerts is a part with its own class', async () => {
    const alerts = ['dependabot', 'code-scanning', 'secret-scanning'].map((name) =>
      JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')),
    );

    const { facts } = await readDocument(alerts);

    assert.deepEqual(
      facts.parts.map(({ tool, classes }) => [tool, ...classes]),
      [
        ['Dependabot', 'vulnerability'],
        ['Code scanning', 'code'],
        ['Secret scanning', 'secret'],
      ],
    );
  });

  test('a repository without alerts is spoken for too', async () => {
    const { facts } = await fixture('search.json');

    assert.deepEqual(
      facts.parts[0]?.assets.map(({ name }) => name),
      ['github.com/team/shop', 'github.com/team/pay'],
    );
    assert.equal(facts.parts[0]?.complete, true);
  });

  test('a full page is partial, one less or more is not', async () => {
    const isComplete = async (length: number) => {
      const alerts = Array.from({ length }, (_, number) => anAlert({ number }));
      return (await readDocument(alerts)).facts.parts[0]?.complete;
    };

    assert.equal(await isComplete(29), true);
    assert.equal(await isComplete(30), false);
    assert.equal(await isComplete(31), true);
    assert.equal(await isComplete(100), false);
  });

  test('a reply that is a page, or reports errors, is partial', async () => {
    const vulnerabilityAlerts = { nodes: [], pageInfo: { hasNextPage: true } };
    const repository = { nameWithOwner: 'team/shop', vulnerabilityAlerts };
    const errors = [{ message: 'Resource not accessible' }];

    const { facts } = await readDocument({ data: { repository }, errors });

    assert.equal(facts.parts[0]?.complete, false);
    assert.deepEqual(facts.parts[0].reasons, [
      'GitHub reports: Resource not accessible',
      'there are more alerts of github.com/team/shop than the pages that are here have',
    ]);
  });

  test('a webhook speaks of one alert at its moment, and closes nothing else', async () => {
    const { observations, facts } = await fixture('webhook.json');

    assert.equal(observations[0]?.life.state, 'resolved');
    assert.equal(facts.parts[0]?.complete, false);
    assert.equal(facts.parts[0].observedAt, Date.parse('2099-02-04T00:00:00Z'));
  });
});

describe('a reply of GraphQL', () => {
  const alert = {
    id: 'RVA_1',
    securityVulnerability: { package: { ecosystem: 'GO', name: 'github.com/a/b' } },
  };
  const connection = { edges: [{ node: alert }] };

  test('is read in whatever shape the repositories were asked for', async () => {
    const own = { name: 'shop', owner: { login: 'team' }, vulnerabilityAlerts: connection };
    const shapes = [
      { repository: own },
      { repository: { vulnerabilityAlerts: connection, nameWithOwner: 'team/shop' } },
      { search: { edges: [{ node: own }] } },
      { organization: { name: 'team', repositories: { nodes: [own] } } },
      { viewer: { repositories: { edges: [{ node: own }] } } },
      { shop: own },
      {
        repository: { nameWithOwner: 'team/shop', search: { nodes: [{ vulnerabilityAlerts: connection }] } },
      },
    ];
    for (const data of shapes) {
      const { observations } = await readDocument({ data });

      assert.equal(observations.length, 1, JSON.stringify(data));
      assert.equal(observations[0]?.asset?.name, 'github.com/team/shop', JSON.stringify(data));
    }
  });

  test('that asks for the same alerts as nodes and as edges has each of them once', async () => {
    const both = { nameWithOwner: 'team/shop', vulnerabilityAlerts: { ...connection, nodes: [alert] } };

    assert.equal((await readDocument({ data: { repository: both } })).observations.length, 1);
    assert.equal((await readDocument({ data: { shop: both } })).observations.length, 1);
  });

  test('is whole with all its pages, and partial with the first or the last alone, or with less than it counts', async () => {
    const page = (more: object) => ({
      data: { repository: { nameWithOwner: 'team/shop', vulnerabilityAlerts: { ...connection, ...more } } },
    });
    const first = page({ pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const last = page({ pageInfo: { hasNextPage: false, hasPreviousPage: true } });
    const isComplete = async (document: unknown) => (await readDocument(document)).facts.parts[0]?.complete;

    assert.equal(await isComplete([first, last]), true);
    assert.equal(await isComplete(first), false);
    assert.equal(await isComplete(last), false);
    assert.equal(await isComplete(page({ totalCount: 2 })), false);
    assert.equal(await isComplete(page({ totalCount: 1 })), true);
  });

  test('may be one of several put together', async () => {
    const page = { data: { repository: { nameWithOwner: 'team/shop', vulnerabilityAlerts: connection } } };

    assert.equal((await readDocument([page, page])).observations.length, 2);
  });

  test('that was not asked for alerts is refused', async () => {
    assert.match(await refusalOf({ data: { repository: { name: 'shop' } } }), /no vulnerabilityAlerts/);
    assert.match(await refusalOf({ data: null, errors: [{ message: 'bad' }] }), /no vulnerabilityAlerts/);
  });
});

describe('a file', () => {
  test('that is a refusal of the API is refused with its words', async () => {
    const refusal = {
      message: 'Not Found',
      documentation_url: 'https://docs.github.com/rest',
      status: '404',
    };

    assert.equal(githubAlerts.detect(scanHead('x', Buffer.from(JSON.stringify(refusal)))), true);
    assert.match(await refusalOf(refusal), /GitHub refused, so the file tells nothing: Not Found/);
  });

  test('of a list of other things is refused', async () => {
    for (const document of [[{ number: 1, title: 'an issue' }], [1]]) await refusalOf(document);
  });

  test('of an empty list has no alerts, and closes nothing', async () => {
    for (const document of ['[]', '[[], []]']) {
      const { observations, facts } = await readScan(githubAlerts, scanFileOf(document));

      assert.deepEqual([observations.length, facts.parts[0]?.complete], [0, false]);
      assert.match(facts.parts[0]?.reasons[0] ?? '', /does not say what there is none of/);
    }
  });

  test('with one alert alone is read, and closes nothing', async () => {
    const { observations, facts } = await readDocument(anAlert());

    assert.equal(observations.length, 1);
    assert.equal(facts.parts[0]?.complete, false);
  });

  test('gives every alert in a repository a key of its own, and the same one when it is dismissed', async () => {
    const normaliser = createNormaliser();
    const asset = { kind: 'repository', name: 'r' } as const;
    const open = (await readDocument([anAlert()])).observations[0]!;
    const dismissed = (await readDocument([anAlert({ state: 'dismissed', dismissed_reason: 'not_used' })]))
      .observations[0]!;

    const { key } = createNormaliser().observation(dismissed, { asset });

    assert.equal(normaliser.observation(open, { asset }).key, key);
  });
});
