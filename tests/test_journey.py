"""The map: its stages, its ways, its lenses, and the words for them."""

import re

import pytest

from cjsim import journey, labels
from cjsim.journey import (
    AWAY,
    BEFORE_THE_DEAL,
    EXITS,
    FROM_THE_DEAL_ON,
    IN_THE_CATEGORY,
    LENSES,
    STAGES,
    TWELVE,
    Lens,
    Stage,
    may_follow,
    project,
)

EVERY_LENS = pytest.mark.parametrize("lens", LENSES.values(), ids=lambda lens: lens.name)
EVERY_LANGUAGE = pytest.mark.parametrize("lang", labels.LANGUAGES)


def reachable_from(start: Stage) -> set[Stage]:
    """All stages a person may ever enter who stands at `start`."""
    found: set[Stage] = set()
    ahead = [start]
    while ahead:
        new = set(EXITS[ahead.pop()]) - found
        found |= new
        ahead.extend(new)
    return found


def ways_on(stage: Stage) -> set[Stage]:
    """The stages that may follow this one for people who stay in the category."""
    return set(EXITS[stage]) - {Stage.GONE}


def from_where(goal: Stage) -> set[Stage]:
    """The stages with a way straight to `goal`."""
    return {stage for stage in STAGES if may_follow(stage, goal)}


# --- Stages -----------------------------------------------------------------------------------


def test_the_twelve_stand_in_the_order_of_the_podcast() -> None:
    assert [(int(stage), stage.key) for stage in TWELVE] == [
        (1, "awareness"),
        (2, "interest"),
        (3, "desire"),
        (4, "study"),
        (5, "comparison"),
        (6, "action"),
        (7, "first_deal"),
        (8, "satisfaction"),
        (9, "repeat_deal"),
        (10, "curiosity"),
        (11, "loyalty"),
        (12, "recommendation"),
    ]


def test_seven_stages_lead_to_the_first_deal_and_five_follow_it() -> None:  # C83
    assert TWELVE.index(Stage.FIRST_DEAL) + 1 == 7
    assert len(TWELVE) - 7 == 5


def test_four_places_lie_around_the_twelve() -> None:
    around = {stage: int(stage) for stage in STAGES if stage not in TWELVE}
    assert around == {Stage.UNAWARE: 0, Stage.WITH_RIVAL: 13, Stage.DORMANT: 14, Stage.GONE: 15}


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.key)
def test_each_stage_is_also_a_plain_number_for_the_compiled_rules(stage: Stage) -> None:
    number = getattr(journey, stage.name)
    assert type(number) is int
    assert number == stage


# --- Ways -------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.key)
def test_a_stage_is_found_by_its_key(stage: Stage) -> None:
    assert Stage.of(stage.key) is stage


@pytest.mark.parametrize("word", ["studdy", "STUDY", "Study"])
def test_a_misspelt_stage_is_told_the_nearest_one(word: str) -> None:
    with pytest.raises(ValueError, match=f"unknown stage: '{word}'") as caught:
        Stage.of(word)
    assert ("Did you mean 'study'?" in str(caught.value)) == word.endswith("y")


def test_the_groups_of_stages_part_the_twelve_and_those_who_left() -> None:
    assert (*BEFORE_THE_DEAL, *FROM_THE_DEAL_ON) == TWELVE
    assert (Stage.UNAWARE, *TWELVE, *AWAY) == STAGES
    assert BEFORE_THE_DEAL[-1] == Stage.ACTION


def test_only_whoever_leaves_for_good_leaves_the_map() -> None:
    assert set(EXITS) == set(STAGES)
    assert [stage for stage in STAGES if not EXITS[stage]] == [Stage.GONE]
    assert from_where(Stage.GONE) == set(IN_THE_CATEGORY) == set(STAGES) - {Stage.GONE}
    for stage, exits in EXITS.items():
        assert set(exits) <= set(STAGES)
        assert len(set(exits)) == len(exits), f"{stage.key} names a way twice"


def test_the_unaware_can_reach_every_other_stage_and_never_forget() -> None:
    assert reachable_from(Stage.UNAWARE) == set(STAGES) - {Stage.UNAWARE}


def test_a_refusal_is_never_the_end() -> None:  # A26
    for stage in IN_THE_CATEGORY:
        assert Stage.RECOMMENDATION in reachable_from(stage)


def test_without_a_pain_or_a_dream_nobody_sets_out() -> None:  # C24
    assert ways_on(Stage.UNAWARE) == {Stage.AWARENESS}
    assert ways_on(Stage.DORMANT) == {Stage.AWARENESS}


def test_the_twelve_can_be_walked_one_by_one_up_to_the_repeat_deal() -> None:
    for stage in TWELVE[: Stage.SATISFACTION]:
        assert may_follow(stage, stage + 1)


def test_only_comparison_can_be_left_out_before_the_first_deal() -> None:  # C34
    leaps = {
        (here, there) for here in TWELVE[:7] for there in EXITS[here] if here + 1 < there <= 12
    }
    assert leaps == {(Stage.STUDY, Stage.ACTION)}


def test_a_first_deal_needs_an_action() -> None:  # C41
    assert from_where(Stage.FIRST_DEAL) == {Stage.ACTION}


def test_the_rival_gets_nobody_who_is_unaware_asleep_served_or_loyal() -> None:
    safe = {
        Stage.UNAWARE,
        Stage.DORMANT,
        Stage.LOYALTY,
        Stage.RECOMMENDATION,
        Stage.GONE,
    }
    assert from_where(Stage.WITH_RIVAL) == set(STAGES) - safe


def test_whoever_compares_has_a_rival_to_go_to_and_does_not_drop_the_matter() -> None:  # C37
    assert ways_on(Stage.COMPARISON) == {Stage.ACTION, Stage.WITH_RIVAL}


def test_interest_falls_asleep_before_the_deal_or_between_two_needs() -> None:
    assert from_where(Stage.DORMANT) == {
        Stage.AWARENESS,
        Stage.INTEREST,
        Stage.DESIRE,
        Stage.STUDY,
        Stage.ACTION,
        Stage.FIRST_DEAL,  # a free trial
        Stage.REPEAT_DEAL,
    }


def test_satisfaction_is_a_gate_between_us_and_the_rival() -> None:  # C49, C61
    assert ways_on(Stage.SATISFACTION) == {Stage.REPEAT_DEAL, Stage.WITH_RIVAL}


def test_the_next_need_is_a_new_visit_with_us_and_with_the_rival() -> None:  # C57, C59
    assert [stage for stage in STAGES if may_follow(stage, stage)] == [
        Stage.REPEAT_DEAL,
        Stage.WITH_RIVAL,
    ]


def test_curiosity_can_be_bypassed_on_the_way_to_loyalty() -> None:  # C140
    assert may_follow(Stage.REPEAT_DEAL, Stage.LOYALTY)
    assert may_follow(Stage.REPEAT_DEAL, Stage.CURIOSITY)


def test_the_curious_come_back_or_stay_with_the_rival() -> None:  # C62, C65
    assert ways_on(Stage.CURIOSITY) == {Stage.REPEAT_DEAL, Stage.WITH_RIVAL}


def test_who_returns_from_the_rival_knows_the_wish_and_studies_us_again() -> None:
    assert ways_on(Stage.WITH_RIVAL) == {Stage.WITH_RIVAL, Stage.STUDY}


def test_a_tender_starts_the_choice_anew() -> None:  # C68
    assert may_follow(Stage.REPEAT_DEAL, Stage.COMPARISON)


def test_not_everybody_who_is_loyal_recommends() -> None:  # C82
    assert ways_on(Stage.LOYALTY) == {Stage.RECOMMENDATION, Stage.REPEAT_DEAL}
    assert ways_on(Stage.RECOMMENDATION) == {Stage.REPEAT_DEAL}


def test_the_map_answers_plain_numbers_and_refuses_numbers_off_the_map() -> None:
    assert may_follow(0, 1)
    assert not may_follow(1, 0)
    with pytest.raises(ValueError, match="16 is not a valid Stage"):
        may_follow(16, 1)


# --- Lenses -----------------------------------------------------------------------------------


@EVERY_LENS
def test_a_lens_has_a_step_for_each_stage(lens: Lens) -> None:
    assert set(lens.of) == set(STAGES)
    assert set(lens.of.values()) <= set(range(len(lens.steps)))


@EVERY_LENS
def test_a_lens_keeps_the_order_of_the_twelve(lens: Lens) -> None:
    steps = [lens.of[stage] for stage in TWELVE]
    assert steps == sorted(steps)


@EVERY_LENS
def test_the_unaware_are_before_and_those_away_after_all_others(lens: Lens) -> None:
    steps = [lens.of[stage] for stage in TWELVE]
    assert lens.of[Stage.UNAWARE] < min(steps)
    assert max(steps) < min(lens.of[stage] for stage in AWAY)


@pytest.mark.parametrize(
    ("name", "own"),
    [("twelve", 12), ("aida", 4), ("seven_steps", 7), ("ten_steps", 10), ("twelve_rows", 12)],
)
def test_a_lens_has_as_many_steps_as_its_author_counts(name: str, own: int) -> None:
    assert len(LENSES[name].own) == own
    assert len(LENSES[name].steps) == own + len(LENSES[name].added)


def test_only_the_test_of_a_choice_has_no_stage_among_ours() -> None:  # A20
    empty = [
        (lens.name, step)
        for lens in LENSES.values()
        for index, step in enumerate(lens.steps)
        if index not in lens.of.values()
    ]
    assert empty == [("twelve_rows", "test")]


def test_seen_through_the_twelve_each_stage_is_itself() -> None:
    assert [project(stage, "twelve") for stage in STAGES] == list(range(16))
    assert LENSES["twelve"].steps == tuple(stage.key for stage in STAGES)


def test_aida_cannot_tell_a_repeat_buyer_from_a_first_one() -> None:  # C12
    assert project(Stage.FIRST_DEAL, "aida") == project(Stage.REPEAT_DEAL, "aida")
    assert LENSES["aida"].own == ("attention", "interest", "desire", "action")


@pytest.mark.parametrize(
    ("lens", "stage", "step"),
    [
        ("seven_steps", Stage.UNAWARE, "outside"),  # the post begins with a problem, B6
        ("seven_steps", Stage.WITH_RIVAL, "leaving"),  # B12
        ("seven_steps", Stage.DORMANT, "leaving"),
        ("seven_steps", Stage.GONE, "leaving"),
        ("ten_steps", Stage.GONE, "lost"),
        ("twelve_rows", Stage.GONE, "refusal"),
        ("ten_steps", Stage.UNAWARE, "no_problem"),  # A3
        ("ten_steps", Stage.DORMANT, "lost"),
        ("twelve_rows", Stage.UNAWARE, "before"),  # A14
        ("twelve_rows", Stage.WITH_RIVAL, "refusal"),  # A25
        ("aida", Stage.UNAWARE, "outside"),
        ("aida", Stage.WITH_RIVAL, "lost"),
    ],
)
def test_the_places_around_the_journey_stand_where_the_author_has_them(
    lens: str, stage: Stage, step: str
) -> None:
    assert LENSES[lens].steps[project(stage, lens)] == step


def test_a_misspelt_lens_is_told_the_nearest_one_and_all_others() -> None:
    with pytest.raises(ValueError, match=r"unknown lens: 'ten_stpes'\. Did you mean 'ten_steps'\?"):
        project(Stage.STUDY, "ten_stpes")
    with pytest.raises(ValueError, match=r"Known: twelve, aida, seven_steps, ten_steps, twelve_ro"):
        project(Stage.STUDY, "porthole")


# --- Words ------------------------------------------------------------------------------------


@EVERY_LANGUAGE
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.key)
def test_each_stage_has_a_label_and_one_sentence(stage: Stage, lang: str) -> None:
    label = labels.text(f"stage.{stage.key}.label", lang)
    line = labels.text(f"stage.{stage.key}.line", lang)
    assert 0 < len(label) <= 20, "a label has to fit on an axis"
    assert re.fullmatch(r"[^.]+\.", line), "one sentence, with its full stop"


@EVERY_LANGUAGE
@EVERY_LENS
def test_each_lens_and_each_of_its_steps_has_a_name_of_its_own(lens: Lens, lang: str) -> None:
    assert labels.text(f"lens.{lens.name}.label", lang)
    names = [labels.text(key, lang) for key in lens.label_keys]
    assert len(set(names)) == len(lens.steps)


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    """But for the forms of counted words, of which Russian has more."""
    english, russian = (
        [key for key in labels.all_keys(lang) if not key.startswith("plural.")]
        for lang in ("en", "ru")
    )
    assert english == russian


@EVERY_LANGUAGE
def test_no_text_is_empty_or_has_blanks_around_it(lang: str) -> None:
    for key in labels.all_keys(lang):
        words = labels.text(key, lang)
        assert words, key
        assert words == words.strip(), key


@pytest.mark.parametrize("key", [key for key in labels.all_keys() if "{" in labels.text(key)])
def test_both_languages_leave_the_same_places_to_fill(key: str) -> None:
    def places(lang: str) -> list[str]:
        return sorted(re.findall(r"{\w*}", labels.text(key, lang)))

    assert places("en") == places("ru")


def test_every_russian_label_is_in_russian() -> None:
    foreign = [
        key for key in labels.all_keys("ru") if not re.search("[А-Яа-яё]", labels.text(key, "ru"))
    ]
    assert foreign == [
        "lens.aida.label", "answer.size", "ranking.own_step", "fit.records_some",
        "dwell.head.aic", "column.ltv_per_cac", "grade.problem.pasted",
    ]  # fmt: skip


def test_a_misspelt_label_is_told_the_file_and_the_nearest_key() -> None:
    with pytest.raises(ValueError, match=r"en\.toml: 'stage\.frist_deal\.label'\. .*first_deal\."):
        labels.text("stage.frist_deal.label")


def test_an_unknown_language_is_told_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"unknown language: 'rus'\. Did you mean 'ru'\?"):
        labels.text("stage.study.label", "rus")
    with pytest.raises(ValueError, match=r"unknown language: 'de'\. Known: en, ru\."):
        labels.text("stage.study.label", "de")
