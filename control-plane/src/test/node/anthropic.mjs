// Anthropic's Node client, told by lines of JSON what to ask: {"act", "arguments"} in, {"result"} or {"error"} out, in order.
import { createInterface } from 'node:readline';
import Anthropic from '@anthropic-ai/sdk';

const [baseURL, apiKey, model, maxTokens] = process.argv.slice(2);
const anthropic = new Anthropic({ baseURL, apiKey, maxRetries: 0 });

const ask = (question, more = {}) => ({
  model,
  max_tokens: Number(maxTokens),
  temperature: 0,
  messages: [{ role: 'user', content: question }],
  ...more,
});

const demand = (question, { name, description, schema }) =>
  ask(question, {
    tools: [{ name, description, input_schema: JSON.parse(schema) }],
    tool_choice: { type: 'tool', name },
  });

const answerIn = ({ content, usage }) => ({
  text: content[0].text,
  promptTokens: usage.input_tokens + (usage.cache_read_input_tokens ?? 0),
  completionTokens: usage.output_tokens,
});

const callIn = ({ content, stop_reason: reason }) => {
  const { id, name, input } = content.find(({ type }) => type === 'tool_use');
  return { id, name, arguments: JSON.stringify(input), reason };
};

const acts = {
  async chat(question) {
    return answerIn(await anthropic.messages.create(ask(question)));
  },

  async stream(question) {
    const pieces = [];
    const stream = anthropic.messages.stream(ask(question));
    stream.on('text', (piece) => pieces.push(piece));
    return { pieces, answer: answerIn(await stream.finalMessage()) };
  },

  async call(question, tool) {
    return callIn(await anthropic.messages.create(demand(question, tool)));
  },

  async streamedCall(question, tool) {
    return callIn(await anthropic.messages.stream(demand(question, tool)).finalMessage());
  },

  async count(question) {
    const { messages } = ask(question);
    return (await anthropic.messages.countTokens({ model, messages })).input_tokens;
  },

  /** What the client makes of a refusal. */
  async refusal(unknown) {
    const error = await anthropic.messages.create(ask('Hi', { model: unknown })).catch((refused) => refused);
    return { name: error.constructor.name, status: error.status, type: error.error.error.type };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { act, arguments: given } = JSON.parse(line);
  const answer = await acts[act](...given).then(
    (result) => ({ result }),
    (error) => ({ error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
