package dev.weir.control.admin;

import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The OpenAPI document of everything under {@code /admin}. A test writes it from the endpoints themselves and finds where it is behind. */
@RestController
public final class DocumentEndpoint {
    private static final Resource DOCUMENT = new ClassPathResource("openapi/admin.json");

    @GetMapping("/admin/openapi.json")
    ResponseEntity<Resource> document() {
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(DOCUMENT);
    }
}
