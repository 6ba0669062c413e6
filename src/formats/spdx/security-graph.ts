import { type Severity, severityOfScore, severityRank } from '../../domain/severity.ts';
import type { Observation } from '../../domain/statement.ts';
import { type JsonObject, textOf, timeOf } from '../loose-values.ts';
import { namedDefects } from '../named-defects.ts';
import {
  advisoryLinkOf,
  identifierOf,
  idsOf,
  type KnownPackage,
  namesOf,
  type Rating,
  ratingOf,
  typeOf,
} from './version-3.ts';

/** What a document says of one vulnerability in one package; of several, the first in this order is believed. */
const STATES = ['affected', 'in question', 'not affected', 'fixed', 'associated'] as const;
type State = (typeof STATES)[number];

/** By the type of a relationship; from the vulnerability to packages, all but the last. */
const STATE_OF: ReadonlyMap<string, State> = new Map([
  ['affects', 'affected'],
  ['underInvestigationFor', 'in question'],
  ['doesNotAffect', 'not affected'],
  ['fixedIn', 'fixed'],
]);

interface Judged {
  readonly states: Map<string, State>;
  readonly ratings: Rating[];
  isExploited: boolean;
  why: string | undefined;
  whyAt: number | undefined;
  action: string | undefined;
}

/** What follows once all is gathered. */
interface Settled {
  readonly state: State;
  readonly component: KnownPackage | undefined;
  readonly occurrences: Observation['occurrences'];
  readonly rating: Rating | undefined;
  readonly severity: Severity;
}

/** All that relationships say of vulnerabilities, gathered before the first of these is read. */
export class SecurityGraph {
  readonly #judged = new Map<string, Judged>();
  readonly #settled = new Map<Judged, Settled>();

  /** An element of any kind; what says nothing of vulnerabilities is passed over. */
  add(element: JsonObject): void {
    const relation = textOf(element, 'relationshipType');
    if (relation === undefined) return;
    const [from] = idsOf(element, 'from');
    if (from === undefined) return;
    if (relation === 'hasAssociatedVulnerability') {
      for (const to of idsOf(element, 'to')) this.#judge(to, [from], 'associated');
      return;
    }
    const assessed = idsOf(element, 'security_assessedElement');
    const packages = assessed.length > 0 ? assessed : idsOf(element, 'to');
    const state = STATE_OF.get(relation);
    if (state !== undefined) this.#explain(this.#judge(from, packages, state), element);
    else if (relation === 'hasAssessmentFor') this.#rate(this.#judge(from, packages, 'associated'), element);
  }

  /** The packages that the observations of these vulnerabilities are about. */
  packagesNamed(): ReadonlySet<string> {
    return new Set([...this.#judged.values()].flatMap((judged) => packagesOf(judged)));
  }

  /** The observation, or what is wrong with the element. */
  observationOf(
    element: JsonObject,
    packages: ReadonlyMap<string, KnownPackage>,
    around: { readonly subjectVersion: string | undefined; readonly issuer: string },
  ): Observation | string {
    const [id, ...others] = namesOf(element);
    if (id === undefined) return 'the vulnerability has neither an identifier nor a name';
    const judged = this.#judged.get(identifierOf(element) ?? '') ?? nothingJudged();
    const { issuer, subjectVersion } = around;
    const { state, component, occurrences, rating, severity } = this.#settle(
      judged,
      packages,
      subjectVersion,
    );
    const why = [state, judged.why].filter(Boolean).join(': ');
    return {
      kind: 'observation',
      class: 'vulnerability',
      defects: namedDefects(id, others),
      component,
      occurrences,
      life: { state: state === 'fixed' ? 'resolved' : 'open' },
      severity,
      score: rating?.score,
      about: {
        title: textOf(element, 'summary'),
        description: textOf(element, 'description'),
        url: advisoryLinkOf(element),
        vector: rating?.vector,
        publishedAt: timeOf(element, 'security_publishedTime'),
      },
      fix: judged.action === undefined ? undefined : { versions: [], text: judged.action },
      assessment: judged.isExploited ? { exploit: 'available' } : undefined,
      setAside: state === 'not affected' ? [{ kind: 'vex', issuer, reason: why, at: judged.whyAt }] : [],
      labels: [],
    };
  }

  /**
   * Once for each, and all its places once: a file may name one of thousands of packages and ratings over and over, and
   * then what follows from it would grow with the square of the file.
   */
  #settle(
    judged: Judged,
    packages: ReadonlyMap<string, KnownPackage>,
    imageVersion: string | undefined,
  ): Settled {
    const known = this.#settled.get(judged);
    if (known !== undefined) return { ...known, occurrences: known.occurrences.slice(0, 1) };
    const affected = packagesOf(judged)
      .flatMap((one) => packages.get(one) ?? [])
      .sort((a, b) => (a.purl < b.purl ? -1 : 1));
    const settled: Settled = {
      state: stateOf(judged),
      component: affected[0],
      occurrences:
        affected.length === 0
          ? [{ imageVersion }]
          : affected.map(({ version, purl }, at) => ({
              version,
              imageVersion,
              path: at === 0 ? undefined : purl,
            })),
      rating: bestRating(judged.ratings),
      severity: severityOf(judged.ratings),
    };
    this.#settled.set(judged, settled);
    return settled;
  }

  #judge(vulnerability: string, packages: readonly string[], state: State): Judged {
    const judged = this.#judged.get(vulnerability) ?? nothingJudged();
    this.#judged.set(vulnerability, judged);
    for (const one of packages) {
      const known = judged.states.get(one);
      if (known === undefined || STATES.indexOf(state) < STATES.indexOf(known)) judged.states.set(one, state);
    }
    return judged;
  }

  #explain(judged: Judged, element: JsonObject): void {
    judged.action ??= textOf(element, 'security_actionStatement');
    const justification = textOf(element, 'security_justificationType');
    const statement = textOf(element, 'security_impactStatement') ?? textOf(element, 'security_statusNotes');
    const why = [inWords(justification), statement].filter((part) => part !== undefined).join(': ');
    if (why === '') return;
    judged.why ??= why;
    judged.whyAt ??= timeOf(element, 'security_publishedTime');
  }

  #rate(judged: Judged, element: JsonObject): void {
    const rating = ratingOf(element);
    if (rating !== undefined) judged.ratings.push(rating);
    if (typeOf(element).startsWith('security_exploitcatalog') && element.security_exploited === true)
      judged.isExploited = true;
  }
}

function nothingJudged(): Judged {
  return {
    states: new Map(),
    ratings: [],
    isExploited: false,
    why: undefined,
    whyAt: undefined,
    action: undefined,
  };
}

/** `vulnerableCodeNotPresent` in words. */
function inWords(camelCase: string | undefined): string | undefined {
  return camelCase?.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

/** Open as long as one package is. */
function stateOf({ states }: Judged): State {
  const said = new Set(states.values());
  const order: readonly State[] = ['affected', 'in question', 'associated', 'not affected', 'fixed'];
  return order.find((state) => said.has(state)) ?? 'associated';
}

const OPEN: ReadonlySet<State> = new Set(['affected', 'in question', 'associated']);

/** Where it is open, those where it is; else all of them. */
function packagesOf(judged: Judged): readonly string[] {
  const isOpen = OPEN.has(stateOf(judged));
  return [...judged.states].filter(([, state]) => OPEN.has(state) === isOpen).map(([one]) => one);
}

function severityOf(ratings: readonly Rating[]): Severity {
  const stated = ratings.map(({ severity, score }) => severity ?? severityOfScore(score));
  const [highest] = stated
    .filter((severity) => severity !== 'unknown')
    .sort((a, b) => severityRank(b) - severityRank(a));
  return highest ?? 'unknown';
}

/** CVSS 3 before 4 before 2; of one version the highest. */
function bestRating(ratings: readonly Rating[]): Rating | undefined {
  for (const version of ['3', '4', '2']) {
    const [best] = ratings
      .filter((rating) => rating.version === version && rating.score !== undefined)
      .sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
    if (best !== undefined) return best;
  }
  return undefined;
}
