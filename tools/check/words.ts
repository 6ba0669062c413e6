/** What committed text must not say, line by line. Each rule tells what to write instead. */

export interface WordRule {
  readonly name: string;
  /** Matched against one line. */
  readonly pattern: RegExp;
  readonly files: RegExp;
  readonly except?: RegExp;
  readonly instead: string;
}

export interface WordFault {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly instead: string;
}

const code = /\.(ts|tsx|js|mjs|sh)$|^\.ci\//;
const prose = /\.(ts|tsx|js|mjs|sh|md|ya?ml)$|^\.ci\/|(^|\/)(package\.json|Dockerfile)$/;
const tests = /\.test\.ts$|^test\//;
const pureRooms = /^src\/(domain|normalise|policy|reports|statistics|attest|gateway\/guardrails)\/.*\.ts$/;
const notProduction = /\.test\.ts$|\/fixtures\//;

export const wordRules: readonly WordRule[] = [
  {
    name: 'machine-path',
    pattern: /(?<![\w.$}-])\/(?:work|root|home\/\w+|Users\/\w+)\//,
    files: prose,
    except: notProduction,
    instead: 'name the path relative to the repository, or take it as a setting',
  },
  {
    name: 'registry-host',
    pattern:
      /\bregistry\.(?:npmjs|yarnpkg)\.|\b(?:artifactory|nexus|verdaccio)\.[\w-]+\.|\bnpm\.pkg\.github\./i,
    files: /./,
    except: /^src\//, // a package URL's default registry is knowledge, not a setting
    instead: 'leave the registry to the settings of whoever installs',
  },
  {
    name: 'issue-number',
    pattern: /\bissues?\s+#?\d+\b|(?:^|[\s(])#\d{1,4}\b(?![;"'\w-])/i,
    files: prose,
    except: /\/fixtures\//,
    instead: 'say what is so and why; a number means nothing without its tracker',
  },
  {
    name: 'unfinished',
    pattern: /\b(?:TODO|FIXME|HACK)\b(?!.*https:\/\/)/,
    files: prose,
    instead: 'do it now, or link to where it is planned',
  },
  {
    name: 'left-out-test',
    pattern: /\.(?:skip|only|todo|skipIf|runIf)\(|[{,]\s*(?:skip|only|todo)\s*:/,
    files: tests,
    instead: 'make the test run, or remove it',
  },
  {
    name: 'type-escape',
    pattern: /\bas any\b|\bas unknown as\b|@ts-(?:ignore|expect-error|nocheck)|\bbiome-ignore\b/,
    files: /\.(ts|tsx|js|mjs)$/,
    instead: 'give the value the type it has, or parse it',
  },
  {
    name: 'impure',
    pattern:
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bprocess\.\w|\brandom(?:UUID|Bytes|Int)\(|\bset(?:Timeout|Interval|Immediate)\(|\bfetch\(|\bimport\.meta\.(?:url|dirname|filename)\b/,
    files: pureRooms,
    except: notProduction,
    instead: 'this room touches no clock, chance, environment or machine: take the value as an argument',
  },
  {
    name: 'environment',
    pattern: /\bprocess\.env\b/,
    files: /^src\/.*\.ts$/,
    except: /^src\/main\/|\.test\.ts$/,
    instead: 'the environment is read in src/main only: take the value as a setting',
  },
  {
    name: 'empty-catch',
    pattern:
      /\bcatch\s*(?:\(\w*\)\s*)?\{\s*\}|\.catch\(\(\w*\)\s*=>\s*(?:\{\s*\}|undefined|null)\)(?!.*\/\/)/,
    files: code,
    instead: 'say in code what happens to the failure, or on the line why nothing does',
  },
];

/** The rules themselves and their tests spell out what they look for. */
const aboutWords = /^tools\/check\/words(\.test)?\.ts$/;

export function findWordFaults(file: string, text: string): readonly WordFault[] {
  if (aboutWords.test(file)) return [];
  const rules = wordRules.filter((rule) => rule.files.test(file) && !rule.except?.test(file));
  if (rules.length === 0) return [];
  return text.split('\n').flatMap((line, index) =>
    rules
      .filter((rule) => rule.pattern.test(line))
      .map(({ name, instead }) => ({
        rule: name,
        file,
        line: index + 1,
        text: line.trim().slice(0, 120),
        instead,
      })),
  );
}

/** A file that outgrew its name. A test is a list, and may be long. */
export function findLongFile(file: string, text: string, mostLines = 400): WordFault | undefined {
  const lines = text.split('\n').length - 1;
  if (!/\.(ts|tsx|mjs)$/.test(file) || tests.test(file) || lines <= mostLines) return undefined;
  return {
    rule: 'long-file',
    file,
    line: mostLines + 1,
    text: `${lines} lines`,
    instead: 'a word is missing: find it, and give it a file',
  };
}
