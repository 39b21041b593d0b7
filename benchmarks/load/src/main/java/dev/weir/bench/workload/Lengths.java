package dev.weir.bench.workload;

import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long texts are, in tokens. */
public sealed interface Lengths {
    /** No text is longer, whatever is drawn. */
    int TOKENS_MAX = 1 << 20;

    String FORMS = "N, uniform:MIN-MAX or lognormal:MEDIAN,SIGMA,MAX";

    Pattern UNIFORM = Pattern.compile("uniform:(\\d{1,7})-(\\d{1,7})");
    Pattern LOG_NORMAL = Pattern.compile("lognormal:(\\d{1,7}),(\\d+(?:\\.\\d+)?),(\\d{1,7})");

    /** The next length. */
    int draw(RandomGenerator random);

    /** Reads one of {@link #FORMS}; {@code toString} writes it. */
    static Lengths parse(String text) {
        if (text.matches("\\d{1,7}")) {
            return new Fixed(Integer.parseInt(text));
        }
        Matcher uniform = UNIFORM.matcher(text);
        if (uniform.matches()) {
            return new Uniform(Integer.parseInt(uniform.group(1)), Integer.parseInt(uniform.group(2)));
        }
        Matcher logNormal = LOG_NORMAL.matcher(text);
        if (logNormal.matches()) {
            return new LogNormal(
                    Integer.parseInt(logNormal.group(1)),
                    Double.parseDouble(logNormal.group(2)),
                    Integer.parseInt(logNormal.group(3)));
        }
        throw new IllegalArgumentException("lengths are " + FORMS + ", not '" + text + "'");
    }

    private static int checked(int tokens) {
        if (tokens < 1 || tokens > TOKENS_MAX) {
            throw new IllegalArgumentException("a length must be 1 to " + TOKENS_MAX + " tokens, not " + tokens);
        }
        return tokens;
    }

    /** Always the same. */
    record Fixed(int tokens) implements Lengths {
        public Fixed {
            checked(tokens);
        }

        @Override
        public int draw(RandomGenerator random) {
            return tokens;
        }

        @Override
        public String toString() {
            return Integer.toString(tokens);
        }
    }

    /** Every length of a range equally often, both ends included. */
    record Uniform(int tokensMin, int tokensMax) implements Lengths {
        public Uniform {
            if (checked(tokensMin) > checked(tokensMax)) {
                throw new IllegalArgumentException("uniform lengths go from the shorter to the longer, not from "
                        + tokensMin + " to " + tokensMax);
            }
        }

        @Override
        public int draw(RandomGenerator random) {
            return random.nextInt(tokensMin, tokensMax + 1);
        }

        @Override
        public String toString() {
            return "uniform:" + tokensMin + "-" + tokensMax;
        }
    }

    /** Many short and few very long ones, as people's prompts are: the logarithm is normal with deviation sigma; cut at 1 and at a maximum. */
    record LogNormal(int tokensMedian, double sigma, int tokensMax) implements Lengths {
        private static final double SIGMA_MAX = 5;

        public LogNormal {
            if (checked(tokensMedian) > checked(tokensMax)) {
                throw new IllegalArgumentException(
                        "the median of lengths cannot exceed their maximum: " + tokensMedian + " > " + tokensMax);
            }
            if (!(sigma >= 0 && sigma <= SIGMA_MAX)) {
                throw new IllegalArgumentException("sigma must be 0 to " + SIGMA_MAX + ", not " + sigma);
            }
        }

        @Override
        public int draw(RandomGenerator random) {
            double tokens = tokensMedian * Math.exp(sigma * random.nextGaussian());
            return Math.clamp(Math.round(tokens), 1, tokensMax);
        }

        @Override
        public String toString() {
            return "lognormal:" + tokensMedian + "," + sigma + "," + tokensMax;
        }
    }
}
