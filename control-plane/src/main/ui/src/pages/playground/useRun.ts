import { useEffect, useRef, useState } from 'react';
import type { Client } from '../../api/client';
import { refusalOf } from '../../api/client';
import { useSession } from '../../api/session';
import type { Order } from './order';
import { bodyOf } from './order';
import type { Spoken } from './stream';
import { events, hear, SILENT } from './stream';

const BOOKED_AFTER_MILLIS = 700;

export interface Run {
  spoken: Spoken;
  isRunning: boolean;
  failure: Error | null;
  cost: number | null;
  /** The ledger's name for it, once it is booked. */
  id: string | null;
  headers: Record<string, string>;
}

const BEFORE: Run = { spoken: SILENT, isRunning: false, failure: null, cost: null, id: null, headers: {} };
const TOLD = ['x-weir-model', 'x-weir-route', 'x-weir-tier', 'x-weir-engine'];

/** One model's try at an order. */
export function useRun() {
  const { client } = useSession();
  const [run, setRun] = useState<Run>(BEFORE);
  const under = useRef<AbortController>(undefined);
  useEffect(() => () => under.current?.abort(), []);

  const start = async (order: Order, model: string) => {
    under.current?.abort();
    const control = new AbortController();
    under.current = control;
    const change = (part: Partial<Run>) => {
      if (under.current === control) setRun((now) => ({ ...now, ...part }));
    };
    setRun({ ...BEFORE, isRunning: true });
    try {
      const began = performance.now();
      const response = await client.fetch('/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'weir-feature': 'playground' },
        body: JSON.stringify(bodyOf(order, model)),
        signal: control.signal,
      });
      if (!response.ok || !response.body) throw await refusalOf(response);
      change({ headers: Object.fromEntries(TOLD.map((name) => [name, response.headers.get(name) ?? ''])) });
      let spoken = SILENT;
      for await (const event of events(response.body)) {
        spoken = hear(spoken, event, performance.now() - began);
        change({ spoken });
      }
      change({ isRunning: false });
      change(await booked(client, response.headers.get('x-request-id') ?? '', control.signal));
    } catch (failure) {
      change({ isRunning: false, failure: control.signal.aborted ? null : (failure as Error) });
    }
  };
  return { run, start, stop: () => under.current?.abort() };
}

/** What it cost, which only the ledger knows. */
async function booked(client: Client, requestId: string, signal: AbortSignal): Promise<Partial<Run>> {
  await new Promise((done) => setTimeout(done, BOOKED_AFTER_MILLIS));
  const [entry] = await client.call('GET /admin/requests', { query: { requestId, limit: 1 } }, signal);
  return entry ? { cost: entry.cost, id: entry.id } : {};
}
