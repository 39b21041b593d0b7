import { describe, expect, it } from 'vitest';
import { partsOf, triesOf } from './way';

describe('tries', () => {
  it('are engines and why they failed', () =>
    expect(triesOf('127.0.0.1:8081: it answered 503; b: it closed the connection: early')).toEqual([
      { engine: '127.0.0.1:8081', why: 'it answered 503' }, { engine: 'b', why: 'it closed the connection: early' },
    ]));
  it('are none where the first engine answered', () => expect(triesOf(null)).toEqual([]));
});

describe('the time of a call', () => {
  it('is what the engine says, and the rest', () =>
    expect(partsOf({ totalMillis: 100, firstByteMillis: 30, engineTook: { queueMillis: 5, prefillMillis: 15, decodeMillis: 70 } }).map((part) => part.millis)).toEqual([10, 5, 15, 70]));
  it('is waiting and being told, where no engine says more', () => expect(partsOf({ totalMillis: 100, firstByteMillis: 30 }).map((part) => part.millis)).toEqual([30, 70]));
  it('has no parts where nothing was answered', () => expect(partsOf({ totalMillis: 100, firstByteMillis: null })).toEqual([]));
  it('never runs backwards, whatever clocks say', () =>
    expect(partsOf({ totalMillis: 10, engineTook: { queueMillis: 5, prefillMillis: 15, decodeMillis: 70 } })[0]?.millis).toBe(0));
});
