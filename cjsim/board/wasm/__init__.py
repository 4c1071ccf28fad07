"""The compiled engine as WebAssembly: the same rules and the same bits in a page."""
