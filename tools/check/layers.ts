import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

export interface Layers {
  /** One paragraph for each import that goes where it may not, saying what to do instead. */
  readonly faults: readonly string[];
  /** The names of the rules that were broken. */
  readonly broken: ReadonlySet<string>;
  readonly fileCount: number;
}

/**
 * Cruises `src` below `root` with the rules in `.dependency-cruiser.mjs`.
 *
 * The tool passes over, without a word, files that it has no compiler for, and then finds no fault in them. So each
 * TypeScript file must be among those it read: one that is not is a fault.
 */
export async function checkLayers(root: string, configFile: string): Promise<Layers> {
  const config = await extractConfig(configFile);
  const { tsConfig: _, ...options } = config.options ?? {};
  const cruiseOptions: ICruiseOptions = {
    ...options,
    ruleSet: config,
    validate: true,
    baseDir: root,
    outputType: 'json',
  };
  const tsConfig = extractTSConfig(resolve(root, 'tsconfig.json'));
  const { output } = await cruise(['src'], cruiseOptions, undefined, { tsConfig });
  const result: ICruiseResult = JSON.parse(String(output));

  const read = new Set(result.modules.map((module) => module.source));
  const written = globSync('src/**/*.ts', { cwd: root });
  const unread = written.filter((file) => !read.has(file));
  return {
    faults: [
      ...result.summary.violations.map((violation) => describe(violation, config)),
      ...unread.map(
        (file) => `${file} was not read: is a TypeScript that dependency-cruiser knows installed?`,
      ),
    ],
    broken: new Set(result.summary.violations.map((violation) => violation.rule.name)),
    fileCount: written.length,
  };
}

type Violation = ICruiseResult['summary']['violations'][number];
type Config = Awaited<ReturnType<typeof extractConfig>>;

function describe(violation: Violation, config: Config): string {
  const way = violation.cycle?.map((step) => step.name) ?? [violation.to];
  const comment = config.forbidden?.find((rule) => rule.name === violation.rule.name)?.comment ?? '';
  return `${[violation.from, ...way].join(' → ')}\n  ${violation.rule.name}: ${comment}`;
}
