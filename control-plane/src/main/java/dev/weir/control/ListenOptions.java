package dev.weir.control;

import dev.weir.control.upstream.ProxySecret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every way of running the control plane has. */
final class ListenOptions {
    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "The address to listen on (default: ${DEFAULT-VALUE}, which only this machine can reach).")
    String host = "";

    @Option(
            names = "--port",
            defaultValue = "8080",
            description = "The port to listen on (default: ${DEFAULT-VALUE}; 0 for any that is free).")
    int port;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "A YAML file with engines and policy, which is followed as it changes, and settings under 'weir'.")
    @Nullable
    Path config;

    @Option(
            names = "--proxy-secret-file",
            paramLabel = "FILE",
            description = "A file with the secret that engines were given as --trusted-proxy-secret-file (or set "
                    + ProxySecret.VARIABLE + "); with 'serve', a random one unless it is given.")
    @Nullable
    Path proxySecretFile;

    @Option(
            names = "--data-directory",
            paramLabel = "DIR",
            description = "Where the database is kept, if it is an embedded one (default: .weir beside the command).")
    @Nullable
    Path dataDirectory;

    @Option(
            names = "--log-format",
            defaultValue = "text",
            paramLabel = "FORMAT",
            description = "text, or json for a JSON object on each line (default: ${DEFAULT-VALUE}).")
    LogFormat logFormat = LogFormat.text;

    /** How logs are written; named as it is typed. */
    enum LogFormat {
        text,
        json
    }

    @Option(
            names = "--insecure-no-auth",
            description =
                    "Asks nobody for a key and takes everybody for the administrator; with a loopback --host only.")
    boolean insecureNoAuth;

    @Option(
            names = "--new-admin-key",
            description = "Makes and prints another administrator's key, for when the first one is lost.")
    boolean newAdminKey;

    /** The secret that was given, in a file or in the environment. */
    Optional<ProxySecret> proxySecret() {
        try {
            if (proxySecretFile != null) {
                return Optional.of(ProxySecret.read(proxySecretFile));
            }
            return Optional.ofNullable(System.getenv(ProxySecret.VARIABLE))
                    .filter(value -> !value.isBlank())
                    .map(ProxySecret::new);
        } catch (IOException failure) {
            throw new StartFailure(
                    "cannot read " + proxySecretFile + " (--proxy-secret-file): " + failure.getMessage());
        } catch (IllegalArgumentException failure) {
            throw new StartFailure(failure.getMessage() + " (--proxy-secret-file or " + ProxySecret.VARIABLE + ")");
        }
    }

    /** As Spring Boot wants to be told. */
    List<String> asArguments() {
        List<String> arguments = new ArrayList<>(List.of("--server.address=" + host, "--server.port=" + port));
        if (dataDirectory != null) {
            arguments.add("--weir.storage.directory=" + dataDirectory.toAbsolutePath());
        }
        if (logFormat == LogFormat.json) {
            arguments.add("--logging.structured.format.console=logstash");
        }
        if (insecureNoAuth) {
            requireLoopback();
            arguments.add("--weir.identity.insecure-no-auth=true");
        }
        if (config != null) {
            if (!Files.isReadable(config)) {
                throw new StartFailure("there is no file to read at " + config + " (--config)");
            }
            arguments.add("--spring.config.additional-location="
                    + config.toAbsolutePath().toUri());
            if (isYaml(config)) {
                arguments.add("--weir.configuration.file=" + config.toAbsolutePath());
            }
        }
        return arguments;
    }

    private static boolean isYaml(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".yaml") || name.endsWith(".yml");
    }

    /** Anybody who can reach us could do anything, so it has to be this machine alone. */
    private void requireLoopback() {
        try {
            if (InetAddress.getByName(host).isLoopbackAddress()) {
                return;
            }
        } catch (UnknownHostException _) {
            // Not an address of this machine, then.
        }
        throw new StartFailure("--insecure-no-auth lets in everybody who reaches " + host
                + ": listen on 127.0.0.1, or leave it out and hand out keys");
    }

    /** Finds a taken port before anything has been started for nothing. */
    static void requireFree(String host, int port, String option) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException | IllegalArgumentException failure) {
            throw new StartFailure("cannot listen on " + host + ":" + port + " (" + failure.getMessage()
                    + "): stop what uses it, or choose another with " + option);
        }
    }
}
