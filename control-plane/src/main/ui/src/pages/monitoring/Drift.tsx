import { useState } from 'react';
import { useAnswer } from '../../api/session';
import type { DriftRate, DriftSignal } from '../../api/types';
import { Answer } from '../../controls/Answer';
import { DataTable } from '../../controls/DataTable';
import { count, percent, power } from '../../controls/figures';
import { Empty } from '../../controls/Notice';
import { Card } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { CAUSES, RATES, shares, SIGNALS, span, VERDICTS, whose } from './signals';

/** Rates that somebody has to know of at once, and distributions that have moved. */
export function Drift() {
  return (
    <>
      <Rates />
      <Signals />
    </>
  );
}

function Rates() {
  const rates = useAnswer('GET /admin/drift/rates', {}, { everyMillis: 30_000 });
  return (
    <Card title="Injections, refusals, hallucinations">
      <Answer of={rates} what="the rates">
        {(rows) => (
          <DataTable
            caption="Rates"
            columns={[
              { name: 'Rate', cell: (rate: DriftRate) => <><strong>{SIGNALS[rate.signal]}</strong><div className="soft">{whose(rate)}</div></> },
              { name: 'Verdict', cell: (rate) => <Status mood={RATES[rate.verdict][0]}>{RATES[rate.verdict][1]}</Status> },
              { name: 'Since Monday', cell: (rate) => <>{percent(rate.rate)}<div className="soft">of {count(rate.count)}</div></>, figure: true },
              { name: 'Four weeks before', cell: (rate) => <>{percent(rate.referenceRate)}<div className="soft">of {count(rate.referenceCount)}</div></>, figure: true },
              { name: 'Evidence', cell: (rate) => `${power(rate.log10E)} of ${power(3)}`, figure: true, minor: true },
            ]}
            rows={rows}
            id={(rate) => `${whose(rate)} ${rate.signal}`}
            empty={<Empty title="There is nothing to compare yet.">Rates of this week stand here beside those of the four weeks before.</Empty>}
          />
        )}
      </Answer>
    </Card>
  );
}

/** The same is often seen of a model, a tenant and a kind of question at once. */
const ROWS_MAX = 12;

function Signals() {
  const [all, setAll] = useState(false);
  const signals = useAnswer('GET /admin/drift', {}, { everyMillis: 30_000 });
  return (
    <Card
      title="What answers and questions look like"
      actions={
        <label className="check">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
          Also what is steady
        </label>
      }
    >
      <Answer of={signals} what="what has moved">
        {(rows) => (
          <DataTable
            caption="Signals, those that have moved first"
            columns={[
              { name: 'Signal', cell: (signal: DriftSignal) => <><strong>{SIGNALS[signal.signal]}</strong><div className="soft">{whose(signal)}, {span(signal.window)}</div></> },
              { name: 'Verdict', cell: (signal) => <><Status mood={VERDICTS[signal.verdict][0]}>{VERDICTS[signal.verdict][1]}</Status><div className="soft">{CAUSES[signal.cause]}</div></> },
              { name: 'Shift', cell: (signal) => signal.distance && <>{signal.distance.index.toFixed(2)}<div className="soft">by chance {signal.distance.indexByChance.toFixed(2)}</div></>, figure: true },
              { name: 'With the same questions', cell: (signal) => signal.givenInput?.index.toFixed(2) ?? '–', figure: true, minor: true },
              { name: 'Before and now', cell: (signal) => <><Shares of={signal.groups} /><span className="soft">{shares(signal.signal, signal.groups)}</span></>, minor: true },
            ]}
            rows={rows.filter((signal) => all || signal.verdict === 'MOVED' || signal.verdict === 'WATCH')}
            rowsMax={ROWS_MAX}
            id={(signal) => `${whose(signal)} ${signal.signal} ${signal.window}`}
            empty={<Empty title={rows.length === 0 ? 'There is too little to compare yet.' : 'Nothing has moved.'}>A distribution is compared once there are 500 answers before and now.</Empty>}
          />
        )}
      </Answer>
    </Card>
  );
}

const HEIGHT = 40;
const PLACE = 10;

/** The share of each value before, and beside it now; the words below it say the same. */
function Shares(props: { of: DriftSignal['groups'] }) {
  const groups = props.of.filter((group) => group.referenceShare > 0 || group.share > 0);
  const most = Math.max(...groups.flatMap((group) => [group.referenceShare, group.share]), 0.01);
  const bar = (share: number) => ({ height: (share / most) * HEIGHT, y: HEIGHT - (share / most) * HEIGHT, width: 4 });
  return (
    <svg className="shares" viewBox={`0 0 ${Math.max(groups.length, 1) * PLACE} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {groups.map((group, index) => (
        <g key={group.name}>
          <rect className="before" x={index * PLACE + 1} {...bar(group.referenceShare)} />
          <rect className="now" x={index * PLACE + 5} {...bar(group.share)} />
        </g>
      ))}
    </svg>
  );
}
