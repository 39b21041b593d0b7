package dev.weir.engine.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.model.AdapterConfig;
import dev.weir.engine.model.AdapterDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdaptersTest {

    private static final AdapterDirectory DIRECTORY =
            new AdapterDirectory(Path.of("adapter"), new AdapterConfig(8, 2), List.of());

    private final List<Long> released = new ArrayList<>();
    private long lastId;
    private final Adapters adapters = new Adapters(_ -> {
        long id = ++lastId;
        return new AdapterWeights(id, () -> released.add(id));
    });

    private Adapter load(String name) {
        return adapters.load(name, DIRECTORY, false, 0);
    }

    @Test
    void unusedAdapterGoesAtOnce() {
        Adapter adapter = load("a");
        assertThat(adapters.find("a")).hasValue(adapter);
        assertThat(adapters.unload("a")).isTrue();
        assertThat(adapters.find("a")).isEmpty();
        assertThat(adapters.unload("a")).isFalse();
        assertThat(released).containsExactly(adapter.id());
        assertThat(adapters.loadedCount()).isZero();
    }

    @Test
    void usedAdapterGoesWithItsLastUserAndTakesNoNewOnes() {
        Adapter adapter = load("a");
        assertThat(adapter.begin()).isTrue();
        assertThat(adapter.begin()).isTrue();
        adapters.unload("a");
        assertThat(adapter.begin()).isFalse();
        assertThat(adapters.loadedCount()).isEqualTo(1);
        adapter.end();
        assertThat(released).isEmpty();
        adapter.end();
        assertThat(released).containsExactly(adapter.id());
        assertThat(adapters.loadedCount()).isZero();
        assertThatThrownBy(adapter::end).isInstanceOf(IllegalStateException.class);
        assertThat(released).hasSize(1);
    }

    @Test
    void namedAdapterStaysThoughNobodyUsesIt() {
        Adapter adapter = load("a");
        adapter.begin();
        adapter.end();
        assertThat(released).isEmpty();
        assertThat(adapter.begin()).isTrue();
    }

    @Test
    void adapterLoadedAgainIsAnother() {
        long first = load("a").id();
        adapters.unload("a");
        assertThat(load("a").id()).isNotEqualTo(first);
    }

    @Test
    void takenNameIsRefusedUnlessItIsToBeReplaced() {
        Adapter first = load("a");
        first.begin();
        assertThatThrownBy(() -> load("a"))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("there is an adapter a already");
        Adapter second = adapters.load("a", DIRECTORY, true, 0);
        assertThat(adapters.find("a")).hasValue(second);
        assertThat(first.begin()).isFalse();
        first.end();
        assertThat(released).containsExactly(first.id());
    }

    @Test
    void adapterThatDoesNotLoadLeavesTheEarlierOneInPlace() {
        Adapters picky = new Adapters(directory -> {
            if (directory.config().rank() == 8) {
                return new AdapterWeights(1, () -> released.add(1L));
            }
            throw new AdapterException("does not fit");
        });
        Adapter first = picky.load("a", DIRECTORY, false, 0);
        AdapterDirectory other = new AdapterDirectory(Path.of("other"), new AdapterConfig(9, 2), List.of());
        assertThatThrownBy(() -> picky.load("a", other, true, 0)).hasMessage("does not fit");
        assertThat(picky.find("a")).hasValue(first);
        assertThat(picky.loadedCount()).isEqualTo(1);
        assertThat(released).isEmpty();
    }

    @Test
    void thereIsALimitThatCountsThoseThatOnlyFinish() {
        load("leaving").begin();
        adapters.unload("leaving");
        for (int i = 1; i < Adapters.ADAPTERS_MAX; i++) {
            load("a" + i);
        }
        assertThatThrownBy(() -> load("one-more"))
                .hasMessageContainingAll("64 adapters, which is the limit", "unloaded, and still in use");
        adapters.unload("a1");
        assertThat(load("one-more").name()).isEqualTo("one-more");
    }

    @Test
    void closedModelUnloadsAllAndTakesNoMore() {
        load("a");
        load("b");
        adapters.close();
        assertThat(released).hasSize(2);
        assertThatThrownBy(() -> load("c")).hasMessageContaining("being unloaded");
    }

    @Test
    void namesAreShortAndHaveNoControlCharacters() {
        for (String name : List.of("", "  ", "a\nb", "x".repeat(Adapters.NAME_CHARS_MAX + 1))) {
            assertThatThrownBy(() -> load(name)).hasMessageContaining("an adapter's name has 1 to 256 characters");
        }
    }

    @Test
    void pathsLeadOnlyIntoTheRoots(@TempDir Path directory) throws IOException {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path inside = Files.createDirectory(root.resolve("adapter"));
        Path outside = Files.createDirectory(directory.resolve("root-too"));
        Files.createSymbolicLink(root.resolve("out"), outside);
        Files.createSymbolicLink(directory.resolve("in"), inside);
        AdapterRoots roots = new AdapterRoots(List.of(directory.resolve("absent-root-too"), root));
        AdapterRoots only = new AdapterRoots(List.of(root));
        assertThat(only.within(directory.resolve("in").toString())).isEqualTo(inside.toRealPath());
        assertThat(roots.within(inside.toString())).isEqualTo(inside.toRealPath());
        for (Path path : List.of(outside, root.resolve("out"), root.resolve("../root-too"), root.resolve("absent"))) {
            assertThatThrownBy(() -> only.within(path.toString()))
                    .isInstanceOf(AdapterException.class)
                    .hasMessage("is no directory within those that --lora-root names");
        }
        assertThatThrownBy(() -> only.within("\0")).isInstanceOf(AdapterException.class);
        assertThatThrownBy(() -> AdapterRoots.none().within(inside.toString()))
                .hasMessageContaining("started without --lora-root");
    }
}
