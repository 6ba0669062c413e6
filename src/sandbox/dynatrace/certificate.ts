/**
 * A self-signed certificate for 127.0.0.1 and localhost, so that a client's TLS verification can be tested
 * without a tool outside Node. Just enough DER for X.509 v3 with ECDSA on P-256.
 */
import { createSign, generateKeyPairSync } from 'node:crypto';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  /** PEM; a client that trusts it as an authority accepts the emulator. */
  readonly cert: string;
}

export function makeSelfSignedCertificate(now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectId([1, 2, 840, 10045, 4, 3, 2]));
  const name = sequence(tagged(0x31, sequence(objectId([2, 5, 4, 3]), text('gatehouse sandbox'))));
  const validity = sequence(time(now - 86_400_000), time(now + 30 * 86_400_000));
  const body = sequence(
    tagged(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(alternativeNames(), isAuthority())),
  );
  const signature = createSign('sha256').update(body).sign(privateKey);
  const whole = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.of(0), signature])));
  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    cert: `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function alternativeNames(): Buffer {
  const names = sequence(tagged(0x82, Buffer.from('localhost')), tagged(0x87, Buffer.of(127, 0, 0, 1)));
  return sequence(objectId([2, 5, 29, 17]), tagged(0x04, names));
}

function isAuthority(): Buffer {
  return sequence(objectId([2, 5, 29, 19]), tagged(0x04, sequence(tagged(0x01, Buffer.of(0xff)))));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(value: number): Buffer {
  return tagged(0x02, Buffer.of(value));
}

function text(value: string): Buffer {
  return tagged(0x0c, Buffer.from(value));
}

function time(at: number): Buffer {
  return tagged(0x18, Buffer.from(`${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`));
}

function objectId([first, second, ...rest]: readonly number[]): Buffer {
  const bytes = [first! * 40 + second!];
  for (const part of rest) {
    const low = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) low.unshift((left & 0x7f) | 0x80);
    bytes.push(...low);
  }
  return tagged(0x06, Buffer.from(bytes));
}
