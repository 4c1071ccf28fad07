"""Who runs the people: `process` is the SimPy engine that is taught."""
