"""Words and a rubric: what a pattern finds, what is denied, what is copied."""

import pytest

from cjsim.course.checks import check
from cjsim.course.checks.rubric import count, found, language_of, own, tokens_of
from cjsim.course.sets.explain import rubric_of

NUMBERS = {"times_more_contacts": 0.0, "gain": 0.0}


@pytest.mark.parametrize(
    ("pattern", "words", "there"),
    [
        ("opt* out*", "More people opt out.", True),
        ("opt* out*", "The opt-outs rise", True),
        ("opt* out*", "Opting all people out", True),
        ("opt* out*", "They opt for it. Out they go", False),
        ("opt* out*", "out of options", False),
        ("opt* out*", "not because of opt-outs", False),
        ("opt* out*", "not only opt-outs", True),
        ("opt* out*", "They don't opt out", False),
        ("opt* out*", "not that; opt-outs", True),
        ("no more letter*", "gets no more letters", True),
        ("no more letter*", "more letters", False),
        ("отпис*", "Люди чаще отписываются", True),
        ("отпис*", "люди не отписываются", False),
        ("отпис*", "не из-за отписок, а из-за цены", False),
        ("ещё", "Еще раз", True),
        ("price", "prices", False),
    ],
)
def test_a_pattern_is_found_where_it_stands_and_is_not_denied(pattern, words, there):
    assert found(pattern, tokens_of(words)) is there


def test_what_stands_in_the_question_is_not_ones_own():
    question = "Why are there hardly more contacts, though it writes four times as often?"
    assert own(question, question)[-1] == "?"
    assert count(own(question, question)) == 0
    mine = "Why are there hardly more contacts: because people opt out"
    assert [t for t in own(mine, question) if t.isalpha()] == ["because", "people", "opt", "out"]
    assert own("hardly more contacts", question) == ["hardly", "more", "contacts"]


def test_words_have_the_language_of_their_letters():
    assert language_of("people opt out") == "en"
    assert language_of("люди отписываются, opt_outs растёт") == "ru"


def line_of(words, lang="en"):
    report = check("01", 1, {**NUMBERS, "why_1": words}, lang)
    return repr(report), report.of_task(1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "`why_1` is not there yet"),
        ("They opt out.", "`why_1` has 3 words; at least 12 are wanted"),
        (
            "There are hardly more contacts, though the guide writes four times as often, yes",
            "`why_1` mostly repeats the question",
        ),
        (5, "`why_1` should be text between quotation marks, it is of type int"),
    ],
)
def test_what_is_no_explanation_is_said_once_without_a_hint(words, said):
    report, points = line_of(words)
    assert report.count(said) == 1
    assert points == 0
    assert report.count("hint: ") == 2  # those of the two numbers


def test_each_idea_is_a_point_and_no_word_of_the_rubric_is_told():
    one = "More and more people simply opt out because letters come far too often for them"
    report, points = line_of(one)
    assert points == 1
    assert "✓ what more letters do to people" in report
    assert "✗ what that does to contacts" in report
    assert "gets no letters" not in report
    assert "your trainer reads them and decides" in report


def test_russian_words_are_read_in_a_notebook_that_speaks_english():
    words = (
        "Из-за еженедельных писем люди массово отписываются, и отписавшимся фирма уже не пишет, "
        "так что адресатов остаётся мало."
    )
    assert line_of(words)[1] == line_of(words, "ru")[1] == 2


def test_the_contrary_of_an_idea_earns_nothing():
    words = "Fewer people opt out when letters come often, and so nobody is written to any more now"
    assert "✗ what more letters do to people" in line_of(words)[0]


@pytest.mark.parametrize(
    ("number", "words", "points"),
    [
        ("11", "The control group bought too: what counts is how far the mailed ones lie above it, "
               "so subtract it.", 2),
        ("11", "Без письма люди тоже покупали, поэтому вычтем то, что было бы и так.", 2),
        ("11", "The mail works, as people liked what it said about clothes, and bought them.", 0),
        ("10", "Thirty of a thousand is hardly anybody, and a tenth of the rest is a lot more.", 2),
        ("10", "Горячих единицы, а из остальных каждый десятый сойдёт за горячего.", 2),
        ("10", "He hears what he wishes to hear and takes his wish for what people have said.", 0),
    ],
)  # fmt: skip
def test_unusual_right_words_pass_and_other_words_do_not(number, words, points):
    ideas = rubric_of(number, 1, language_of(words))
    assert sum(idea.met(tokens_of(words)) for idea in ideas.values()) == points
