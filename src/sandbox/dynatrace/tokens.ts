/** Who may call: the token table with scopes and expiry. */
import type { Random } from './data/random.ts';
import type { Token } from './options.ts';
import { refusal } from './refusal.ts';

export const allScopes = ['securityProblems.read', 'securityProblems.write', 'entities.read', 'attacks.read'];

export interface TokenTable {
  add(token: Token): void;
  revoke(token: string): void;
  /** Throws a refusal: 401 for an unknown or expired token, `missingScopeStatus` for a scope it lacks. */
  authorise(header: string | undefined, scope: string, now: number, missingScopeStatus: 401 | 403): void;
}

export function makeTokenTable(tokens: readonly Token[]): TokenTable {
  const known = new Map(tokens.map((token) => [token.token, token]));
  return {
    add: (token) => void known.set(token.token, token),
    revoke: (token) => void known.delete(token),
    authorise(header, scope, now, missingScopeStatus) {
      if (header === undefined) throw refusal(401, 'Missing authorization parameter.');
      const presented = /^Api-Token (\S+)$/.exec(header)?.[1];
      const token = presented === undefined ? undefined : known.get(presented);
      if (token === undefined) throw refusal(401, 'Token Authentication failed.');
      if (token.expiresAt !== undefined && token.expiresAt <= now) throw expired();
      if (!token.scopes.includes(scope)) throw missingScope(scope, missingScopeStatus);
    },
  };
}

export function expired() {
  return refusal(401, 'Token Authentication failed: the token is expired.');
}

export function missingScope(scope: string, status: 401 | 403) {
  return refusal(status, `Token is missing required scope. Use one of: ${scope}.`);
}

/** In the vendor's shape: prefix, 24 public and 64 secret characters. */
export function makeToken(random: Random): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return `dt0c01.${random.text(alphabet, 24)}.${random.text(alphabet, 64)}`;
}
