import type { QueryClient } from '@tanstack/react-query';
import { keepPreviousData, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { createContext, useContext, useMemo } from 'react';
import type { Client, Operation, Question, Refused } from './client';
import { clientWith } from './client';
import type { Operations, SessionStatus } from './types';

export type Scope = 'inference' | 'admin:view' | 'admin:operate' | 'admin:administer';

export interface Session {
  status: SessionStatus;
  client: Client;
  may(scope: Scope): boolean;
  role: string;
}

const Current = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(Current);
  if (!session) throw new Error('nobody is signed in here');
  return session;
}

/** What somebody with these scopes is called. */
export function roleOf(scopes: string[]): string {
  if (scopes.includes('admin:administer')) return 'admin';
  if (scopes.includes('admin:operate')) return 'operator';
  return 'viewer';
}

export const SESSION = ['GET /ui/session'];

/** Who is signed in; nobody, if they have just left. */
export type Known = SessionStatus & { left?: boolean };

/** Between two looks whether Weir is there again. */
const AGAIN_MILLIS = 2000;

export function SignedIn(props: { status: SessionStatus; children: ReactNode }) {
  const { status } = props;
  const session = useMemo<Session>(
    () => ({
      status,
      client: clientWith(status.csrf),
      may: (scope) => status.scopes.includes(scope),
      role: roleOf(status.scopes),
    }),
    [status],
  );
  return <Current value={session}>{props.children}</Current>;
}

export function useSignedIn() {
  return useQuery<Known, Refused>({
    queryKey: SESSION,
    queryFn: ({ signal }) => clientWith(null).call('GET /ui/session', {}, signal),
    staleTime: 60_000,
    retry: false,
    refetchInterval: (query) => (query.state.status === 'error' ? AGAIN_MILLIS : false),
  });
}

/** What somebody else was shown is nobody's business any more. */
function begin(queries: QueryClient, status: Known) {
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION[0] });
  queries.setQueryData(SESSION, status);
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation<SessionStatus, Refused, string>({
    mutationFn: (key) => clientWith(null).call('POST /ui/session', { body: { key } }),
    onSuccess: (status) => begin(queries, status),
  });
}

export function useSignOut() {
  const { client } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => client.call('DELETE /ui/session', {}),
    onSuccess: (status) => begin(queries, { ...status, left: true }),
  });
}

/** Asks Weir, and again every so often where that is said. Where it is to be kept, an answer stays until the one to a changed question is there. */
export function useAnswer<K extends Operation>(
  operation: K,
  question: Question<K>,
  options: { everyMillis?: number; enabled?: boolean; kept?: boolean } = {},
) {
  const { client } = useSession();
  return useQuery<Operations[K]['answer'], Refused>({
    queryKey: [operation, question.path ?? null, question.query ?? null, question.body ?? null],
    queryFn: ({ signal }) => client.call(operation, question, signal),
    refetchInterval: options.everyMillis ?? false,
    enabled: options.enabled ?? true,
    ...(options.kept && { placeholderData: keepPreviousData }),
  });
}

/** Asks the same of several, all at once. */
export function useAnswers<K extends Operation>(operation: K, questions: Question<K>[]) {
  const { client } = useSession();
  return useQueries({
    queries: questions.map((question) => ({
      queryKey: [operation, question.path ?? null, question.query ?? null, question.body ?? null],
      queryFn: ({ signal }: { signal: AbortSignal }): Promise<Operations[K]['answer']> => client.call(operation, question, signal),
    })),
  });
}

/** Changes something, and then asks again for whatever is shown of these. */
export function useChange<K extends Operation>(operation: K, ...stale: Operation[]) {
  const { client } = useSession();
  const queries = useQueryClient();
  return useMutation<Operations[K]['answer'], Refused, Question<K>>({
    mutationFn: (question) => client.call(operation, question),
    onSettled: () => Promise.all(stale.map((name) => queries.invalidateQueries({ queryKey: [name] }))),
  });
}
