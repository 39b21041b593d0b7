import type { FormEvent } from 'react';
import { useState } from 'react';
import { useSignIn } from '../api/session';
import { Failure } from '../controls/Notice';

export function SignIn() {
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
        <label>
          API key
          <input
            type="password"
            name="key"
            autoComplete="current-password"
            placeholder="wk-…"
            value={key}
            onChange={(event) => setKey(event.target.value)}
            autoFocus
            required
            spellCheck={false}
          />
        </label>
        {signIn.error && <Failure failure={signIn.error} />}
        <button type="submit" className="main" disabled={signIn.isPending || key.trim() === ''}>
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
