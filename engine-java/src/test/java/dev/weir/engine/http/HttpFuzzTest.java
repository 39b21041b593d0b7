package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestModels;
import dev.weir.engine.admission.AdmissionLimits;
import dev.weir.engine.admission.AdmissionQueue;
import dev.weir.engine.model.ModelDirectory;
import dev.weir.engine.request.GenerationRequest;
import dev.weir.engine.request.Pooling;
import dev.weir.engine.request.ServiceTerms;
import dev.weir.engine.sampling.constraint.ConstraintCompiler;
import dev.weir.engine.tokenization.DjlTokenizer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Mutated requests: every one ends in an answer, a refusal or a closed connection, never in an exception. */
class HttpFuzzTest {

    private static final long SEED = Long.getLong("weir.fuzz.seed", 20261121);
    private static final int HTTP_CASES = 20_000;
    private static final int BODY_CASES = 20_000;

    private static final List<String> REQUESTS = List.of(
            "POST /v1/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 14\r\n\r\n{\"prompt\":[1]}",
            "POST /v1/completions HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nabc\r\n0\r\nt: v\r\n\r\n",
            "GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\nGET /ready HTTP/1.0\r\n\r\n",
            "POST /tokenize HTTP/1.1\r\nexpect: 100-continue\r\nupgrade: h2c\r\nconnection: Upgrade\r\ncontent-length: 3\r\n\r\nabc",
            "HEAD /v1/models/a%20b?x=1 HTTP/1.1\r\nx-request-id: r\r\n\r\nOPTIONS * HTTP/1.1\r\n\r\n");

    private static final List<String> BODIES = List.of(
            "{\"model\":\"m\",\"prompt\":[1,2],\"max_tokens\":5,\"n\":2,\"stop\":[\"a\",\"b\"],\"seed\":-7,\"logprobs\":3}",
            "{\"prompt\":[\"a\",\"b\\u00e9\"],\"temperature\":0.5,\"top_p\":0.9,\"top_k\":-1,\"min_p\":0.1,\"stream\":true,"
                    + "\"stream_options\":{\"include_usage\":true}}",
            "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":null,"
                    + "\"tool_calls\":[]}],\"logprobs\":true,\"top_logprobs\":2,\"tools\":[],"
                    + "\"response_format\":{\"type\":\"text\"}}",
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"\\ud83d\\ude00\"}]}],"
                    + "\"chat_template_kwargs\":{\"a\":[1,2.5,true,null]},\"logit_bias\":{},\"ignore_eos\":true}",
            "{\"input\":[\"a\",[1,2]],\"dimensions\":3,\"encoding_format\":\"base64\",\"user\":\"u\"}");

    private static final List<String> TOKENS = List.of(
            "null",
            "-1",
            "1e999",
            "9223372036854775808",
            "\"\"",
            "[]",
            "{}",
            "[[]]",
            "true",
            "\"\\ud800\"",
            ":",
            ",",
            "\u0000",
            "\r\n",
            "\r\n\r\n",
            "content-length: -1\r\n",
            "content-length: 99999999999\r\n",
            "0\r\n\r\n",
            "\"n\":0,");

    @Test
    void mutatedHttpNeverThrows() {
        HttpLimits limits = HttpLimits.defaults();
        Router router = new Router()
                .on("POST", "/v1/completions", (_, exchange) -> exchange.respond(200, Json.object()))
                .on("GET", "/health", (_, exchange) -> {
                    exchange.event(Json.object());
                    exchange.done();
                });
        each(HTTP_CASES, REQUESTS, bytes -> {
            EmbeddedChannel channel = new EmbeddedChannel(
                    new HttpServerCodec(),
                    new RequestAssembler(limits, new RequestIds(() -> "1")),
                    new ConnectionHandler(limits, router, new ActiveExchanges(), false));
            // In two parts, as a network cuts them.
            channel.writeInbound(Unpooled.copiedBuffer(bytes, 0, bytes.length / 2));
            if (channel.isOpen()) { // the first part may have been enough to refuse
                channel.writeInbound(Unpooled.copiedBuffer(bytes, bytes.length / 2, bytes.length - bytes.length / 2));
            }
            channel.checkException();
            for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
                out.release();
            }
            channel.finishAndReleaseAll();
        });
    }

    @Test
    void mutatedBodiesAreDecodedOrRefused() {
        ModelDirectory directory = ModelDirectory.open(TestModels.fixture(TestModels.TINY_LLAMA));
        try (DjlTokenizer tokenizer = DjlTokenizer.open(directory.tokenizerFile())) {
            Serving serving = new Serving();
            serving.ready(List.of(new ServedModel(
                    "m",
                    0,
                    tokenizer,
                    directory.chatTemplate(Clock.systemUTC()).orElse(null),
                    directory.generationDefaults(),
                    512,
                    new EmbeddingSettings(64, Pooling.MEAN),
                    ConstraintCompiler.of(tokenizer.vocabSize(), tokenizer::tokenBytes, Set.of()),
                    new AdmissionQueue(new AdmissionLimits(8, 297, 512, 64, 16), () -> 0),
                    () -> true)));
            GenerationDecoder generation = new GenerationDecoder(HttpLimits.defaults(), () -> 1);
            CompletionDecoder completions = new CompletionDecoder(serving, generation, HttpLimits.defaults());
            EmbeddingDecoder embeddings = new EmbeddingDecoder(serving, TrustedProxy.none(), HttpLimits.defaults());
            ChatDecoder chat = new ChatDecoder(serving, generation);
            each(BODY_CASES, BODIES, bytes -> {
                decode(() -> requests(completions.text(bytes).call()));
                decode(() -> requests(chat.chat(bytes).call()));
                decode(() -> requests(embeddings.decode(bytes, EmptyHttpHeaders.INSTANCE)));
            });
        }
    }

    private interface Decoding {
        List<GenerationRequest> run();
    }

    private static List<GenerationRequest> requests(GenerationCall call) {
        return IntStream.range(0, call.sequenceCount())
                .mapToObj(index -> call.request("id", index, ServiceTerms.STANDARD))
                .toList();
    }

    private static List<GenerationRequest> requests(EmbeddingCall call) {
        return IntStream.range(0, call.prompts().size())
                .mapToObj(index -> call.request("id", index))
                .toList();
    }

    private static void decode(Decoding decoding) {
        try {
            assertThat(decoding.run())
                    .isNotEmpty()
                    .allSatisfy(request -> assertThat(request.promptTokenIds()).isNotEmpty());
        } catch (ApiException refusal) {
            assertThat(refusal.error().status()).isBetween(400, 499);
            assertThat(refusal.error().message()).isNotEmpty();
        }
    }

    private static void each(int cases, List<String> seeds, Consumer<byte[]> check) {
        for (int i = 0; i < cases; i++) {
            Random random = new Random(SEED + i);
            byte[] bytes = mutate(seeds.get(i % seeds.size()), random);
            try {
                check.accept(bytes);
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError(
                        "case " + i + " of seed " + SEED + ": " + new String(bytes, StandardCharsets.ISO_8859_1),
                        failure);
            }
        }
    }

    private static byte[] mutate(String seed, Random random) {
        byte[] bytes = seed.getBytes(StandardCharsets.UTF_8);
        for (int change = random.nextInt(5); change >= 0; change--) {
            int at = random.nextInt(bytes.length + 1);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes, 0, at);
            int rest = at;
            switch (random.nextInt(5)) {
                case 0 -> out.write(random.nextInt(256));
                case 1 -> rest = Math.min(bytes.length, at + 1 + random.nextInt(8));
                case 2 ->
                    out.writeBytes(TOKENS.get(random.nextInt(TOKENS.size())).getBytes(StandardCharsets.UTF_8));
                case 3 -> out.write(bytes, 0, at / 2);
                default -> {
                    if (at < bytes.length) {
                        out.write(bytes[at] ^ (1 << random.nextInt(8)));
                        rest = at + 1;
                    }
                }
            }
            out.write(bytes, rest, bytes.length - rest);
            bytes = out.size() == 0 ? new byte[] {'{'} : out.toByteArray();
        }
        return bytes;
    }
}
