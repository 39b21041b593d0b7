import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { Link } from 'react-router';
import { SESSION, useAnswer } from '../../api/session';
import type { LiveFigures, RolloutSummary, SavingsReport } from '../../api/types';
import { Chart } from '../../controls/Chart';
import { ago, count, millis, money, percent, rate } from '../../controls/figures';
import { useNow } from '../../controls/now';
import { Card, Figure, Page } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { dearestModel } from '../cost/sums';
import { Phase } from '../rollouts/Phase';
import { Alerts } from './Alerts';
import { Engines } from './Engines';
import type { Traffic } from './traffic';
import { follow, recent } from './traffic';

type Connection = 'connecting' | 'live' | 'paused';
const MINUTE_SLOTS = 12;
const AGAIN_MILLIS = 3000;
const DAY_MILLIS = 86_400_000;

/** Figures as they come. With each event everything else on the page is asked for again, so that all of it is of one time, and pauses together. */
function useTraffic(isPaused: boolean) {
  const queries = useQueryClient();
  const [traffic, setTraffic] = useState<Traffic>();
  const [connection, setConnection] = useState<Connection>('connecting');
  const [heardMillis, setHeardMillis] = useState(() => Date.now());
  useEffect(() => {
    if (isPaused) {
      setConnection('paused');
      return;
    }
    let events: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      const opened = new EventSource('/admin/live');
      events = opened;
      opened.onopen = () => setConnection('live');
      opened.onmessage = (event: MessageEvent<string>) => {
        setHeardMillis(Date.now());
        setTraffic((known) => follow(known, JSON.parse(event.data) as LiveFigures));
        void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== SESSION[0] });
      };
      opened.onerror = () => {
        setConnection('connecting');
        void queries.invalidateQueries({ queryKey: SESSION }); // Weir may be away, or the session over
        if (opened.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MILLIS); // refused: the browser does not try again by itself
      };
    };
    open();
    return () => {
      clearTimeout(again);
      events?.close();
    };
  }, [isPaused, queries]);
  return { traffic, connection, heardMillis };
}

const CONNECTIONS = { connecting: ['busy', 'connecting'], live: ['good', 'live'], paused: ['idle', 'paused'] } as const;
const STILL_MILLIS = 15_000;

/** A connection over which nothing comes is not live: the server cannot read its ledger, say. */
function Liveness(props: { connection: Connection; heardMillis: number }) {
  const now = useNow();
  const [mood, said] = CONNECTIONS[props.connection];
  if (props.connection !== 'live' || now - props.heardMillis < STILL_MILLIS) return <Status mood={mood}>{said}</Status>;
  return <Status mood="warn">{`stands still, the last figures came ${ago(props.heardMillis, now)}`}</Status>;
}

export default function Overview() {
  const [isPaused, setPaused] = useState(false);
  const { traffic, connection, heardMillis } = useTraffic(isPaused);
  const lately = recent(traffic, MINUTE_SLOTS);
  const lines = useMemo(() => {
    const slots = traffic?.slots ?? [];
    const seconds = traffic?.slotSeconds ?? 1;
    return {
      times: slots.map((slot) => new Date(slot.start).toLocaleTimeString('en-GB')),
      calls: [
        { name: 'requests', values: slots.map((slot) => slot.calls / seconds) },
        { name: 'failed', values: slots.map((slot) => slot.failed / seconds) },
      ],
      tokens: [{ name: 'output tokens', values: slots.map((slot) => slot.outputTokens / seconds) }],
      first: [
        { name: 'median', values: slots.map((slot) => slot.firstTokenMillis ?? null) },
        { name: '95th percentile', values: slots.map((slot) => slot.firstTokenMillisP95 ?? null) },
      ],
      token: [{ name: 'median', values: slots.map((slot) => slot.tokenMillis ?? null) }],
    };
  }, [traffic]);
  return (
    <Page
      title="Overview"
      lead={<Liveness connection={connection} heardMillis={heardMillis} />}
      actions={
        <button type="button" onClick={() => setPaused(!isPaused)}>
          {isPaused ? 'Go on' : 'Pause'}
        </button>
      }
    >
      <Alerts failedShare={lately.failedShare} />
      <dl className="tiles four">
        <Figure name="Requests" value={`${rate(lately.perSecond)}/s`} note={`${percent(lately.failedShare)} failed, last minute`} />
        <Figure name="Output tokens" value={`${rate(lately.outputPerSecond)}/s`} note="last minute" />
        <Figure name="First token" value={millis(lately.firstTokenMillis)} note={`p95 ${millis(lately.firstTokenMillisP95)}`} />
        <Figure name="Further tokens" value={millis(lately.tokenMillis)} note="each, median" />
        <Figure name="Cache hits" value={percent(lately.knownShare)} note={`of requests; ${percent(lately.cachedShare)} of prompt tokens were computed before`} />
        <Budget />
        <Money />
      </dl>
      <RolloutsUnderWay />
      <Engines />
      <Card title="The last fifteen minutes">
        <div className="charts">
          <Chart title="Requests per second" places={lines.times} series={lines.calls} write={rate} />
          <Chart title="Output tokens per second" places={lines.times} series={lines.tokens} write={rate} />
          <Chart title="Time to the first token" places={lines.times} series={lines.first} write={millis} />
          <Chart title="Time of each further token" places={lines.times} series={lines.token} write={millis} />
        </div>
      </Card>
    </Page>
  );
}

const UNDER_WAY: RolloutSummary['phase'][] = ['RUNNING', 'PAUSED', 'INCONCLUSIVE'];

/** Nothing, where nothing is rolled out now. */
function RolloutsUnderWay() {
  const rollouts = useAnswer('GET /admin/rollouts', {});
  const now = (rollouts.data ?? []).filter((rollout) => UNDER_WAY.includes(rollout.phase));
  if (now.length === 0) return null;
  return (
    <Card title="Rollouts under way">
      <ul className="plain">
        {now.map((rollout) => (
          <li key={rollout.id}>
            <Phase of={rollout} />
            <Link to={`/rollouts/${rollout.id}`}>
              {rollout.alias}: {rollout.baseline} → {rollout.candidate}
            </Link>
            <span>{percent(rollout.candidateShare)} of the traffic.</span>
            <span className="soft">{rollout.sentence}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** How fast the promised errors are used up: at 1 they last just as long as they were promised for. */
function Budget() {
  const { data } = useAnswer('GET /admin/alerts', {});
  const burn = data?.budget;
  return (
    <Figure
      name="SLO burn"
      value={burn ? `${rate(burn.lastHour)} ×` : rate(null)}
      note={burn && `in the last hour; ${rate(burn.lastFiveMinutes)} × in 5 min, ${rate(burn.lastDay)} × in a day; ${percent(burn.objective, 1)} promised`}
    />
  );
}

/** Today's, by UTC as the ledger counts days; saved against the model that would have cost most. */
function Money() {
  const today = Math.floor(useNow() / DAY_MILLIS) * DAY_MILLIS;
  const from = new Date(today).toISOString();
  const byModel = useAnswer('GET /admin/costs', { query: { from, by: 'model' } });
  const rows = byModel.data?.rows ?? [];
  const model = dearestModel(rows);
  const savings = useAnswer('GET /admin/costs/savings', { query: { from, model: model ?? '' } }, { enabled: model !== undefined });
  const cost = rows.reduce((total, row) => total + row.cost, 0);
  const calls = rows.reduce((total, row) => total + row.calls, 0);
  const report: SavingsReport | undefined = savings.data;
  return (
    <>
      <Figure name="Cost today" value={byModel.data ? money(cost) : money(null)} note={<Link to="/cost">{count(calls)} {calls === 1 ? 'request' : 'requests'}, UTC day</Link>} />
      <Figure name="Saved today" value={money(report?.saved)} note={report ? `against all on ${report.baselineModel}` : 'prices in weir.yaml tell'} />
    </>
  );
}
