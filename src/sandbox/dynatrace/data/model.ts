/**
 * What a monitored environment knows, as plain immutable data. How it is spelled on the wire is decided in
 * `../answers/`, how it changes in `../tenant.ts`. Times are epoch milliseconds, numbers that name
 * something are positions in the arrays of `Topology`.
 */
export type RiskLevel = 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'NONE';
export type Exposure = 'PUBLIC_NETWORK' | 'NOT_DETECTED' | 'NOT_AVAILABLE';
export type DataAssets = 'REACHABLE' | 'NOT_DETECTED' | 'NOT_AVAILABLE';
export type Usage = 'IN_USE' | 'NOT_IN_USE' | 'NOT_AVAILABLE';
export type Technology = 'DOTNET' | 'GO' | 'JAVA' | 'KUBERNETES' | 'NODE_JS' | 'PHP' | 'PYTHON';
export type ProblemType = 'THIRD_PARTY' | 'CODE_LEVEL' | 'RUNTIME';
export type Side = 'certification' | 'production';

export interface Risk {
  readonly riskLevel: RiskLevel;
  readonly riskScore: number;
  readonly riskVector?: string;
  readonly baseRiskLevel: RiskLevel;
  readonly baseRiskScore: number;
  readonly baseRiskVector?: string;
  readonly exposure: Exposure;
  readonly dataAssets: DataAssets;
  readonly publicExploit: 'AVAILABLE' | 'NOT_AVAILABLE';
  readonly vulnerableFunctionUsage: Usage;
  readonly assessmentAccuracy: 'FULL' | 'REDUCED' | 'NOT_AVAILABLE';
  readonly reducedReasons?: readonly ('LIMITED_AGENT_SUPPORT' | 'LIMITED_BY_CONFIGURATION')[];
}

/** Something that runs the vulnerable component; `until` is set once it no longer does. */
export interface Affected {
  readonly at: number;
  readonly until?: number;
}

/** `to` is missing while the problem is still open. */
export interface OpenPeriod {
  readonly from: number;
  readonly to?: number;
}

export interface FunctionName {
  readonly className: string;
  readonly functionName: string;
  readonly filePath?: string;
}

export type MuteReason =
  | 'CONFIGURATION_NOT_AFFECTED'
  | 'FALSE_POSITIVE'
  | 'IGNORE'
  | 'OTHER'
  | 'VULNERABLE_CODE_NOT_IN_USE'
  | 'AFFECTED'
  | 'INITIAL_STATE';

export interface MuteState {
  readonly muted: boolean;
  readonly reason: MuteReason;
  readonly comment: string;
  readonly user: string;
  readonly at: number;
}

export interface TrackingLink {
  readonly displayName: string;
  readonly url: string;
  readonly user: string;
  readonly at: number;
}

export type EventReason =
  | 'SECURITY_PROBLEM_CREATED'
  | 'SECURITY_PROBLEM_RESOLVED'
  | 'SECURITY_PROBLEM_REOPENED'
  | 'SECURITY_PROBLEM_MUTED'
  | 'SECURITY_PROBLEM_UNMUTED'
  | 'ASSESSMENT_CHANGED'
  | 'VULNERABILITY_DEPRECATED'
  | 'VULNERABILITY_ID_CHANGED';

export interface ProblemEvent {
  readonly at: number;
  readonly reason: EventReason;
  readonly risk: Risk;
  readonly previousRisk?: Risk;
  readonly mute?: MuteState;
}

export interface CodeLevel {
  readonly type: 'CMD_INJECTION' | 'IMPROPER_INPUT_VALIDATION' | 'SQL_INJECTION' | 'SSRF';
  readonly location: string;
  readonly shortLocation: string;
  readonly vulnerableFunction: string;
  readonly inputType: 'COMMAND' | 'HTTP_CLIENT' | 'JNDI' | 'SQL_STATEMENT';
  readonly inputSegments: readonly (readonly [
    type: 'MALICIOUS_INPUT' | 'REGULAR_INPUT' | 'TAINTED_INPUT',
    text: string,
  ])[];
  readonly httpPath: string;
}

export interface Problem {
  /** Decimal digits of an unsigned 64-bit number: does not fit a JavaScript number. */
  readonly id: string;
  /** The n of `S-n`. */
  readonly displayNumber: number;
  readonly externalId?: string;
  readonly type: ProblemType;
  readonly title: string;
  readonly description: string;
  readonly remediation?: string;
  readonly packageName?: string;
  readonly technology?: Technology;
  readonly cves: readonly string[];
  readonly firstSeenAt: number;
  readonly updatedAt: number;
  /** In order of time; the problem is open while the last one has no end. */
  readonly openPeriods: readonly OpenPeriod[];
  readonly mute?: MuteState;
  readonly risk: Risk;
  readonly zones: readonly number[];
  readonly processes: readonly Affected[];
  readonly nodes: readonly Affected[];
  readonly components: readonly number[];
  readonly functions: readonly FunctionName[];
  readonly attacks: readonly string[];
  readonly codeLevel?: CodeLevel;
  readonly events: readonly ProblemEvent[];
  readonly itemMutes: ReadonlyMap<string, MuteState>;
  readonly trackingLinks: ReadonlyMap<string, TrackingLink>;
}

export interface Zone {
  readonly id: string;
  readonly name: string;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Tag {
  readonly context: string;
  readonly key: string;
  readonly value?: string;
}

export interface Host extends Named {
  readonly side: Side;
  readonly osType: 'LINUX' | 'WINDOWS';
  readonly ip: string;
  readonly tags: readonly Tag[];
  readonly zones: readonly number[];
  /** The cluster node that this host is, if any. */
  readonly node?: number;
  readonly firstSeenAt: number;
  /** Set once the host is gone; a host without it is seen right now. */
  readonly lastSeenAt?: number;
}

export interface ClusterNode extends Named {
  readonly cluster: number;
  readonly host: number;
}

export interface Workload extends Named {
  readonly cluster: number;
  readonly namespace: string;
}

export interface Service extends Named {
  readonly exposure: Exposure;
  readonly databases: readonly number[];
  readonly application?: number;
}

export interface ProcessGroup extends Named {
  readonly side: Side;
  readonly technology: Technology;
  readonly tags: readonly Tag[];
  readonly zones: readonly number[];
  readonly workload?: number;
  readonly image?: number;
  readonly service: number;
}

export interface Process extends Named {
  readonly group: number;
  readonly host: number;
  readonly tags: readonly Tag[];
}

export interface Component extends Named {
  readonly packageName: string;
  readonly version: string;
  readonly fileName: string;
  readonly technology: Technology;
}

/** Where everything runs. Each number points into another array of the same topology. */
export interface Topology {
  readonly zones: readonly Zone[];
  readonly hosts: readonly Host[];
  readonly nodes: readonly ClusterNode[];
  readonly clusters: readonly Named[];
  readonly workloads: readonly Workload[];
  readonly groups: readonly ProcessGroup[];
  readonly processes: readonly Process[];
  readonly services: readonly Service[];
  readonly databases: readonly Named[];
  readonly applications: readonly Named[];
  readonly images: readonly Named[];
  readonly components: readonly Component[];
}

/** Everything one emulator serves. Immutable, so several emulators may share one. */
export interface TenantData {
  readonly environmentId: string;
  /** The moment the data describes; the emulator's clock starts here. */
  readonly at: number;
  readonly topology: Topology;
  readonly problems: readonly Problem[];
}

export function isOpen(problem: Problem): boolean {
  const last = problem.openPeriods[problem.openPeriods.length - 1];
  return last !== undefined && last.to === undefined;
}

export function isMuted(problem: Problem): boolean {
  return problem.mute?.muted === true;
}
