"""Face validity: does each preset behave as published markets do?

    python -m tools.face_validity                                         # all: some minutes
    python -m tools.face_validity --presets phone --gates price,ads       # these cells anew
    python -m tools.face_validity --presets phone --gates price --quick   # a look, nothing is kept

Every gate is measured on held-out worlds, which no value was tuned on. Kept are the numbers, in
`docs/face-validity.json`; `docs/face-validity.md` is written from them. A cell outside its range
needs a reason in `notes.toml`, and one inside may have none.
"""
