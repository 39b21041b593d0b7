package dev.weir.models.training;

import dev.weir.models.tokenizer.EncodedChat;
import dev.weir.models.training.LlamaNetwork.Gradients;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Several networks, each on one thread with its part of the batch. Two threads inside one product wait for each other a thousand times a
 * step; two threads with half the batch each wait once, which was worth half as much speed again.
 *
 * <p>Gradients are added in the order of the parts, not of their arrival, so the same number of workers gives the same result.
 */
final class ParallelNetwork implements AutoCloseable {
    private final List<LlamaNetwork> networks;
    private final ExecutorService workers;

    ParallelNetwork(LlamaShape shape, int workerCount) {
        networks = Stream.generate(() -> new LlamaNetwork(shape))
                .limit(workerCount)
                .toList();
        workers = Executors.newFixedThreadPool(workerCount);
    }

    /** Loss and gradients of a batch, as one network would give them but for rounding. */
    Gradients train(Weights weights, Batch batch) throws InterruptedException {
        List<Batch> parts = parts(batch.chats());
        List<Future<Gradients>> pending = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            LlamaNetwork network = networks.get(i);
            Batch part = parts.get(i);
            pending.add(workers.submit(() -> network.train(weights, part)));
        }
        float loss = 0;
        List<float[]> sum = weights.matrices().stream()
                .map(matrix -> new float[matrix.values().length])
                .toList();
        for (int i = 0; i < parts.size(); i++) {
            Gradients result = await(pending.get(i));
            float share = (float) parts.get(i).targets().length / batch.targets().length;
            loss += share * result.loss();
            addScaled(sum, result.gradients(), share);
        }
        return new Gradients(loss, sum);
    }

    /** One network, for passes that are not worth sharing. */
    LlamaNetwork single() {
        return networks.getFirst();
    }

    @Override
    public void close() {
        workers.close();
        networks.forEach(LlamaNetwork::close);
    }

    private List<Batch> parts(List<EncodedChat> chats) {
        int partCount = Math.min(networks.size(), chats.size());
        List<Batch> parts = new ArrayList<>();
        for (int i = 0; i < partCount; i++) {
            parts.add(Batch.of(chats.subList(chats.size() * i / partCount, chats.size() * (i + 1) / partCount)));
        }
        return parts;
    }

    private static Gradients await(Future<Gradients> pending) throws InterruptedException {
        try {
            return pending.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a training worker failed", e.getCause());
        }
    }

    private static void addScaled(List<float[]> sum, List<float[]> gradients, float share) {
        IntStream.range(0, gradients.size()).parallel().forEach(matrix -> {
            float[] total = sum.get(matrix);
            float[] part = gradients.get(matrix);
            for (int i = 0; i < total.length; i++) {
                total[i] += share * part[i];
            }
        });
    }
}
