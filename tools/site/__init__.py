"""The site: lectures, boards, exercises and documentation as a folder for any static host.

    python -m tools.site --out site

`tree` gathers the pages of a language, `reference`, `commands` and `gallery` write those that come
from the code, `build` has Sphinx make HTML of them, and `boards` adds the engine's pages.
"""
