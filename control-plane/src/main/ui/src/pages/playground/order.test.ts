import { describe, expect, it } from 'vitest';
import { bodyOf, FIRST_ORDER } from './order';

describe('the request', () => {
  it('has nothing in it that nobody said', () => {
    const body = bodyOf({ ...FIRST_ORDER, prompt: 'Hello' }, 'm');
    expect(body).toMatchObject({ model: 'm', messages: [{ role: 'user', content: 'Hello' }], stream: true });
    for (const absent of ['seed', 'tools', 'response_format']) expect(body).not.toHaveProperty(absent);
  });

  it('carries seed, schema and system prompt', () => {
    const body = bodyOf({ ...FIRST_ORDER, system: 'Be brief', prompt: 'Hello', seed: '7', schema: '{"type":"object"}' }, 'm');
    expect(body).toMatchObject({ seed: 7, response_format: { json_schema: { schema: { type: 'object' } } } });
    expect(body.messages).toHaveLength(2);
  });

  it('goes on with what was said', () =>
    expect(bodyOf({ ...FIRST_ORDER, system: 'Be brief', prompt: 'And dogs?' }, 'm', [{ role: 'user', content: 'Cats?' }, { role: 'assistant', content: 'Yes.' }]).messages).toEqual([
      { role: 'system', content: 'Be brief' }, { role: 'user', content: 'Cats?' }, { role: 'assistant', content: 'Yes.' }, { role: 'user', content: 'And dogs?' },
    ]));

  it('names the field that is no JSON', () => expect(() => bodyOf({ ...FIRST_ORDER, tools: '[' }, 'm')).toThrow(/^Tools: /));
});
