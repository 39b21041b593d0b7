package dev.weir.bench.gateway;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A control plane that is measured.
 *
 * @param jar in the folder {@code control-plane/target} of its home
 * @param java options of its JVM, behind those that it has in any case
 * @param model that is asked for
 */
public record Variant(String name, Path jar, List<String> java, List<String> options, String model) {
    public Variant {
        java = List.copyOf(java);
        options = List.copyOf(options);
    }

    /** A control plane as it starts, with nothing configured. */
    public static Variant plain(Path jar, List<String> java, List<String> options) {
        return new Variant("keys, limits, ledger, metrics", jar, java, options, ScriptedUpstream.MODEL);
    }

    /**
     * The same but for what is named: another jar, more options of the JVM ({@code -X}, {@code -D}), more of its own ({@code --}).
     *
     * @throws IllegalArgumentException where something is none of them
     */
    public Variant but(String otherName, List<String> words) {
        Path otherJar = jar;
        List<String> otherJava = new ArrayList<>(java);
        List<String> otherOptions = new ArrayList<>(options);
        for (String word : words) {
            if (word.startsWith("--")) {
                otherOptions.add(word);
            } else if (word.startsWith("-X") || word.startsWith("-D")) {
                otherJava.add(word);
            } else if (word.endsWith(".jar")) {
                otherJar = Path.of(word).toAbsolutePath();
            } else {
                throw new IllegalArgumentException(
                        "'" + word + "' is no jar, and begins neither with -X or -D (for the JVM) nor with --");
            }
        }
        return new Variant(otherName, otherJar, otherJava, otherOptions, model);
    }

    Variant asking(String otherModel) {
        return new Variant(name, jar, java, options, otherModel);
    }

    /** Where it is at home: what belongs to it is looked for there. */
    Path home() {
        Path target = jar.toAbsolutePath().normalize().getParent();
        if (target == null || target.getNameCount() < 3) {
            throw new IllegalArgumentException(jar + " is not in a folder control-plane/target");
        }
        return target.resolve("../..").normalize();
    }
}
