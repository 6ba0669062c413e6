/** A verdict signed, and what it was decided from, as files. */
import { attest } from '../attest/attest.ts';
import { parseSubject } from '../attest/subject.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { ReleaseSubject, Verdict } from '../domain/verdict.ts';
import { decisionOf, packDecision } from '../flows/replay.ts';
import type { DecideInput } from '../policy/decide.ts';
import { signingKeyFrom } from './attestation-keys.ts';
import type { Io } from './command.ts';
import { readConfiguration } from './configuration.ts';
import { version } from './version.ts';

interface SigningOptions {
  readonly subject?: readonly string[];
  readonly attestation?: string;
  readonly bundle?: string;
  readonly key?: string;
  readonly config?: string;
}

/**
 * The key is read before anything is judged: without one nothing is written. Throws GatehouseError `input-invalid`,
 * `config-invalid`.
 */
export async function signedOutputsOf(options: SigningOptions, io: Io) {
  const subjects: readonly ReleaseSubject[] = (options.subject ?? []).map(parseSubject);
  if (options.attestation !== undefined && subjects.length === 0) {
    throw new GatehouseError(
      'input-invalid',
      '--attestation: say what it is about with --subject NAME@sha256:DIGEST',
    );
  }
  const configuration =
    options.attestation === undefined ? undefined : await readConfiguration(io, options.config);
  const key = configuration && (await signingKeyFrom(io, configuration, options.key));
  return {
    subjects,
    async make(verdict: Verdict, input: DecideInput) {
      const files: [file: string, bytes: string | Uint8Array][] = [];
      if (options.attestation === undefined && options.bundle === undefined) return files;
      const decision = decisionOf(input, verdict, version);
      if (options.bundle !== undefined) files.push([options.bundle, await packDecision(decision)]);
      if (options.attestation !== undefined && key !== undefined) {
        const { core, facts, policy } = decision;
        const envelope = attest({
          verdict,
          subjects,
          digests: { policy, core: core.digest, facts: facts.digest },
          engine: version,
          verifier: configuration?.attestation.verifier,
          key,
          now: io.now().getTime(),
        });
        files.push([options.attestation, envelope]);
      }
      return files;
    },
  };
}
