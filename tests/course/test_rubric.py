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
    assert " ".join(report.split()).count(said) == 1
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
    ("words", "points"),
    [
        ("Whoever sits in the tent has already bought a phone of ours, is waiting for the "
         "next phone, and would have bought it anyway", 2),
        ("The tent on the trail wins new customers, who are tired and like the short way "
         "far better than the long one", 0),
        ("В палатку заходят покупатели прежних лет, следующий телефон они взяли бы и так", 2),
        ("Палатка на тропе привлекает новых клиентов, им просто ближе идти и удобнее стоять", 0),
    ],
)  # fmt: skip
def test_who_visits_the_tent_and_what_follows(words, points):
    answer = {"times_more_visits": 0.0, "gain": 0.0, "why_1": words}
    assert check("03", 1, answer).of_task(1) == points


@pytest.mark.parametrize(
    ("lang", "words", "missing"),
    [
        ("en", "The firm gives 1400 to 87 clients but only 12 of them are new; the 12 do not bring "
         "enough money.", []),
        ("en", "Most of the buyers get the discount although they were coming in any case, and the "
         "additional ones have a lifetime value lower than the gifts cost in total.", []),
        ("en", "The gift makes the consultants look cheap and people lose trust in the firm after "
         "a while, so they leave.", ["anyway", "too_small"]),
        ("ru", "Подарок берут все, хотя 75 из 87 пришли бы сами. Двенадцать новых клиентов не "
         "приносят столько, сколько роздано.", []),
        ("ru", "Скидка портит впечатление о консультантах, и люди со временем перестают им "
         "доверять и уходят к другим.", ["anyway", "too_small"]),
    ],
)  # fmt: skip
def test_why_a_gift_loses_is_understood_in_unusual_words(lang, words, missing):
    report = check("06", 1, {"more_customers": 0.0, "gain": 0.0, "why_1": words}, lang)
    assert report.failed == ["1.more_customers", "1.gain", *[f"1.{name}" for name in missing]]


@pytest.mark.parametrize(
    ("words", "points"),
    [
        (
            "Almost everybody who gets told already owns one from somebody else, so the word does "
            "nothing; plenty of those it does wake pick a different shop when they compare.",
            2,
        ),
        (
            "More friends means more words, and every word finds a person who buys, so deals grow "
            "with the words; nothing else matters.",
            0,
        ),
        (
            "Почти у всех слушателей уже есть свой поставщик, будить там некого. А кого разбудили, "
            "те на сравнении уходят к другим.",
            2,
        ),
        (
            "Советчиков становится больше, слов больше, поэтому и сделок заметно больше, всё "
            "пропорционально числу друзей советчика.",
            0,
        ),
    ],
)
def test_why_thirty_friends_bring_less_than_thirty(words, points):
    numbers = {"times_more_woken": 0.0, "times_more_deals": 0.0}
    assert check("09", 1, {**numbers, "why_1": words}, "en").of_task(1) == points


@pytest.mark.parametrize(
    ("number", "words", "points"),
    [
        ("11", "The control group bought too: what counts is how far the mailed ones lie above it, "
               "so subtract it.", 2),
        ("11", "Без письма люди тоже покупали, поэтому вычтем то, что было бы и так.", 2),
        ("11", "The mail works, as people liked what it said about clothes, and bought them.", 0),
        ("10", "Thirty of a thousand is hardly anybody, and a tenth of the rest is a lot more.", 2),
        ("10", "Горячих единицы, а из остальных каждый десятый сойдёт за горячего.", 2),
        ("02", "The gate of the new owners is in there too, and so is every later good-bye: it is "
               "all one box.", 2),
        ("02", "Разочарованные владельцы: у карты для них нет отдельной клетки.", 2),
        ("02", "At the till many get cold feet, the price is high and a rival waits next door.", 0),
        ("02", "У кассы люди пугаются цены и уходят туда, где дешевле.", 0),
        ("04", "A stopwatch annoys more than an accordion, too hot I mean; two thirds of the gap "
               "were simply the preset's idea.", 2),
        ("04", "Забегать вперёд хуже, чем отстать. Но две трети разницы — настройка сценария.", 2),
        ("04", "Being careful, it writes to fewer people and sees where they stand.", 0),
        ("04", "Too cold jars more than too hot, and people are simply so everywhere.", 0),
        ("04", "Осторожный реже пишет и лучше видит, вот люди и довольны.", 0),
        ("L", "At eight all the sixties ring before the nineties. At one it is a lottery who "
              "of the two comes first.", 2),
        ("L", "При восьми все звонят вовремя, и шестьдесят раньше девяноста. При единице случай "
              "решает, кто первый.", 2),
        ("L", "People with regular habits are faithful to a firm and leave it only seldom.", 0),
        ("L", "Люди с размеренной жизнью верны фирме и не любят перемен.", 0),
        ("10", "He hears what he wishes to hear and takes his wish for what people have said.", 0),
        ("03", "Nearly all visits come from people who bought earlier. They are past their first "
               "deal, so visits add repeat deals and not first ones.", 2),
        ("03", "Folks who own one of our phones. A first purchase happens one time in a life.", 2),
        ("03", "The visitors are new people who are only looking around and have not decided.", 0),
        ("05", "Кто сравнивает, тот и без продавца в курсе. А раньше имя даёт адрес, куда сбежать "
               "вместо сна.", 2),
        ("05", "На сравнении соперник и так на виду. На интересе сдавшийся уходит туда, а не "
               "засыпает.", 2),
        ("05", "Имя портит настроение, и человек обижается на фирму и перестаёт ей доверять.", 0),
        ("06", "It is handed to those who were going to sign up in any event, and the extra "
               "clients earn too little to refund that.", 2),
        ("06", "The partners have no hours left for the many new clients, so others wait less.", 0),
        ("09", "Too few people are left to wake. And waking up is only the first step: most never "
               "reach the deal.", 2),
        ("09", "The listeners are served elsewhere; only a fraction of the woken buys.", 2),
        ("09", "Friends talk about other things than phones, so the words are soon forgotten.", 0),
        ("11", "Это обычные покупки постоянных клиентов. Заслуга — насколько больше потратили по "
               "отношению к группе без рассылки.", 2),
        ("11", "Письмо прочли не все, поэтому считать надо только тех, кто его открыл.", 0),
    ],
)  # fmt: skip
def test_unusual_right_words_pass_and_other_words_do_not(number, words, points):
    ideas = rubric_of(number, 1, language_of(words))
    assert sum(idea.met(tokens_of(words)) for idea in ideas.values()) == points
