// Written from the OpenAPI document of /admin by AdminDocumentTest; -Dweir.openapi.update=true writes it again.

export interface AdapterLine {
  name: string;
  model: string;
}

export interface AdapterOrder {
  engine: string;
  adapter: string;
  path?: string | null;
  model?: string | null;
}

export interface AlertList {
  at: string;
  firing: AlertView[];
  ended: AlertView[];
  budget: Burn;
}

export interface AlertView {
  name: string;
  severity: 'PAGE' | 'TICKET';
  labels: Record<string, string>;
  summary: string;
  startedAt: string;
  endedAt?: string | null;
}

export interface AliasOrder {
  engine: string;
  alias: string;
  model?: string | null;
}

export interface AliasView {
  alias: string;
  model?: string | null;
  rolloutId?: string | null;
  versions: VersionView[];
}

export interface AnswerJudgement {
  requestId: string;
  hallucination: boolean;
  lowQuality: boolean;
}

export interface ArmReport {
  name: string;
  model: string;
  share: number;
  stopped: boolean;
  userCount: number;
  requestCount: number;
  failedCount: number;
  probabilityOfBest?: number | null;
  rewardedCount?: number | null;
}

export interface AssignmentReport {
  candidateUnitCount: number;
  baselineUnitCount: number;
  log10E: number;
  log10Needed: number;
}

export interface AuditEntry {
  seq: number;
  at: string;
  actor: string;
  action: string;
  subject: string;
  detail: string;
  hash: string;
}

export interface AuditVerdict {
  intact: boolean;
  firstBrokenSeq?: number | null;
}

export interface BanditOrder {
  floor?: number | null;
  nurseryCount?: number | null;
  discount?: number | null;
  costWeight?: number | null;
  costReference?: number | null;
  slowPenalty?: number | null;
  slowerThanSeconds?: number | null;
}

export interface Burn {
  slo: string;
  objective: number;
  lastFiveMinutes: number;
  lastHour: number;
  lastDay: number;
}

export interface CaseLine {
  id: string;
  change: 'REGRESSED' | 'FAILS' | 'IMPROVED' | 'PASSES' | 'UNSCORED';
  mustPass: boolean;
  severity: string;
  question: string;
  reference?: string | null;
  answer: string;
  baselineAnswer?: string | null;
  passedCount: number;
  attemptCount: number;
  reasons: string[];
  preference?: Preference | null;
}

export interface CasePage {
  version: GoldenVersion;
  offset: number;
  cases: unknown[];
  slices: Record<string, number>;
}

export interface Checked {
  valid: boolean;
  problems: Problem[];
}

export interface CorrectedAccuracy {
  share: number;
  low: number;
  high: number;
  lambda: number;
  judgedShare: number;
  labelCount: number;
  judgedCount: number;
  kappa: number;
  truePositiveRate: number;
  trueNegativeRate: number;
}

export interface Correction {
  id: string;
  messages: ReviewMessage[];
  answer: string;
  correction: string;
  author: string;
  proposedAt: string;
  state: 'PROPOSED' | 'APPROVED' | 'REJECTED' | 'PUBLISHED';
  decidedBy?: string | null;
  decidedAt?: string | null;
  reason?: string | null;
  goldenHash?: string | null;
}

export interface CorrectionDecision {
  approved: boolean;
  reason?: string | null;
}

export interface CostReport {
  from: string;
  to: string;
  by: string[];
  rows: CostRow[];
  cut: boolean;
}

export interface CostRow {
  tags: Record<string, string>;
  calls: number;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  cost: number;
}

export interface DecisionView {
  number: number;
  at: string;
  kind: 'STARTED' | 'PROMOTED' | 'HELD' | 'RELEASED' | 'EXTENDED' | 'INCONCLUSIVE' | 'PAUSED' | 'RESUMED' | 'ROLLBACK_BLOCKED' | 'ROLLED_BACK' | 'COMPLETED' | 'REFUSED';
  stageIndex: number;
  actor: string;
  sentence: string;
  readings: ReadingView[];
}

export interface DriftDistance {
  index: number;
  indexByChance: number;
  jensenShannon: number;
  jensenShannonByChance: number;
  referenceCount: number;
  count: number;
}

export interface DriftGroup {
  name: string;
  referenceShare: number;
  share: number;
}

export interface DriftRate {
  model: string;
  tenant: string;
  signal: 'LENGTH' | 'FINISH_REASON' | 'REFUSAL' | 'LANGUAGE' | 'JSON' | 'QUALITY' | 'HALLUCINATION' | 'PROMPT_LENGTH' | 'PROMPT_LANGUAGE' | 'TOPIC' | 'INJECTION';
  judgeVersion?: string | null;
  verdict: 'TOO_FEW' | 'STEADY' | 'MOVED';
  log10E: number;
  referenceRate: number;
  referenceCount: number;
  rate: number;
  count: number;
}

export interface DriftSignal {
  model: string;
  tenant: string;
  queryType: string;
  signal: 'LENGTH' | 'FINISH_REASON' | 'REFUSAL' | 'LANGUAGE' | 'JSON' | 'QUALITY' | 'HALLUCINATION' | 'PROMPT_LENGTH' | 'PROMPT_LANGUAGE' | 'TOPIC' | 'INJECTION';
  judgeVersion?: string | null;
  input: boolean;
  window: 'DAY' | 'WEEK';
  verdict: 'TOO_FEW' | 'STEADY' | 'WATCH' | 'MOVED';
  cause: 'NONE' | 'INPUT' | 'ANSWERS' | 'UNKNOWN';
  distance?: DriftDistance | null;
  givenInput?: DriftDistance | null;
  groups: DriftGroup[];
}

export interface EngineLoad {
  runningCount: number;
  waitingCount: number;
  kvCacheUse: number;
  kvCacheTokens: number;
  gpu: Gpu;
}

export interface EngineMillis {
  queueMillis: number;
  prefillMillis: number;
  decodeMillis: number;
}

export interface EngineModels {
  engine: string;
  reason?: string | null;
  freeBytes?: number | null;
  models: ModelLine[];
  adapters: AdapterLine[];
}

export interface EngineStatus {
  name: string;
  url: string;
  region: string;
  ready: boolean;
  reason?: string | null;
  since: string;
  models: string[];
  requestsUnderWay: number;
  load: EngineLoad;
  breaker: string;
  draining: boolean;
}

export interface EngineWord {
  engine: string;
  answer: unknown;
}

export interface Error {
  error?: {  message?: string | null;  type?: string | null;  param?: string | null;  code?: string | null; } | null;
}

export interface Estimate {
  arm: string;
  userCount: number;
  observationCount: number;
  mean?: number | null;
  lower?: number | null;
  upper?: number | null;
  difference?: number | null;
  differenceLower?: number | null;
  differenceUpper?: number | null;
  alwaysLower?: number | null;
  alwaysUpper?: number | null;
  p?: number | null;
  adjustedP?: number | null;
}

export interface ExperimentArm {
  name: string;
  model: string;
}

export interface ExperimentDetail {
  summary: ExperimentSummary;
  reason: string;
  arms: ExperimentArm[];
  coverage: number;
  horizonDays: number;
  elapsedDays: number;
  usersPerArmMin: number;
  bandit?: BanditOrder | null;
  begunAt?: string | null;
  misassigned: boolean;
  report?: TrialReport | null;
  timeline: ExperimentEvent[];
}

export interface ExperimentEvent {
  number: number;
  at: string;
  actor: string;
  sentence: string;
}

export interface ExperimentStop {
  reason: string;
}

export interface ExperimentSummary {
  id: string;
  alias: string;
  kind: 'EXPERIMENT' | 'BANDIT';
  primary: 'TASK_COMPLETION' | 'THUMBS' | 'QUALITY' | 'HALLUCINATION' | 'ERRORS' | 'LATENCY' | 'COST';
  end: 'RUNNING' | 'WINNER' | 'HARMFUL' | 'NO_DIFFERENCE' | 'STOPPED';
  arm?: string | null;
  sentence: string;
  armCount: number;
  createdAt: string;
  createdBy: string;
  endedAt?: string | null;
}

export interface Explanation {
  model?: string | null;
  tier?: string | null;
  confidence: number;
  steps: string[];
}

export interface FileText {
  text?: string | null;
  fingerprint?: string | null;
}

export interface FindingView {
  metric: 'ERROR' | 'TIME_TO_FIRST_TOKEN' | 'TIME_PER_TOKEN' | 'END_TO_END' | 'HALLUCINATION' | 'LOW_QUALITY';
  dimension: string;
  value: string;
  candidateCount: number;
  candidateBadCount: number;
  baselineCount: number;
  baselineBadCount: number;
  candidateLower: number;
  candidateUpper: number;
  differenceLower: number;
  differenceUpper: number;
  log10E: number;
}

export interface FitQuestion {
  engine: string;
  model: string;
  parameters?: Record<string, unknown> | null;
}

export interface GateQuestion {
  candidateRun: string;
  baselineRun?: string | null;
  alpha?: number | null;
  tolerance?: number | null;
  floors?: Record<string, number> | null;
  labels?: Record<string, boolean> | null;
}

export interface GateReport {
  goldenHash: string;
  candidate: RunSettings;
  baseline?: RunSettings | null;
  failures: string[];
  total: Totals;
  metrics: MetricLine[];
  slices: SliceLine[];
  preferences?: Preferences | null;
  accuracy?: CorrectedAccuracy | null;
  cases: CaseLine[];
}

export interface GateVerdict {
  passed: boolean;
  report: GateReport;
}

export interface GoalReport {
  goal: 'TASK_COMPLETION' | 'THUMBS' | 'QUALITY' | 'HALLUCINATION' | 'ERRORS' | 'LATENCY' | 'COST';
  primary: boolean;
  moreBetter: boolean;
  varianceKept: number;
  estimates: Estimate[];
}

export interface GoldenVersion {
  setName: string;
  number: number;
  hash: string;
  caseCount: number;
  author: string;
  note: string;
  createdAt: string;
}

export interface Gpu {
  freeBytes: number;
  totalBytes: number;
}

export interface GradeTaken {
  accuracy: 'CORRECT' | 'INCORRECT' | 'UNSURE';
  helpfulness: number;
  safe: boolean;
  proposalId?: string | null;
}

export interface GuardNeed {
  metric: 'ERROR' | 'TIME_TO_FIRST_TOKEN' | 'TIME_PER_TOKEN' | 'END_TO_END' | 'HALLUCINATION' | 'LOW_QUALITY';
  assumedShare: number;
  sampleCount: number;
}

export interface GuardOrder {
  metric: 'ERROR' | 'TIME_TO_FIRST_TOKEN' | 'TIME_PER_TOKEN' | 'END_TO_END' | 'HALLUCINATION' | 'LOW_QUALITY';
  role: 'GUARDRAIL' | 'SIGNAL';
  limit: number;
}

export interface ImportedVersion {
  version: GoldenVersion;
  unsupported: string[];
}

export interface JudgeCalibration {
  judgeVersion: string;
  agreement: RaterAgreement;
  trustworthy: boolean;
  accuracy?: CorrectedAccuracy | null;
}

export interface JudgeCoverage {
  available: boolean;
  candidateCoverage: number;
  baselineCoverage: number;
}

export interface Judged {
  ruledCount: number;
  missingCount: number;
  inapplicableCount: number;
}

export interface Judgements {
  judgements: AnswerJudgement[];
}

export interface JudgementsTaken {
  takenCount: number;
  unknownCount: number;
}

export interface KeyStatus {
  id: string;
  tenant: string;
  user?: string | null;
  name: string;
  scopes: string[];
  createdAt: string;
  expiresAt?: string | null;
  revokedAt?: string | null;
}

export interface LimitChange {
  max: number;
}

export interface LimitStatus {
  id: string;
  tenant?: string | null;
  user?: string | null;
  key?: string | null;
  model?: string | null;
  metric: 'REQUESTS' | 'INPUT_TOKENS' | 'OUTPUT_TOKENS' | 'TOKENS' | 'COST' | 'CONCURRENCY';
  period: 'MINUTE' | 'DAY' | 'MONTH' | 'AT_ONCE';
  max: number;
  spent?: number | null;
}

export interface LiveFigures {
  from: string;
  to: string;
  slotSeconds: number;
  slots: Slot[];
}

export interface Meaning {
  tenant: string;
  hits: number;
  explored: number;
  exploredRight: number;
  checked: number;
  checkedWrong: number;
  falseHitRate?: number | null;
}

export interface MetricLine {
  name: string;
  caseCount: number;
  mean: number;
  baselineMean: number;
  pValue: number;
  noisy: boolean;
}

export interface MetricReading {
  metric: 'ERROR' | 'TIME_TO_FIRST_TOKEN' | 'TIME_PER_TOKEN' | 'END_TO_END' | 'HALLUCINATION' | 'LOW_QUALITY';
  estimate?: number | null;
  lower?: number | null;
  upper?: number | null;
  log10E: number;
}

export interface MetricReport {
  metric: 'ERROR' | 'TIME_TO_FIRST_TOKEN' | 'TIME_PER_TOKEN' | 'END_TO_END' | 'HALLUCINATION' | 'LOW_QUALITY';
  role: 'GUARDRAIL' | 'SIGNAL';
  status: 'PASS' | 'WATCH' | 'HOLD' | 'FAIL';
  candidateCount: number;
  candidateBadCount: number;
  baselineCount: number;
  baselineBadCount: number;
  samplesMin: number;
  estimate?: number | null;
  lower?: number | null;
  upper?: number | null;
  recent?: number | null;
  limit: number;
  unit: string;
  log10E: number;
  log10Needed: number;
}

export interface ModelFit {
  fits: boolean;
  reason?: string | null;
  weightsBytes: number;
  kvCacheBytes: number;
  workingBytes: number;
  freeBytes: number;
}

export interface ModelLine {
  name: string;
  version?: string | null;
  state: string;
  reason?: string | null;
  phase?: string | null;
  fraction?: number | null;
  requestsInFlight: number;
  aliases: string[];
  weightsBytes?: number | null;
  kvCacheBytes?: number | null;
  workingBytes?: number | null;
  path?: string | null;
  parameters: Record<string, string>;
  pin?: Pin | null;
}

export interface ModelOrder {
  engine: string;
  model: string;
  verb: 'LOAD' | 'UNLOAD' | 'SLEEP' | 'WAKE';
  parameters?: Record<string, unknown> | null;
}

export interface NewExperiment {
  id?: string | null;
  alias: string;
  arms: ExperimentArm[];
  coverage?: number | null;
  primary: 'TASK_COMPLETION' | 'THUMBS' | 'QUALITY' | 'HALLUCINATION' | 'ERRORS' | 'LATENCY' | 'COST';
  horizonDays?: number | null;
  usersPerArmMin?: number | null;
  bandit?: BanditOrder | null;
  reason: string;
}

export interface NewGrade {
  code: string;
  correction?: string | null;
  note?: string | null;
}

export interface NewKey {
  tenant: string;
  user?: string | null;
  name: string;
  scopes: string[];
  expiresAt?: string | null;
}

export interface NewKeyStatus {
  key: string;
  status: KeyStatus;
}

export interface NewLimit {
  tenant?: string | null;
  user?: string | null;
  key?: string | null;
  model?: string | null;
  metric: 'REQUESTS' | 'INPUT_TOKENS' | 'OUTPUT_TOKENS' | 'TOKENS' | 'COST' | 'CONCURRENCY';
  period: 'MINUTE' | 'DAY' | 'MONTH' | 'AT_ONCE';
  max: number;
}

export interface NewRollout {
  id?: string | null;
  alias: string;
  baseline?: string | null;
  candidate: string;
  template?: 'STANDARD' | 'UNJUDGED' | null;
  stages?: StageOrder[] | null;
  guards?: GuardOrder[] | null;
  reason: string;
  overrideGate?: boolean | null;
  start?: boolean | null;
}

export interface NewRun {
  goldenSet: string;
  version?: string | null;
  model: string;
  repeatCount?: number | null;
  concurrency?: number | null;
  judgeModel?: string | null;
  embeddingModel?: string | null;
  comparedWith?: string | null;
}

export interface NewTenant {
  id: string;
  name: string;
  weight?: number | null;
  dataResidency?: 'LOCAL_ONLY' | 'OVERFLOW_ALLOWED' | null;
}

export interface NewText {
  text: string;
  expected: string;
}

export interface NewUser {
  id: string;
  tenant: string;
  name: string;
  role?: 'VIEWER' | 'OPERATOR' | 'ADMIN' | null;
}

export interface NewestEntry {
  seq: number;
}

export interface Outcome {
  outcome: string;
  version: number;
  reasons: string[];
}

export interface OverrideReason {
  reason: string;
}

export interface Pin {
  engine: string;
  model: string;
  actor: string;
  reason: string;
  at: string;
}

export interface PinOrder {
  engine: string;
  model: string;
  pinned: boolean;
}

export interface PostMortemView {
  rolloutId: string;
  findings: FindingView[];
  candidate: SampleView[];
  baseline: SampleView[];
  worst?: WorstAnswer[] | null;
}

export interface Preference {
  winner: 'CANDIDATE' | 'BASELINE' | 'TIE' | 'INCONSISTENT' | 'SAME' | 'NOT_APPLICABLE' | 'UNSCORED';
  reason: string;
}

export interface Preferences {
  candidateCount: number;
  baselineCount: number;
  tieCount: number;
  inconsistentCount: number;
  sameCount: number;
  inapplicableCount: number;
  unscoredCount: number;
  positionBias: number;
  pValue: number;
}

export interface Problem {
  line: number;
  path: string;
  message: string;
}

export interface ProviderOrder {
  shape?: string | null;
  url: string;
  keyFile: string;
  region: string;
  budgetPerDay: number;
  models: Record<string, StandInOrder>;
}

export interface ProviderStatus {
  name: string;
  origin: 'CONFIGURED' | 'REGISTERED';
  shape: string;
  url: string;
  keyFile: string;
  region: string;
  budgetPerDay: number;
  models: Record<string, StandInStatus>;
  ready: boolean;
  reason?: string | null;
}

export interface Purged {
  tenant: string;
}

export interface Question {
  tenant?: string | null;
  user?: string | null;
  key?: string | null;
  operation?: string | null;
  region?: string | null;
  session?: string | null;
  headers?: Record<string, string> | null;
  request: unknown;
  configuration?: string | null;
}

export interface RaterAgreement {
  kappa: number;
  truePositiveRate: number;
  trueNegativeRate: number;
  count: number;
}

export interface ReadingView {
  metric: string;
  candidateCount: number;
  candidateBadCount: number;
  baselineCount: number;
  baselineBadCount: number;
  measured?: number | null;
  limit: number;
  log10E: number;
  log10Needed: number;
  warmUpCount: number;
}

export interface Refused {
  at: string;
  reasons: string[];
}

export interface Registration {
  url: string;
  region?: string | null;
}

export interface RequestStatus {
  id: string;
  requestId: string;
  at: string;
  tenant: string;
  user?: string | null;
  key?: string | null;
  feature?: string | null;
  endpoint: string;
  model: string;
  version?: string | null;
  engine?: string | null;
  arm?: string | null;
  tier?: string | null;
  reason?: string | null;
  cache?: string | null;
  guard?: string | null;
  compression?: string | null;
  tries?: string | null;
  engineTook?: EngineMillis | null;
  stream: boolean;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  usageTold: boolean;
  cost: number;
  firstByteMillis?: number | null;
  totalMillis: number;
  status: string;
}

export interface ReviewMessage {
  role: string;
  content: string;
}

export interface ReviewQueue {
  tasks: ReviewTask[];
  waitingCount: number;
}

export interface ReviewShare {
  share: number;
  low: number;
  high: number;
  count: number;
}

export interface ReviewSummary {
  model: string;
  drawnCount: number;
  gradedCount: number;
  disputedCount: number;
  unsafeCount: number;
  correct?: ReviewShare | null;
  meanHelpfulness?: number | null;
  accuracyBetweenPeople: RaterAgreement;
  safetyBetweenPeople: RaterAgreement;
  helpfulnessKappa: number;
  judges: JudgeCalibration[];
}

export interface ReviewTask {
  id: string;
  messages: ReviewMessage[];
  answer: string;
}

export interface RolloutDetail {
  summary: RolloutSummary;
  reason: string;
  stages: StageOrder[];
  guards: GuardOrder[];
  report: RolloutReport;
  lastDecision?: DecisionView | null;
  decisions: DecisionView[];
  allowed: ('START' | 'PAUSE' | 'RESUME' | 'PROMOTE_ONE' | 'PROMOTE_FULL' | 'EXTEND' | 'ROLL_BACK')[];
}

export interface RolloutForecast {
  requestsPerSecond: number;
  totalSeconds?: number | null;
  stages: StageForecast[];
}

export interface RolloutOrder {
  reason: string;
  id?: string | null;
}

export interface RolloutReading {
  number: number;
  at: string;
  stageIndex: number;
  candidateShare: number;
  metrics: MetricReading[];
}

export interface RolloutReport {
  at: string;
  phase: 'PLANNED' | 'RUNNING' | 'PAUSED' | 'INCONCLUSIVE' | 'COMPLETED' | 'ROLLED_BACK';
  stageIndex: number;
  candidateShare: number;
  actualShare?: number | null;
  heldSeconds: number;
  requiredSeconds: number;
  waitedSeconds: number;
  etaSeconds?: number | null;
  lookCount: number;
  holds: string[];
  metrics: MetricReport[];
  assignment: AssignmentReport;
  judge: JudgeCoverage;
  baselineHealthy: boolean;
  candidateHealthy: boolean;
  rollbackWaits: boolean;
  sentence: string;
}

export interface RolloutSummary {
  id: string;
  alias: string;
  baseline: string;
  candidate: string;
  phase: 'PLANNED' | 'RUNNING' | 'PAUSED' | 'INCONCLUSIVE' | 'COMPLETED' | 'ROLLED_BACK';
  stageIndex: number;
  stageCount: number;
  candidateShare: number;
  actualShare?: number | null;
  held: boolean;
  sentence: string;
  createdAt: string;
  createdBy: string;
  at: string;
}

export interface Rotation {
  overlapSeconds?: number | null;
}

export interface RunSettings {
  id: string;
  setName: string;
  goldenHash: string;
  model: string;
  repeatCount: number;
  judgeVersion?: string | null;
  embeddingModel?: string | null;
  comparedWith?: string | null;
  inputPrice: number;
  outputPrice: number;
}

export interface RunView {
  id: string;
  goldenSet: string;
  goldenHash: string;
  model: string;
  repeatCount: number;
  judgeVersion?: string | null;
  comparedWith?: string | null;
  state: 'RUNNING' | 'DONE' | 'CANCELLED' | 'FAILED';
  reason?: string | null;
  attemptCountPlanned: number;
  attemptCount: number;
  passedCount: number;
  author: string;
  createdAt: string;
  endedAt?: string | null;
}

export interface SampleView {
  requestId: string;
  callId: string;
  metric: 'ERROR' | 'TIME_TO_FIRST_TOKEN' | 'TIME_PER_TOKEN' | 'END_TO_END' | 'HALLUCINATION' | 'LOW_QUALITY';
  tenant: string;
  queryType: string;
}

export interface SavingsReport {
  from: string;
  to: string;
  baselineModel: string;
  calls: number;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  cost: number;
  baselineCost: number;
  saved: number;
}

export interface Serving {
  version: number;
  since: string;
  fingerprint: string;
  file?: string | null;
  refused?: Refused | null;
}

export interface SessionStatus {
  signedIn: boolean;
  tenant?: string | null;
  user?: string | null;
  key?: string | null;
  scopes: string[];
  csrf?: string | null;
  singleSignOn: boolean;
}

export interface SignIn {
  key: string;
}

export interface SliceLine {
  name: string;
  caseCount: number;
  passedCount: number;
  baselinePassedCount: number;
  pValue: number;
  floor?: number | null;
}

export interface Slot {
  start: string;
  calls: number;
  failed: number;
  known: number;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  firstTokenMillis?: number | null;
  firstTokenMillisP95?: number | null;
  tokenMillis?: number | null;
}

export interface StageForecast {
  kind: 'SHADOW' | 'CANARY' | 'WARM';
  candidateShare: number;
  holdSeconds: number;
  samplesSeconds?: number | null;
  seconds?: number | null;
  lookCount: number;
  judgedPerSecondMin: number;
  needs: GuardNeed[];
}

export interface StageOrder {
  kind: 'SHADOW' | 'CANARY' | 'WARM';
  candidateShare: number;
  holdSeconds: number;
  requestsMin?: number | null;
  judgedMin?: number | null;
}

export interface StandInOrder {
  name: string;
  input: number;
  cachedInput?: number | null;
  output: number;
  outputTokensUnsaid?: number | null;
}

export interface StandInStatus {
  name: string;
  input: number;
  cachedInput: number;
  output: number;
  outputTokensUnsaid: number;
}

export interface StartClearance {
  given: boolean;
  kind: string;
  reason: string;
}

export interface TargetStatus {
  name: string;
  unit: string;
  value?: number | null;
  low?: number | null;
  high?: number | null;
  target: number;
  atLeast: boolean;
  met?: boolean | null;
  windowDays: number;
  sampleCount: number;
  source: string;
}

export interface TemplateView {
  template: 'STANDARD' | 'UNJUDGED';
  stages: StageOrder[];
  guards: GuardOrder[];
}

export interface Tenant {
  id: string;
  name: string;
  weight: number;
  dataResidency: 'LOCAL_ONLY' | 'OVERFLOW_ALLOWED';
  enabled: boolean;
  createdAt: string;
}

export interface TenantChange {
  name?: string | null;
  weight?: number | null;
  dataResidency?: 'LOCAL_ONLY' | 'OVERFLOW_ALLOWED' | null;
  enabled?: boolean | null;
}

export interface TextVersion {
  seq: number;
  fingerprint: string;
  at: string;
  actor: string;
  reason: string;
  text: string;
}

export interface Totals {
  caseCount: number;
  passedCount: number;
  passedAlwaysCount: number;
  baselinePassedCount: number;
  onlyCandidateFailsCount: number;
  onlyBaselineFailsCount: number;
  pValue: number;
  coverage: number;
  judged: Judged;
}

export interface TrialReport {
  at: string;
  dayCount: number;
  arms: ArmReport[];
  assignmentLog10E?: number | null;
  assignmentLog10Needed: number;
  goals: GoalReport[];
}

export interface User {
  id: string;
  tenantId: string;
  name: string;
  role?: 'VIEWER' | 'OPERATOR' | 'ADMIN' | null;
  enabled: boolean;
  createdAt: string;
}

export interface UserChange {
  name?: string | null;
  role?: 'VIEWER' | 'OPERATOR' | 'ADMIN' | null;
  noRole?: boolean | null;
  enabled?: boolean | null;
}

export interface VersionDifference {
  from: GoldenVersion;
  to: GoldenVersion;
  added: string[];
  removed: string[];
  changed: string[];
}

export interface VersionView {
  model: string;
  share: number;
  readyEngineCount: number;
  rolloutId?: string | null;
}

export interface WhoAmI {
  tenant: string;
  user?: string | null;
  key?: string | null;
  scopes: string[];
}

export interface WorstAnswer {
  callId: string;
  messages: ReviewMessage[];
  answer: string;
  baselineAnswer?: string | null;
  hallucinated: boolean;
  quality: number;
  judgeVersion: string;
  reason: string;
}

/** Every operation: what it takes, and what it answers. */
export interface Operations {
  'GET /admin/alerts': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: AlertList;
  };
  'POST /admin/alerts/test': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: AlertList;
  };
  'GET /admin/aliases': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: AliasView[];
  };
  'GET /admin/audit': {
    path: Record<never, never>;
    query: { after?: number; limit?: number };
    body: undefined;
    answer: AuditEntry[];
  };
  'GET /admin/audit/newest': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: NewestEntry;
  };
  'GET /admin/audit/verdict': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: AuditVerdict;
  };
  'GET /admin/cache': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: Meaning[];
  };
  'DELETE /admin/cache/{tenant}': {
    path: { tenant: string };
    query: Record<never, never>;
    body: undefined;
    answer: Purged;
  };
  'GET /admin/configuration': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: Serving;
  };
  'POST /admin/configuration/check': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: string;
    answer: Checked;
  };
  'POST /admin/configuration/reload': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: Outcome;
  };
  'PUT /admin/configuration/text': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: NewText;
    answer: TextVersion;
  };
  'GET /admin/configuration/text': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: FileText;
  };
  'GET /admin/configuration/versions': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: TextVersion[];
  };
  'GET /admin/costs': {
    path: Record<never, never>;
    query: { from?: string; to?: string; by?: string; tenant?: string };
    body: undefined;
    answer: CostReport;
  };
  'GET /admin/costs.csv': {
    path: Record<never, never>;
    query: { from?: string; to?: string; by?: string; tenant?: string };
    body: undefined;
    answer: string;
  };
  'GET /admin/costs/savings': {
    path: Record<never, never>;
    query: { from?: string; to?: string; model: string; tenant?: string };
    body: undefined;
    answer: SavingsReport;
  };
  'GET /admin/drift': {
    path: Record<never, never>;
    query: { model?: string; tenant?: string; queryType?: string; verdict?: 'TOO_FEW' | 'STEADY' | 'WATCH' | 'MOVED'; limit?: number };
    body: undefined;
    answer: DriftSignal[];
  };
  'GET /admin/drift/rates': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: DriftRate[];
  };
  'GET /admin/engines': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: EngineStatus[];
  };
  'DELETE /admin/engines/{name}': {
    path: { name: string };
    query: Record<never, never>;
    body: undefined;
    answer: EngineStatus;
  };
  'GET /admin/engines/{name}': {
    path: { name: string };
    query: Record<never, never>;
    body: undefined;
    answer: EngineStatus;
  };
  'PUT /admin/engines/{name}': {
    path: { name: string };
    query: Record<never, never>;
    body: Registration;
    answer: EngineStatus;
  };
  'POST /admin/engines/{name}/drain': {
    path: { name: string };
    query: Record<never, never>;
    body: undefined;
    answer: EngineStatus;
  };
  'POST /admin/engines/{name}/resume': {
    path: { name: string };
    query: Record<never, never>;
    body: undefined;
    answer: EngineStatus;
  };
  'GET /admin/evaluations': {
    path: Record<never, never>;
    query: { goldenSet?: string; model?: string };
    body: undefined;
    answer: RunView[];
  };
  'POST /admin/evaluations': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: NewRun;
    answer: RunView;
  };
  'PUT /admin/evaluations/clearance': {
    path: Record<never, never>;
    query: { baseline: string; candidate: string };
    body: OverrideReason;
    answer: StartClearance;
  };
  'GET /admin/evaluations/clearance': {
    path: Record<never, never>;
    query: { baseline: string; candidate: string };
    body: undefined;
    answer: StartClearance;
  };
  'DELETE /admin/evaluations/clearance': {
    path: Record<never, never>;
    query: { baseline: string; candidate: string };
    body: undefined;
    answer: StartClearance;
  };
  'POST /admin/evaluations/gate': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: GateQuestion;
    answer: GateVerdict;
  };
  'POST /admin/evaluations/gate/report': {
    path: Record<never, never>;
    query: { format?: string };
    body: GateQuestion;
    answer: string;
  };
  'GET /admin/evaluations/{id}': {
    path: { id: string };
    query: Record<never, never>;
    body: undefined;
    answer: RunView;
  };
  'POST /admin/evaluations/{id}/cancel': {
    path: { id: string };
    query: Record<never, never>;
    body: undefined;
    answer: RunView;
  };
  'POST /admin/evaluations/{id}/resume': {
    path: { id: string };
    query: Record<never, never>;
    body: undefined;
    answer: RunView;
  };
  'POST /admin/experiments': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: NewExperiment;
    answer: ExperimentDetail;
  };
  'GET /admin/experiments': {
    path: Record<never, never>;
    query: { limit?: number };
    body: undefined;
    answer: ExperimentSummary[];
  };
  'GET /admin/experiments/{id}': {
    path: { id: string };
    query: Record<never, never>;
    body: undefined;
    answer: ExperimentDetail;
  };
  'POST /admin/experiments/{id}/stop': {
    path: { id: string };
    query: Record<never, never>;
    body: ExperimentStop;
    answer: ExperimentDetail;
  };
  'GET /admin/golden-sets': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: GoldenVersion[];
  };
  'GET /admin/golden-sets/{name}': {
    path: { name: string };
    query: Record<never, never>;
    body: undefined;
    answer: GoldenVersion[];
  };
  'POST /admin/golden-sets/{name}': {
    path: { name: string };
    query: { format?: string; note?: string };
    body: string;
    answer: ImportedVersion;
  };
  'GET /admin/golden-sets/{name}/difference': {
    path: { name: string };
    query: { from: string; to?: string };
    body: undefined;
    answer: VersionDifference;
  };
  'GET /admin/golden-sets/{name}/versions/{version}': {
    path: { name: string; version: string };
    query: { offset?: number; limit?: number; slice?: string };
    body: undefined;
    answer: CasePage;
  };
  'GET /admin/golden-sets/{name}/versions/{version}/export': {
    path: { name: string; version: string };
    query: { format?: string };
    body: undefined;
    answer: string;
  };
  'POST /admin/judgements': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: Judgements;
    answer: JudgementsTaken;
  };
  'POST /admin/keys': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: NewKey;
    answer: NewKeyStatus;
  };
  'GET /admin/keys': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: KeyStatus[];
  };
  'POST /admin/keys/{id}/revoke': {
    path: { id: string };
    query: Record<never, never>;
    body: undefined;
    answer: KeyStatus;
  };
  'POST /admin/keys/{id}/rotate': {
    path: { id: string };
    query: Record<never, never>;
    body: Rotation;
    answer: NewKeyStatus;
  };
  'POST /admin/limits': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: NewLimit;
    answer: LimitStatus;
  };
  'GET /admin/limits': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: LimitStatus[];
  };
  'PATCH /admin/limits/{id}': {
    path: { id: string };
    query: Record<never, never>;
    body: LimitChange;
    answer: LimitStatus;
  };
  'DELETE /admin/limits/{id}': {
    path: { id: string };
    query: Record<never, never>;
    body: undefined;
    answer: LimitStatus;
  };
  'GET /admin/live': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: LiveFigures;
  };
  'POST /admin/models': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: ModelOrder;
    answer: EngineWord;
  };
  'GET /admin/models': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: EngineModels[];
  };
  'POST /admin/models/adapters': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: AdapterOrder;
    answer: EngineWord;
  };
  'POST /admin/models/aliases': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: AliasOrder;
    answer: EngineWord;
  };
  'POST /admin/models/fit': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: FitQuestion;
    answer: ModelFit;
  };
  'POST /admin/models/pins': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: PinOrder;
    answer: PinOrder;
  };
  'GET /admin/openapi.json': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: unknown;
  };
  'GET /admin/providers': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: ProviderStatus[];
  };
  'DELETE /admin/providers/{name}': {
    path: { name: string };
    query: Record<never, never>;
    body: undefined;
    answer: ProviderStatus;
  };
  'GET /admin/providers/{name}': {
    path: { name: string };
    query: Record<never, never>;
    body: undefined;
    answer: ProviderStatus;
  };
  'PUT /admin/providers/{name}': {
    path: { name: string };
    query: Record<never, never>;
    body: ProviderOrder;
    answer: ProviderStatus;
  };
  'GET /admin/requests': {
    path: Record<never, never>;
    query: { requestId?: string; tenant?: string; user?: string; key?: string; feature?: string; model?: string; engine?: string; status?: string; before?: string; limit?: number };
    body: undefined;
    answer: RequestStatus[];
  };
  'GET /admin/requests/{id}': {
    path: { id: string };
    query: Record<never, never>;
    body: undefined;
    answer: RequestStatus;
  };
  'GET /admin/reviews': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: ReviewQueue;
  };
  'GET /admin/reviews/corrections': {
    path: Record<never, never>;
    query: { state?: 'PROPOSED' | 'APPROVED' | 'REJECTED' | 'PUBLISHED' };
    body: undefined;
    answer: Correction[];
  };
  'POST /admin/reviews/corrections/publication': {
    path: Record<never, never>;
    query: { note?: string };
    body: undefined;
    answer: GoldenVersion;
  };
  'POST /admin/reviews/corrections/{id}/decision': {
    path: { id: string };
    query: Record<never, never>;
    body: CorrectionDecision;
    answer: Correction;
  };
  'GET /admin/reviews/summary': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: ReviewSummary[];
  };
  'POST /admin/reviews/{id}': {
    path: { id: string };
    query: Record<never, never>;
    body: NewGrade;
    answer: GradeTaken;
  };
  'POST /admin/rollouts': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: NewRollout;
    answer: RolloutDetail;
  };
  'GET /admin/rollouts': {
    path: Record<never, never>;
    query: { limit?: number };
    body: undefined;
    answer: RolloutSummary[];
  };
  'POST /admin/rollouts/forecast': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: NewRollout;
    answer: RolloutForecast;
  };
  'GET /admin/rollouts/templates': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: TemplateView[];
  };
  'GET /admin/rollouts/{id}': {
    path: { id: string };
    query: Record<never, never>;
    body: undefined;
    answer: RolloutDetail;
  };
  'GET /admin/rollouts/{id}/decisions': {
    path: { id: string };
    query: { before?: number; limit?: number };
    body: undefined;
    answer: DecisionView[];
  };
  'POST /admin/rollouts/{id}/extend': {
    path: { id: string };
    query: Record<never, never>;
    body: RolloutOrder;
    answer: RolloutDetail;
  };
  'POST /admin/rollouts/{id}/pause': {
    path: { id: string };
    query: Record<never, never>;
    body: RolloutOrder;
    answer: RolloutDetail;
  };
  'GET /admin/rollouts/{id}/post-mortem': {
    path: { id: string };
    query: Record<never, never>;
    body: undefined;
    answer: PostMortemView;
  };
  'POST /admin/rollouts/{id}/promote-full': {
    path: { id: string };
    query: Record<never, never>;
    body: RolloutOrder;
    answer: RolloutDetail;
  };
  'POST /admin/rollouts/{id}/promote-one': {
    path: { id: string };
    query: Record<never, never>;
    body: RolloutOrder;
    answer: RolloutDetail;
  };
  'GET /admin/rollouts/{id}/readings': {
    path: { id: string };
    query: { after?: number; limit?: number };
    body: undefined;
    answer: RolloutReading[];
  };
  'POST /admin/rollouts/{id}/resume': {
    path: { id: string };
    query: Record<never, never>;
    body: RolloutOrder;
    answer: RolloutDetail;
  };
  'POST /admin/rollouts/{id}/rollback': {
    path: { id: string };
    query: Record<never, never>;
    body: RolloutOrder;
    answer: RolloutDetail;
  };
  'POST /admin/rollouts/{id}/start': {
    path: { id: string };
    query: Record<never, never>;
    body: RolloutOrder;
    answer: RolloutDetail;
  };
  'POST /admin/routes/explain': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: Question;
    answer: Explanation;
  };
  'GET /admin/targets': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: TargetStatus[];
  };
  'POST /admin/tenants': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: NewTenant;
    answer: Tenant;
  };
  'GET /admin/tenants': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: Tenant[];
  };
  'PATCH /admin/tenants/{id}': {
    path: { id: string };
    query: Record<never, never>;
    body: TenantChange;
    answer: Tenant;
  };
  'POST /admin/users': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: NewUser;
    answer: User;
  };
  'GET /admin/users': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: User[];
  };
  'PATCH /admin/users/{id}': {
    path: { id: string };
    query: Record<never, never>;
    body: UserChange;
    answer: User;
  };
  'GET /admin/whoami': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: WhoAmI;
  };
  'GET /ui/session': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: SessionStatus;
  };
  'POST /ui/session': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: SignIn;
    answer: SessionStatus;
  };
  'DELETE /ui/session': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: SessionStatus;
  };
  'GET /ui/session/oidc': {
    path: Record<never, never>;
    query: Record<never, never>;
    body: undefined;
    answer: undefined;
  };
  'GET /ui/session/oidc/return': {
    path: Record<never, never>;
    query: { code?: string; state?: string };
    body: undefined;
    answer: undefined;
  };
}
