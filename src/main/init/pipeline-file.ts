/** The files of `deploy/pipelines`, led to the configuration that was just made. */
import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { GatehouseError } from '../../domain/errors.ts';
import type { Answers, PipelineKind } from './answers.ts';
import { shellWord } from './configuration-text.ts';

export interface PipelineFile {
  /** Where such a pipeline looks for it, counted from the top of the repository. */
  readonly name: string;
  readonly text: string;
  readonly isExecutable: boolean;
  /** What a person has still to do for it, as sentences. */
  readonly steps: readonly string[];
}

/** In a bundle the folder lies beside the code. */
const FOLDER = import.meta.url.endsWith('.ts') ? '../../../deploy/pipelines/' : './pipelines/';

interface Wanted {
  /** Scans that are taken into the store. */
  readonly scans: readonly string[];
  readonly collects: boolean;
  /** The variable the token comes from. */
  readonly variable: string | undefined;
  /** Where the configuration is, unless it is where it is looked for. */
  readonly configuration: string | undefined;
}

/** Throws `input-invalid` when such a pipeline cannot do what is wanted. */
export async function pipelineFile(
  kind: PipelineKind,
  { dynatrace, scans }: Answers,
  configuration: string | undefined,
): Promise<PipelineFile> {
  const token = dynatrace?.token;
  const variable = token !== undefined && 'env' in token ? token.env : undefined;
  return await WRITERS[kind]({ scans, collects: dynatrace !== undefined, variable, configuration });
}

const WRITERS: Readonly<Record<PipelineKind, (wanted: Wanted) => Promise<PipelineFile>>> = {
  shell: async (wanted) => {
    const variables = Object.entries(variablesOf(wanted)).map(
      ([name, value]) => `[ -n "\${${name}:-}" ] || ${name}=${quoted(value)}\n`,
    );
    if (wanted.configuration !== undefined) variables.push('export GATEHOUSE_CONFIG\n');
    const text = replaced(await template('shell/gate.sh'), [['set -eu\n', `set -eu\n${variables.join('')}`]]);
    const steps =
      wanted.variable === undefined ? [] : [`set ${wanted.variable} where gatehouse-gate.sh runs`];
    return { name: 'gatehouse-gate.sh', text, isExecutable: true, steps };
  },
  github: async (wanted) => {
    const { variable, scans } = wanted;
    const env = {
      ...(variable === undefined ? {} : { [variable]: `\${{ secrets.${variable} }}` }),
      ...(wanted.configuration === undefined ? {} : { GATEHOUSE_CONFIG: wanted.configuration }),
    };
    const inputs = {
      ...(wanted.collects ? { collect: 'true' } : {}),
      ...(scans.length === 0 ? {} : { import: `${scans.join('\n')}\n` }),
    };
    const step = { ...(Object.keys(env).length === 0 ? {} : { env }), with: inputs };
    const text = replaced(await template('github/workflow.yml'), [
      ['# An example: the gate', '# The gate'],
      [
        '      - name: scan\n        run: trivy fs --format json --output trivy.json .\n',
        scans.length === 0 ? '' : `      # Here goes what writes ${scans.join(', ')}.\n`,
      ],
      [
        '        with:\n          scans: trivy.json\n          options: |\n            --policy\n            strict\n',
        indented(stringify(step, { lineWidth: 0 }), 8),
      ],
    ]);
    const steps = variable === undefined ? [] : [`add the secret ${variable} to the repository`];
    return { name: '.github/workflows/gatehouse.yml', text, isExecutable: false, steps };
  },
  gitlab: async (wanted) => {
    const spaced = wanted.scans.find((scan) => /\s/.test(scan));
    if (spaced !== undefined) {
      throw new GatehouseError(
        'input-invalid',
        `--scan "${spaced}": a name with spaces cannot stand in a GitLab variable`,
      );
    }
    const variables = { ...variablesOf(wanted, ' '), GATEHOUSE_POLICY: '' };
    const job = { gate: { extends: '.gatehouse', variables } };
    const text = `${replaced(await template('gitlab/gatehouse.gitlab-ci.yml'), [
      [
        /^# include this file, then: .*\n/,
        '# include this file: its job `gate` goes by the configuration.\n',
      ],
    ])}\n${stringify(job, { lineWidth: 0 })}`;
    const steps = ['add to .gitlab-ci.yml: include: [{ local: gatehouse.gitlab-ci.yml }]'];
    if (wanted.variable !== undefined)
      steps.push(`add the masked variable ${wanted.variable} to the project`);
    return { name: 'gatehouse.gitlab-ci.yml', text, isExecutable: false, steps };
  },
  jenkins: async (wanted) => {
    const { variable, configuration, scans } = wanted;
    const indent = '            ';
    const first = [
      ...(wanted.collects ? ['$GATEHOUSE_COMMAND collect || exit 2'] : []),
      ...(scans.length === 0
        ? []
        : [`$GATEHOUSE_COMMAND import -- ${scans.map(shellWord).map(inGroovy).join(' ')} || exit 2`]),
    ];
    const environment = [
      ...(variable === undefined ? [] : [`    ${variable} = credentials('${variable}')\n`]),
      ...(configuration === undefined ? [] : [`    GATEHOUSE_CONFIG = '${inGroovy(configuration)}'\n`]),
    ];
    const text = replaced(await template('jenkins/Jenkinsfile'), [
      ['  environment {\n', `  environment {\n${environment.join('')}`],
      [
        `${indent}$GATEHOUSE_COMMAND gate --scan trivy.json --policy strict --report`,
        [...first, '$GATEHOUSE_COMMAND gate --report'].map((line) => `${indent}${line}`).join('\n'),
      ],
    ]);
    const steps = variable === undefined ? [] : [`add a credential (secret text) with the id ${variable}`];
    return { name: 'Jenkinsfile', text, isExecutable: false, steps };
  },
};

function variablesOf(
  { scans, collects, configuration }: Wanted,
  between = '\n',
): Readonly<Record<string, string>> {
  return {
    ...(configuration === undefined ? {} : { GATEHOUSE_CONFIG: configuration }),
    ...(collects ? { GATEHOUSE_COLLECT: 'true' } : {}),
    ...(scans.length === 0 ? {} : { GATEHOUSE_IMPORT: scans.join(between) }),
  };
}

async function template(name: string): Promise<string> {
  return await readFile(new URL(`${FOLDER}${name}`, import.meta.url), 'utf8');
}

/** A place that is not found is our mistake: the template changed, and this did not. */
function replaced(text: string, places: readonly (readonly [from: string | RegExp, to: string])[]): string {
  let made = text;
  for (const [from, to] of places) {
    const next = made.replace(from, () => to);
    if (next === made) throw new Error(`the pipeline's template has no "${from}"`);
    made = next;
  }
  return made;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Within a text of Groovy that begins with one or three single quotes. */
function inGroovy(text: string): string {
  return text.replace(/[\\']/g, (character) => `\\${character}`);
}

function indented(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by));
}
