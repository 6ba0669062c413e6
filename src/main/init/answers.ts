/** What a first configuration is made of, and whether an answer can be one. */
import { isIP } from 'node:net';
import { PRESETS, type Preset } from '../../domain/policy.ts';
import { addressKind } from '../../platform/http/ip-guard.ts';
import { readAddress } from '../../sources/dynatrace/addresses.ts';
import { didYouMean } from '../nearest.ts';

/** Where a token is; never the token. */
export type TokenPlace = { readonly env: string } | { readonly file: string };

export interface DynatraceAnswers {
  readonly url: string;
  readonly token: TokenPlace;
  /** None: everything that the token may see. */
  readonly zones: readonly string[];
  readonly allowPrivate: boolean;
}

export const PIPELINE_KINDS = ['github', 'gitlab', 'jenkins', 'shell'] as const;
export type PipelineKind = (typeof PIPELINE_KINDS)[number];

export interface Answers {
  readonly dynatrace: DynatraceAnswers | undefined;
  /** File names as they were given. */
  readonly scans: readonly string[];
  readonly policy: Preset;
  readonly release: string;
  readonly scope: string;
  readonly pipeline: PipelineKind | undefined;
}

/** An answer as it is meant, or a sentence that says why it cannot be one. */
export type Checked<Value> = { readonly value: Value } | { readonly problem: string };

export const DEFAULT_TOKEN_VARIABLE = 'DYNATRACE_TOKEN';
export const DEFAULT_SCOPE = 'candidate';

export function checkedUrl(text: string): Checked<string> {
  const address = readAddress(text);
  return typeof address === 'string' ? { problem: address } : { value: text.trim() };
}

/** Not shown back whatever it is: a token that slipped must not stand on a screen, or in a log, a second time. */
export function checkedVariable(text: string): Checked<string> {
  const name = text.trim();
  if (looksLikeToken(name)) return { problem: PASTED };
  if (/^[A-Za-z_]\w*$/.test(name)) return { value: name };
  return {
    problem: 'is no name of an environment variable: letters, digits and _, such as DYNATRACE_TOKEN',
  };
}

export function checkedTokenFile(text: string): Checked<string> {
  if (looksLikeToken(text.trim())) return { problem: PASTED };
  return text.trim() === '' ? { problem: 'names no file' } : { value: text };
}

export const PASTED =
  'is a token itself, and a token is never written into a configuration: put it into an environment variable or a ' +
  'file and give the name of that; if it stood on a command line, it is in the history of the shell, so revoke it';

/** Longer than any name people give, or made as the vendor makes them. */
function looksLikeToken(text: string): boolean {
  return /\bdt0[a-z]\d\d\b/i.test(text) || (/^[\w.-]+$/.test(text) && text.length > 64);
}

export function checkedPreset(text: string): Checked<Preset> {
  return oneOf(text, PRESETS, 'preset');
}

export function checkedPipeline(text: string): Checked<PipelineKind> {
  return oneOf(text, PIPELINE_KINDS, 'pipeline');
}

function oneOf<Word extends string>(text: string, words: readonly Word[], what: string): Checked<Word> {
  const word = words.find((one) => one === text.trim());
  if (word !== undefined) return { value: word };
  return { problem: `is no ${what}; there are ${words.join(', ')}${didYouMean(text, words)}` };
}

export function checkedName(text: string): Checked<string> {
  const name = text.trim();
  if (name === '') return { problem: 'is empty' };
  return /\p{Cc}/u.test(name)
    ? { problem: 'has a line break or another control character in it' }
    : { value: name };
}

/** Whether the address itself says that the way stays in a private network; a name does not say it. */
export function isPrivateAddress(url: string): boolean {
  const host = URL.parse(url.trim())?.hostname.replace(/^\[|\]$/g, '') ?? '';
  return host === 'localhost' || (isIP(host) !== 0 && addressKind(host) === 'private');
}
