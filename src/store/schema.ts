/**
 * The tables, once, for both databases. Immutable: `about`, `revision`, `run` with its members, `rejected`. All the
 * rest is a projection that can be computed again from them (and from advisories, triage and asset facts).
 */

/** `?` after a type: may be null. `id` is the table's surrogate key. */
type ColumnType = 'id' | 'int' | 'int?' | 'real?' | 'text' | 'text?' | 'blob';

export interface Table {
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Composite primary key; a table without one has an `id`. */
  readonly primaryKey?: readonly string[];
  readonly unique?: readonly (readonly string[])[];
  readonly indexes?: readonly Index[];
}

export interface Index {
  readonly on: readonly string[];
  readonly where?: string;
}

export const TABLES = {
  sequence: { columns: { name: 'text', next: 'int' }, primaryKey: ['name'] },
  stream: {
    columns: { id: 'id', source: 'text', category: 'text', channel: 'text', hold_ms: 'int' },
    unique: [['source', 'category', 'channel']],
  },
  run: {
    columns: {
      id: 'id',
      stream_id: 'int',
      state: 'text',
      observed_at: 'int',
      recorded_at: 'int',
      closes: 'int',
      all_assets: 'int',
      classes: 'text?',
      labels: 'text?',
      observations: 'int',
      rejected: 'int',
      reasons: 'text',
      tally: 'text?',
      cursor: 'text?',
    },
    indexes: [{ on: ['stream_id', 'observed_at', 'id'] }],
  },
  /** Assets a run mentions; `covered` 1: its absences speak for them too. */
  run_asset: {
    columns: { run_id: 'int', asset_id: 'int', covered: 'int' },
    primaryKey: ['run_id', 'asset_id'],
    indexes: [{ on: ['asset_id'] }],
  },
  /** The revisions a run mentions, in order: `members` holds ids as delta-coded varints. */
  run_member: { columns: { run_id: 'int', page: 'int', members: 'blob' }, primaryKey: ['run_id', 'page'] },
  rejected: {
    columns: { run_id: 'int', seq: 'int', at: 'text', reason: 'text', key: 'text?' },
    primaryKey: ['run_id', 'seq'],
  },
  source_cursor: { columns: { source: 'text', cursor: 'text' }, primaryKey: ['source'] },
  asset: {
    columns: {
      id: 'id',
      kind: 'text',
      name: 'text',
      state: 'text',
      owner: 'text?',
      criticality: 'text',
    },
    unique: [['kind', 'name']],
  },
  asset_fact: {
    columns: { asset_id: 'int', valid_at: 'int', recorded_at: 'int', facts: 'text' },
    primaryKey: ['asset_id', 'valid_at', 'recorded_at'],
  },
  subject: { columns: { id: 'id', kind: 'text', key: 'text' }, unique: [['kind', 'key']] },
  /**
   * `canonical` is computed from the names and may change; the id may not. `epss` is the highest
   * probability of its names, `kev` 1: listed, 2: known from ransomware; `rating` is the worst that the latest revisions of
   * its advisories say (`core/ratings.ts`).
   */
  vulnerability: {
    columns: { id: 'id', kind: 'text', canonical: 'text', epss: 'real?', kev: 'int', rating: 'int?' },
    indexes: [
      { on: ['epss'], where: 'epss IS NOT NULL' },
      { on: ['kev'], where: 'kev > 0' },
    ],
  },
  name: {
    columns: { id: 'id', kind: 'text', name: 'text', vulnerability_id: 'int' },
    unique: [['kind', 'name']],
    indexes: [{ on: ['vulnerability_id'] }],
  },
  /** Some observation called `name_id` also `alias_id`. */
  alias: {
    columns: { name_id: 'int', alias_id: 'int' },
    primaryKey: ['name_id', 'alias_id'],
    indexes: [{ on: ['alias_id'] }],
  },
  /**
   * The latest word on each name, whether or not a source has mentioned the name. `valid_at` and `recorded_at` are of the
   * latest statement of it: one that only repeats the value moves them. `weight`: what a vulnerability's column takes of
   * it; neither value nor weight: it was taken back.
   */
  intelligence: {
    columns: {
      id: 'id',
      name: 'text',
      kind: 'text',
      value: 'text?',
      weight: 'real?',
      valid_at: 'int',
      recorded_at: 'int',
    },
    unique: [['name', 'kind']],
  },
  /** Every word that changed something; appended only. */
  intelligence_fact: {
    columns: { intelligence_id: 'int', valid_at: 'int', recorded_at: 'int', value: 'text?' },
    primaryKey: ['intelligence_id', 'valid_at', 'recorded_at'],
  },
  advisory: {
    columns: {
      source: 'text',
      name_id: 'int',
      modified_at: 'int',
      withdrawn_at: 'int?',
      recorded_at: 'int',
      rating: 'int?',
      content: 'text',
    },
    primaryKey: ['name_id'],
  },
  /** What each revision says of severity, null for nothing; appended only. */
  advisory_rating: {
    columns: { name_id: 'int', valid_at: 'int', recorded_at: 'int', rating: 'int?' },
    primaryKey: ['name_id', 'valid_at', 'recorded_at'],
  },
  /** `stated` 1: the latest revision says so. 0: an earlier one did, so it is denied. */
  advisory_alias: {
    columns: { name_id: 'int', alias_id: 'int', stated: 'int' },
    primaryKey: ['name_id', 'alias_id'],
    indexes: [{ on: ['alias_id'] }],
  },
  /** Of the latest revision, unless it was withdrawn: package URLs without version, and their versions as JSON. */
  advisory_fix: {
    columns: { name_id: 'int', component: 'text', versions: 'text' },
    primaryKey: ['name_id', 'component'],
  },
  about: { columns: { id: 'id', digest: 'text', content: 'text' }, unique: [['digest']] },
  /** `valid_at`: when the observation first said this. Saying it again after something else is a `reversion`. */
  revision: {
    columns: {
      id: 'id',
      observation_id: 'int',
      part: 'int',
      digest: 'text',
      about_id: 'int',
      body: 'text',
      valid_at: 'int',
      run_id: 'int',
    },
    indexes: [{ on: ['observation_id'] }],
  },
  reversion: {
    columns: { observation_id: 'int', part: 'int', valid_at: 'int', revision_id: 'int' },
    primaryKey: ['observation_id', 'part', 'valid_at'],
  },
  observation: {
    columns: {
      id: 'id',
      stream_id: 'int',
      key: 'text',
      asset_id: 'int',
      class: 'int',
      subject_id: 'int',
      live: 'int',
      main_revision: 'int',
      main_digest: 'text',
      main_stamp: 'text?',
      detail_revision: 'int?',
      detail_digest: 'text?',
      detail_stamp: 'text?',
      severity: 'int',
      score: 'real?',
      facts: 'int',
      fixable: 'int',
      detail_fixable: 'int',
      set_aside: 'int',
      due_at: 'int?',
      occurrences: 'int',
      detail_occurrences: 'int',
      title: 'text?',
      detail_title: 'text?',
    },
    unique: [['stream_id', 'key']],
    indexes: [{ on: ['stream_id', 'asset_id'], where: 'live = 1' }],
  },
  label: { columns: { id: 'id', kind: 'text', key: 'text', name: 'text?' }, unique: [['kind', 'key']] },
  observation_label: {
    columns: { observation_id: 'int', part: 'int', label_id: 'int' },
    primaryKey: ['observation_id', 'part', 'label_id'],
    indexes: [{ on: ['label_id', 'observation_id'] }],
  },
  /** One observation naming one defect. `past`: earlier spans as JSON, oldest first. */
  claim: {
    columns: {
      id: 'id',
      observation_id: 'int',
      /** Its observation's: sources and channels are asked for at every door. */
      stream_id: 'int',
      name_id: 'int',
      finding_id: 'int',
      live: 'int',
      opened_at: 'int',
      closed_at: 'int?',
      reason: 'text?',
      past: 'text?',
    },
    indexes: [
      { on: ['observation_id'] },
      { on: ['finding_id', 'stream_id', 'live'] },
      { on: ['stream_id', 'finding_id'] },
    ],
  },
  finding: {
    columns: {
      id: 'id',
      asset_id: 'int',
      vulnerability_id: 'int',
      subject_id: 'int',
      class: 'int',
      open: 'int',
      severity: 'int',
      score: 'real?',
      facts: 'int',
      fixable: 'int',
      set_aside: 'int',
      due_at: 'int?',
      occurrences: 'int',
      opened_at: 'int',
      closed_at: 'int?',
      recorded_at: 'int',
      run_id: 'int',
      title: 'text?',
    },
    unique: [['asset_id', 'vulnerability_id', 'subject_id']],
    indexes: [
      { on: ['open', 'severity DESC', 'id'] },
      { on: ['open', 'opened_at DESC', 'id'] },
      { on: ['open', 'id', 'severity'] },
      { on: ['open', 'facts'], where: 'facts > 0' },
      { on: ['vulnerability_id', 'open'] },
    ],
  },
  episode: {
    columns: { finding_id: 'int', opened_at: 'int', closed_at: 'int?', reason: 'text?' },
    primaryKey: ['finding_id', 'opened_at'],
  },
  change: {
    columns: {
      id: 'id',
      kind: 'text',
      finding_id: 'int',
      valid_at: 'int',
      recorded_at: 'int',
      run_id: 'int?',
      detail: 'text',
    },
    indexes: [{ on: ['finding_id'] }, { on: ['run_id'] }, { on: ['recorded_at'] }],
  },
  /** Where a finding that was merged away went, and where a split one came from. */
  lineage: {
    columns: { finding_id: 'int', kind: 'text', other_id: 'int', recorded_at: 'int' },
    primaryKey: ['finding_id', 'kind', 'other_id'],
  },
  triage_note: {
    columns: { id: 'id', finding_id: 'int', valid_at: 'int', recorded_at: 'int', note: 'text' },
    indexes: [{ on: ['finding_id'] }],
  },
  /** Appended only. `body`: what it says beside who and when. */
  waiver_event: {
    columns: {
      waiver: 'text',
      seq: 'int',
      kind: 'text',
      said_by: 'text',
      valid_at: 'int',
      recorded_at: 'int',
      body: 'text',
    },
    primaryKey: ['waiver', 'seq'],
  },
  /** Every revision of a document, each once; `issuer` and `document` say which one it is a revision of. */
  vex_document: {
    columns: {
      id: 'id',
      issuer: 'text',
      document: 'text',
      valid_at: 'int',
      recorded_at: 'int',
      content: 'text',
    },
    indexes: [{ on: ['issuer', 'document', 'valid_at'] }],
  },
  /** By the name that policies call it; appended only, the latest of a name counts. */
  decision_table: {
    columns: { id: 'id', name: 'text', recorded_at: 'int', content: 'text' },
    indexes: [{ on: ['name', 'id'] }],
  },
  verdict: {
    columns: {
      id: 'id',
      release: 'text',
      scope: 'text',
      baseline: 'text?',
      policy: 'text',
      policy_digest: 'text',
      engine: 'text',
      word: 'text',
      decided_at: 'int',
      recorded_at: 'int',
      core_digest: 'text',
      core: 'text',
      facts_digest: 'text',
      /** Who opened the gate against it, as JSON. */
      override: 'text?',
    },
    indexes: [{ on: ['release', 'scope', 'id'] }],
  },
  kept_baseline: {
    columns: { id: 'id', name: 'text', scope: 'text', taken_at: 'int', digest: 'text' },
    indexes: [{ on: ['name', 'id'] }],
  },
  /** What verdicts and baselines rest on, by the SHA-256 of its canonical text. */
  artefact: { columns: { digest: 'text', content: 'blob' }, primaryKey: ['digest'] },
  /** When the next call of a rate that workers share may start. */
  rate_bucket: { columns: { key: 'text', free_at: 'int' }, primaryKey: ['key'] },
} as const satisfies Record<string, Table>;

export type TableName = keyof typeof TABLES;

export function columnsOf(name: TableName): readonly string[] {
  return Object.keys(tableOf(name).columns);
}

export function tableOf(name: TableName): Table {
  return TABLES[name];
}

export const PARTS = { main: 0, detail: 1 } as const;
