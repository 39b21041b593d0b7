import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { BrowserRouter } from 'react-router';
import { Refused } from '../api/client';
import { SESSION, SignedIn, useSignedIn } from '../api/session';
import { Failure, Waiting } from '../controls/Notice';
import { Shell } from './Shell';
import { SignIn } from './SignIn';

/** A question that was refused is refused again; one that nobody answered may be answered the next time. */
const mayBeAskedAgain = (failures: number, failure: Error) => failures < 2 && !(failure instanceof Refused && failure.status >= 400 && failure.status < 500);

/** Nobody answered, or a proxy for somebody who is away, or Weir does not know who asks. */
const isDoubtful = ({ status, code }: Refused) => status === 0 || status === 401 || (status >= 502 && code === undefined);

function queries(): QueryClient {
  const client: QueryClient = new QueryClient({
    defaultOptions: {
      // Weir may be on this very machine, which needs no network for it.
      queries: { retry: mayBeAskedAgain, staleTime: 1000, refetchOnWindowFocus: true, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  });
  let isAway = false;
  client.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated') return;
    const { action, query } = event;
    if (query.queryKey[0] !== SESSION[0]) {
      // Whoever is not signed in any more sees the way in, and not a page of refusals; where Weir is away the page says so.
      // It does so at once, and not when the question was asked in vain for the last time.
      if ((action.type === 'failed' || action.type === 'error') && isDoubtful(action.error as Refused)) void client.invalidateQueries({ queryKey: SESSION });
    } else if (action.type === 'error') {
      isAway = true;
    } else if (action.type === 'success' && isAway) {
      isAway = false;
      void client.invalidateQueries({ predicate: (other) => other.queryKey[0] !== SESSION[0] });
    }
  });
  return client;
}

function Gate() {
  const session = useSignedIn();
  const [wasIn, setWasIn] = useState(false);
  const isIn = session.data?.signedIn ?? false;
  const left = session.data?.left ?? false;
  useEffect(() => {
    if (isIn) setWasIn(true);
    else if (left) setWasIn(false);
  }, [isIn, left]);
  if (session.data?.signedIn) {
    return (
      <SignedIn status={session.data}>
        <Shell isAway={session.isError} />
      </SignedIn>
    );
  }
  if (session.data) return <SignIn singleSignOn={session.data.singleSignOn} ended={wasIn && !left} />;
  return (
    <main className="entrance">
      {session.error ? <Failure failure={session.error} retry={() => void session.refetch()} /> : <Waiting what="Asking Weir who you are" />}
    </main>
  );
}

export function App() {
  const [client] = useState(queries);
  return (
    <QueryClientProvider client={client}>
      <BrowserRouter basename="/ui">
        <Gate />
      </BrowserRouter>
    </QueryClientProvider>
  );
}
