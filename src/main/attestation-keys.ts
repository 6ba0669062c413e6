/** Keys by reference: `file:PATH`, `env:NAME`, or as the configuration names them. Read when needed, never shown. */
import { createPublicKey } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { type PublicKey, readPublicKey, readSigningKey, type SigningKey } from '../attest/keys.ts';
import type { KeyReference } from '../attest/settings.ts';
import type { TrustedKey } from '../attest/verify.ts';
import { GatehouseError, isGatehouseError } from '../domain/errors.ts';
import { resolveSecret, type Secret } from '../platform/secret.ts';
import type { Io } from './command.ts';
import type { Configuration } from './configuration.ts';

/** A key, and what people call it. */
interface NamedKey {
  readonly what: string;
  readonly content: Secret;
}

/**
 * What verdicts are signed with: the key of the reference, else the configured one.
 *
 * @throws GatehouseError `config-invalid` when there is none, or it cannot be used
 */
export async function signingKeyFrom(
  io: Io,
  { attestation, file }: Pick<Configuration, 'attestation' | 'file'>,
  named?: string,
): Promise<SigningKey> {
  const reference = named === undefined ? fromFolderOf(file, attestation.key) : fromWord(named, io);
  if (reference === undefined) {
    throw new GatehouseError(
      'config-invalid',
      'there is no key to sign with: name it as attestation.key in the configuration; gatehouse key new makes one',
    );
  }
  const { content, what } = await load(reference, io);
  return readSigningKey(content, what);
}

/**
 * Whose signatures are believed: the named keys alone, or, where none are named, those the configuration trusts.
 *
 * @throws GatehouseError `config-invalid` when there are none, or one cannot be used
 */
export async function trustedKeysFrom(
  io: Io,
  named: readonly string[],
  configuration: () => Promise<Pick<Configuration, 'attestation' | 'file'>>,
): Promise<readonly TrustedKey[]> {
  if (named.length > 0) {
    return await Promise.all(named.map((word) => publicKey(fromWord(word, io), io)));
  }
  const { attestation, file } = await configuration();
  if (attestation.trusted.length === 0) {
    throw new GatehouseError(
      'config-invalid',
      'no key is trusted: give --key PUBLIC, or name the keys under attestation.trusted in the configuration',
    );
  }
  return await Promise.all(
    attestation.trusted.map(async ({ key, notBefore, notAfter }) => ({
      ...(await publicKey(fromFolderOf(file, key) ?? key, io)),
      notBefore,
      notAfter,
    })),
  );
}

/** The public half of a key, whichever half the reference leads to. */
export async function publicHalfOf(named: string, io: Io): Promise<PublicKey> {
  const { content, what } = await load(fromWord(named, io), io);
  if (!content.reveal().includes('PRIVATE KEY')) return readPublicKey(content.reveal(), what);
  return publicOf(readSigningKey(content, what));
}

export function publicOf({ id, key }: SigningKey): PublicKey {
  return { id, key: createPublicKey(key) };
}

async function publicKey(reference: KeyReference, io: Io): Promise<PublicKey> {
  const { content, what } = await load(reference, io);
  return readPublicKey(content.reveal(), what);
}

/** `env:NAME`, `file:PATH`, or a path alone. */
function fromWord(word: string, io: Io): KeyReference {
  if (word.startsWith('env:')) return { env: word.slice('env:'.length) };
  return { file: resolve(io.cwd, word.replace(/^file:/, '')) };
}

/** A path in the configuration counts from its folder, wherever the command is run. */
function fromFolderOf(
  configuration: string | undefined,
  reference: KeyReference | undefined,
): KeyReference | undefined {
  if (reference?.file === undefined || configuration === undefined) return reference;
  return { file: resolve(dirname(configuration), reference.file) };
}

async function load(reference: KeyReference, io: Io): Promise<NamedKey> {
  const what =
    reference.env === undefined ? `the key in ${reference.file}` : `the key in the variable ${reference.env}`;
  try {
    return { what, content: await resolveSecret(reference, io.env) };
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    throw new GatehouseError(error.code, error.message.replace(/^secret: /, 'key: '), { cause: error });
  }
}
