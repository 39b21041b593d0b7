package dev.weir.control;

import dev.weir.control.fleet.LocalEngine;
import dev.weir.control.fleet.SupervisionLimits;
import dev.weir.control.upstream.ProxySecret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        description = "Runs the control plane and an engine beside it.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private static final String LOOPBACK = "127.0.0.1";

    @Mixin
    private final ListenOptions listen = new ListenOptions();

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description =
                    "A Hugging Face model directory or a GGUF file; may be given more than once (default: the demo models).")
    private List<Path> models = new ArrayList<>();

    @Option(
            names = "--engine-port",
            defaultValue = "8100",
            description = "The engine's port, on this machine only (default: ${DEFAULT-VALUE}).")
    private int enginePort;

    @Override
    public Integer call() {
        List<String> arguments = listen.asArguments();
        arguments.add("--weir.engines=http://" + LOOPBACK + ":" + enginePort);
        List<String> command = EngineInstallation.ofThisProcess().command(models, LOOPBACK, enginePort);
        ListenOptions.requireFree(listen.host, listen.port, "--port");
        ListenOptions.requireFree(LOOPBACK, enginePort, "--engine-port");
        ProxySecret secret = listen.proxySecret().orElseGet(ProxySecret::random);
        arguments.add("--weir.upstream.proxy-secret=" + secret.value());
        LocalEngine engine = new LocalEngine(
                command,
                Map.of(ProxySecret.VARIABLE, secret.value()),
                SupervisionLimits.DEFAULT,
                System::nanoTime,
                line -> System.out.println("engine | " + line),
                line -> System.out.println("weir: " + line));
        return new Service(arguments, engine, listen.newAdminKey).run();
    }
}
