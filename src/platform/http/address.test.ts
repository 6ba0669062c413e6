import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isGatehouseError } from '../../domain/errors.ts';
import { createAddressBook } from './address.ts';

function aBook(overrides: Partial<Parameters<typeof createAddressBook>[0]> = {}) {
  return createAddressBook({
    name: 'dynatrace',
    baseUrl: 'https://abc.example.com/api/v2',
    origins: [],
    allowPrivate: false,
    ...overrides,
  });
}

function refusalOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (isGatehouseError(error)) return error;
    throw error;
  }
  throw new Error('was not refused');
}

test('a path stands below the base URL, with or without a slash', () => {
  for (const path of ['/problems', 'problems']) {
    assert.equal(aBook().resolve(path).href, 'https://abc.example.com/api/v2/problems');
  }
});

test('segments are encoded, so a vendor id cannot lead elsewhere', () => {
  assert.equal(
    aBook().resolve(['problems', '../x?y=1#z']).href,
    'https://abc.example.com/api/v2/problems/..%2Fx%3Fy%3D1%23z',
  );
});

test('whatever the segments, the call stays below the base URL', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (segments) => {
      try {
        const url = aBook().resolve(segments);
        assert.equal(url.origin, 'https://abc.example.com');
        assert.ok(url.pathname.startsWith('/api/v2/'));
        assert.equal(url.search + url.hash, '');
      } catch (error) {
        assert.ok((isGatehouseError(error) && error.code === 'input-invalid') || error instanceof URIError);
      }
    }),
  );
});

test('the query leaves out what is undefined and repeats lists', () => {
  const url = aBook().resolve('/x', { a: 1, b: undefined, c: ['p q', 2], d: false });

  assert.equal(url.search, '?a=1&c=p+q&c=2&d=false');
});

test('a next link in the configured origin may be called', () => {
  assert.equal(aBook().resolve('https://abc.example.com/other?k=1').pathname, '/other');
});

for (const path of ['../../admin', '/%2e%2e/%2e%2e/admin', '/x/../../../admin']) {
  test(`the path ${path} may not leave the base URL`, () => {
    assert.equal(refusalOf(() => aBook().resolve(path)).code, 'input-invalid');
  });
}

const foreign = [
  'https://evil.example.com/x',
  'http://abc.example.com/x',
  'https://abc.example.com:8443/x',
  'https://abc.example.com.evil.example/x',
  'https://abc.example.com@evil.example/x',
  'https://user:secret@abc.example.com/x',
  'ftp://abc.example.com/x',
  'file:///etc/passwd',
];

for (const url of foreign) {
  test(`the address ${url} is refused`, () => {
    const error = refusalOf(() => aBook().resolve(url));

    assert.equal(error.code, 'forbidden');
    assert.ok(!error.message.includes('secret'));
  });
}

test('a path that looks like another host is only a path', () => {
  for (const path of ['//evil.example/x', '\\\\evil.example/x']) {
    assert.equal(aBook().resolve(path).host, 'abc.example.com');
  }
});

test('further origins may be called when configured', () => {
  const book = aBook({ origins: ['https://objects.example.net'] });

  assert.equal(book.redirect(book.base, 'https://objects.example.net/f').host, 'objects.example.net');
});

test('a redirect to another host is refused and names it', () => {
  const book = aBook();

  assert.match(
    refusalOf(() => book.redirect(book.base, 'https://login.example.org/')).message,
    /login\.example\.org/,
  );
});

const privateBases = [
  'http://127.0.0.1:1/',
  'http://0x7f.1/',
  'http://2130706433/',
  'http://[::ffff:10.0.0.1]/',
  'http://[::1]/',
];

for (const baseUrl of privateBases) {
  test(`${baseUrl} is called only when private addresses are allowed, and the message names the option`, () => {
    assert.match(refusalOf(() => aBook({ baseUrl }).resolve('/x')).message, /allowPrivate/);
    assert.equal(aBook({ baseUrl, allowPrivate: true }).resolve('/x').pathname, '/x');
  });
}

test('the metadata address is never called', () => {
  const error = refusalOf(() =>
    aBook({ baseUrl: 'http://169.254.169.254/', allowPrivate: true }).resolve('/x'),
  );

  assert.equal(error.code, 'forbidden');
});

for (const baseUrl of ['nonsense', 'ftp://h/', 'https://u:p@h/', 'https://h/?a=1']) {
  test(`${baseUrl} cannot be a base URL`, () => {
    assert.equal(refusalOf(() => aBook({ baseUrl })).code, 'config-invalid');
  });
}
