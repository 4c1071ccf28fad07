"""One market under one strategy: what the people, the firm and the journal have in common.

A market that is split has a world for each arm. They differ in the numbers and touchpoints that
hold for its people, and share all else: the people, the desk, the journal.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass, field

from cjsim.model.parameters import Parameters, Touch
from cjsim.model.population import Person

Row = tuple[float, int, int, int, int, float]


@dataclass(slots=True)
class World:
    """One market under one strategy: its people, its running touchpoints, its journal."""

    market: Parameters
    people: Sequence[Person]
    pulls: Sequence[Touch]
    pushes: Sequence[Touch]
    meet_at: Sequence[MutableSequence[float]]  # per person and pull touchpoint: the next meeting
    met: Sequence[MutableSequence[int]]  # and how many there were during this visit
    last_times: Sequence[MutableSequence[float]]  # per person, of what may rest: see `rules.rests`
    waits: Sequence[MutableSequence[float]]  # per person, of what follows: see `rules.wait_after`
    sessions: Sequence[MutableSequence[float]]  # per touchpoint of the library: `rules.has_seat`
    purse: MutableSequence[float]  # the firm's: see `rules.can_pay`
    beliefs: Sequence[MutableSequence[float]]  # per person; then of strangers, and room to reckon
    chain: Sequence[Sequence[float]]  # what they live by: see `model.chain`; often nothing
    chain_before: Sequence[Sequence[float]]  # up to the last change
    before: Parameters  # what held up to the last change, and who pulled
    pulls_before: Sequence[Touch]
    tally: MutableSequence[int]  # who is present, and how many of them are customers: see `rules`
    rows: list[Row] = field(default_factory=list)
    truths: list[tuple[float, ...]] | None = None
    arms: Sequence[World] = ()  # all of them; () where the market is not split


def of_arm(world: World, person: Person) -> World:
    """The world that a person lives in: that of their arm, where the market is split."""
    return world.arms[person.arm] if world.arms else world
