import type { Operations } from './types';

export type Operation = keyof Operations;
type Part<K extends Operation, P extends 'path' | 'query' | 'body'> = Operations[K][P];

/** What an operation is asked with; what it does not take cannot be given. */
export type Question<K extends Operation> = (Part<K, 'path'> extends Record<never, never>
  ? keyof Part<K, 'path'> extends never
    ? { path?: never }
    : { path: Part<K, 'path'> }
  : never) & {
  query?: Part<K, 'query'>;
  /** Why, for the audit log. */
  reason?: string;
} & (Part<K, 'body'> extends undefined ? { body?: never } : { body: Part<K, 'body'> });

/** Why Weir did not do it, in its own words. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: number,
    readonly code: string | undefined,
    message: string,
  ) {
    super(message);
  }
}

/** Why an answer is none. */
export async function refusalOf(response: Response): Promise<Refused> {
  const text = await response.text();
  try {
    const { error, reasons } = JSON.parse(text) as { error?: { message?: string; code?: string }; reasons?: string[] };
    if (error?.message) return new Refused(response.status, error.code, error.message);
    if (reasons?.length) return new Refused(response.status, undefined, reasons.join('; '));
  } catch {
    // Not from Weir: a proxy's page, say.
  }
  return new Refused(response.status, undefined, `the answer was ${response.status} ${response.statusText}`);
}

/** Paths may hold names with slashes where the endpoint takes the rest of the path. */
export function target(path: string, values: Record<string, unknown> = {}, query: Record<string, unknown> = {}): string {
  const filled = path.replace(/\{(\w+)}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') asked.set(name, String(value));
  }
  return asked.size === 0 ? filled : `${filled}?${asked}`;
}

export interface Client {
  call<K extends Operation>(operation: K, question: Question<K>, signal?: AbortSignal): Promise<Operations[K]['answer']>;
  /** Any request of ours, with what shows that a page of ours makes it. */
  fetch(path: string, init: RequestInit): Promise<Response>;
}

/** A client for somebody who is signed in. */
export function clientWith(antiForgery: string | null | undefined): Client {
  const send = async (path: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    if (antiForgery) headers.set('weir-csrf', antiForgery);
    try {
      return await fetch(path, { ...init, headers });
    } catch (failure) {
      if (failure instanceof DOMException && failure.name === 'AbortError') throw failure;
      throw new Refused(0, 'unreachable', 'Weir does not answer: is it running, and is the network there?');
    }
  };
  return {
    fetch: send,
    async call(operation, question, signal) {
      const [method = 'GET', path = ''] = operation.split(' ');
      const body: unknown = question.body;
      const isText = typeof body === 'string';
      const headers = new Headers(question.reason ? { 'weir-reason': encodeURIComponent(question.reason) } : {});
      if (body !== undefined) headers.set('content-type', isText ? 'text/plain' : 'application/json');
      const response = await send(target(path, question.path ?? {}, question.query ?? {}), {
        method,
        ...(signal ? { signal } : {}),
        headers,
        ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
      });
      if (!response.ok) throw await refusalOf(response);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json');
      return (text === '' ? undefined : isJson ? JSON.parse(text) : text) as never;
    },
  };
}
