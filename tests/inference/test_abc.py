"""Inference by simulation, held against posteriors that are known exactly."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from cjsim.inference import Prior, calibrate, calibration, infer, reference
from cjsim.inference.region import Region

NORMAL = [Prior("mean", -1.6448536, 1.6448536, kind="normal")]
PAIR = [
    Prior("a", 0.5, 5.0, "log", "normal"),
    Prior("b", 0.5, 5.0, "log", "normal"),
    Prior("c", -3.0, 3.0),
    Prior("idle", 0.0, 1.0),
]


def ten_normals(setting, seed):
    return {"mean_of_ten": np.random.default_rng(seed).normal(setting["mean"], 1.0, 10).mean()}


def twelve_counts(setting, seed):
    counts = np.random.default_rng(seed).poisson(setting["rate"], 12)
    return {"total": np.log1p(counts.sum()), "spread": counts.std()}


def a_product(setting, seed):
    """Of a and b only the product can be seen, of `idle` nothing."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(setting["a"] * setting["b"], 400)
    others = rng.normal(setting["c"], 1.0, 400)
    return [counts.mean(), counts.std(), (counts == 0).mean(), others.mean()]


def here(simulate, priors, observed, **more):
    return infer(simulate, priors, observed, executor="here", **more)


# --- exact posteriors -------------------------------------------------------------------------


@pytest.mark.parametrize("seen", [-0.8, 0.1, 1.2])
def test_a_normal_mean_has_the_posterior_of_the_book(seen):
    """Normal prior, known variance: mean n·x/(n + 1), variance 1/(n + 1)."""
    posterior = here(ten_normals, NORMAL, {"mean_of_ten": seen})
    sd = (1.0 / 11.0) ** 0.5
    # 600 draws, of which some 450 are their own: the mean to 3 standard errors, the spread to 12 %
    assert posterior.draws["mean"].mean() == pytest.approx(seen * 10 / 11, abs=0.14 * sd)
    assert posterior.draws["mean"].std() == pytest.approx(sd, rel=0.12)
    assert posterior.table().loc["mean", "prior_left"] == pytest.approx(1 / 11, rel=0.25)


@pytest.mark.parametrize("total", [20, 45, 90])
def test_a_rate_of_counts_has_the_posterior_of_an_integral(total):
    prior = Prior("rate", 1.0, 10.0, "log", "normal")
    posterior = here(
        twelve_counts, [prior], [np.log1p(total), (total / 12.0) ** 0.5], simulations=4000
    )
    grid = prior.at(np.linspace(-5.0, 5.0, 20_001))
    density = stats.poisson.pmf(total, 12.0 * grid) * stats.norm.pdf(prior.z(grid))
    share = integrate.cumulative_simpson(density, x=np.linspace(-5, 5, 20_001), initial=0)
    low, middle, high = np.interp([0.05, 0.5, 0.95], share / share[-1], grid)
    row, width = posterior.table().loc["rate"], high - low
    assert row["value"] == pytest.approx(middle, abs=0.06 * width)
    assert [row["low"], row["high"]] == pytest.approx([low, high], abs=0.1 * width)


def test_a_chance_from_a_flat_prior_is_a_beta():
    def toss(setting, seed):
        return [np.random.default_rng(seed).binomial(20, setting["chance"])]

    posterior = here(toss, [Prior("chance", 0.0, 1.0)], [18], simulations=4000)
    book = stats.beta(19, 3)
    row = posterior.table().loc["chance"]
    assert row["value"] == pytest.approx(book.median(), abs=0.02)
    assert [row["low"], row["high"]] == pytest.approx(book.ppf([0.05, 0.95]), abs=0.03)
    assert posterior.draws["chance"].between(0.0, 1.0).all()


def test_further_rounds_are_cut_from_the_prior_and_find_the_same():
    posterior = here(ten_normals, NORMAL, [1.2], rounds=2, simulations=800)
    assert posterior.region.low < posterior.z.min()
    late = posterior.simulated[posterior.simulated["round"] == 2]["mean"]
    assert late.std() < 0.9 * posterior.simulated["mean"].std()
    assert posterior.draws["mean"].mean() == pytest.approx(12 / 11, abs=0.07)  # 400 walkers
    assert posterior.draws["mean"].std() == pytest.approx(11**-0.5, rel=0.12)


def test_a_thin_ridge_is_followed():
    """The product of two numbers is seen closely: later rounds lie along it."""
    posterior = here(a_product, PAIR, [2.0, 1.4, 0.13, 0.5], rounds=3, simulations=600)
    products = posterior.draws["a"] * posterior.draws["b"]
    assert products.mean() == pytest.approx(2.0, abs=0.05)
    assert products.std() < 1.6 * (2.0 / 400) ** 0.5  # that of the data
    late = posterior.simulated[posterior.simulated["round"] == 3]
    assert (late["a"] * late["b"]).between(1.2, 3.2).all()
    assert late["a"].std() > 0.5 * posterior.simulated["a"].std()


# --- can it be believed? ----------------------------------------------------------------------


def test_intervals_cover_what_they_say_and_ranks_are_uniform():
    posterior = here(ten_normals, NORMAL, [0.0], simulations=4000)
    found = calibrate(posterior, 400).table().loc["mean"]
    assert found["covered"] == pytest.approx(0.9, abs=0.04)  # 2.7 standard errors of 400
    assert found["p"] > 0.005


def test_what_cannot_be_told_is_called_so():
    """A planted pair of which only the product is seen, and a number that does nothing."""
    posterior = here(a_product, PAIR, [2.0, 1.4, 0.13, 0.5])
    table = posterior.table()
    assert table["known_by"].tolist() == ["not identified"] * 2 + ["data", "not identified"]
    assert table.loc["a", "moves_with"] == "b"
    assert table.loc["idle", "moves_with"] == ""
    found = calibrate(posterior, 200).table()
    assert (found.loc[["a", "b", "idle"], "not_identified"] >= 0.95).all()
    assert found.loc["c", "data"] >= 0.95
    # one reference table serves all 200: its own luck is shared, hence more than 1.9 errors; and
    # where nothing is told, forecasts as if left out lean away from their own by a little
    assert found["covered"].between(0.82, 0.96).all()


def test_too_narrow_posteriors_are_found_out():
    posterior = here(ten_normals, NORMAL, [0.0])
    truths = pd.DataFrame({"mean": np.linspace(-1.5, 1.5, 100)})
    found = calibration(truths, [posterior] * 100).table().loc["mean"]
    assert found["p"] < 1e-6
    assert found["covered"] < 0.5


def test_a_model_that_cannot_look_like_the_data_says_so():
    fit = here(a_product, PAIR, [2.0, 9.0, 0.13, 0.5]).fit()
    assert fit["odd"].tolist() == [False, True, False, False]


# --- one seed, one answer ---------------------------------------------------------------------


def test_any_number_of_workers_gives_the_same_bits():
    def table(executor, workers):
        found = infer(
            a_product, PAIR, [2.0, 1.4, 0.13, 0.5], simulations=400, rounds=2, executor=executor,
            workers=workers,
        )  # fmt: skip
        return pd.concat([found.simulated, found.draws], axis=1)

    one = table("here", 1)
    for executor, workers in [("threads", 1), ("threads", 2), ("processes", 2)]:
        pd.testing.assert_frame_equal(table(executor, workers), one, check_exact=True)
    with ThreadPoolExecutor(3) as pool:
        pd.testing.assert_frame_equal(table(pool, 1), one, check_exact=True)


def test_seeds_share_no_simulation_and_rounds_no_luck():
    seeds = [reference.seed_of(s, r, i) for s in (1, 2) for r in (0, 1, 2) for i in range(200)]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 1 << 61 for seed in seeds)
    one = Region.whole(2).draws(1, 1, 50)
    assert not np.any(one == Region.whole(2).draws(1, 2, 50))
    assert np.all(one[:30] == Region.whole(2).draws(1, 1, 30))


class KilledError(Exception):
    pass


def dies_after(count):
    done = []

    def simulate(setting, seed):
        if len(done) == count:
            raise KilledError
        done.append(seed)
        return ten_normals(setting, seed)

    return simulate, done


def test_an_interrupted_inference_goes_on_where_it_stood(tmp_path):
    whole = here(ten_normals, NORMAL, [0.3], simulations=500, rounds=2)
    simulate, _ = dies_after(620)
    for _ in range(2):
        with pytest.raises(KilledError):
            here(simulate, NORMAL, {"s1": 0.3}, simulations=500, rounds=2, folder=tmp_path / "fit")
    resumed, rest = dies_after(10**6)
    found = here(resumed, NORMAL, [0.3], simulations=500, rounds=2, folder=tmp_path / "fit")
    assert len(rest) == 1000 - 600  # twelve batches of fifty were there
    pd.testing.assert_frame_equal(found.draws, whole.draws, check_exact=True)
    again, none = dies_after(0)
    here(again, NORMAL, [0.3], simulations=500, rounds=2, folder=tmp_path / "fit")
    assert not none


def test_a_damaged_batch_is_simulated_anew_and_another_question_refused(tmp_path):
    def go(**more):
        simulate, done = dies_after(10**6)
        more = {"simulations": 300, "folder": tmp_path / "fit", **more}
        return here(simulate, NORMAL, [0.3], **more), done

    first, _ = go()
    part = tmp_path / "fit" / "batches" / "round-1-00002.parquet"
    part.write_bytes(part.read_bytes()[:-40])
    second, done = go()
    assert len(done) == 50
    pd.testing.assert_frame_equal(first.draws, second.draws, check_exact=True)
    for more, key in [({"seed": 2}, "seed"), ({"question": {"x": 1}}, "of")]:
        with pytest.raises(ValueError, match=rf"holds another fit \({key} differ"):
            go(**more)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("mine")
    with pytest.raises(ValueError, match="holds other files"):
        go(folder=tmp_path / "other")


# --- one table, many observations -------------------------------------------------------------


def test_another_observation_needs_no_other_simulation():
    first = here(ten_normals, NORMAL, [0.0])
    pd.testing.assert_frame_equal(
        first.of([0.9]).draws, here(ten_normals, NORMAL, [0.9]).draws, check_exact=True
    )
    closer = here(ten_normals, NORMAL, [0.0], rounds=2)
    pd.testing.assert_frame_equal(closer.of([0.9]).draws, first.of([0.9]).draws, check_exact=True)


def test_settings_are_draws_evenly_through_all():
    posterior = here(ten_normals, NORMAL, [0.0])
    some = [setting["mean"] for setting in posterior.settings(60)]
    assert set(some) <= set(posterior.draws["mean"])
    assert np.std(some) == pytest.approx(posterior.draws["mean"].std(), rel=0.3)
    assert len(posterior.settings()) == len(posterior.draws)


# --- what is refused --------------------------------------------------------------------------


def silent(setting, seed):
    return [1.0]


def mostly_nan(setting, seed):
    return [setting["mean"] if setting["mean"] > 1.5 else np.nan]


def two_or_one(setting, seed):
    return [0.0] * (1 + seed % 2)


@pytest.mark.parametrize(
    ("simulate", "observed", "more", "words"),
    [
        (ten_normals, {"mean_of_ten": np.nan}, {}, "only finite"),
        (silent, [1.0], {}, "nothing can be told"),
        (mostly_nan, [2.0], {}, "simulations are left to go by"),
        (mostly_nan, [2.0], {"simulations": 249}, "must be at least 250"),
        (ten_normals, [0.0], {"simulations": 99, "accept": 0.5}, "must be at least 100"),
        (two_or_one, [0.0], {}, "2 summaries, 1 were observed"),
        (ten_normals, {"mean": 0.0}, {}, "mean names a summary and something else"),
        (ten_normals, [0.0], {"accept": 0.0}, "accept = 0.0"),
        (ten_normals, [0.0], {"rounds": 0}, "rounds"),
        (ten_normals, [0.0], {"executor": "cluster"}, "unknown executor"),
    ],
)
def test_what_cannot_be_inferred_is_told(simulate, observed, more, words):
    more = {"executor": "here", "simulations": 300, **more}
    with pytest.raises(ValueError, match=words):
        infer(simulate, NORMAL, observed, **more).table()


def test_names_are_looked_at():
    with pytest.raises(ValueError, match="mean has two priors"):
        infer(ten_normals, NORMAL * 2, [0.0])
    with pytest.raises(ValueError, match="nothing is free"):
        infer(ten_normals, [], [0.0])
    posterior = here(ten_normals, NORMAL, {"mean_of_ten": 0.0}, simulations=300)
    with pytest.raises(ValueError, match="Did you mean 'mean_of_ten'"):
        posterior.of({"mean_of_te": 0.0})
    assert "known_by" in repr(posterior)
    assert "known_by" in posterior._repr_html_()
