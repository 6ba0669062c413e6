/** Readable on screen, in the dark, and on paper; contrast of at least 4.5 to 1 in both colour schemes. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1a1d21; --faint: #545b64; --line: #c9ced6; --paper: #ffffff; --shade: #f3f5f8;
  --bad: #a40e26; --warn: #7a4a00; --good: #11632d; }
@media (prefers-color-scheme: dark) { :root { --text: #e8eaed; --faint: #aab2bd; --line: #454c56; --paper: #16191d;
  --shade: #21262c; --bad: #ff8d96; --warn: #f0b45b; --good: #6fd08c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 75rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text);
  background: var(--paper); overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
.word { display: inline-block; padding: 0 .5rem; border: 2px solid currentColor; border-radius: .25rem; }
.bad { color: var(--bad); } .warn { color: var(--warn); } .good { color: var(--good); } .faint { color: var(--faint); }
.loud { border: 2px solid var(--warn); padding: .5rem; font-weight: bold; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0; }
dt { color: var(--faint); } dd { margin: 0; }
.wide { overflow-x: auto; } .wide:focus-visible { outline: 2px solid var(--text); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: var(--faint); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid var(--line); }
td, th[scope=row] { min-width: 5rem; } th[scope=row] { font-weight: normal; }
th[scope=col] { background: var(--shade); }
th[scope=col], td .bad, td .warn, td .good { white-space: nowrap; }
@media print { :root { color-scheme: light; --text: #000; --faint: #333; --paper: #fff; --shade: #eee; --bad: #8a0a1f;
  --warn: #5e3900; --good: #0b4a20; } body { padding: 0; max-width: none; font-size: 10pt; } tr { break-inside: avoid; }
  th, td { min-width: 0; padding: .25rem; }
  thead { display: table-header-group; } .wide { overflow: visible; } }
`;
