import { useState } from 'react';
import { useAnswer, useChange, useSession } from '../../api/session';
import type { FileText, TextVersion } from '../../api/types';
import { Act } from '../../controls/Act';
import { Ago } from '../../controls/Ago';
import { Answer } from '../../controls/Answer';
import { Confirm } from '../../controls/Confirm';
import { DataTable } from '../../controls/DataTable';
import { Dialog } from '../../controls/Dialog';
import { moment } from '../../controls/figures';
import { Empty, Failure } from '../../controls/Notice';
import { Card } from '../../controls/Page';
import { Status } from '../../controls/Status';
import { Difference } from './Difference';
import { Explain } from './Explain';

export function Configuration() {
  const { may } = useSession();
  const serving = useAnswer('GET /admin/configuration', {}, { everyMillis: 5000 });
  const reload = useChange('POST /admin/configuration/reload', 'GET /admin/configuration', 'GET /admin/configuration/text');
  const [isReading, setReading] = useState(false);
  return (
    <>
      <Card
        title="What serves"
        actions={
          <Act needs="admin:operate" onClick={() => setReading(true)}>
            Read the file now
          </Act>
        }
      >
        <Answer of={serving} what="the configuration">
          {(now) => (
            <>
              <p>
                Version {now.version} <span className="mono">({now.fingerprint})</span>, since {moment(now.since)}, {now.file ? <>from <code>{now.file}</code></> : 'without a file: every default holds'}.
              </p>
              {now.refused && (
                <div className="notice bad" role="alert">
                  <strong>The file as it stands is not used</strong>
                  <ul>
                    {now.refused.reasons.map((reason) => (
                      <li key={reason}>{reason}</li>
                    ))}
                  </ul>
                </div>
              )}
            </>
          )}
        </Answer>
        {reload.data && (
          <p role="status" className="soft">
            The file was read: {reload.data.outcome}, version {reload.data.version} serves.
          </p>
        )}
      </Card>
      {isReading && (
        <Confirm
          title="Read the configuration’s file now"
          action="Read it"
          harmless
          effect={<p>If it can be used, the next request sees all of it. If not, the one that serves goes on serving, and this page says what is wrong with the file.</p>}
          pending={reload.isPending}
          failure={reload.error}
          onClose={() => setReading(false)}
          onConfirm={(reason) => reload.mutate({ reason }, { onSuccess: () => setReading(false) })}
        />
      )}
      {may('admin:administer') ? <Text /> : <Empty title="The text is for administrators.">Settings in it may hold passwords.</Empty>}
    </>
  );
}

function Text() {
  const text = useAnswer('GET /admin/configuration/text', {});
  return (
    <Answer of={text} what="the file">
      {(file) =>
        file.text == null ? (
          <Empty title="There is no file to change.">
            Start Weir with <code>--config weir.yaml</code>; docs/weir.example.yaml has every key with comments.
          </Empty>
        ) : (
          <Editor key={file.fingerprint} file={file} />
        )
      }
    </Answer>
  );
}

function Editor(props: { file: FileText }) {
  const before = props.file.text ?? '';
  const [text, setText] = useState(before);
  const [isPutting, setPutting] = useState(false);
  const check = useChange('POST /admin/configuration/check');
  const put = useChange('PUT /admin/configuration/text', 'GET /admin/configuration', 'GET /admin/configuration/text', 'GET /admin/configuration/versions');
  const versions = useAnswer('GET /admin/configuration/versions', {});
  const [shown, setShown] = useState<TextVersion | null>(null);
  const isChanged = text !== before;
  const change = (next: string) => {
    setText(next);
    check.reset();
  };
  return (
    <>
      <Card title="The file">
        <label>
          <span className="unseen">Configuration, as YAML</span>
          <textarea className="mono editor" rows={18} spellCheck={false} value={text} onChange={(event) => change(event.target.value)} />
        </label>
        <div className="actions">
          <button type="button" onClick={() => check.mutate({ body: text })} disabled={check.isPending}>
            Check
          </button>
          <button type="button" className="main" disabled={!isChanged} onClick={() => setPutting(true)}>
            Put in place…
          </button>
          {isChanged && (
            <button type="button" className="quiet" onClick={() => change(before)}>
              Undo all
            </button>
          )}
          {check.data?.valid && <Status mood="good">it can be used</Status>}
        </div>
        {check.error && <Failure failure={check.error} />}
        {check.data && !check.data.valid && (
          <div className="notice bad" role="alert">
            <strong>It cannot be used</strong>
            <ul>
              {check.data.problems.map((problem) => (
                <li key={`${problem.line} ${problem.message}`}>
                  line {problem.line}: {problem.path} {problem.message}
                </li>
              ))}
            </ul>
          </div>
        )}
        {isChanged && (
          <>
            <h3>What it changes</h3>
            <Difference before={before} after={text} />
            <h3>Try it on a request</h3>
            <Explain configuration={text} />
          </>
        )}
      </Card>
      <Card title="Versions that were put in place here">
        <Answer of={versions} what="the versions">
          {(rows) => (
            <DataTable
              caption="Versions of the configuration"
              columns={[
                { name: 'When', cell: (version) => <Ago at={version.at} /> },
                { name: 'By', cell: (version) => version.actor },
                { name: 'Why', cell: (version) => version.reason },
                { name: 'Text', cell: (version) => <span className="mono">{version.fingerprint}</span>, minor: true },
              ]}
              rows={rows}
              id={(version) => String(version.seq)}
              open={setShown}
              empty="No version was put in place here yet. Changes to the file by other hands are not kept."
            />
          )}
        </Answer>
      </Card>
      {shown && (
        <Dialog title={`From ${shown.fingerprint} to the file`} onClose={() => setShown(null)} wide>
          <div className="stack">
            <Difference before={shown.text} after={before} />
            <div className="actions">
              <button type="button" onClick={() => setShown(null)}>
                Close
              </button>
              <button
                type="button"
                className="main"
                onClick={() => {
                  change(shown.text);
                  setShown(null);
                }}
              >
                Take its text into the editor
              </button>
            </div>
          </div>
        </Dialog>
      )}
      {isPutting && (
        <Confirm
          title="Put the configuration in place"
          action="Put in place"
          effect={
            <>
              <p>The file is replaced, and the next request sees all of it: here at once, on other control planes with the same file within two seconds. If it cannot be used, nothing changes.</p>
              <Difference before={before} after={text} />
            </>
          }
          pending={put.isPending}
          failure={put.error}
          onClose={() => setPutting(false)}
          onConfirm={(reason) => put.mutate({ body: { text, expected: props.file.fingerprint ?? '' }, reason }, { onSuccess: () => setPutting(false) })}
        />
      )}
    </>
  );
}
