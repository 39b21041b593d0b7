package dev.weir.control;

import dev.weir.control.configuration.InvalidConfiguration;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.fleet.FleetSnapshot;
import dev.weir.control.fleet.LocalEngine;
import dev.weir.control.fleet.ServedModel;
import dev.weir.control.identity.Directory;
import dev.weir.control.identity.IssuedKey;
import dev.weir.control.identity.Registry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.ExitCode;

/**
 * The running control plane, from start to stop, and the local engine with it.
 *
 * <p>It ends in one of two ways: by a signal, which is in order and exits with 0, or because the engine was given up. Either way requests
 * under way are finished first, then the engine is stopped.
 */
final class Service {
    private static final Duration OWN_KEY_LIFETIME = Duration.ofMinutes(2);

    private final List<String> arguments;
    private final @Nullable LocalEngine engine;
    private final boolean newAdminKey;
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private volatile @Nullable String whyGivenUp;
    private volatile @Nullable ConfigurableApplicationContext context;

    /**
     * The service.
     *
     * @param newAdminKey whether to make and print an administrator's key even where there is one
     */
    Service(List<String> arguments, @Nullable LocalEngine engine, boolean newAdminKey) {
        this.arguments = arguments;
        this.engine = engine;
        this.newAdminKey = newAdminKey;
    }

    int run() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopOnSignal, "weir-stop"));
        try {
            if (engine != null) {
                // First, so that it loads its models while we start.
                engine.start();
                CompletableFuture<Void> _ = engine.givenUp().thenAccept(this::giveUp);
            }
            ConfigurableApplicationContext started = startContext();
            requireEngines(started.getBean(Fleet.class));
            started.getBean(WeirConfig.class)
                    .storage()
                    .warning()
                    .ifPresent(text -> System.err.println("weir: " + text));
            AccessMessage access = access(started);
            access.printTo(System.out);
            started.getBean(Fleet.class)
                    .changes()
                    .filter(fleet -> !fleet.ready().isEmpty())
                    .next()
                    .subscribe(
                            fleet -> Thread.ofVirtual().name("weir-ready").start(() -> ready(fleet, started, access)));
            int code = exitCode.join();
            stop();
            tellWhyGivenUp();
            return code;
        } catch (RuntimeException failure) {
            exitCode.complete(ExitCode.SOFTWARE);
            stop();
            throw failure;
        }
    }

    private ConfigurableApplicationContext startContext() {
        try {
            ConfigurableApplicationContext started =
                    SpringApplication.run(ControlPlane.class, arguments.toArray(String[]::new));
            context = started;
            return started;
        } catch (RuntimeException failure) {
            throw new StartFailure("cannot start: " + reason(failure));
        }
    }

    private void requireEngines(Fleet fleet) {
        if (fleet.snapshot().engines().isEmpty()) {
            throw new StartFailure("there are no engines: name one with --engine URL, or in --config under engines");
        }
    }

    /** The first start makes the key that everything else begins with. */
    private AccessMessage access(ConfigurableApplicationContext started) {
        boolean open = started.getBean(WeirConfig.class).identity().insecureNoAuth();
        Registry registry = started.getBean(Registry.class);
        return new AccessMessage(
                open,
                open && !newAdminKey
                        ? null
                        : registry.bootstrap(newAdminKey).map(IssuedKey::text).orElse(null));
    }

    private void giveUp(String reason) {
        whyGivenUp = reason;
        exitCode.complete(ExitCode.USAGE);
    }

    /** After everything else has stopped, so that the reason is the last line that somebody reads. */
    private void tellWhyGivenUp() {
        String reason = whyGivenUp;
        if (reason != null) {
            System.err.println("weir: " + reason);
        }
    }

    /** Runs when the JVM was told to stop. Stopping as told is success, which only a halt can say from here. */
    private void stopOnSignal() {
        if (!exitCode.isDone()) {
            stop();
            Runtime.getRuntime().halt(ExitCode.OK);
        }
    }

    private synchronized void stop() {
        ConfigurableApplicationContext running = context;
        if (running != null) {
            running.close();
        }
        if (engine != null) {
            engine.close();
        }
    }

    private void ready(FleetSnapshot fleet, ConfigurableApplicationContext started, AccessMessage access) {
        if (engine != null) {
            engine.confirmReady();
        }
        String host = started.getEnvironment().getRequiredProperty("server.address");
        String port = started.getEnvironment().getRequiredProperty("local.server.port");
        String address = "http://" + host + ":" + port;
        StartTime ready = StartTime.now();
        IssuedKey own = started.getBean(Registry.class).temporaryKey(OWN_KEY_LIFETIME);
        try {
            for (ServedModel model : fleet.models().stream().limit(1).toList()) {
                FirstToken.await(address, own.text(), model.id());
            }
        } catch (IOException failure) {
            System.err.println("weir: the first request failed: " + failure.getMessage());
        } catch (InterruptedException _) {
            return; // stopped while it started
        } finally {
            started.getBean(Directory.class).forget(own.key().id());
        }
        new ReadyMessage(address, fleet.models(), ready, StartTime.now(), !access.open()).printTo(System.out);
    }

    private static String line(@Nullable Origin origin) {
        return origin instanceof TextResourceOrigin text && text.getLocation() != null
                ? " (line " + (text.getLocation().getLine() + 1) + ")"
                : "";
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof UnboundConfigurationPropertiesException unknown) {
            return unknown.getUnboundProperties().stream()
                    .map(property -> property.getName() + line(property.getOrigin()))
                    .collect(Collectors.joining(", ", "there is no such setting: ", ""));
        }
        if (root instanceof InvalidConfiguration invalid) {
            return "the configuration cannot be used: " + invalid.getMessage();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse(root.toString());
    }
}
