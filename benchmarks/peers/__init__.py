"""The same stage map in other simulation libraries: how fast are they, and what do they hold?

`python -m benchmarks.peers` prints the table; the libraries come with `pip install -e .[peers]`.
`stage_map` says what all of them simulate; each `*_map` says it in one library's own idiom.
"""
