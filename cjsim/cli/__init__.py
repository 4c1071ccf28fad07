"""The `cjsim` command: what is asked in a terminal."""
