// OpenAI's Node client, told by lines of JSON what to ask: {"act", "arguments"} in, {"result"} or {"error"} out, in order.
import { createInterface } from 'node:readline';
import OpenAI from 'openai';

const [baseURL, apiKey, model, toolModel, maxTokens] = process.argv.slice(2);
const openai = new OpenAI({ baseURL, apiKey });

const ask = (question, more = {}) => ({
  model,
  messages: [{ role: 'user', content: question }],
  temperature: 0,
  max_completion_tokens: Number(maxTokens),
  ...more,
});

const offer = ({ name, description, schema }) => [
  { type: 'function', function: { name, description, strict: true, parameters: JSON.parse(schema) } },
];

const demand = (question, tool) =>
  ask(question, { tools: offer(tool), tool_choice: { type: 'function', function: { name: tool.name } } });

const callIn = (completion) => {
  const { id, function: made } = completion.choices[0].message.tool_calls[0];
  return { id, name: made.name, arguments: made.arguments };
};

const answerIn = ({ choices, usage }) => ({
  text: choices[0].message.content,
  promptTokens: usage.prompt_tokens,
  completionTokens: usage.completion_tokens,
});

const respondTo = (question) => ({ model, input: question, temperature: 0, max_output_tokens: Number(maxTokens) });

const responseIn = ({ output_text: text, usage }) => ({
  text,
  promptTokens: usage.input_tokens,
  completionTokens: usage.output_tokens,
});

const acts = {
  async chat(question) {
    return answerIn(await openai.chat.completions.create(ask(question)));
  },

  async stream(question) {
    const pieces = [];
    const stream = openai.chat.completions.stream(ask(question, { stream_options: { include_usage: true } }));
    stream.on('content', (piece) => pieces.push(piece));
    return { pieces, answer: answerIn(await stream.finalChatCompletion()) };
  },

  async respond(question) {
    return responseIn(await openai.responses.create(respondTo(question)));
  },

  async streamResponse(question) {
    const pieces = [];
    const stream = openai.responses.stream(respondTo(question));
    stream.on('response.output_text.delta', ({ delta }) => pieces.push(delta));
    return { pieces, answer: responseIn(await stream.finalResponse()) };
  },

  async call(question, tool) {
    return callIn(await openai.chat.completions.create(demand(question, tool)));
  },

  async streamedCall(question, tool) {
    return callIn(await openai.chat.completions.stream(demand(question, tool)).finalChatCompletion());
  },

  async chatOrCall(question, tool) {
    const completion = await openai.chat.completions.create(ask(question, { model: toolModel, tools: offer(tool) }));
    const { content, tool_calls: calls } = completion.choices[0].message;
    return (content ?? '') + JSON.stringify(calls ?? []);
  },

  async afterCall(question, call, result) {
    const made = { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } };
    const { messages } = ask(question);
    messages.push({ role: 'assistant', content: null, tool_calls: [made] });
    messages.push({ role: 'tool', tool_call_id: call.id, content: result });
    const completion = await openai.chat.completions.create(ask(question, { model: toolModel, messages }));
    return completion.choices[0].message.content;
  },

  async document(question, schema) {
    const format = { type: 'json_schema', json_schema: { name: 'document', strict: true, schema: JSON.parse(schema) } };
    const completion = await openai.chat.completions.create(ask(question, { response_format: format }));
    return completion.choices[0].message.content;
  },

  async embed(texts) {
    const { data } = await openai.embeddings.create({ model, input: texts });
    return data.map((one) => one.embedding);
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
