"""Three firms that ail: each disease is told from the others by what a student would measure."""

import pytest

from cjsim.course.checks import check
from cjsim.course.sets import diagnosis
from cjsim.course.sets.diagnosis import DISEASES, HEALTHY, MEASURES, STAGES, SUSPECTS

SHOWS = {"social": "social_contacts", "site": "site_to_deal", "product": "deal_to_next"}
"""The number that each disease moves most."""


def far(value, low, high):
    """How far outside the healthy range a number lies, in widths of that range."""
    return max(low - value, value - high, 0.0) / max(high - low, 1e-9)


def diagnosed(log):
    """What a careful student says: the suspect whose number is furthest outside."""
    usual = diagnosis.examined()
    found = diagnosis.measures(log)
    off = {
        suspect: far(found[name], *usual.loc[name, ["healthy_low", "healthy_high"]])
        for suspect, name in SHOWS.items()
    }
    return max(off, key=off.get), sorted(off.values())


@pytest.mark.parametrize("n", DISEASES)
@pytest.mark.parametrize("town", [0, 1, 2])
def test_each_disease_is_found_in_any_town(n, town):
    disease = DISEASES[n]
    seen = diagnosis.seen(disease.changes, disease.seed + town)
    named, (*_, second, first) = diagnosed(seen.log)
    assert named == disease.suspect
    assert first > max(1.0, 2 * second), "far outside, and nothing else is as far"


@pytest.mark.parametrize("town", [1, 2, 3])
def test_a_healthy_town_beyond_the_ten_has_nothing_far_outside(town):
    named, (*_, first) = diagnosed(diagnosis.healthy(HEALTHY + town).log)
    assert first < 1.0, named


def test_what_a_student_has_hides_the_stages_and_the_truth():
    log = diagnosis.firm(1).log
    assert list(log) == ["time", "person", "event", "touchpoint", "amount"]
    assert not {"start", "enter"} & set(log["event"])
    assert list(diagnosis.examined()) == [
        "healthy_low",
        "healthy_high",
        *(f"firm_{n}" for n in DISEASES),
    ]


def test_the_three_differ_and_can_be_named():
    assert {disease.suspect for disease in DISEASES.values()} == set(SHOWS)
    assert {disease.stage for disease in DISEASES.values()} < set(STAGES)
    assert set(SHOWS) < set(SUSPECTS)
    assert set(SHOWS.values()) < set(MEASURES)
    with pytest.raises(ValueError, match="firm 4: there are firms 1, 2 and 3"):
        diagnosis.firm(4)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_guess_without_a_reason_is_half_the_points(lang):
    report = check("D", 2, {"ails_2": "social", "stage_2": "interest"}, lang)
    assert (report.points, report.most) == (2.0, 4.0)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (
            1,
            "Repeat bookings are low: 0.26 instead of 0.55. Before that all is normal",
        ),
        (
            1,
            "People buy once but don't return; site, webinars and social contacts are as usual",
        ),
        (
            2,
            "Nobody sees its posts, contacts per person fell to 0.5. The site is fine as usual",
        ),
        (
            3,
            "The site loses visitors: 9 % buy, not 20 %. Customers book again as usual",
        ),
        (1, "Второй курс берут вдвое реже, а сайт и вебинары работают нормально"),
        (2, "Соцсети почти никто не видит, а на сайте всё в порядке и клиенты возвращаются"),
        (3, "С сайта уходят, не купив: вдвое меньше сделок; клиенты же возвращаются как обычно"),
    ],
)
def test_unusual_words_for_the_right_reason_are_taken(task, words):
    disease = DISEASES[task]
    names = {f"ails_{task}": disease.suspect, f"stage_{task}": disease.stage, f"why_{task}": words}
    assert check("D", task, names, "en").failed == []
