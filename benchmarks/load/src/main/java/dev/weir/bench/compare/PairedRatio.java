package dev.weir.bench.compare;

import java.util.Arrays;

/** One figure of two servers, round by round. Each round's ratio is taken by itself: what slowed both down that minute is not in it. */
@SuppressWarnings("ArrayRecordComponent") // borrowed for the length of one report
record PairedRatio(double[] ours, double[] peer) {
    PairedRatio {
        if (ours.length != peer.length || ours.length == 0) {
            throw new IllegalArgumentException("rounds must be pairs: " + ours.length + " and " + peer.length);
        }
    }

    double medianOurs() {
        return median(ours.clone());
    }

    double medianPeer() {
        return median(peer.clone());
    }

    double median() {
        return median(ratios());
    }

    double least() {
        return Arrays.stream(ratios()).min().orElseThrow();
    }

    double most() {
        return Arrays.stream(ratios()).max().orElseThrow();
    }

    private double[] ratios() {
        double[] ratios = new double[ours.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours[i] / peer[i];
        }
        return ratios;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }
}
