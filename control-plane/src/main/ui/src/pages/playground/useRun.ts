import { useEffect, useRef, useState } from 'react';
import type { Client } from '../../api/client';
import { refusalOf } from '../../api/client';
import { useSession } from '../../api/session';
import type { Order, Turn } from './order';
import { bodyOf } from './order';
import type { Spoken } from './stream';
import { events, hear, SILENT } from './stream';

const BOOKED_AFTER_MILLIS = 700;
const TURNS_MAX = 40;

export interface Run {
  /** The conversation before what is asked now. */
  before: Turn[];
  asked: string;
  spoken: Spoken;
  isRunning: boolean;
  failure: Error | null;
  cost: number | null;
  /** The ledger's name for it, once it is booked. */
  id: string | null;
  headers: Record<string, string>;
}

const BEFORE: Run = { before: [], asked: '', spoken: SILENT, isRunning: false, failure: null, cost: null, id: null, headers: {} };
const TOLD = ['x-weir-model', 'x-weir-route', 'x-weir-tier', 'x-weir-engine'];

/** The conversation with what was just said, as long as it was; what calls tools waits for what they say, which nobody does here. */
function goneOn(before: Turn[], asked: string, spoken: Spoken): Turn[] {
  if (!spoken.text || spoken.toolCalls.length > 0) return before;
  const turns: Turn[] = [...before, { role: 'user', content: asked }, { role: 'assistant', content: spoken.text }];
  return turns.slice(-TURNS_MAX);
}

/** A conversation with one model. */
export function useRun() {
  const { client } = useSession();
  const [run, setRun] = useState<Run>(BEFORE);
  const under = useRef<AbortController>(undefined);
  const said = useRef<Turn[]>([]);
  useEffect(() => () => under.current?.abort(), []);

  const start = async (order: Order, model: string) => {
    under.current?.abort();
    const control = new AbortController();
    under.current = control;
    const change = (part: Partial<Run>) => {
      if (under.current === control) setRun((now) => ({ ...now, ...part }));
    };
    const before = said.current;
    setRun({ ...BEFORE, before, asked: order.prompt, isRunning: true });
    try {
      const began = performance.now();
      const response = await client.fetch('/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'weir-feature': 'playground' },
        body: JSON.stringify(bodyOf(order, model, before)),
        signal: control.signal,
      });
      if (!response.ok || !response.body) throw await refusalOf(response);
      change({ headers: Object.fromEntries(TOLD.map((name) => [name, response.headers.get(name) ?? ''])) });
      let spoken = SILENT;
      for await (const event of events(response.body)) {
        spoken = hear(spoken, event, performance.now() - began);
        change({ spoken });
      }
      if (under.current === control) said.current = goneOn(before, order.prompt, spoken);
      change({ isRunning: false });
      change(await booked(client, response.headers.get('x-request-id') ?? '', control.signal));
    } catch (failure) {
      change({ isRunning: false, failure: control.signal.aborted ? null : (failure as Error) });
    }
  };
  const stop = () => under.current?.abort();
  const forget = () => {
    stop();
    under.current = undefined;
    said.current = [];
    setRun(BEFORE);
  };
  return { run, start, stop, forget };
}

/** What it cost, which only the ledger knows. */
async function booked(client: Client, requestId: string, signal: AbortSignal): Promise<Partial<Run>> {
  await new Promise((done) => setTimeout(done, BOOKED_AFTER_MILLIS));
  const [entry] = await client.call('GET /admin/requests', { query: { requestId, limit: 1 } }, signal);
  return entry ? { cost: entry.cost, id: entry.id } : {};
}
