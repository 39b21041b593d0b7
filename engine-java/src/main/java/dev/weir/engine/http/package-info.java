/**
 * Station 1: the wire. An OpenAI-compatible HTTP/1.1 server on Netty; docs/api.md tells what it speaks.
 *
 * <h2>The way of a request</h2>
 *
 * {@code RequestAssembler} turns HTTP objects into one bounded {@code WireRequest}; {@code ConnectionHandler} answers those of a
 * connection one after the other and lets {@code Router} find the endpoint. {@code GenerationEndpoint} decodes, renders and tokenizes on
 * a bounded pool of workers, submits to admission, and leaves the rest to an {@code AnswerRelay}, which lives on the connection's event
 * loop: it polls the token streams while the channel is writable and writes server-sent events or one JSON answer.
 *
 * <h2>Who is slow, who is gone</h2>
 *
 * A client that reads slowly makes its channel unwritable, the relay stops polling, the token stream fills, the engine pauses that
 * sequence alone. A client that goes away closes its channel, which cancels every sequence of its request.
 *
 * <h2>Limits</h2>
 *
 * Everything a client can make larger has a name in {@code HttpLimits}. Nothing of a prompt is ever logged.
 */
@NullMarked
package dev.weir.engine.http;

import org.jspecify.annotations.NullMarked;
