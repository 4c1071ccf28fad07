"""`python -m cjsim.cli` is the `cjsim` command."""

import sys

from cjsim.cli.main import main

sys.exit(main())
