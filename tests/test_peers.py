"""The benchmark's peers simulate what the kit simulates; here the two that need no extra."""

import math
import statistics
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from cjsim.model import parameters
from tests import builders

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.peers import cjsim_map, heapq_map, simpy_map, stage_map

PEOPLE, DAYS, RUNS = 2000, 1095.0, 20


@pytest.fixture(scope="module", autouse=True)
def talkative():
    """A market where a friend's word awakes many; in the benchmark it awakes one in a hundred."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage_map, "RECOMMENDS", 0.5)
        patch.setattr(stage_map, "FRIENDS", 8.0)
        yield


def means(run, runs):
    """Per person and for each of events and first deals: mean and standard error over markets."""
    columns = zip(*(run(PEOPLE, DAYS, seed) for seed in range(runs)), strict=True)
    shares = [[n / PEOPLE for n in column] for column in columns]
    return [(statistics.fmean(x), statistics.stdev(x) / math.sqrt(runs)) for x in shares]


@pytest.fixture(scope="module")
def ours():
    return means(cjsim_map.run, 4 * RUNS)


@pytest.mark.parametrize("peer", [heapq_map, simpy_map])
def test_peers_and_the_kit_have_the_same_means(peer, ours):
    """Within 4 standard errors: at about 30 degrees of freedom chance exceeds that in 1 of 2500."""
    for (mean, error), (our_mean, our_error) in zip(means(peer.run, RUNS), ours, strict=True):
        assert abs(mean - our_mean) < 4.0 * math.hypot(error, our_error)


def test_both_engines_run_the_very_same_stage_map():
    assert cjsim_map.run(200, DAYS, 1) == cjsim_map.run_simpy(200, DAYS, 1)


def test_visits_last_and_lead_where_the_scenario_says():
    """Against the chain that the first page gives for the scenario; shares of 4,000 within 4.5 se.

    About 40 shares: chance alone exceeds 4.5 in one of them in 1 of 4000 sets.
    """
    luck, tries = Random(1), 4000
    states, jumps, days = builders.chain(stage_map.scenario(PEOPLE, DAYS))
    for here, (stage, knows) in enumerate(states):
        assert stage_map.DAYS[stage] == pytest.approx(days[here], rel=1e-12)
        led = Counter(stage_map.next_stage(stage, bool(knows), luck) for _ in range(tries))
        said = Counter()
        for there, (onward, _) in enumerate(states):
            said[onward] += jumps[here, there]
        assert led.keys() <= {onward for onward, chance in said.items() if chance > 0}
        for onward, chance in said.items():
            error = math.sqrt(max(0.0, chance * (1 - chance)) / tries)
            assert abs(led[onward] / tries - chance) <= 4.5 * error + 1e-12


def test_the_desk_is_the_same():
    read = parameters.parameters_of(stage_map.scenario(6000, DAYS), 6000, 1)
    assert (read.reps, read.repeat_needs_rep) == (stage_map.reps(6000), 0)
    assert (read.deal_days, read.patience_days) == (stage_map.DEAL_DAYS, stage_map.PATIENCE_DAYS)
