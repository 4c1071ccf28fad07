"""The site: lectures, boards, exercises and documentation as a folder for any static host.

    python -m tools.site --out site

`tree` gathers the pages of a language, `reference`, `gallery` and `boards` write those that come
from the code, `build` has Sphinx make HTML of them; `panels` and `tasks` let the panels of lectures
and the tasks on the board run in the page.
"""
