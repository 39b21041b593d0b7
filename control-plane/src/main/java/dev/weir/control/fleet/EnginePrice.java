package dev.weir.control.fleet;

/** How dear it would be to send a request to an engine. The cheapest takes it. */
@FunctionalInterface
public interface EnginePrice {
    double of(Engine engine);
}
