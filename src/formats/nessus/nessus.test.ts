import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ReadScan, readScan, scanFileOf } from '../../../test/support/scan-files.ts';
import type { Observation } from '../../domain/statement.ts';
import { createNormaliser } from '../../normalise/normaliser.ts';
import { scanHead } from '../scan-head.ts';
import { nessus } from './index.ts';
import { installationsIn } from './plugin-output.ts';

async function fixture(): Promise<ReadScan> {
  return await readScan(
    nessus,
    scanFileOf(readFileSync(new URL('fixtures/network.nessus', import.meta.url))),
  );
}

function reportOf(...hosts: string[]): string {
  return `<NessusClientData_v2><Report name="r">${hosts.join('')}</Report></NessusClientData_v2>`;
}

function hostOf(name: string, properties: Record<string, string>, ...items: string[]): string {
  const tags = Object.entries(properties).map(([tag, text]) => `<tag name="${tag}">${text}</tag>`);
  return `<ReportHost name="${name}"><HostProperties>${tags.join('')}</HostProperties>${items.join('')}</ReportHost>`;
}

function itemOf(attributes: string, children = ''): string {
  return `<ReportItem port="0" protocol="tcp" severity="2" pluginID="900001" ${attributes}>${children}</ReportItem>`;
}

async function read(...hosts: string[]): Promise<ReadScan> {
  return await readScan(nessus, scanFileOf(reportOf(...hosts)));
}

async function readItems(...items: string[]): Promise<readonly Observation[]> {
  return (await read(hostOf('a', {}, ...items))).observations;
}

describe('an item', () => {
  test('with CVEs is one observation of all of them, titled by the plugin', async () => {
    const [first] = (await fixture()).observations;

    assert.deepEqual(
      first?.defects.map(({ id }) => id),
      ['CVE-2099-50001', 'CVE-2099-50002'],
    );
    assert.equal(first?.about.title, 'Example Runtime < 8.0.3 Multiple Vulnerabilities');
    assert.equal(first?.about.url, 'https://www.tenable.com/plugins/nessus/900001');
    assert.equal(first?.about.publishedAt, Date.parse('2098-12-31T00:00:00Z'));
    assert.deepEqual(
      [first?.score, first?.about.vector],
      [9.8, 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    );
    assert.deepEqual(first?.assessment, { exploit: 'available' });
  });

  test('tells its installations, and the versions that fix them', async () => {
    const [first] = (await fixture()).observations;

    assert.deepEqual(first?.occurrences, [
      { version: '8.0.1', path: '/opt/one' },
      { version: '8.0.2', path: '/opt/two' },
    ]);
    assert.deepEqual(first?.fix?.versions, ['8.0.3']);
  });

  test('without CVE is the rule of its plugin, on each port its own finding', async () => {
    const [, first, second] = (await fixture()).observations;

    assert.deepEqual(first?.defects, [{ kind: 'rule', tool: 'Nessus', id: '900002' }]);
    assert.deepEqual([first?.location?.file, second?.location?.file], ['tcp/443', 'tcp/8443']);
    assert.deepEqual([first?.fix, first?.about.vector], [undefined, 'AV:N/AC:L/Au:N/C:P/I:P/A:N']);
  });

  test('is the same when it is rated, described or called otherwise', async () => {
    const keyOf = async (item: string) => createNormaliser().observation((await readItems(item))[0]!, {}).key;

    assert.equal(
      await keyOf(itemOf('svc_name="www" pluginName="a"', '<cvss3_base_score>5</cvss3_base_score>')),
      await keyOf(itemOf('svc_name="ssl" pluginName="b"', '<risk_factor>High</risk_factor>')),
    );
  });

  test('that only informs is counted, unless it has a CVE', async () => {
    const informs = '<ReportItem port="0" severity="0" pluginID="900003">';

    assert.equal((await fixture()).facts.parts[0]?.extra.informational, 1);
    assert.deepEqual(await readItems(`${informs}</ReportItem>`), []);
    assert.equal((await readItems(`${informs}<cve>CVE-2099-1000</cve></ReportItem>`))[0]?.severity, 'info');
  });

  test('without plugin or severity is rejected', async () => {
    const { rejected } = await read(
      hostOf('a', {}, '<ReportItem severity="1"/>', '<ReportItem pluginID="1"/>'),
    );

    assert.deepEqual(rejected, [
      { at: 'Report[0][0]', reason: 'the item names no plugin (pluginID)' },
      { at: 'Report[0][1]', reason: 'plugin 1 states no severity' },
    ]);
  });
});

describe('a check of a policy', () => {
  test('that failed is a misconfiguration by its name; one that passed is counted', async () => {
    const { observations, facts } = await fixture();
    const failed = observations[3];

    assert.equal(failed?.class, 'misconfiguration');
    assert.deepEqual(failed?.defects, [
      { kind: 'rule', tool: 'Nessus', id: '2.5 Logging goes to the host of logs' },
    ]);
    assert.equal(failed?.severity, 'high');
    assert.equal(failed?.fix?.text, 'Set the host of logs.');
    assert.equal(facts.parts[0]?.extra.passed, 1);
  });

  test('that could not be made stays open, and nobody knows how bad it is', async () => {
    const [, , , , failed] = (await fixture()).observations;

    assert.deepEqual([failed?.life.state, failed?.severity], ['open', 'unknown']);
    assert.match(failed?.about.title ?? '', /could not be checked/);
  });

  test('of early versions says its name and result in its description', async () => {
    const check = (result: string) =>
      itemOf('pluginFamily="Policy Compliance"', `<description>"2.5 Logs" : [${result}]\nWhy</description>`);
    const observations = await readItems(check('FAILED'), check('PASSED'));

    assert.deepEqual(
      observations.map(({ defects }) => defects[0]?.id),
      ['2.5 Logs'],
    );
  });
});

describe('a host', () => {
  const nameOf = async (name: string, properties: Record<string, string>) =>
    (await read(hostOf(name, properties))).facts.parts[0]?.assets[0]?.name;

  test('goes by what it was scanned as; an address gives way to its name in the network', async () => {
    assert.equal(
      await nameOf('Cart-1.example.com', { 'host-fqdn': 'other.example.com' }),
      'cart-1.example.com',
    );
    assert.equal(await nameOf('192.0.2.1', { 'host-fqdn': 'cart-1.example.com' }), 'cart-1.example.com');
    assert.equal(await nameOf('2001:db8::1', { hostname: 'CART-1' }), 'cart-1');
    assert.equal(await nameOf('192.0.2.1', { 'host-fqdn': '192.0.2.1' }), '192.0.2.1');
  });

  test('without findings was looked at as well', async () => {
    const { facts, observations } = await fixture();

    assert.deepEqual(facts.parts[0]?.assets, [
      { kind: 'host', name: 'cart-1.example.com' },
      { kind: 'host', name: 'clean.example.com' },
    ]);
    assert.deepEqual(observations[0]?.asset, { kind: 'host', name: 'cart-1.example.com' });
    assert.equal(facts.parts[0]?.extra.hosts, 2);
  });

  test('that was not scanned to its end, or refused the log-in, makes the run partial', async () => {
    const ended = { HOST_START: 'x', HOST_END: 'y' };
    const partOf = async (...hosts: string[]) => (await read(...hosts)).facts.parts[0];

    assert.equal((await partOf(hostOf('a', ended)))?.complete, true);
    assert.deepEqual((await partOf(hostOf('a', ended), hostOf('b', { HOST_START: 'x' })))?.reasons, [
      '1 host was not scanned to its end: b',
    ]);
    const refused = '<ReportItem port="0" severity="0" pluginID="21745"/>';
    assert.deepEqual((await partOf(hostOf('a', ended, refused), hostOf('b', ended, refused)))?.reasons, [
      '2 hosts refused the log-in, so that much was not looked at: a, b',
    ]);
  });
});

describe('a web application', () => {
  const PROPERTIES = {
    'host-fqdn': 'https://shop.example.com/cart/',
    'system-type': 'web_application',
    HOST_START: '2099-01-02T03:00:00.12031+00:00',
    HOST_END: '2099-01-02T05:04:05+02:00',
  };
  const foundOn = (address: string) =>
    `<ReportItem pluginName="XSS" pluginID="98104" severity="3" protocol="TCP" port="443"><cvssv3>7.1</cvssv3>` +
    `<plugin_output>Vulnerability has been detected on URL '${address}' by form</plugin_output></ReportItem>`;

  test('is known by its address; each page with the same flaw is a finding of its own', async () => {
    const addresses = ['https://shop.example.com/cart/a', 'https://shop.example.com/cart/b'];
    const { observations, facts } = await read(
      hostOf('https://Shop.example.com/cart/', PROPERTIES, ...addresses.map(foundOn)),
    );

    assert.deepEqual(facts.parts[0]?.assets, [{ kind: 'host', name: 'shop.example.com/cart' }]);
    assert.equal(facts.parts[0]?.observedAt, Date.parse('2099-01-02T03:04:05Z'));
    assert.deepEqual(
      observations.map(({ location }) => location?.file),
      addresses,
    );
    assert.equal(observations[0]?.score, 7.1);
    assert.equal(observations[0]?.about.url, 'https://www.tenable.com/plugins/was/98104');
  });
});

describe('a report', () => {
  test('is a stream of its policy, observed when its last host was done', async () => {
    const part = (await fixture()).facts.parts[0];

    assert.equal(part?.category, 'Patch audit');
    assert.equal(part?.observedAt, Date.parse('2099-01-02T03:10:00Z'));
  });

  test('of version 1 is refused, saying what to do', async () => {
    const text = '<?xml version="1.0"?><NessusClientData><Report/></NessusClientData>';

    assert.equal(nessus.detect(scanHead('scan', Buffer.from(text))), true);
    await assert.rejects(readScan(nessus, scanFileOf(text)), /export it again as version 2/);
  });

  test('without hosts found nothing', async () => {
    const { observations, facts } = await read();

    assert.deepEqual([observations, facts.parts[0]?.assets], [[], []]);
  });
});

test('an output tells of as many installations as it groups', () => {
  assert.deepEqual(installationsIn('\n  Installed version : 1.0\n  Fixed version : 1.1 / 2.0\n'), [
    { path: undefined, version: '1.0', fixedVersions: ['1.1', '2.0'] },
  ]);
  assert.deepEqual(
    installationsIn(
      'Remote package installed : a-1\nShould be : a-2\n\nRemote package installed : b-1\nShould be : b-2',
    ),
    [
      { path: undefined, version: 'a-1', fixedVersions: ['a-2'] },
      { path: undefined, version: 'b-1', fixedVersions: ['b-2'] },
    ],
  );
  assert.deepEqual(installationsIn('Path : /etc/passwd\nurl:http://example.org'), []);
});
