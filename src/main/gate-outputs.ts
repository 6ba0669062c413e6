/** Where a verdict goes: to the terminal, into files, and onto the code host whose pipeline this is. */
import { resolve } from 'node:path';
import { GatehouseError, isGatehouseError } from '../domain/errors.ts';
import type { ReleaseSubject, Verdict } from '../domain/verdict.ts';
import type { DecideInput } from '../policy/decide.ts';
import { exitCodeOf } from '../policy/exit-code.ts';
import { toPlainLine } from '../reports/plain-text.ts';
import { loadReport, REPORTS } from '../reports/registry.ts';
import type { Report } from '../reports/report.ts';
import type { Io } from './command.ts';
import { refuseUnwritable, saveOutput } from './output-file.ts';
import { remark } from './progress.ts';

export interface OutputOptions {
  readonly format: string;
  readonly output?: string;
  /** `FORMAT=FILE`, each. */
  readonly report?: readonly string[];
  readonly announce?: string;
  readonly subject?: readonly string[];
  readonly attestation?: string;
  readonly bundle?: string;
  readonly key?: string;
  readonly config?: string;
  readonly policy?: string;
  readonly scan?: readonly string[];
  readonly waivers?: readonly string[];
  readonly machineReadable?: true;
  readonly explain?: true;
}

interface Wanted {
  readonly report: Report;
  /** Undefined: standard output. */
  readonly file: string | undefined;
}

export interface Outputs {
  /** The first of those given. */
  readonly subject: ReleaseSubject | undefined;
  /** Writes what can be written; throws `input-invalid`, with the verdict, when a file could not be. */
  write(verdict: Verdict, input: DecideInput): Promise<void>;
}

/** Checks what is asked for before anything is judged. Throws `input-invalid`, and `config-invalid` without a key. */
export async function outputsOf(options: OutputOptions, io: Io): Promise<Outputs> {
  const main: Wanted = { report: await reportNamed(options.format), file: options.output };
  const beside = await Promise.all((options.report ?? []).map(parseWanted));
  const signed = await signedOutputs(options, io);
  const files = [...[main, ...beside].map(({ file }) => file), options.attestation, options.bundle];
  refuseTwice(
    files,
    [...(options.scan ?? []), ...(options.waivers ?? []), options.policy, options.config],
    io,
  );
  await refuseUnwritable(files, io);
  return {
    subject: signed?.subjects[0],
    async write(verdict, input) {
      const failed: string[] = [];
      const save = async (file: string, content: string | Uint8Array): Promise<void> =>
        await saveOutput(file, content, io).catch((error) => {
          if (!isGatehouseError(error)) throw error;
          failed.push(error.message);
        });
      for (const [file, bytes] of (await signed?.make(verdict, input)) ?? []) await save(file, bytes);
      for (const { report, file } of [main, ...beside]) {
        if (file !== undefined) await save(file, render(report, verdict, options, io, true));
      }
      if (options.announce !== undefined) await tellCodeHost(verdict, options.announce, io);
      const isToldAloud = options.machineReadable !== true && main.file === undefined;
      if (isToldAloud) io.stdout.write(render(main.report, verdict, options, io, false));
      if (failed.length > 0) throw lostReport(verdict, failed);
      if (options.machineReadable === true) io.stdout.write(`${verdict.verdict}\n`);
    },
  };
}

/** What is written must leave whole what is read, and what else is written. */
function refuseTwice(
  written: readonly (string | undefined)[],
  read: readonly (string | undefined)[],
  { cwd }: Pick<Io, 'cwd'>,
): void {
  const pathsOf = (names: readonly (string | undefined)[]): readonly string[] =>
    names.flatMap((name) => (name === undefined || name === '-' ? [] : [resolve(cwd, name)]));
  const taken = new Map(pathsOf(read).map((path) => [path, 'it is read as well']));
  for (const name of written.filter((one) => one !== undefined)) {
    const path = resolve(cwd, name);
    const why = taken.get(path);
    if (why !== undefined) throw new GatehouseError('input-invalid', `${name} cannot be written: ${why}`);
    taken.set(path, 'two outputs are to go there; give each a file of its own');
  }
}

/** The work is done and must not be lost with the file. */
function lostReport({ verdict }: Verdict, failed: readonly string[]): GatehouseError {
  return new GatehouseError('input-invalid', `the verdict is ${verdict}, but ${failed.join('; ')}`);
}

interface SignedOutputs {
  readonly subjects: readonly ReleaseSubject[];
  make(
    verdict: Verdict,
    input: DecideInput,
  ): Promise<readonly (readonly [file: string, bytes: string | Uint8Array])[]>;
}

async function signedOutputs(options: OutputOptions, io: Io): Promise<SignedOutputs | undefined> {
  if (options.subject === undefined && options.attestation === undefined && options.bundle === undefined) {
    return undefined;
  }
  const { signedOutputsOf } = await import('./gate-attestation.ts');
  return await signedOutputsOf(options, io);
}

async function reportNamed(kind: string): Promise<Report> {
  const report = await loadReport(kind);
  if (report !== undefined) return report;
  const known = REPORTS.map((one) => one.kind).join(', ');
  throw new GatehouseError('input-invalid', `there is no report format '${kind}'; there are ${known}`);
}

async function parseWanted(text: string): Promise<Wanted> {
  const [kind = '', ...rest] = text.split('=');
  const file = rest.join('=');
  if (file === '') {
    throw new GatehouseError(
      'input-invalid',
      `--report ${text}: give FORMAT=FILE, such as sarif=verdict.sarif`,
    );
  }
  return { report: await reportNamed(kind), file };
}

function render(report: Report, verdict: Verdict, options: OutputOptions, io: Io, isFile: boolean): string {
  return report.render(verdict, {
    colour: io.hasColour && !isFile,
    width: io.columns,
    findingsShown: 5,
    explain: options.explain === true,
  });
}

/** A code host that cannot be told changes no verdict: the pipeline stops or goes on as decided, and says so. */
async function tellCodeHost(verdict: Verdict, host: string, io: Io): Promise<void> {
  const [{ announce }, { CODE_HOSTS }] = await Promise.all([
    import('../flows/announce.ts'),
    import('../notify/registry.ts'),
  ]);
  const wanted =
    host === 'auto'
      ? CODE_HOSTS.find((one) => one.isHere(io.env))
      : CODE_HOSTS.find(({ kind }) => kind === host);
  if (wanted === undefined) {
    const known = CODE_HOSTS.map(({ kind }) => kind).join(', ');
    throw new GatehouseError(
      'input-invalid',
      `--announce ${host}: no such pipeline here; there are ${known}, auto`,
    );
  }
  const markdown = await reportNamed('markdown');
  try {
    const said = await announce({
      host: wanted,
      env: io.env,
      announcement: {
        key: `${verdict.release}, ${verdict.scope}`,
        word: verdict.verdict,
        isOpen: exitCodeOf(verdict) === 0,
        title: titleOf(verdict),
        markdown: markdown.render(verdict, {
          colour: false,
          width: 100,
          findingsShown: 5,
          explain: false,
        }),
      },
      signal: io.signal,
    });
    for (const line of said) remark(io, `${wanted.kind}: ${toPlainLine(line)}`);
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    io.stderr.write(
      `gatehouse: the verdict stands, but could not be announced: ${toPlainLine(error.message)}\n`,
    );
  }
}

function titleOf({ verdict, reasons }: Verdict): string {
  const [first, ...others] = reasons.filter(({ effect }) => effect !== 'warn');
  if (first === undefined) return verdict;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return toPlainLine(`${verdict}: ${first.message}${more}`);
}
