import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useAnswer } from '../../api/session';
import type { RequestStatus } from '../../api/types';
import { Answer } from '../../controls/Answer';
import { count, millis, moment, money, rate } from '../../controls/figures';
import { DataTable } from '../../controls/DataTable';
import { Card, Figure, Page } from '../../controls/Page';
import { Outcome } from './Outcome';
import { partsOf, triesOf } from './way';

const SIBLINGS_MAX = 20;

export function OneRequest() {
  const { id = '' } = useParams();
  const request = useAnswer('GET /admin/requests/{id}', { path: { id } });
  return (
    <Page title="A request’s way" lead={<Link to="/requests">All requests</Link>}>
      <Answer of={request} what="the ledger">
        {(call) => (
          <>
            <Way call={call} />
            <Siblings of={call} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function tokensPerSecond(call: RequestStatus): number | null {
  const { firstByteMillis: first, totalMillis: total, outputTokens: tokens } = call;
  return !call.stream || first == null || tokens < 2 || total <= first ? null : ((tokens - 1) * 1000) / (total - first);
}

function Way(props: { call: RequestStatus }) {
  const { call } = props;
  const first = call.firstByteMillis ?? null;
  const tries = triesOf(call.tries);
  const parts = partsOf(call);
  return (
    <>
      <dl className="tiles">
        <Figure name="First token" value={millis(first)} />
        <Figure name="Whole" value={millis(call.totalMillis)} />
        <Figure name="Tokens per second" value={rate(tokensPerSecond(call))} />
        <Figure name="Tokens" value={`${count(call.inputTokens)} → ${count(call.outputTokens)}`} note={call.usageTold ? `${count(call.cachedTokens)} were found computed` : 'counted by Weir: no engine told'} />
        <Figure name="Cost" value={money(call.cost)} />
      </dl>
      <Card title="Its stations">
        <ol className="way">
          <Station name="Came in" at="0 ms">
            {moment(call.at)}, {call.endpoint}
            {call.stream ? ', streamed' : ''}; its caller calls it <code>{call.requestId}</code>
          </Station>
          <Station name="Was let in">
            tenant <strong>{call.tenant}</strong>
            {call.user && `, user ${call.user}`}
            {call.key && (
              <>
                , key <Link to={`/requests?key=${call.key}`}>{call.key}</Link>
              </>
            )}
            {call.feature && `, for the feature ${call.feature}`}
          </Station>
          <Station name="Was routed">
            to <strong>{call.model}</strong>
            {call.version && ` (${call.version})`}
            {call.tier && `, tier ${call.tier}`}
            {call.arm && `, arm ${call.arm}`}
            <div className="soft">{call.reason ?? 'its caller named the model'}</div>
          </Station>
          {(call.guard || call.compression) && (
            <Station name="Was guarded">
              {call.guard && <div>{call.guard}</div>}
              {call.compression && <div>{call.compression}</div>}
            </Station>
          )}
          {tries.length > 0 && (
            <Station name="Was tried">
              {tries.map((one, index) => (
                <div key={index}>
                  at <strong>{one.engine}</strong>: {one.why}
                </div>
              ))}
            </Station>
          )}
          <Station name="Was answered" at={millis(first)}>
            {call.engine ? (
              <>
                by <strong>{call.engine}</strong>
              </>
            ) : call.cache ? (
              <>from what is known already ({call.cache}), without an engine</>
            ) : (
              'by no engine'
            )}
          </Station>
          <Station name="Ended" at={millis(call.totalMillis)}>
            <Outcome status={call.status} /> {count(call.outputTokens)} tokens
          </Station>
        </ol>
        {parts.length > 0 && (
          <>
            <div className="bar" aria-hidden="true">
              {parts.map((part, index) => (
                <span key={part.name} className={`part-${index}`} style={{ flexGrow: part.millis }} />
              ))}
            </div>
            <dl className="line">
              {parts.map((part, index) => (
                <div key={part.name}>
                  <dt className={`part-${index}`}>{part.name}</dt>
                  <dd>{millis(part.millis)}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </Card>
    </>
  );
}

/** A model that failed and the one that was asked instead are calls of their own, under one name. */
function Siblings(props: { of: RequestStatus }) {
  const { of: call } = props;
  const calls = useAnswer('GET /admin/requests', { query: { requestId: call.requestId, tenant: call.tenant, limit: SIBLINGS_MAX } });
  const others = (calls.data ?? []).filter((other) => other.id !== call.id);
  if (others.length === 0) return null;
  return (
    <Card title="Other calls under this name">
      <DataTable
        caption="Other calls"
        columns={[
          { name: 'Outcome', cell: (other: RequestStatus) => <Outcome status={other.status} /> },
          { name: 'Model', cell: (other) => <Link to={`/requests/${other.id}`}>{other.model}</Link> },
          { name: 'Feature', cell: (other) => other.feature ?? <span className="soft">–</span>, minor: true },
          { name: 'Whole', cell: (other) => millis(other.totalMillis), figure: true },
          { name: 'Cost', cell: (other) => money(other.cost), figure: true },
        ]}
        rows={others}
        id={(other) => other.id}
        empty=""
      />
    </Card>
  );
}

function Station(props: { name: string; at?: string; children: ReactNode }) {
  return (
    <li>
      <div className="soft">{props.at ?? ''}</div>
      <div>
        <h3>{props.name}</h3>
        <div>{props.children}</div>
      </div>
    </li>
  );
}
