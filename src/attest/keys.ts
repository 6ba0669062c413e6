/**
 * Ed25519 and nothing else: with one algorithm there is none to be talked out of. A key is called by the SHA-256 of its
 * public half (SubjectPublicKeyInfo, DER), which anybody can compute.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { GatehouseError } from '../domain/errors.ts';
import type { Secret } from '../platform/secret.ts';
import { sha256Of } from './digest.ts';

export interface PublicKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** Prints as nothing of itself: Node shows a private KeyObject by its type alone. */
export interface SigningKey {
  readonly id: string;
  readonly key: KeyObject;
}

export interface NewKey {
  readonly id: string;
  /** PKCS#8, PEM. */
  readonly privatePem: string;
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicPem: string;
}

export function makeKey(): NewKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    id: keyIdOf(publicKey),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: publicPemOf(publicKey),
  };
}

function keyIdOf(publicKey: KeyObject): string {
  return sha256Of(publicKey.export({ type: 'spki', format: 'der' }));
}

export function publicPemOf(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

/** @throws GatehouseError `config-invalid`, `what` naming the key and nothing of its content */
export function readSigningKey(pem: Secret, what: string): SigningKey {
  const key = read(() => createPrivateKey(linesOf(pem.reveal())), `${what} is no private key in PEM`, {
    hint: 'gatehouse key new makes one; one with a passphrase cannot be used',
  });
  assertEd25519(key, what);
  return { id: keyIdOf(createPublicKey(key)), key };
}

/**
 * A public key. A private one is refused although it could be derived: where a public key is asked for, it has no
 * business.
 *
 * @throws GatehouseError `config-invalid`, `what` naming the key and nothing of its content
 */
export function readPublicKey(pem: string, what: string): PublicKey {
  const text = linesOf(pem);
  if (text.includes('PRIVATE KEY')) {
    throw new GatehouseError(
      'config-invalid',
      `${what} is a private key; give the public one, keep this one`,
    );
  }
  const key = read(() => createPublicKey(text), `${what} is no public key in PEM`, {
    hint: 'gatehouse key show prints it',
  });
  assertEd25519(key, what);
  return { id: keyIdOf(key), key };
}

/** A variable often holds its line breaks as `\n`. */
function linesOf(pem: string): string {
  return pem.replaceAll('\\n', '\n');
}

/** What the library says is about its decoder, and may quote what it was given. */
function read(load: () => KeyObject, problem: string, { hint }: { readonly hint: string }): KeyObject {
  try {
    return load();
  } catch {
    throw new GatehouseError('config-invalid', `${problem}; ${hint}`);
  }
}

function assertEd25519(key: KeyObject, what: string): void {
  if (key.asymmetricKeyType === 'ed25519') return;
  const type = key.asymmetricKeyType ?? 'unknown';
  throw new GatehouseError('config-invalid', `${what} is of type ${type}; only Ed25519 is used`);
}
