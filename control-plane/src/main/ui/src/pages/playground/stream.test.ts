import { describe, expect, it } from 'vitest';
import { hear, SILENT, split, tokenRate } from './stream';

describe('events', () => {
  it('end with an empty line, wherever a piece ends', () => {
    expect(split('data: a\n\ndata:b\n\ndata: c')).toEqual({ events: ['a', 'b'], rest: 'data: c' });
    expect(split(': a comment\n\n')).toEqual({ events: [], rest: '' });
  });
});

describe('an answer', () => {
  const delta = (value: object) => JSON.stringify({ choices: [{ delta: value }] });

  it('is put together from its pieces', () => {
    let spoken = hear(SILENT, delta({ role: 'assistant', content: '' }), 50);
    expect(spoken.firstTokenMillis).toBeNull();
    spoken = hear(spoken, delta({ content: 'Good ' }), 100);
    spoken = hear(spoken, delta({ content: 'day' }), 150);
    spoken = hear(spoken, '{"choices":[{"delta":{},"finish_reason":"stop"}]}', 200);
    spoken = hear(spoken, '{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}', 300);
    spoken = hear(spoken, '[DONE]', 300);
    expect(spoken).toMatchObject({ text: 'Good day', finish: 'stop', inputTokens: 7, outputTokens: 3, firstTokenMillis: 100, totalMillis: 300 });
    expect(tokenRate(spoken)).toBe(10);
  });

  it('has calls of tools whose arguments come in pieces', () => {
    let spoken = hear(SILENT, delta({ tool_calls: [{ index: 0, function: { name: 'book', arguments: '{"a"' } }] }), 10);
    spoken = hear(spoken, delta({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }), 20);
    expect(spoken.toolCalls).toEqual([{ name: 'book', arguments: '{"a":1}' }]);
  });

  it('fails where the stream says so', () => expect(() => hear(SILENT, '{"error":{"message":"it died"}}', 1)).toThrow('it died'));
  it('has no rate before it has two tokens', () => expect(tokenRate({ ...SILENT, outputTokens: 1, firstTokenMillis: 1, totalMillis: 9 })).toBeNull());
});
