/**
 * Who may look into which room (CONTRIBUTING.md, "The stairs"): down, never up, never sideways.
 * One rule per reason; each comment tells what to do instead.
 */

const levelTwo =
  '(sources|formats|feeds|vex|normalise|store|policy|remediation|reports|statistics|access|audit|notify|attest|matching|probe)';
const pure = '(domain|normalise|policy|reports|statistics|attest|gateway/guardrails)';

/** Tests may cross rooms, and so may the fixtures that only they import. */
const tests = '([.]test[.]ts$)|(/fixtures/)';

const rule = (name, comment, from, to) => ({
  name,
  severity: 'error',
  comment,
  from: { pathNot: tests, ...from },
  to,
});

export default {
  forbidden: [
    rule(
      'domain-knows-only-zod',
      'The words depend on nothing but zod: pass the value in as an argument, or move the code to the room that needs it.',
      { path: '^src/domain/' },
      { pathNot: ['^src/domain/', '(^|/)node_modules/zod/'] },
    ),
    rule(
      'platform-knows-only-errors',
      'Platform tools know nothing of vulnerabilities: take what you need as a parameter, or move the code to a room above.',
      { path: '^src/platform/' },
      { path: '^src/', pathNot: ['^src/platform/', '^src/domain/errors[.]ts$'] },
    ),
    rule(
      'rooms-never-look-sideways',
      'Rooms of level two know domain and platform only: let a flow join them, or move the shared word to domain.',
      { path: `^src/${levelTwo}/` },
      { path: '^src/', pathNot: ['^src/$1/', '^src/(domain|platform)/'] },
    ),
    rule(
      'plug-ins-are-strangers',
      'One source, format or tracker never imports another: move what both need beside the contract, or to platform.',
      { path: '^src/(sources|formats|feeds|vex|remediation|notify)/([^/]+)/' },
      { path: '^src/$1/[^/]+/', pathNot: '^src/$1/$2/' },
    ),
    rule(
      'sandbox-shares-nothing-with-its-client',
      'An emulator that shares code with its client proves nothing: write the vendor down once more, from the vendor’s documents.',
      { path: '^src/sandbox/' },
      { path: '^src/', pathNot: ['^src/(sandbox|platform)/', '^src/domain/errors[.]ts$'] },
    ),
    rule(
      'flows-know-no-door',
      'Flows are called by doors: return a value and let api, gateway or main turn it into an answer.',
      { path: '^src/flows/' },
      { path: '^src/(api|gateway|sandbox|main)/' },
    ),
    rule(
      'doors-go-through-flows',
      'A door reads through store/read and changes anything through a flow, where audit and permission live.',
      { path: '^src/(api|gateway)/' },
      { path: '^src/', pathNot: ['^src/$1/', '^src/(flows|domain|platform|store/read)/'] },
    ),
    rule(
      'nothing-imports-main',
      'Wiring happens in main alone: take the thing you need as an argument.',
      { path: '^src/', pathNot: [tests, '^src/main/'] },
      { path: '^src/main/' },
    ),
    rule(
      'pure-rooms-touch-no-machine',
      'What is decided must be replayable: pass bytes, time and settings in as arguments.',
      { path: `^src/${pure}/` },
      { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|util|buffer|url)$' },
    ),
    rule(
      'no-circles',
      'Two files that need each other are one file, or lack a third that both need.',
      { path: '^src/' },
      { circular: true },
    ),
    rule(
      'production-needs-no-tests',
      'What production needs lives in src: move it to its room.',
      { path: '^src/' },
      { path: ['^(test|tools|bench)/', tests] },
    ),
    rule(
      'production-needs-no-development-packages',
      'It will not be there when installed: move the package to "dependencies", or do without.',
      { path: '^src/' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'packages-are-declared',
      'It is there by luck, through another package: list it in package.json, or do without.',
      { path: '^src/' },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    rule(
      'imports-lead-somewhere',
      'No such file or package: correct the name.',
      { path: '^src/' },
      { couldNotResolve: true },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
