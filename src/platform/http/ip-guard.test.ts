import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressKind } from './ip-guard.ts';

const cases: Record<ReturnType<typeof addressKind>, string[]> = {
  public: [
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '192.169.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '64:ff9b::101:101',
  ],
  private: [
    '10.0.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '::1',
    'fd12:3456::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
  ],
  never: [
    '0.0.0.0',
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '100.100.100.200',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    'ff02::1',
    'localhost',
    '',
    '1.2.3',
  ],
};

for (const [kind, addresses] of Object.entries(cases)) {
  for (const address of addresses) {
    test(`"${address}" is ${kind}`, () => {
      assert.equal(addressKind(address), kind);
    });
  }
}
