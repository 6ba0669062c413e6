/**
 * JSON that is safe to look at: control characters beyond those JSON escapes by itself, and marks that hide text or
 * turn its direction, are written as escapes. They can only stand inside strings, so the document stays the same.
 */
export function toJsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(/[\u007f-\u009f\p{Cf}\p{Noncharacter_Code_Point}\u2028\u2029]/gu, escapeUnits)}\n`;
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
