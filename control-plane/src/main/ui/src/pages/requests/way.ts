import type { RequestStatus } from '../../api/types';

/** An engine that failed a call before another answered it. */
export interface Try {
  engine: string;
  why: string;
}

export function triesOf(text: string | null | undefined): Try[] {
  return (text ?? '')
    .split('; ')
    .filter(Boolean)
    .map((one) => {
      const at = one.indexOf(': ');
      return at < 0 ? { engine: one, why: '' } : { engine: one.slice(0, at), why: one.slice(at + 2) };
    });
}

/** A part of the time that a call took. */
export interface Part {
  name: string;
  millis: number;
}

/** What the whole time went into, as far as the engine says; else how long its caller waited, and how long it was told. */
export function partsOf(call: Pick<RequestStatus, 'engineTook' | 'firstByteMillis' | 'totalMillis'>): Part[] {
  const { engineTook: engine, firstByteMillis: first, totalMillis: total } = call;
  if (engine) {
    const { queueMillis, prefillMillis, decodeMillis } = engine;
    return [
      { name: 'Weir and the network', millis: Math.max(total - queueMillis - prefillMillis - decodeMillis, 0) },
      { name: 'queue', millis: queueMillis },
      { name: 'prefill', millis: prefillMillis },
      { name: 'decode', millis: decodeMillis },
    ];
  }
  return first == null
    ? []
    : [
        { name: 'until the first token', millis: first },
        { name: 'after it', millis: Math.max(total - first, 0) },
      ];
}
