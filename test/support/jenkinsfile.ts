/** A Jenkinsfile as Groovy's grammar reads it: a file that is no Groovy is an error, and steps are found by what they are. */
import { fileURLToPath } from 'node:url';
import { Language, type Node, Parser } from 'web-tree-sitter';

export interface Jenkinsfile {
  /** What `environment` gives the steps: a text, or the call it comes from. */
  readonly environment: Readonly<Record<string, string>>;
  /** What `sh` is to run, as the shell gets it. */
  readonly shellScripts: readonly string[];
  /** Names of the steps and sections, outermost first: `pipeline`, `stages`, `stage`, `sh`, … */
  readonly steps: readonly string[];
}

await Parser.init();
const groovy = await Language.load(
  fileURLToPath(import.meta.resolve('tree-sitter-groovy/tree-sitter-groovy.wasm')),
);

/** Throws where the grammar does not understand the text, with the line. */
export function readJenkinsfile(text: string): Jenkinsfile {
  const parser = new Parser();
  parser.setLanguage(groovy);
  const root = parser.parse(text)?.rootNode;
  if (root === undefined) throw new Error('the Jenkinsfile was not parsed');
  const fault = [root, ...below(root)].find((node) => node.isError || node.isMissing);
  if (fault !== undefined) throw new Error(`line ${fault.startPosition.row + 1} is no Groovy: ${fault.text}`);

  const calls = below(root).filter(({ type }) => CALLS.has(type));
  const environment = calls.find((call) => nameOf(call) === 'environment');
  const assignments = environment === undefined ? [] : below(environment);
  return {
    environment: Object.fromEntries(
      assignments
        .filter(({ type }) => type === 'assignment_expression')
        .map((node) => [field(node, 'left').text, textOf(field(node, 'right'))]),
    ),
    shellScripts: calls
      .filter((call) => nameOf(call) === 'sh')
      .map((call) => below(call).find((node) => node.type === 'map_item' && keyOf(node) === 'script'))
      .map((item) => (item === undefined ? '' : textOf(field(item, 'value')))),
    steps: calls.map(nameOf),
  };
}

const CALLS: ReadonlySet<string> = new Set(['method_invocation', 'juxt_function_call']);
const STRINGS: ReadonlySet<string> = new Set(['string_literal', 'character_literal']);

function below(node: Node): readonly Node[] {
  return node.children.flatMap((child) => (child === null ? [] : [child, ...below(child)]));
}

function field(node: Node, name: string): Node {
  const found = node.childForFieldName(name);
  if (found === null) throw new Error(`${node.type} has no ${name}: ${node.text}`);
  return found;
}

function nameOf(call: Node): string {
  return field(call, 'name').text;
}

function keyOf(item: Node): string {
  return field(item, 'key').text;
}

/** Of a text without what it stands for: a backslash at the end of a line joins it with the next, as two are one. */
function textOf(node: Node): string {
  if (!STRINGS.has(node.type)) return node.text;
  const inside = node.text.replace(/^('''|"""|'|")([\s\S]*)\1$/, '$2');
  return inside.replace(/\\(\n|[\s\S])/g, (_, escaped: string) => (escaped === '\n' ? '' : escaped));
}
