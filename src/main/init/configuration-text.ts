/** A first `gatehouse.yaml` for people: short, and with a word on what each part is for. */
import { stringify } from 'yaml';
import { PRESETS } from '../../domain/policy.ts';
import type { Answers, DynatraceAnswers } from './answers.ts';

export const SOURCE_NAME = 'dynatrace';

/** A scan as it is called in scopes; undefined where the file is not there yet. */
export interface KnownScan {
  readonly file: string;
  readonly sources: readonly string[] | undefined;
}

export function configurationText(answers: Answers, scans: readonly KnownScan[]): string {
  const parts = [
    [
      '# What `gatehouse collect` and `gatehouse gate` go by. Every key: docs/reference/configuration.md',
      '# No secret stands here, so this file belongs into version control.',
    ],
    answers.dynatrace === undefined ? [] : sourceLines(answers.dynatrace),
    scanLines(scans),
    scopeLines(answers, scans),
    [
      'policy:',
      `  # What blocks: ${PRESETS.join(', ')}; \`gatehouse gate --explain\` tells what every rule asks.`,
      `  preset: ${answers.policy}`,
    ],
    [
      'release:',
      `  name: ${written(answers.release)}`,
      `  scope: ${written(answers.scope)}`,
      '  # To compare with what runs already, name a second scope here, and set `mode: compare` under policy.',
      '  # baseline: production',
    ],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function sourceLines({ url, token, zones, allowPrivate }: DynatraceAnswers): readonly string[] {
  const [kind, place] = 'env' in token ? ['env', token.env] : ['file', token.file];
  return [
    'sources:',
    `  - name: ${SOURCE_NAME}`,
    '    kind: dynatrace',
    `    url: ${written(url)}`,
    `    # The ${kind === 'env' ? 'variable' : 'file'} that holds the token; it needs the scopes securityProblems.read and entities.read.`,
    `    token: ${inFlow({ [kind]: place })}`,
    ...(allowPrivate
      ? ['    # The way leads through a private network, or to this machine.', '    allowPrivate: true']
      : []),
    ...(zones.length === 0
      ? ['    # Everything the token may see; `scope: { zones: [NAME] }` narrows it.']
      : [
          '    scope:',
          '      # Management zones, exactly as they are called there.',
          '      zones:',
          ...zones.map((zone) => `        - ${written(zone)}`),
        ]),
  ];
}

function scanLines(scans: readonly KnownScan[]): readonly string[] {
  if (scans.length === 0) return [];
  return [
    '# Scans are taken in by hand or by the pipeline, after each scan:',
    ...scans.map(({ file }) => `#   gatehouse import ${shellWord(file).replace(/\p{Cc}/gu, ' ')}`),
  ];
}

/** With a scan that nobody has seen yet, its name is not known: then everything in the store is in scope. */
function scopeLines({ dynatrace, scope }: Answers, scans: readonly KnownScan[]): readonly string[] {
  const isKnown = scans.every(({ sources }) => sources !== undefined);
  const names = [
    ...(dynatrace === undefined ? [] : [SOURCE_NAME]),
    ...new Set(scans.flatMap(({ sources = [] }) => sources)),
  ];
  return [
    'scopes:',
    '  # What is judged. Without evidence of every source named here there is no GO.',
    `  - name: ${written(scope)}`,
    ...(isKnown
      ? ['    sources:', ...names.map((name) => `      - ${written(name)}`)]
      : [
          '    # Everything in the store. To make a scan required, name its source as a verdict shows it:',
          `    # sources: ${inFlow([...new Set([...names, 'scan:trivy/Trivy'])])}`,
        ]),
  ];
}

/** As a value of YAML, on one line. */
function written(text: string): string {
  return stringify(text, { lineWidth: 0, blockQuote: false }).trimEnd();
}

function inFlow(value: unknown): string {
  return stringify(value, { lineWidth: 0, collectionStyle: 'flow' }).trimEnd();
}

/** As one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
