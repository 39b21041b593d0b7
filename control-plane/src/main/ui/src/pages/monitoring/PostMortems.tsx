import { useState } from 'react';
import { Link } from 'react-router';
import { useAnswer, useAnswers } from '../../api/session';
import type { FindingView, RolloutSummary } from '../../api/types';
import { Answer } from '../../controls/Answer';
import { DataTable } from '../../controls/DataTable';
import { count, points, power } from '../../controls/figures';
import { Empty, Failure, Waiting } from '../../controls/Notice';
import { Card } from '../../controls/Page';
import { METRICS } from '../rollouts/ladder';
import { dimensions, metrics, side } from './cube';
import type { Row } from './cube';

const ROLLOUTS_MAX = 12;

/** Where versions that were rolled back were worse: slices of the traffic against versions. */
export function PostMortems() {
  const rollouts = useAnswer('GET /admin/rollouts', {}, { everyMillis: 10_000 });
  return (
    <Answer of={rollouts} what="the rollouts">
      {(all) => {
        const back = all.filter((rollout) => rollout.phase === 'ROLLED_BACK').slice(0, ROLLOUTS_MAX);
        return back.length === 0 ? <Empty title="No version was rolled back.">When one is, the slices in which it was worse stand here, against those of other versions.</Empty> : <Cube of={back} />;
      }}
    </Answer>
  );
}

const words = (name: string) => name.toLowerCase().replaceAll('_', ' ');

function Cube(props: { of: RolloutSummary[] }) {
  const { of: rollouts } = props;
  const answers = useAnswers('GET /admin/rollouts/{id}/post-mortem', rollouts.map((rollout) => ({ path: { id: rollout.id } })));
  const [dimension, setDimension] = useState('');
  const [metric, setMetric] = useState<FindingView['metric'] | ''>('');
  const failed = answers.find((answer) => answer.error)?.error;
  if (failed) return <Failure failure={failed} />;
  const told = answers.flatMap(({ data }, index) => (data ? [{ version: rollouts[index]?.candidate ?? '', view: data }] : []));
  if (told.length < rollouts.length) return <Waiting what="Reading the post-mortems" />;
  const known = dimensions(told);
  const guards = metrics(told);
  const at = known.includes(dimension) ? dimension : known.includes('tenant') ? 'tenant' : known[0];
  const guard = guards.find((one) => one === metric) ?? guards[0];
  const versions = [...new Set(told.map(({ version }) => version))];
  return (
    <Card title="Where versions were worse">
      {at === undefined || guard === undefined ? (
        <Empty title="No slice stands out.">They were worse everywhere, or too few requests tell.</Empty>
      ) : (
        <>
          <div className="fields narrow">
            <label>
              By
              <select value={at} onChange={(event) => setDimension(event.target.value)} data-filter>
                {known.map((name) => (
                  <option key={name} value={name}>
                    {words(name)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Guard
              <select value={guard} onChange={(event) => setMetric(event.target.value as FindingView['metric'])}>
                {guards.map((name) => (
                  <option key={name} value={name}>
                    {METRICS[name]}
                  </option>
                ))}
              </select>
            </label>
          </div>
          <DataTable
            caption={`${METRICS[guard]} by ${words(at)} and version`}
            columns={[
              { name: words(at).replace(/^./, (letter) => letter.toUpperCase()), cell: (row: Row) => <strong>{row.value}</strong> },
              ...versions.map((version) => ({ name: version, cell: (row: Row) => <Cell of={row.cells[version]} />, figure: true })),
            ]}
            rows={side(told, at, guard)}
            id={(row) => row.value}
            empty={`${METRICS[guard]} were not worse in any of these.`}
          />
        </>
      )}
      <p className="soft">
        Of{' '}
        {rollouts.map((rollout, index) => (
          <span key={rollout.id}>
            {index > 0 && ', '}
            <Link to={`/rollouts/${rollout.id}`}>
              {rollout.alias}: {rollout.candidate}
            </Link>
          </span>
        ))}
        . At most one finding in twenty is expected to be false.
      </p>
    </Card>
  );
}

function Cell(props: { of: FindingView | undefined }) {
  const { of: finding } = props;
  if (!finding) return <span className="soft">–</span>;
  return (
    <>
      +{points(finding.differenceLower)} to +{points(finding.differenceUpper)}
      <div className="soft">
        {count(finding.candidateBadCount)} of {count(finding.candidateCount)}, {power(finding.log10E)}
      </div>
    </>
  );
}
