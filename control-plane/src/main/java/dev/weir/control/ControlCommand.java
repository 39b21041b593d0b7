package dev.weir.control;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "control",
        description = "Runs the control plane alone, for engines that run elsewhere.",
        mixinStandardHelpOptions = true)
final class ControlCommand implements Callable<Integer> {
    @Mixin
    private final ListenOptions listen = new ListenOptions();

    @Option(names = "--engine", paramLabel = "URL", description = "Where an engine is; may be given more than once.")
    private final List<URI> engines = new ArrayList<>();

    @Override
    public Integer call() {
        List<String> arguments = listen.asArguments();
        for (int i = 0; i < engines.size(); i++) {
            arguments.add("--weir.engines[" + i + "]=" + engines.get(i));
        }
        listen.proxySecret().ifPresent(secret -> arguments.add("--weir.upstream.proxy-secret=" + secret.value()));
        ListenOptions.requireFree(listen.host, listen.port, "--port");
        return new Service(arguments, null, listen.newAdminKey).run();
    }
}
