import { useEffect, useState } from 'react';
import { Link, useParams } from 'react-router';
import { useAnswer, useChange } from '../../api/session';
import type { CaseLine, GateVerdict, RunView } from '../../api/types';
import { Act } from '../../controls/Act';
import { Answer } from '../../controls/Answer';
import { Confirm } from '../../controls/Confirm';
import { DataTable } from '../../controls/DataTable';
import { Dialog } from '../../controls/Dialog';
import { count, moment, percent } from '../../controls/figures';
import { Failure, Waiting } from '../../controls/Notice';
import { Card, Figure, Page } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { Exhibit } from '../review/Exhibit';
import { baselinesFor, besides, CHANGES, fault, judgedOf, share, STATES, worst, worstSlices } from './runs';

const WORST_MAX = 10;
const ROWS_MAX = 20;
const SLICES_MAX = 8;

export function OneRun() {
  const { id = '' } = useParams();
  const [isStopping, setStopping] = useState(false);
  const run = useAnswer('GET /admin/evaluations/{id}', { path: { id } }, { everyMillis: 2000 });
  const cancel = useChange('POST /admin/evaluations/{id}/cancel', 'GET /admin/evaluations/{id}');
  const resume = useChange('POST /admin/evaluations/{id}/resume', 'GET /admin/evaluations/{id}');
  const state = run.data?.state;
  return (
    <Page
      title={run.data ? `${run.data.model} over ${run.data.goldenSet}` : 'A run'}
      lead={<Link to="/evaluations">All evaluations</Link>}
      actions={
        <>
          {state === 'RUNNING' && (
            <Act needs="admin:operate" className="danger" onClick={() => setStopping(true)}>
              Stop
            </Act>
          )}
          {(state === 'CANCELLED' || state === 'FAILED') && (
            <Act needs="admin:operate" className="main" disabled={resume.isPending} onClick={() => resume.mutate({ path: { id } })}>
              Go on
            </Act>
          )}
        </>
      }
    >
      {resume.error && <Failure failure={resume.error} />}
      <Answer of={run} what="the run">
        {(now) => (
          <>
            <Facts run={now} />
            {now.state === 'DONE' && <Gate key={now.id} run={now} />}
          </>
        )}
      </Answer>
      {isStopping && run.data && (
        <Confirm
          title="Stop the run"
          action="Stop"
          effect={
            <p>
              Nothing more is asked of {run.data.model}. {count(run.data.attemptCount)} of {count(run.data.attemptCountPlanned)} attempts are done and stay; the run can go on
              with the others later.
            </p>
          }
          pending={cancel.isPending}
          failure={cancel.error}
          onClose={() => setStopping(false)}
          onConfirm={(reason) => cancel.mutate({ path: { id }, reason }, { onSuccess: () => setStopping(false) })}
        />
      )}
    </Page>
  );
}

function Facts(props: { run: RunView }) {
  const { run } = props;
  const [mood, said] = STATES[run.state];
  return (
    <>
      <dl className="tiles">
        <Figure name="Passed" value={percent(share(run))} note={`${count(run.passedCount)} of ${count(run.attemptCount)} attempts`} />
        <Figure name="Done" value={percent(run.attemptCountPlanned === 0 ? null : run.attemptCount / run.attemptCountPlanned)} note={<Status mood={mood}>{said}</Status>} />
        <Figure name="Attempts at a case" value={count(run.repeatCount)} note={run.judgeVersion ? `judge ${run.judgeVersion}` : 'no judge'} />
        <Figure name="Begun" value={moment(run.createdAt).slice(0, 10)} note={moment(run.createdAt).slice(11)} />
      </dl>
      {run.reason && <p className="soft">{run.reason}</p>}
    </>
  );
}

/** May it replace the other? Both over the same version, case by case. */
function Gate(props: { run: RunView }) {
  const { run } = props;
  const runs = useAnswer('GET /admin/evaluations', { query: { goldenSet: run.goldenSet } });
  const [baseline, setBaseline] = useState(run.comparedWith ?? '');
  const ask = useChange('POST /admin/evaluations/gate');
  const { mutate } = ask;
  useEffect(() => mutate({ body: { candidateRun: run.id, ...(baseline && { baselineRun: baseline }) } }), [mutate, run.id, baseline]);
  return (
    <>
      <div className="fields narrow">
        <label>
          Compared with
          <select value={baseline} onChange={(event) => setBaseline(event.target.value)} data-filter>
            <option value="">nothing</option>
            {baselinesFor(run, runs.data ?? []).map((other) => (
              <option key={other.id} value={other.id}>
                {other.model}, {moment(other.createdAt)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {ask.error && <Failure failure={ask.error} />}
      {ask.data ? <Verdict of={ask.data} /> : !ask.error && <Waiting what="Comparing" />}
    </>
  );
}

function Verdict(props: { of: GateVerdict }) {
  const { passed, report } = props.of;
  const { total } = report;
  const isCompared = report.baseline != null;
  return (
    <>
      <div className={passed ? 'notice good' : 'notice bad'} role="status">
        <strong>{passed ? '● It passes the gate' : '✕ It does not pass the gate'}</strong>
        {report.failures.length > 0 && (
          <ul>
            {report.failures.map((failure) => (
              <li key={failure}>{failure}</li>
            ))}
          </ul>
        )}
        {report.preferences && (
          <span>
            Side by side the judge prefers {count(report.preferences.candidateCount)} answers of this run and {count(report.preferences.baselineCount)} of the other (p = {report.preferences.pValue.toPrecision(2)}); {count(report.preferences.tieCount + report.preferences.sameCount)} are as good, and the order decided{' '}
            {percent(report.preferences.positionBias)}. {count(report.preferences.unscoredCount)} have no verdict, and to {count(report.preferences.inapplicableCount)} its question does not apply.
          </span>
        )}
        <span>
          {count(total.passedCount)} of {count(total.caseCount)} cases pass, {count(total.passedAlwaysCount)} at every attempt
          {isCompared && `; ${count(total.onlyCandidateFailsCount)} only fail here, ${count(total.onlyBaselineFailsCount)} only failed before (p = ${total.pValue.toPrecision(2)})`}. {percent(total.coverage)} were scored.
        </span>
        {judgedOf(total) && <span>{judgedOf(total)}</span>}
      </div>
      <div className="columns">
        <Card title="By slice">
          <DataTable
            caption="Slices"
            columns={[
              { name: 'Slice', cell: (slice) => slice.name },
              { name: 'Cases', cell: (slice) => count(slice.caseCount), figure: true },
              { name: 'Pass', cell: (slice) => count(slice.passedCount), figure: true },
              ...(isCompared ? [{ name: 'Before', cell: (slice: (typeof report.slices)[number]) => count(slice.baselinePassedCount), figure: true }] : []),
              { name: 'Floor', cell: (slice) => percent(slice.floor), figure: true },
            ]}
            rows={worstSlices(report.slices, isCompared)}
            rowsMax={SLICES_MAX}
            id={(slice) => slice.name}
            empty="The set has no slices."
          />
        </Card>
        <Card title="By metric">
          <DataTable
            caption="Metrics"
            columns={[
              { name: 'Metric', cell: (metric) => metric.name },
              { name: 'Mean', cell: (metric) => metric.mean.toPrecision(3), figure: true },
              ...(isCompared
                ? [
                    { name: 'Before', cell: (metric: (typeof report.metrics)[number]) => metric.baselineMean.toPrecision(3), figure: true },
                    { name: 'p', cell: (metric: (typeof report.metrics)[number]) => metric.pValue.toPrecision(2), figure: true },
                  ]
                : []),
            ]}
            rows={report.metrics}
            id={(metric) => metric.name}
            empty="No metric was measured."
          />
        </Card>
      </div>
      <Cases of={report.cases} isCompared={isCompared} />
    </>
  );
}

/** Those to be read, and then each of them to be looked for; the server has put what got worse first. */
function Cases(props: { of: CaseLine[]; isCompared: boolean }) {
  const { of: cases, isCompared } = props;
  const [shown, setShown] = useState<CaseLine | null>(null);
  const bad = worst(cases, WORST_MAX);
  return (
    <>
      {bad.length > 0 && (
        <Card title="The worst answers">
          {bad.map((line) => (
            <details key={line.id}>
              <summary>
                {fault(line)}: {line.question.slice(0, 80)}
              </summary>
              <Case of={line} isCompared={isCompared} />
            </details>
          ))}
        </Card>
      )}
      <Card title="Cases, the worst first">
        <DataTable
          caption="Cases"
          columns={[
            { name: 'Change', cell: (line: CaseLine) => <Status mood={CHANGES[line.change][0]}>{CHANGES[line.change][1]}</Status> },
            { name: 'Case', cell: (line) => <span className="mono">{line.id}</span>, minor: true },
            { name: 'Question', cell: (line) => <span className="two-lines">{line.question}</span> },
            { name: 'Weight', cell: (line) => (line.mustPass ? 'must pass' : line.severity), minor: true },
            { name: 'Passed', cell: (line) => `${line.passedCount}/${line.attemptCount}`, figure: true },
          ]}
          rows={cases}
          rowsMax={ROWS_MAX}
          id={(line) => line.id}
          open={setShown}
          empty="There is no case."
        />
      </Card>
      {shown && (
        <Dialog title={`Case ${shown.id}`} onClose={() => setShown(null)} wide>
          <div className="stack">
            <Case of={shown} isCompared={isCompared} />
            <div className="actions">
              <button type="button" onClick={() => setShown(null)} autoFocus>
                Close
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

const Case = (props: { of: CaseLine; isCompared: boolean }) => (
  <Exhibit messages={[{ role: 'user', content: props.of.question }]} answer={props.of.answer} beside={besides(props.of, props.isCompared)} />
);
