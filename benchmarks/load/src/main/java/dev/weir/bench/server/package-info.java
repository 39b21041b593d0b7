/**
 * The other side: an OpenAI-compatible server over HTTP/1.1. {@link dev.weir.bench.server.HttpCompletionClient} asks for streams and has
 * {@link dev.weir.bench.server.AnswerReader} note when each piece arrived, on the thread that took it from the socket and before anything is
 * parsed; {@link dev.weir.bench.server.ServerApi} asks the few other things that a run needs to know.
 */
@NullMarked
package dev.weir.bench.server;

import org.jspecify.annotations.NullMarked;
