import { showInstant } from '../../domain/instant.ts';
import type { SetAsideEntry, Verdict } from '../../domain/verdict.ts';
import type { Canvas } from './canvas.ts';
import { hanging, nameOfFinding, placeOfFinding, someOf } from './lines.ts';

interface Group {
  readonly entry: SetAsideEntry;
  readonly findings: string[];
}

/** One paragraph per word given, with the findings it is about: a mute of forty findings is one decision. */
export function setAsideSection({ setAside }: Verdict, canvas: Canvas): readonly string[] {
  if (setAside.length === 0) return [];
  const groups = new Map<string, Group>();
  for (const entry of setAside) {
    const { kind, issuer, reason, until, note } = entry;
    const key = JSON.stringify([kind, issuer, reason, until, note]);
    const named = [nameOfFinding(entry.finding), placeOfFinding(entry.finding)]
      .filter((part) => part !== '')
      .join(' in ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { entry, findings: [named] });
    else group.findings.push(named);
  }
  const { style, findingsShown } = canvas;
  return [
    style.strong('Set aside'),
    ...someOf([...groups.values()], Math.max(10, findingsShown), '  ', (some) =>
      some.flatMap((group) => groupLines(group, canvas)),
    ),
  ];
}

function groupLines({ entry, findings }: Group, { style, width, findingsShown }: Canvas): readonly string[] {
  const { kind, issuer, reason, until, honoured, note } = entry;
  const end = until === undefined ? '' : ` until ${showInstant(until)}`;
  const counts = honoured ? '' : ` (NOT HONOURED: ${note ?? 'it counted all the same'})`;
  return [
    ...hanging('  ', (text) => text, `${kind} by ${issuer}${end}: ${reason}${counts}`, width),
    ...someOf(findings, findingsShown, '      ', (some) =>
      some.flatMap((name) => hanging('      ', style.faint, name, width)),
    ),
  ];
}
