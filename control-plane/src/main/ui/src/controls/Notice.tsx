import type { ReactNode } from 'react';
import type { Refused } from '../api/client';

/** Nothing is there yet, and what makes something be there. */
export function Empty(props: { title: string; children?: ReactNode }) {
  return (
    <div className="notice empty">
      <strong>{props.title}</strong>
      {props.children && <div>{props.children}</div>}
    </div>
  );
}

const REMEDIES: Record<string, string> = {
  unreachable: 'Look whether Weir runs and this machine reaches it; the page goes on by itself then.',
  missing_scope: 'Ask an administrator for a key with that scope, and sign in with it.',
  invalid_api_key: 'Sign out and in again, with a key that is valid.',
  storage_unavailable: 'Look whether the database is there; Weir goes on by itself then.',
};

/** Something failed: what, and what to do. */
export function Failure(props: { failure: Refused | Error; retry?: () => void }) {
  const code = 'code' in props.failure ? props.failure.code : undefined;
  return (
    <div className="notice bad" role="alert">
      <strong>That did not work.</strong>
      <div>{props.failure.message}</div>
      {code && REMEDIES[code] && <div className="soft">{REMEDIES[code]}</div>}
      {props.retry && (
        <button type="button" onClick={props.retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Waiting(props: { what: string }) {
  return (
    <div className="notice soft" role="status">
      {props.what}…
    </div>
  );
}
