/** What changed since the last verdict, and baselines that are kept to compare with. */
import { keptOf } from '../attest/core.ts';
import { readCore } from '../attest/core-difference.ts';
import { type Filter, OPEN } from '../domain/filter.ts';
import type { Finding } from '../domain/finding.ts';
import type { ChangesSince, Evidence, Verdict } from '../domain/verdict.ts';
import { packText, unpackText } from '../platform/packed-text.ts';
import type { DecideInput } from '../policy/decide.ts';
import type { StoreReader, StoreWriter, VerdictRecord } from '../store/store.ts';
import { allFindings, type KeptBaseline } from './gate.ts';

/** Against the last verdict of the same release and scope; undefined: there is none. */
export async function changesSince(
  reader: StoreReader,
  verdict: Verdict,
  policyDigest: string,
): Promise<ChangesSince | undefined> {
  const [last] = await reader.verdicts({ release: verdict.release, scope: verdict.scope, limit: 1 });
  if (last === undefined) return undefined;
  const blocked = blockedIn(last);
  const blocking = new Map<string, Finding>();
  for (const { effect, findings } of verdict.reasons) {
    if (effect === 'block') for (const finding of findings) blocking.set(keyOf(finding), finding);
  }
  return {
    verdict: last.word,
    decidedAt: last.decidedAt,
    appeared: [...blocking].filter(([key]) => !blocked.has(key)).map(([, finding]) => finding),
    gone: [...blocked].filter(([key]) => !blocking.has(key)).map(([, named]) => named),
    otherPolicy: last.policyDigest !== policyDigest,
  };
}

function keyOf({ asset, vulnerability, rule, component, location }: Finding): string {
  return JSON.stringify([asset.kind, asset.name, vulnerability ?? rule ?? '', component ?? location ?? '']);
}

function blockedIn({ core }: VerdictRecord): ReadonlyMap<string, ChangesSince['gone'][number]> {
  const blocked = new Map<string, ChangesSince['gone'][number]>();
  for (const { effect, findings } of readCore(core.text).reasons) {
    if (effect !== 'block') continue;
    for (const { asset, defect = '', place = '' } of findings) {
      blocked.set(JSON.stringify([asset.kind, asset.name, defect, place]), {
        defect,
        where: place,
        asset: asset.name,
      });
    }
  }
  return blocked;
}

/** What is open in the scope now, under a name to compare with later. */
export async function keepBaseline(
  store: { readonly reader: StoreReader; readonly writer: StoreWriter },
  name: string,
  { scope, evidence, now }: DecideInput,
): Promise<number> {
  const filter: Filter = { op: 'all', of: [OPEN, { op: 'scope', scope }] };
  const findings = (await allFindings(store.reader, filter)).map(asCompared);
  const own = evidence.filter(({ role }) => role === 'release');
  const { digest, text } = keptOf({ scope, findings, evidence: own.map(asBaseline) } satisfies KeptBaseline);
  const content = { digest, bytes: await packText(text) };
  await store.writer.saveBaseline({ name, scope: scope.name, takenAt: now, content });
  return findings.length;
}

const LARGEST_BASELINE_BYTES = 400_000_000;

/** Undefined: none is kept under that name. */
export async function keptBaseline(reader: StoreReader, name: string): Promise<KeptBaseline | undefined> {
  const [record] = await reader.baselines(name);
  const bytes = record && (await reader.artefact(record.digest));
  if (record === undefined || bytes === undefined) return undefined;
  const text = await unpackText(bytes, LARGEST_BASELINE_BYTES);
  const { scope, findings, evidence }: KeptBaseline = JSON.parse(text);
  return { scope: { ...scope, name }, findings, evidence };
}

/** Comparing asks for identity, severity and facts, never for words or fixes. */
function asCompared(finding: Finding): Finding {
  return {
    ...finding,
    title: undefined,
    fixVersions: [],
    observations: finding.observations
      .filter(({ live }) => live)
      .map((view) => ({ ...view, setAside: [], versions: [], fix: undefined })),
  };
}

function asBaseline(evidence: Evidence): Evidence {
  return { ...evidence, role: 'baseline' };
}
