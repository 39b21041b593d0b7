/** What was said before, by whom. */
export interface Turn {
  role: 'user' | 'assistant';
  content: string;
}

/** What is asked of every model that is tried. */
export interface Order {
  system: string;
  prompt: string;
  temperature: number;
  outputTokensMax: number;
  seed: string;
  tools: string;
  schema: string;
}

export const FIRST_ORDER: Order = { system: '', prompt: '', temperature: 0.7, outputTokensMax: 256, seed: '', tools: '', schema: '' };

function parsed(name: string, text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (failure) {
    throw new Error(`${name}: ${(failure as Error).message}`);
  }
}

/** The body of the request that goes on with a conversation, with nothing in it that nobody said. */
export function bodyOf(order: Order, model: string, before: Turn[] = []) {
  const tools = parsed('Tools', order.tools);
  const schema = parsed('JSON Schema', order.schema);
  return {
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [...(order.system.trim() ? [{ role: 'system', content: order.system }] : []), ...before, { role: 'user', content: order.prompt }],
    temperature: order.temperature,
    max_tokens: order.outputTokensMax,
    ...(order.seed !== '' && { seed: Number(order.seed) }),
    ...(tools !== undefined && { tools }),
    ...(schema !== undefined && { response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } } }),
  };
}
