/** The promotion script's file written anew as `gatehouse.yaml`, with what is to be done by hand beside it. */
import { basename } from 'node:path';
import { stringify } from 'yaml';
import { GatehouseError } from '../../domain/errors.ts';
import { problems } from '../yaml-file.ts';
import type { EnvironmentBlock } from './document.ts';
import { inLines, leavesProductionOut, readReferenceDocument } from './document.ts';
import { blocksOf, settingsOf, sourceOf } from './reference-configuration.ts';
import { policyOf, type Settled, settle, waiversOf } from './rules.ts';

export interface Migration {
  readonly text: string;
  /** What a person has still to do, as sentences. */
  readonly steps: readonly string[];
}

interface MigrationContext {
  readonly file: string;
  /** What it was read from, where lines are to be told. */
  readonly text?: string | undefined;
  readonly env: Environment;
  readonly now: Date;
}

const DAY_MS = 86_400_000;
/** Long enough to find an owner for each, short enough that somebody looks. */
const REVIEW_DAYS = 90;

/** Holds no token: each becomes the name of a variable. Throws `config-invalid` as reading the file does. */
export function migrate(document: unknown, { file, text, env, now }: MigrationContext): Migration {
  const read = readReferenceDocument(document, file, text);
  const settled = settle(read.assessment_rules);
  const until = new Date(now.getTime() + REVIEW_DAYS * DAY_MS).toISOString().slice(0, 10);
  const waivers = waiversOf(settled, {
    by: `excluded_cves in ${basename(file)}`,
    reason: 'taken over without a reason: say why this is acceptable',
    until,
  });
  const blocks = blocksOf(read).map(({ name, key, written }) => ({
    name,
    key,
    written,
    token: tokenOf(name, written),
    url: addressOf(key, written, env),
  }));
  const [scope, baseline] = blocks.map(({ name }) => ({ name, sources: [name] }));
  const { max_workers } = read;
  const faults = blocks.flatMap(({ key, name, url, written }) => sourceOf(name, key, url, written).faults);
  if (faults.length > 0) throw problems(file, inLines(faults, text ?? ''));
  const sources = blocks.map(({ name, written, token, url }) => ({
    name,
    kind: 'dynatrace',
    ...settingsOf(url, { env: token.variable }, written),
    ...(max_workers ? { maxWorkers: max_workers } : {}),
  }));
  const release = {
    name: basename(file).replace(/\.ya?ml$/i, ''),
    scope: scope?.name,
    ...(baseline === undefined ? {} : { baseline: baseline.name }),
  };
  const steps = [
    ...blocks
      .filter(({ token }) => token.isLiteral)
      .map(
        ({ key, token }) =>
          `the token of ${key} stood in ${basename(file)}: revoke it, and put a new one into ${token.variable}`,
      ),
    ...(waivers.length === 0
      ? []
      : [
          `excluded_cves had no end; the waivers made of it end on ${until}: give each an owner and a reason`,
        ]),
  ];
  const parts = [
    comment([
      `Made of ${basename(file)}, which goes on working as it is: gatehouse gate -c ${basename(file)}`,
      'With this file: gatehouse collect, then gatehouse gate.',
      ...(leavesProductionOut(document)
        ? ['mode evaluate did not use production_environment, so it is left out.']
        : []),
    ]),
    comment(sourceNotes(blocks, max_workers)) + stringify({ sources }),
    stringify({ scopes: [scope, baseline].filter((one) => one !== undefined) }),
    stringify({ release }),
    comment(policyNotes(settled)) + stringify({ policy: policyOf(settled, read.mode, waivers) }),
  ];
  return { text: parts.join('\n'), steps };
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Block {
  readonly name: string;
  readonly token: Token;
}

interface Token {
  readonly variable: string;
  readonly isLiteral: boolean;
}

/** `${NAME}` names its variable; whatever else is there is a secret, or part of one. */
function tokenOf(name: string, { token }: EnvironmentBlock): Token {
  const named = /^\$\{(\w+)\}$/.exec(token)?.[1];
  return named === undefined
    ? { variable: `DYNATRACE_${name.toUpperCase()}_TOKEN`, isLiteral: true }
    : { variable: named, isLiteral: false };
}

function addressOf(key: string, { url }: EnvironmentBlock, env: Environment): string {
  return url.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = env[name]?.trim();
    if (value) return value;
    throw new GatehouseError(
      'config-invalid',
      `${key}.url: the environment variable ${name} is not set; set it, because addresses are written out`,
    );
  });
}

function sourceNotes(blocks: readonly Block[], maxWorkers: number | null | undefined): readonly string[] {
  const variables = blocks.map(({ token }) => token.variable).join(' and ');
  return [
    `Tokens come from ${variables}; their scopes: securityProblems.read and entities.read.`,
    ...(maxWorkers ? ['maxWorkers may go: without it the best number of calls is found.'] : []),
  ];
}

function policyNotes(settled: Settled): readonly string[] {
  const { functionAllowed, functionExcluded } = settled;
  const allowed = functionAllowed.filter((severity) => !functionExcluded.includes(severity));
  return [
    'atOrAbove blocks at this severity too, as the old guide said and the script did not do.',
    ...(settled.newAllowed < 0 ? ['What is new against production is told and blocks nothing.'] : []),
    ...(allowed.length === 0
      ? []
      : [`allow_vulnerable_function_for_severities (${allowed.join(', ')}) is part of exceptSeverities.`]),
    ...(settled.excludedCves.length === 0
      ? []
      : ['Of a problem that names several CVEs a waiver accepts the one CVE and no other.']),
  ];
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => `# ${line.replace(/\p{Cc}/gu, ' ')}\n`).join('');
}
