import { Link } from 'react-router';
import { useAnswer } from '../../api/session';
import type { PostMortemView, WorstAnswer } from '../../api/types';
import { Answer } from '../../controls/Answer';
import { DataTable } from '../../controls/DataTable';
import { count, percent, points, power } from '../../controls/figures';
import { Card } from '../../controls/Page';
import { Exhibit } from '../review/Exhibit';
import { METRICS } from './ladder';

type Sample = PostMortemView['candidate'][number];

/** Where the new version was worse, and requests that show it. */
export function PostMortem(props: { id: string }) {
  const view = useAnswer('GET /admin/rollouts/{id}/post-mortem', { path: { id: props.id } });
  return (
    <Card title="Where it was worse">
      <Answer of={view} what="the post-mortem">
        {(found) => (
          <>
            <DataTable
              caption="Slices, the worst first"
              columns={[
                { name: 'Slice', cell: (finding: PostMortemView['findings'][number]) => <><strong>{finding.value}</strong> <span className="soft">{finding.dimension.toLowerCase().replaceAll('_', ' ')}</span></> },
                { name: 'Guard', cell: (finding) => METRICS[finding.metric] },
                { name: 'New', cell: (finding) => `${count(finding.candidateBadCount)} of ${count(finding.candidateCount)}`, figure: true },
                { name: 'Old', cell: (finding) => `${count(finding.baselineBadCount)} of ${count(finding.baselineCount)}`, figure: true },
                { name: 'Difference', cell: (finding) => `${points(finding.differenceLower)} to ${points(finding.differenceUpper)}`, figure: true },
                { name: 'Evidence', cell: (finding) => power(finding.log10E), figure: true, minor: true },
              ]}
              rows={found.findings}
              id={(finding) => `${finding.metric} ${finding.dimension} ${finding.value}`}
              empty="No slice stands out: it was worse everywhere, or too few requests tell."
            />
            <div className="columns">
              <Samples title="Bad answers of the new version" samples={found.candidate} />
              <Samples title="Bad answers of the old version" samples={found.baseline} />
            </div>
            {found.worst && found.worst.length > 0 && (
              <>
                <h3>The worst answers, by the judge</h3>
                {found.worst.map((answer) => (
                  <Worst key={answer.callId} of={answer} />
                ))}
              </>
            )}
          </>
        )}
      </Answer>
    </Card>
  );
}

/** A bad answer beside what the old version says to the same, and why the judge finds it bad. */
function Worst(props: { of: WorstAnswer }) {
  const { of: bad } = props;
  return (
    <details>
      <summary>
        Quality {percent(bad.quality)}
        {bad.hallucinated && ', made up'}: {bad.messages.at(-1)?.content.slice(0, 80)}
      </summary>
      <Exhibit
        messages={bad.messages}
        answer={bad.answer}
        beside={[
          { title: 'The old version, asked the same', text: bad.baselineAnswer ?? 'did not answer' },
          { title: bad.judgeVersion, text: bad.reason },
        ]}
      />
    </details>
  );
}

function Samples(props: { title: string; samples: Sample[] }) {
  return (
    <div>
      <h3>{props.title}</h3>
      <DataTable
        caption={props.title}
        columns={[
          { name: 'Request', cell: (sample: Sample) => <Link to={`/requests/${sample.callId}`}>{sample.requestId}</Link> },
          { name: 'Guard', cell: (sample) => METRICS[sample.metric] },
          { name: 'Tenant', cell: (sample) => sample.tenant, minor: true },
        ]}
        rows={props.samples}
        id={(sample) => `${sample.callId} ${sample.metric}`}
        empty="None was kept."
      />
    </div>
  );
}
