import type { FormEvent } from 'react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useSignIn } from '../api/session';
import { Failure } from '../controls/Notice';

/** Why an issuer's visitor is not in; the log of Weir has the details. */
const REFUSALS: Record<string, string> = {
  issuer: 'Your organisation did not confirm who you are. Try again, or sign in with a key.',
  late: 'That took too long, or cookies are switched off. Try again.',
  unknown: 'Weir could not make sure who you are, or you are disabled here. Try again; the log of Weir says why.',
  role: 'You are known, and have no role here. Ask an administrator of Weir for one.',
  silent: 'Your organisation’s sign-in does not answer. Try again in a while, or sign in with a key.',
};

export function SignIn(props: { singleSignOn: boolean; ended: boolean }) {
  const [search] = useSearchParams();
  const refused = REFUSALS[search.get('refused') ?? ''];
  const [key, setKey] = useState('');
  const signIn = useSignIn();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate(key);
  };
  return (
    <main className="entrance">
      <form className="card" onSubmit={submit}>
        <img src="/ui/weir.svg" alt="" width="48" height="48" />
        <h1>Weir</h1>
        {props.ended && (
          <div className="notice warn" role="alert">
            Your session is over: it ended, or its key or person was barred. Sign in again, and you are back where you were.
          </div>
        )}
        {refused && (
          <div className="notice bad" role="alert">
            {refused}
          </div>
        )}
        {props.singleSignOn && (
          <>
            <a className="button main" href="/ui/session/oidc">
              Sign in with your organisation
            </a>
            <div className="or">or with a key</div>
          </>
        )}
        <label>
          API key
          <input
            type="password"
            name="key"
            autoComplete="current-password"
            placeholder="wk-…"
            value={key}
            onChange={(event) => setKey(event.target.value)}
            autoFocus={!props.singleSignOn}
            required
            spellCheck={false}
          />
        </label>
        {signIn.error && <Failure failure={signIn.error} />}
        <button type="submit" className={props.singleSignOn ? '' : 'main'} disabled={signIn.isPending || key.trim() === ''}>
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </button>
        <p className="soft">
          The first start of Weir prints an administrator’s key, once. If it is lost, start Weir once more with <code>--new-admin-key</code>. The key stays
          out of the browser: what is kept is a cookie that no script can read.
        </p>
      </form>
    </main>
  );
}
