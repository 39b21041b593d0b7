import { useEffect, useState } from 'react';
import { Link, useParams } from 'react-router';
import { useAnswer, useChange } from '../../api/session';
import type { MetricReport, ReadingView, RolloutDetail, RolloutReading } from '../../api/types';
import { Act } from '../../controls/Act';
import { Ago } from '../../controls/Ago';
import { Answer } from '../../controls/Answer';
import { Confirm } from '../../controls/Confirm';
import { DataTable } from '../../controls/DataTable';
import { count, moment, percent, points, power } from '../../controls/figures';
import { Interval, Spark } from '../../controls/Interval';
import { Card, Figure, Page } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { effectOf, evidence, METRICS, readingsOf, samplesOf, span, stageName, STATUSES } from './ladder';
import type { Verb } from './ladder';
import { Phase } from './Phase';
import { PostMortem } from './PostMortem';

const VERBS: Record<Verb, string> = { START: 'Start', PAUSE: 'Pause', RESUME: 'Resume', PROMOTE_ONE: 'Promote one stage', PROMOTE_FULL: 'Promote fully', EXTEND: 'Extend', ROLL_BACK: 'Roll back' };

export function OneRollout() {
  const { id = '' } = useParams();
  const rollout = useAnswer('GET /admin/rollouts/{id}', { path: { id } }, { everyMillis: 1000 });
  const detail = rollout.data;
  return (
    <Page
      title={detail ? `${detail.summary.alias}: ${detail.summary.baseline} → ${detail.summary.candidate}` : 'A rollout'}
      lead={<Link to="/rollouts">All rollouts</Link>}
      actions={detail && <Orders of={detail} />}
    >
      <Answer of={rollout} what="the rollout">
        {(now) => (
          <>
            <Ladder of={now} />
            {isCompared(now) ? <Verdicts key={id} of={now} /> : <LastReadings of={now} />}
            {now.summary.phase === 'ROLLED_BACK' && <PostMortem id={id} />}
            <Timeline of={now} />
          </>
        )}
      </Answer>
    </Page>
  );
}

const isCompared = (detail: RolloutDetail) => detail.summary.phase !== 'COMPLETED' && detail.stages[detail.summary.stageIndex]?.kind !== 'WARM';

function Orders(props: { of: RolloutDetail }) {
  const { of: detail } = props;
  const [verb, setVerb] = useState<Verb | null>(null);
  const stale = ['GET /admin/rollouts/{id}', 'GET /admin/rollouts'] as const;
  const orders = {
    START: useChange('POST /admin/rollouts/{id}/start', ...stale),
    PAUSE: useChange('POST /admin/rollouts/{id}/pause', ...stale),
    RESUME: useChange('POST /admin/rollouts/{id}/resume', ...stale),
    PROMOTE_ONE: useChange('POST /admin/rollouts/{id}/promote-one', ...stale),
    PROMOTE_FULL: useChange('POST /admin/rollouts/{id}/promote-full', ...stale),
    EXTEND: useChange('POST /admin/rollouts/{id}/extend', ...stale),
    ROLL_BACK: useChange('POST /admin/rollouts/{id}/rollback', ...stale),
  };
  const chosen = verb && orders[verb];
  return (
    <>
      {detail.allowed.map((one) => (
        <Act key={one} needs="admin:operate" className={one === 'ROLL_BACK' ? 'danger' : ''} onClick={() => setVerb(one)}>
          {VERBS[one]}
        </Act>
      ))}
      {verb && chosen && (
        <Confirm
          title={VERBS[verb]}
          action={VERBS[verb]}
          harmless={verb !== 'ROLL_BACK' && verb !== 'PROMOTE_FULL'}
          typed={verb === 'PROMOTE_FULL' ? detail.summary.alias : undefined}
          effect={<p>{effectOf(verb, detail)}</p>}
          pending={chosen.isPending}
          failure={chosen.error}
          onClose={() => setVerb(null)}
          onConfirm={(reason) => chosen.mutate({ path: { id: detail.summary.id }, body: { reason }, reason }, { onSuccess: () => setVerb(null) })}
        />
      )}
    </>
  );
}

const SIGNS: Partial<Record<string, string>> = { past: '✓', stopped: '✕' };

function Ladder(props: { of: RolloutDetail }) {
  const { summary, stages, guards, report } = props.of;
  const isOver = summary.phase === 'COMPLETED';
  const isWarm = stages[summary.stageIndex]?.kind === 'WARM';
  const rolledBack = summary.phase === 'ROLLED_BACK' ? props.of.decisions.find((decision) => decision.kind === 'ROLLED_BACK') : undefined;
  return (
    <Card title="Stages" actions={<Phase of={summary} />}>
      <p role={summary.phase === 'ROLLED_BACK' ? 'alert' : 'status'}>
        {rolledBack && <strong>{rolledBack.sentence} </strong>}
        <strong className={rolledBack && 'soft'}>{report.sentence}</strong>
      </p>
      <ol className="ladder">
        {stages.map((stage, index) => {
          const here = rolledBack ? 'stopped' : 'now';
          const place = isOver || index < summary.stageIndex ? 'past' : index === summary.stageIndex ? here : 'next';
          return (
            <li key={index} className={place} aria-current={place === 'now' ? 'step' : undefined}>
              <span aria-hidden="true">{SIGNS[place] ?? index + 1}</span>
              <strong>{stageName(stage)}</strong>
              <span className="soft">
                {place === 'stopped' ? 'rolled back here; ' : ''}
                {span(stage.holdSeconds)}
                {samplesOf(stage, guards)}
              </span>
            </li>
          );
        })}
      </ol>
      {!isOver && !rolledBack && (
        <dl className="tiles">
          <Figure name="Share set" value={percent(report.candidateShare)} note={`actual ${percent(report.actualShare)}`} />
          <Figure name="Held" value={span(report.heldSeconds)} note={`of ${span(report.requiredSeconds)}; waited ${span(report.waitedSeconds)}`} />
          {isWarm ? (
            <Figure name="Way back stays warm" value={span(report.requiredSeconds - report.heldSeconds)} note={`${summary.baseline} is loaded that long, and takes over in less than a second`} />
          ) : (
            <Figure name="Next stage" value={span(report.etaSeconds)} note="at this traffic" />
          )}
          <Figure name="Assigned" value={count(report.assignment.candidateUnitCount)} note={`beside ${count(report.assignment.baselineUnitCount)}`} />
        </dl>
      )}
      <div className="actions">
        <Status mood={report.candidateHealthy ? 'good' : 'bad'}>{`${summary.candidate} ${report.candidateHealthy ? 'healthy' : 'not healthy'}`}</Status>
        <Status mood={report.baselineHealthy ? 'good' : 'bad'}>{`${summary.baseline} ${report.baselineHealthy ? 'healthy' : 'not healthy'}`}</Status>
        <Status mood={report.judge.available ? 'good' : 'idle'}>{report.judge.available ? `judge, ${percent(report.judge.candidateCoverage)} scored` : 'no judge'}</Status>
        <Status mood={evidence(report.assignment) >= 1 ? 'bad' : 'good'}>{evidence(report.assignment) >= 1 ? 'sample ratio is off' : 'sample ratio fits'}</Status>
        {report.rollbackWaits && <Status mood="bad">a rollback waits for a healthy target</Status>}
        {report.holds.map((hold) => (
          <Status key={hold} mood="warn">
            {hold.toLowerCase().replaceAll('_', ' ')}
          </Status>
        ))}
        <span className="soft">
          looked at <Ago at={report.at} />
        </span>
      </div>
    </Card>
  );
}

const written = (metric: Pick<MetricReport, 'unit'>, value: number | null | undefined) =>
  metric.unit.includes('points') ? points(value) : percent(value);

const READINGS_MAX = 500;

/** What was read of the guards since the rollout began, and what is read from now on. */
function useReadings(id: string) {
  const [known, setKnown] = useState<RolloutReading[]>([]);
  const after = known.at(-1)?.number ?? -1;
  const { data } = useAnswer('GET /admin/rollouts/{id}/readings', { path: { id }, query: { after } }, { everyMillis: 2000 });
  useEffect(() => {
    if (!data || data.length === 0) return;
    setKnown((before) => [...before, ...data.filter((reading) => reading.number > (before.at(-1)?.number ?? -1))].slice(-READINGS_MAX));
  }, [data]);
  return known;
}

function Verdicts(props: { of: RolloutDetail }) {
  const readings = useReadings(props.of.summary.id);
  const bad = (bads: number, all: number) => (all === 0 ? '–' : `${percent(bads / all)} of ${count(all)}`);
  return (
    <Card title="Guards">
      <DataTable
        caption="Guards"
        columns={[
          { name: 'Guard', cell: (metric: MetricReport) => <><strong>{METRICS[metric.metric]}</strong><div className="soft">{metric.role === 'GUARDRAIL' ? 'rolls back' : 'pauses'}</div></> },
          { name: 'Verdict', cell: (metric) => <Status mood={STATUSES[metric.status][0]}>{STATUSES[metric.status][1]}</Status> },
          { name: 'Old', cell: (metric) => bad(metric.baselineBadCount, metric.baselineCount), figure: true },
          {
            name: 'New',
            cell: (metric) => (
              <>
                {bad(metric.candidateBadCount, metric.candidateCount)}
                {metric.candidateCount < metric.samplesMin && <div className="soft">{count(metric.samplesMin)} are wanted</div>}
              </>
            ),
            figure: true,
          },
          { name: 'Difference, and its limit', cell: (metric) => <Difference of={metric} /> },
          { name: 'So far', cell: (metric) => <Spark name={METRICS[metric.metric]} readings={readingsOf(readings, metric.metric)} limit={metric.limit} />, minor: true },
          {
            name: 'Evidence of harm',
            cell: (metric) => (
              <>
                <meter min={0} max={1} high={0.6} optimum={0} value={evidence(metric)} aria-label={`evidence for ${METRICS[metric.metric]}`} />
                <div className="soft">
                  {power(metric.log10E)} of {power(metric.log10Needed)}
                </div>
              </>
            ),
            figure: true,
          },
        ]}
        rows={props.of.report.metrics}
        id={(metric) => metric.metric}
        empty="This plan has no guards."
      />
    </Card>
  );
}

/** As far as it can be told; its limit is known before. */
function Difference(props: { of: MetricReport }) {
  const { of: metric } = props;
  const { lower, estimate, upper, limit } = metric;
  if (lower == null || estimate == null || upper == null) return <span className="soft">limit {written(metric, limit)}</span>;
  return (
    <>
      <strong>{written(metric, estimate)}</strong>{' '}
      <span className="soft">
        {written(metric, lower)} to {written(metric, upper)}, limit {written(metric, limit)}
      </span>
      <Interval name={METRICS[metric.metric]} lower={lower} estimate={estimate} upper={upper} limit={limit} />
    </>
  );
}

/** At 100 % there is nothing to compare with: what was read last says what it was promoted by. */
function LastReadings(props: { of: RolloutDetail }) {
  const last = props.of.decisions.filter((decision) => decision.readings.some((reading) => reading.candidateCount > 0)).sort((one, other) => other.number - one.number)[0];
  if (!last) return null;
  return (
    <Card title="What it was promoted by">
      <DataTable
        caption="The last readings"
        columns={[
          { name: 'Guard', cell: (reading: ReadingView) => <strong>{METRICS[reading.metric as MetricReport['metric']]}</strong> },
          { name: 'Old', cell: (reading) => `${count(reading.baselineBadCount)} of ${count(reading.baselineCount)}`, figure: true },
          { name: 'New', cell: (reading) => `${count(reading.candidateBadCount)} of ${count(reading.candidateCount)}`, figure: true },
          { name: 'Limit', cell: (reading) => percent(reading.limit), figure: true },
          { name: 'Evidence of harm', cell: (reading) => `${power(reading.log10E)} of ${power(reading.log10Needed)}`, figure: true },
        ]}
        rows={last.readings}
        id={(reading) => reading.metric}
        empty="Nothing was read."
      />
      <p className="soft">At {moment(last.at)}. Everything goes to {props.of.summary.candidate} now, so there is nothing to compare it with.</p>
    </Card>
  );
}

function Timeline(props: { of: RolloutDetail }) {
  return (
    <Card title="What was decided">
      <ol className="way">
        {[...props.of.decisions]
          .sort((one, other) => other.number - one.number)
          .map((decision) => (
            <li key={decision.number}>
              <div className="soft">
                {moment(decision.at).slice(11, 19)}
                <div>{moment(decision.at).slice(0, 10)}</div>
              </div>
              <div>
                <h3>{decision.kind.toLowerCase().replaceAll('_', ' ')}</h3>
                <div>{decision.sentence}</div>
                <div className="soft">
                  stage {decision.stageIndex + 1}, by <span className="mono">{decision.actor}</span>
                </div>
              </div>
            </li>
          ))}
      </ol>
    </Card>
  );
}
