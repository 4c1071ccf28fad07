"""`python -m cjsim.cli` is the `cjsim` command."""

import signal
import sys

early = signal.getsignal(signal.SIGINT) is signal.default_int_handler
if early:  # until the command can answer, Ctrl-C ends it without a word, not with a traceback
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from cjsim.cli.main import main  # noqa: E402

if early:
    signal.signal(signal.SIGINT, signal.default_int_handler)
status = main()
if early:  # what is left is Python's own clearing up
    signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.exit(status)
