"""The engine that answers at once: the rules over arrays, compiled in one event loop."""
