"""People of whom everything is known: chains walked and stays drawn with numpy alone."""

import numpy as np

import cjsim
from cjsim.observe.walks import Walks


def walked(moves, people, seed=1, steps=60, first=0):
    """So many walks of a chain from the first state on; a row of zeros is an end."""
    moves = np.asarray(moves, float)
    states = tuple("abcdefghij"[: len(moves)])
    luck = np.random.default_rng(seed).random((people, steps))
    walks = []
    for one in luck:
        at, walk = first, [first]
        for uniform in one:
            if moves[at].sum() == 0:
                break
            at = int(np.searchsorted(np.cumsum(moves[at]), uniform, "right"))
            at = min(at, len(moves) - 1)
            walk.append(at)
        walks.append(walk)
    return walks_from(states, walks)


def walks_from(states, walks):
    """Walks written out as lists of places in `states`."""
    begin = np.append(0, np.cumsum([len(walk) for walk in walks]))
    flat = np.array([state for walk in walks for state in walk], np.int64)
    return Walks(tuple(states), flat, begin, np.ones(len(walks)))


def untouched(**changes):
    """A market in which nobody is met, of people who are all alike, each seen from the start."""
    neutral = {
        "market.pain_need": 1.0, "market.dream_need": 1.0, "market.speed_spread": 0.0,
        "market.rationality_spread": 0.0, "market.prior_trust": 0.5, "rival.competition": 0.0,
        "burn_in_days": 0.0, "market.onset_days": 10.0, "market.presence": 1.0,
        "market.served_share": 0.0, "market.stay_years": float("inf"), "loyalty.friends": 0.0,
        "firm.patience_days": 1e9, "product.complexity": 0.0,
    }  # fmt: skip
    tables = cjsim.Scenario.load("phone", "nothing").with_changes(neutral | changes).model_dump()
    tables.pop("plan")  # a file that is written so
    return cjsim.Scenario.model_validate(tables)
