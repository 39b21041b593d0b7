package dev.weir.control.admin;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import dev.weir.control.configuration.ConfigurationText;
import dev.weir.control.configuration.InvalidConfiguration;
import dev.weir.control.configuration.Problem;
import dev.weir.control.ingress.OverflowPolicy;
import dev.weir.control.ingress.OverflowPolicy.Outlet;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A provider as somebody registers it: what the configuration says of one under {@code overflow.providers}, in the administration's
 * spelling. It is read by what reads the configuration, so the same is required and the same is refused.
 *
 * @param keyFile where each replica has the key; there is no file that another path than an absolute one could be seen from
 * @param budgetPerDay in dollars
 * @param models of ours that it stands in for
 * @param others what nobody knows, which is refused: it may be meant to be the key
 */
public record ProviderOrder(
        @Nullable String shape,
        String url,
        String keyFile,
        String region,
        Double budgetPerDay,
        Map<String, StandInOrder> models,
        @JsonAnySetter Map<String, Object> others) {
    private static final String SHAPE = "shape";
    private static final Pattern HYPHENATED = Pattern.compile("-([a-z])");

    /**
     * A provider's model, and what a million of its tokens cost in dollars.
     *
     * @param others what nobody knows
     */
    public record StandInOrder(
            String name,
            Double input,
            @Nullable Double cachedInput,
            Double output,
            @Nullable Integer outputTokensUnsaid,
            @JsonAnySetter Map<String, Object> others) {
        private ObjectNode settings(String model) {
            refuse(others, "models." + model + ".", "name, input, cachedInput, output, outputTokensUnsaid");
            return JsonMapper.shared()
                    .createObjectNode()
                    .put("name", name)
                    .put("input", input)
                    .put("cached-input", cachedInput)
                    .put("output", output)
                    .put("output-tokens-unsaid", outputTokensUnsaid);
        }
    }

    /**
     * What the configuration would say, where it can be used.
     *
     * @throws IllegalArgumentException with everything that is wrong, where it cannot
     */
    String settings(String name) {
        refuse(others, "", SHAPE + ", url, keyFile, region, budgetPerDay, models");
        ObjectNode settings = JsonMapper.shared()
                .createObjectNode()
                .put(SHAPE, shape)
                .put("url", url)
                .put("key-file", keyFile)
                .put("region", region)
                .put("budget-per-day", budgetPerDay);
        ObjectNode standIns = settings.putObject("models");
        if (models != null) {
            models.forEach((model, standIn) -> standIns.set(model, standIn == null ? null : standIn.settings(model)));
        }
        String text = settings.toString();
        try {
            if (!outlet(name, text).provider().keyFile().isAbsolute()) {
                throw new IllegalArgumentException(
                        "keyFile must begin at the root, since every replica reads it for itself, not '" + keyFile
                                + "'");
            }
        } catch (InvalidConfiguration invalid) {
            throw new IllegalArgumentException(
                    invalid.problems().stream()
                            .map(problem -> told(name, problem))
                            .collect(Collectors.joining("; ")),
                    invalid);
        }
        return text;
    }

    /** The provider that has these settings. */
    static Outlet outlet(String name, String settings) {
        JsonNode provider = JsonMapper.shared().readTree(settings);
        ObjectNode file = JsonMapper.shared().createObjectNode();
        file.putObject("overflow").putObject("providers").set(name, provider);
        return new ConfigurationText(file.toString())
                .read(OverflowPolicy::read)
                .outlets()
                .getFirst();
    }

    private static void refuse(Map<String, Object> others, String where, String known) {
        if (others != null && !others.isEmpty()) {
            throw new IllegalArgumentException(
                    where + others.keySet().iterator().next() + " is unknown: known here are " + known
                            + ". A key is never told: it stands in a file of every replica's, whose path keyFile is");
        }
    }

    /** A problem with its key as the request spells it. Names of models are left as they are. */
    private static String told(String name, Problem problem) {
        String path = problem.path()
                .substring(Math.min(problem.path().length(), ("overflow.providers." + name + ".").length()));
        int last = path.lastIndexOf('.') + 1;
        String key = HYPHENATED
                .matcher(path.substring(last))
                .replaceAll(hyphen -> hyphen.group(1).toUpperCase(Locale.ROOT));
        return (path.substring(0, last) + key + " " + problem.message()).strip();
    }
}
