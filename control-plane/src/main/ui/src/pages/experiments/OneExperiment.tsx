import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { useAnswer, useChange } from '../../api/session';
import type { ArmReport, ExperimentDetail, GoalReport, TrialReport } from '../../api/types';
import { Act } from '../../controls/Act';
import { Answer } from '../../controls/Answer';
import { Confirm } from '../../controls/Confirm';
import { DataTable } from '../../controls/DataTable';
import { count, moment, percent, power } from '../../controls/figures';
import { Interval } from '../../controls/Interval';
import { Empty } from '../../controls/Notice';
import { Card, Figure, Page } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { chance, difference, ENDS, GOALS, left, standing, written } from './goals';

type Estimate = GoalReport['estimates'][number];

export function OneExperiment() {
  const { id = '' } = useParams();
  const experiment = useAnswer('GET /admin/experiments/{id}', { path: { id } }, { everyMillis: 5000 });
  const [isStopping, setStopping] = useState(false);
  const stop = useChange('POST /admin/experiments/{id}/stop', 'GET /admin/experiments/{id}', 'GET /admin/experiments');
  const detail = experiment.data;
  return (
    <Page
      title={detail ? `${detail.summary.alias}: ${detail.arms.map((arm) => arm.model).join(' or ')}` : 'An experiment'}
      lead={<Link to="/experiments">All experiments</Link>}
      actions={
        detail?.summary.end === 'RUNNING' && (
          <Act needs="admin:operate" className="danger" onClick={() => setStopping(true)}>
            Stop
          </Act>
        )
      }
    >
      <Answer of={experiment} what="the experiment">
        {(now) => (
          <>
            <Standing of={now} />
            {now.report ? (
              <>
                <Arms of={now.report} isBandit={now.summary.kind === 'BANDIT'} />
                {now.report.goals.map((goal) => (
                  <GoalCard key={goal.goal} of={goal} control={now.arms[0]?.name} />
                ))}
              </>
            ) : (
              <Empty title="Nobody has looked at it yet.">The first look is taken soon after the first request to {now.summary.alias}.</Empty>
            )}
            <Timeline of={now} />
          </>
        )}
      </Answer>
      {isStopping && detail && (
        <Confirm
          title="Stop the experiment"
          action="Stop"
          effect={<p>All users of {detail.summary.alias} get {detail.arms[0]?.model} again, the control. It stays without a verdict and cannot be taken up again.</p>}
          pending={stop.isPending}
          failure={stop.error}
          onClose={() => setStopping(false)}
          onConfirm={(reason) => stop.mutate({ path: { id }, body: { reason }, reason }, { onSuccess: () => setStopping(false) })}
        />
      )}
    </Page>
  );
}

function Standing(props: { of: ExperimentDetail }) {
  const { of: detail } = props;
  const { summary, report } = detail;
  const [mood, said] = ENDS[summary.end];
  const users = report?.arms.map((arm) => arm.userCount) ?? [];
  return (
    <Card title={summary.kind === 'BANDIT' ? 'Bandit' : 'Experiment'} actions={<Status mood={mood}>{said}</Status>}>
      <p role={summary.end === 'HARMFUL' ? 'alert' : 'status'}>
        <strong>{summary.sentence}</strong>
      </p>
      <dl className="tiles">
        <Figure name="Decided by" value={GOALS[summary.primary]} note="registered before it began" />
        <Figure name="Users" value={count(users.reduce((sum, one) => sum + one, 0))} note={`${percent(detail.coverage)} of all take part`} />
        <Figure name="Full days" value={report ? count(report.dayCount) : '0'} note={`of ${count(detail.horizonDays)}`} />
        {summary.end === 'RUNNING' && summary.kind === 'EXPERIMENT' && <Figure name="Still wanted" {...left(report?.dayCount ?? 0, detail.horizonDays, users, detail.usersPerArmMin)} />}
      </dl>
      <div className="actions">
        <Status mood={detail.misassigned ? 'bad' : 'good'}>{detail.misassigned ? 'users fall on the wrong arms: nobody wins' : 'sample ratio fits'}</Status>
        {report?.assignmentLog10E != null && (
          <span className="soft">
            evidence against it {power(report.assignmentLog10E)} of {power(report.assignmentLog10Needed)}
          </span>
        )}
      </div>
      <p className="soft">{detail.reason}</p>
    </Card>
  );
}

function Arms(props: { of: TrialReport; isBandit: boolean }) {
  return (
    <Card title="Arms">
      <DataTable
        caption="Arms"
        columns={[
          { name: 'Arm', cell: (arm: ArmReport) => <><strong>{arm.name}</strong><div className="soft">{arm.model}</div></> },
          { name: 'State', cell: (arm) => (arm.stopped ? <Status mood="bad">stopped</Status> : <Status mood="good">open</Status>) },
          { name: 'Share', cell: (arm) => <><meter min={0} max={1} value={arm.share} aria-label={`share of ${arm.name}`} /> {percent(arm.share)}</>, figure: true },
          ...(props.isBandit ? [{ name: 'Is best with', cell: (arm: ArmReport) => percent(arm.probabilityOfBest), figure: true }, { name: 'Learned from', cell: (arm: ArmReport) => count(arm.rewardedCount), figure: true, minor: true }] : []),
          { name: 'Users', cell: (arm) => count(arm.userCount), figure: true },
          { name: 'Requests', cell: (arm) => count(arm.requestCount), figure: true, minor: true },
          { name: 'Failed', cell: (arm) => count(arm.failedCount), figure: true, minor: true },
        ]}
        rows={props.of.arms}
        id={(arm) => arm.name}
        empty="There is no arm."
      />
    </Card>
  );
}

function GoalCard(props: { of: GoalReport; control: string | undefined }) {
  const { of: goal, control } = props;
  return (
    <Card title={`${GOALS[goal.goal]}${goal.primary ? ', which decides' : ''}`} actions={<span className="soft">{goal.moreBetter ? 'more is better' : 'less is better'}</span>}>
      <DataTable
        caption={GOALS[goal.goal]}
        columns={[
          { name: 'Arm', cell: (one: Estimate) => <strong>{one.arm}</strong> },
          { name: 'Now', cell: (one) => <Status mood={standing(goal, one, control)[0]}>{standing(goal, one, control)[1]}</Status> },
          { name: 'Mean', cell: (one) => <>{written(goal.goal, one.mean)}{one.lower != null && <div className="soft">{written(goal.goal, one.lower)} to {written(goal.goal, one.upper)}</div>}</>, figure: true },
          {
            name: 'Difference to the control',
            cell: (one) =>
              one.difference == null ? (
                <span className="soft">–</span>
              ) : (
                <>
                  <strong>{difference(goal.goal, one.difference)}</strong>{' '}
                  <span className="soft">
                    {difference(goal.goal, one.differenceLower)} to {difference(goal.goal, one.differenceUpper)}
                  </span>
                  {one.differenceLower != null && one.differenceUpper != null && <Interval name={`${GOALS[goal.goal]} of ${one.arm}`} lower={one.differenceLower} estimate={one.difference} upper={one.differenceUpper} />}
                </>
              ),
          },
          { name: 'However often one looks', cell: (one) => (one.alwaysLower == null ? '–' : `${difference(goal.goal, one.alwaysLower)} to ${difference(goal.goal, one.alwaysUpper)}`), minor: true },
          { name: 'p, by Holm', cell: (one) => chance(one.adjustedP), figure: true, minor: true },
          { name: 'Answers', cell: (one) => count(one.observationCount), figure: true, minor: true },
        ]}
        rows={goal.estimates}
        id={(one) => one.arm}
        empty="Nobody has said anything yet."
      />
      {goal.varianceKept < 1 && <p className="soft">What was known of users before leaves {percent(goal.varianceKept)} of the variance.</p>}
    </Card>
  );
}

function Timeline(props: { of: ExperimentDetail }) {
  return (
    <Card title="What happened">
      <ol className="way">
        {props.of.timeline.map((event) => (
          <li key={event.number}>
            <div className="soft">{moment(event.at).slice(0, 16)}</div>
            <div>
              <div>{event.sentence}</div>
              <div className="soft">
                by <span className="mono">{event.actor}</span>
              </div>
            </div>
          </li>
        ))}
      </ol>
    </Card>
  );
}
