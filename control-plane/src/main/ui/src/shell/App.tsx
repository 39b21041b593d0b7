import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { BrowserRouter } from 'react-router';
import { Refused } from '../api/client';
import { SESSION, SignedIn, useSignedIn } from '../api/session';
import { Failure, Waiting } from '../controls/Notice';
import { Shell } from './Shell';
import { SignIn } from './SignIn';

/** A question that was refused is refused again; one that nobody answered may be answered the next time. */
const mayBeAskedAgain = (failures: number, failure: Error) => failures < 2 && !(failure instanceof Refused && failure.status >= 400 && failure.status < 500);

function queries(): QueryClient {
  const client: QueryClient = new QueryClient({
    defaultOptions: { queries: { retry: mayBeAskedAgain, staleTime: 1000, refetchOnWindowFocus: true } },
  });
  // Whoever is not signed in any more sees the way in, and not a page of refusals.
  client.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error' && (event.action.error as Refused).status === 401) {
      void client.invalidateQueries({ queryKey: SESSION });
    }
  });
  return client;
}

function Gate() {
  const session = useSignedIn();
  if (session.data) return session.data.signedIn ? <SignedIn status={session.data}>{<Shell />}</SignedIn> : <SignIn singleSignOn={session.data.singleSignOn} />;
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
