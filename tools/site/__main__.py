"""`python -m tools.site`: build the site."""

from tools.site.build import main

if __name__ == "__main__":
    raise SystemExit(main())
