/** Answers that stand on the command line. */
import { resolve } from 'node:path';
import { GatehouseError } from '../../domain/errors.ts';
import type { Io } from '../command.ts';
import {
  type Answers,
  type Checked,
  checkedName,
  checkedPipeline,
  checkedPreset,
  checkedTokenFile,
  checkedUrl,
  checkedVariable,
  PASTED,
  type TokenPlace,
} from './answers.ts';

export interface InitOptions {
  readonly dynatrace?: string;
  readonly tokenEnv?: string;
  readonly tokenFile?: string;
  /** Declared only to be refused: what a person types first. */
  readonly token?: string;
  readonly zone?: readonly string[];
  readonly allowPrivate?: true;
  readonly scan?: readonly string[];
  readonly policy?: string;
  readonly release?: string;
  readonly scope?: string;
  readonly pipeline?: string;
  readonly output: string;
  readonly yes?: true;
  readonly check?: true;
  readonly dryRun?: true;
  readonly force?: true;
  readonly json?: true;
}

/** What was said; the rest is asked, or taken as it comes. */
export type Given = Partial<Omit<Answers, 'dynatrace'>> & {
  readonly url?: string | undefined;
  readonly token?: TokenPlace | undefined;
  readonly zones?: readonly string[] | undefined;
  readonly allowPrivate: boolean;
};

/** Throws `input-invalid` with everything that is wrong. */
export function givenBy(options: InitOptions, io: Io): Given {
  const found: string[] = [];
  const take = <Value>(
    option: string,
    text: string | undefined,
    check: (text: string) => Checked<Value>,
  ): Value | undefined => {
    if (text === undefined) return undefined;
    const checked = check(text);
    if ('value' in checked) return checked.value;
    found.push(`${option} ${checked.problem}`);
    return undefined;
  };
  if (options.token !== undefined) found.push(`--token ${PASTED}`);
  if (options.tokenEnv !== undefined && options.tokenFile !== undefined) {
    found.push('--token-env and --token-file: give one of them');
  }
  if (options.dynatrace === undefined) {
    for (const name of ['tokenEnv', 'tokenFile', 'zone'] as const) {
      const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      if (options[name] !== undefined) found.push(`${option} belongs to --dynatrace URL`);
    }
  }
  const variable = take('--token-env', options.tokenEnv, checkedVariable);
  const file = take('--token-file', options.tokenFile, checkedTokenFile);
  const given: Given = {
    url: take('--dynatrace', options.dynatrace, checkedUrl),
    token: placeOf(variable, file && resolve(io.cwd, file)),
    zones: options.zone?.map((zone) => take('--zone', zone, checkedName) ?? ''),
    allowPrivate: options.allowPrivate === true,
    scans: options.scan?.map((scan) => take('--scan', scan, checkedName) ?? ''),
    policy: take('--policy', options.policy, checkedPreset),
    release: take('--release', options.release, checkedName),
    scope: take('--scope', options.scope, checkedName),
    pipeline: take('--pipeline', options.pipeline, checkedPipeline),
  };
  if (found.length > 0) throw new GatehouseError('input-invalid', found.join('; '));
  return given;
}

function placeOf(variable: string | undefined, file: string | undefined): TokenPlace | undefined {
  if (variable !== undefined) return { env: variable };
  return file === undefined ? undefined : { file };
}
