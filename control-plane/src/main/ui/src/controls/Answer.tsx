import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Refused } from '../api/client';
import { Failure, Waiting } from './Notice';

/** Then the whole page says so, and need not say it of each of its parts. */
const UNREACHABLE = 0;

/** What was asked for, as soon as it is there; an old answer stays while a new one cannot be had. */
export function Answer<T>(props: { of: UseQueryResult<T, Refused>; what: string; children: (answer: T) => ReactNode }) {
  const { of: query } = props;
  if (query.data === undefined) {
    return query.error ? <Failure failure={query.error} retry={() => void query.refetch()} /> : <Waiting what={`Reading ${props.what}`} />;
  }
  return (
    <>
      {query.error && query.error.status !== UNREACHABLE && <Failure failure={query.error} retry={() => void query.refetch()} />}
      {props.children(query.data)}
    </>
  );
}
