/** What can be said of a file that no format knows, so that its refusal helps. */
import type { ScanHead } from './format.ts';
import { fromJsonStart } from './json-in-text.ts';
import { asObject, type JsonObject, listOf, shortened, textOf } from './loose-values.ts';
import { SCAN_HEAD_BYTES } from './scan-head.ts';

/** Undefined where nothing is known. */
export function reasonOf({ text, json }: ScanHead): string | undefined {
  const start = text.trimStart();
  if (/^[[{]/.test(start)) {
    return isCutOff(start) ? 'its JSON ends too early; the file is cut off' : errorReason(asObject(json));
  }
  if (start.startsWith('<') || fromJsonStart(start) === '') return undefined;
  const [line = ''] = start.split('\n', 1);
  return (
    `it begins with text (${shortened(line.trim())}) and not with its JSON; ` +
    `let the scanner write its report to a file of its own, or cut the text off`
  );
}

/** An API that refused, or a tool that failed, wrote its error in place of the report. */
function errorReason(json: JsonObject | undefined): string | undefined {
  if (json === undefined) return undefined;
  const [error] = [...listOf(json, 'errors'), json.error, json.message].filter((one) => one !== undefined);
  const said = typeof error === 'string' ? error : textOf(asObject(error), 'message');
  return said === undefined ? undefined : `it holds an error and no scan: ${shortened(said)}`;
}

/** More is opened than closed, though the file is so small, in UTF-16 too, that all of it was looked at. */
function isCutOff(text: string): boolean {
  if (Buffer.byteLength(text) >= SCAN_HEAD_BYTES / 2) return false;
  let open = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === '{' || token === '[') open++;
    else if (token === '}' || token === ']') open--;
  }
  return open > 0;
}
