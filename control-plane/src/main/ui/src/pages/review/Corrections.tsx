import { useState } from 'react';
import { useAnswer, useChange } from '../../api/session';
import type { Correction } from '../../api/types';
import { Ago } from '../../controls/Ago';
import { Answer } from '../../controls/Answer';
import { Confirm } from '../../controls/Confirm';
import { Empty, Failure } from '../../controls/Notice';
import { Card } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { Conversation } from './Conversation';

/** What people would have said, until somebody else agrees: the second key of a golden case. */
export function Corrections() {
  const proposed = useAnswer('GET /admin/reviews/corrections', { query: { state: 'PROPOSED' } }, { everyMillis: 5000 });
  const approved = useAnswer('GET /admin/reviews/corrections', { query: { state: 'APPROVED' } }, { everyMillis: 5000 });
  const publish = useChange('POST /admin/reviews/corrections/publication', 'GET /admin/reviews/corrections', 'GET /admin/golden-sets');
  const count = approved.data?.length ?? 0;
  return (
    <>
      <Card
        title="Into the golden set"
        actions={
          <button type="button" className="main" disabled={count === 0 || publish.isPending} onClick={() => publish.mutate({})}>
            Make the next version
          </button>
        }
      >
        <p>{count === 0 ? 'No correction is approved and waits for its version.' : `${count} approved, which become cases together.`}</p>
        {publish.error && <Failure failure={publish.error} />}
        {publish.data && (
          <p role="status">
            <Status mood="good">made</Status> {publish.data.setName}, version {publish.data.number} with {publish.data.caseCount} cases.
          </p>
        )}
      </Card>
      <Answer of={proposed} what="the corrections">
        {(rows) => (rows.length === 0 ? <Empty title="No correction waits for a decision.">Whoever grades an answer as incorrect can say what it should have said.</Empty> : rows.map((row) => <Proposed key={row.id} of={row} />))}
      </Answer>
    </>
  );
}

function Proposed(props: { of: Correction }) {
  const { of: correction } = props;
  const [decision, setDecision] = useState<boolean | null>(null);
  const decide = useChange('POST /admin/reviews/corrections/{id}/decision', 'GET /admin/reviews/corrections');
  return (
    <Card
      title="A correction"
      actions={
        <>
          <span className="soft">
            by <span className="mono">{correction.author}</span>, <Ago at={correction.proposedAt} />
          </span>
          <button type="button" onClick={() => setDecision(false)}>
            Reject
          </button>
          <button type="button" className="main" onClick={() => setDecision(true)}>
            Approve
          </button>
        </>
      }
    >
      <Conversation messages={correction.messages} answer={correction.answer} />
      <h3>It should have said</h3>
      <pre className="call">{correction.correction}</pre>
      {decision !== null && (
        <Confirm
          title={decision ? 'Approve the correction' : 'Reject the correction'}
          action={decision ? 'Approve' : 'Reject'}
          harmless={decision}
          effect={<p>{decision ? 'It becomes a case of the golden set’s next version. Whoever proposed it cannot approve it.' : 'It becomes no case. Its author can propose another.'}</p>}
          pending={decide.isPending}
          failure={decide.error}
          onClose={() => setDecision(null)}
          onConfirm={(reason) => decide.mutate({ path: { id: correction.id }, body: { approved: decision, reason }, reason }, { onSuccess: () => setDecision(null) })}
        />
      )}
    </Card>
  );
}
