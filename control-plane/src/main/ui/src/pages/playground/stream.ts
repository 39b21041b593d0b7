/** The data of server-sent events, out of pieces that may end anywhere; what is incomplete is given back. */
export function split(text: string): { events: string[]; rest: string } {
  const parts = text.replaceAll('\r\n', '\n').split('\n\n');
  const rest = parts.pop() ?? '';
  const events = parts.flatMap((part) => {
    const data = part
      .split('\n')
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).replace(/^ /, ''))
      .join('\n');
    return data ? [data] : [];
  });
  return { events, rest };
}

export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let held = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const found = split(held + value);
      held = found.rest;
      yield* found.events;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

interface ToolCall {
  name: string;
  arguments: string;
}

/** An answer, as far as it has come. */
export interface Spoken {
  text: string;
  reasoning: string;
  toolCalls: ToolCall[];
  finish: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
  firstTokenMillis: number | null;
  totalMillis: number;
}

export const SILENT: Spoken = { text: '', reasoning: '', toolCalls: [], finish: null, inputTokens: null, outputTokens: null, firstTokenMillis: null, totalMillis: 0 };

interface Chunk {
  choices?: { delta?: { content?: string; reasoning_content?: string; tool_calls?: { index: number; function?: { name?: string; arguments?: string } }[] }; finish_reason?: string | null }[];
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
  error?: { message?: string };
}

/** What is known once a further event has come. */
export function hear(spoken: Spoken, event: string, sinceStartMillis: number): Spoken {
  if (event === '[DONE]') return { ...spoken, totalMillis: sinceStartMillis };
  const chunk = JSON.parse(event) as Chunk;
  if (chunk.error) throw new Error(chunk.error.message ?? 'the stream was broken off');
  const choice = chunk.choices?.[0];
  const delta = choice?.delta;
  const toolCalls = [...spoken.toolCalls];
  for (const call of delta?.tool_calls ?? []) {
    const before = toolCalls[call.index] ?? { name: '', arguments: '' };
    toolCalls[call.index] = { name: before.name + (call.function?.name ?? ''), arguments: before.arguments + (call.function?.arguments ?? '') };
  }
  const says = Boolean(delta?.content || delta?.reasoning_content || delta?.tool_calls?.length);
  return {
    text: spoken.text + (delta?.content ?? ''),
    reasoning: spoken.reasoning + (delta?.reasoning_content ?? ''),
    toolCalls,
    finish: choice?.finish_reason ?? spoken.finish,
    inputTokens: chunk.usage?.prompt_tokens ?? spoken.inputTokens,
    outputTokens: chunk.usage?.completion_tokens ?? spoken.outputTokens,
    firstTokenMillis: spoken.firstTokenMillis ?? (says ? sinceStartMillis : null),
    totalMillis: sinceStartMillis,
  };
}

/** Tokens per second after the first one. */
export function tokenRate(spoken: Spoken): number | null {
  const { outputTokens, firstTokenMillis, totalMillis } = spoken;
  if (outputTokens === null || outputTokens < 2 || firstTokenMillis === null || totalMillis <= firstTokenMillis) return null;
  return ((outputTokens - 1) * 1000) / (totalMillis - firstTokenMillis);
}
