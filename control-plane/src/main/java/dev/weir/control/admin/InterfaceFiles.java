package dev.weir.control.admin;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.server.ResponseStatusException;

/**
 * Hands out the user interface, which is part of our jar: its files by names that change with their content, and its one page for every
 * other path, so that an address that somebody keeps leads where it led. Nothing in it comes from anywhere else, and browsers are told so.
 */
@Controller
public final class InterfaceFiles {
    private static final String ROOT = "ui/";
    private static final Pattern ASSET = Pattern.compile("/(assets/)?[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)+");
    private static final Duration YEAR = Duration.ofDays(365);
    private static final String ONLY_OURS =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self';"
                    + " frame-ancestors 'none'";
    private static final Map<String, MediaType> TYPES = Map.of(
            "html", MediaType.parseMediaType("text/html;charset=utf-8"),
            "js", MediaType.parseMediaType("text/javascript;charset=utf-8"),
            "css", MediaType.parseMediaType("text/css;charset=utf-8"),
            "svg", MediaType.parseMediaType("image/svg+xml"),
            "json", MediaType.APPLICATION_JSON);

    @GetMapping({"/", "/ui"})
    ResponseEntity<Void> entrance() {
        return ResponseEntity.status(HttpStatus.FOUND)
                .location(URI.create("/ui/"))
                .build();
    }

    @GetMapping("/ui/{*path}")
    ResponseEntity<Resource> file(@PathVariable String path, ServerHttpRequest request) {
        Resource page = new ClassPathResource(ROOT + "index.html");
        if (!page.exists()) {
            throw new ResponseStatusException(
                    HttpStatus.NOT_IMPLEMENTED,
                    "this Weir was built without its user interface: install npm with Node.js 20 or later, and build it again");
        }
        if (!ASSET.matcher(path).matches()) {
            return answer(page, "html", request, CacheControl.noCache());
        }
        String name = path.substring(1);
        Resource asset = new ClassPathResource(ROOT + name);
        if (!asset.exists()) {
            return ResponseEntity.notFound().build();
        }
        String type = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return answer(
                asset,
                type,
                request,
                name.startsWith("assets/")
                        ? CacheControl.maxAge(YEAR).cachePublic().immutable()
                        : CacheControl.noCache());
    }

    private static ResponseEntity<Resource> answer(
            Resource file, String type, ServerHttpRequest request, CacheControl caching) {
        Resource small = new ClassPathResource(((ClassPathResource) file).getPath() + ".gz");
        boolean takesSmall = String.valueOf(request.getHeaders().getFirst(HttpHeaders.ACCEPT_ENCODING))
                .contains("gzip");
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok()
                .contentType(TYPES.getOrDefault(type, MediaType.APPLICATION_OCTET_STREAM))
                .cacheControl(caching)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
                .header("content-security-policy", ONLY_OURS)
                .header("x-content-type-options", "nosniff")
                .header("referrer-policy", "no-referrer");
        return takesSmall && small.exists()
                ? answer.header(HttpHeaders.CONTENT_ENCODING, "gzip").body(small)
                : answer.body(file);
    }
}
