import { around, difference } from './difference';

const SIGNS = { same: ' ', added: '+', removed: '−' };
const NAMES = { same: '', added: 'added: ', removed: 'removed: ' };

/** What a text would change; signs say it, not only colours. */
export function Difference(props: { before: string; after: string }) {
  const lines = around(difference(props.before, props.after), 3);
  if (!lines.some((line) => line && line.kind !== 'same')) return <p className="soft">Nothing is different.</p>;
  return (
    <pre className="difference" tabIndex={0} aria-label="Difference">
      {lines.map((line, index) =>
        line === null ? (
          <div key={index} className="soft">
            ⋯
          </div>
        ) : (
          <div key={index} className={line.kind}>
            <span aria-hidden="true">{SIGNS[line.kind]} </span>
            <span className="unseen">{NAMES[line.kind]}</span>
            {line.text}
          </div>
        ),
      )}
    </pre>
  );
}
