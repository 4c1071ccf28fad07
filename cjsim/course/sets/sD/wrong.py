"""Wrong answers to set D: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

PRODUCT = """
ails_1 = "product"
stage_1 = "satisfaction"
why_1 = "Only a quarter of the customers book a second course, half as many as usual. {}"
"""
BEFORE = (
    "Visitors of the site buy as often as in healthy towns, so nothing is wrong before the deal."
)
SOCIAL = """
ails_2 = "social"
stage_2 = "interest"
why_2 = "{} Whoever does find the site buys as usual, and customers come again as elsewhere."
"""
UNSEEN = "People meet the school in social networks twelve times less often than in healthy towns."
SITE = """
ails_3 = "site"
stage_3 = "study"
why_3 = "Visitors of the site buy only half as often as in healthy towns. {}"
"""
AFTER = "Those who did buy book the next course as usual, so the lessons are good."

WRONG = {
    1: {
        "blames_what_is_loudest": (PRODUCT.replace('"product"', '"social"').format(BEFORE), "ails"),
        "looks_where_people_come_in": (
            PRODUCT.replace('"satisfaction"', '"interest"').format(BEFORE),
            "stage",
        ),
        "does_not_say_that_few_come_again": (
            PRODUCT.replace(
                "Only a quarter of the customers book a second course, half as many as usual.",
                "The lessons are simply bad, and that is what people notice and talk about.",
            ).format(BEFORE),
            "few_again",
        ),
        "does_not_rule_out_what_comes_before": (
            PRODUCT.format("The teachers should be looked at by the owner of this school at once."),
            "well_before",
        ),
    },
    2: {
        "blames_the_webinar": (SOCIAL.replace('"social"', '"webinar"').format(UNSEEN), "ails"),
        "looks_where_the_money_comes_in": (
            SOCIAL.replace('"interest"', '"action"').format(UNSEEN),
            "stage",
        ),
        "does_not_say_that_nobody_sees_it": (
            SOCIAL.format("The school is much smaller than it could be in such a town as this."),
            "unseen",
        ),
        "does_not_say_that_the_rest_is_well": (
            SOCIAL.replace(
                "Whoever does find the site buys as usual, and customers come again as elsewhere.",
                "The owner should post there more, that is all there is to say about it.",
            ).format(UNSEEN),
            "rest_well",
        ),
    },
    3: {
        "blames_the_lessons": (SITE.replace('"site"', '"product"').format(AFTER), "ails"),
        "looks_too_late": (SITE.replace('"study"', '"satisfaction"').format(AFTER), "stage"),
        "does_not_say_that_visitors_leave": (
            SITE.replace(
                "Visitors of the site buy only half as often as in healthy towns.",
                "The page of this school is ugly and slow, and nobody has cared for years.",
            ).format(AFTER),
            "visitors_leave",
        ),
        "does_not_rule_out_the_lessons": (
            SITE.format("The page should be made anew by somebody who knows what people look for."),
            "well_after",
        ),
    },
}
