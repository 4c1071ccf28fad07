"""What happens when an event comes: which rules apply, in which order, and what is written down.

Between the rules, which know one person, and the engines, which know time. Both engines take these
transitions, so that no behaviour is written twice; who waits for whom is left to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from cjsim.journey import (
    AWARENESS,
    COMPARISON,
    CURIOSITY,
    DORMANT,
    FIRST_DEAL,
    GONE,
    REPEAT_DEAL,
    SATISFACTION,
    STUDY,
    WITH_RIVAL,
)
from cjsim.model import events, rules
from cjsim.model.chain import (
    AFTER_DECLINE,
    AFTER_FIRST,
    AFTER_REPEAT,
    AT_DESK,
    AT_TENDER,
    BOUND,
    CONTRACT_OVER,
    ON_TRIAL,
    OUT_OF_QUEUE,
)
from cjsim.model.journal import write
from cjsim.model.parameters import (
    AFTER_CONTACT,
    AFTER_DEAL,
    AFTER_FAILURE,
    AFTER_FIRST_DEAL,
    AFTER_KNOWN,
    AFTER_NOTICE,
    AFTER_RENEGED,
    AFTER_RENEWAL,
    AFTER_SILENCE,
    AFTER_TRYOUT,
    SILENT,
    Touch,
)
from cjsim.model.population import Person
from cjsim.model.quickest import exponential
from cjsim.model.world import World, of_arm

# --- coming and going -------------------------------------------------------------------------


def begin(world: World, person: Person, now: float) -> None:
    """Somebody is in the market, now; the firm may push those on its cold list."""
    arrive(world, person, rules.opens_with(person, world.market, now), now, 0)
    rules.start_pushing(person, world.market, now)
    plan_follows(world, person, now)
    if person.known:
        begin_file(world, person, now)


def take_up(world: World, person: Person, now: float) -> None:
    """Another strategy runs from now on: other touchpoints, another rhythm."""
    live_up_to(world, person, world.chain_before, now)
    meet_strategy(world, person, now, rules.AFTER_SWITCH)
    rules.start_pushing(person, world.market, now)
    plan_follows(world, person, now)


def turn(world: World, person: Person, now: float) -> bool:
    """Other numbers hold from now on; see `World.before`. Nobody's luck moves.

    Returns whether it is to be found out anew what the person does next.
    """
    market, before = world.market, world.before
    live_up_to(world, person, world.chain_before, now)
    moved = rules.live_on(person, market, before, now)
    meet_at, met = world.meet_at[person.id], world.met[person.id]
    were, are = world.pulls_before, world.pulls
    moved = rules.plan_meetings_anew(person, market, were, are, meet_at, met, now) or moved
    moved = rules.plan_push_anew(person, market, before, now) or moved
    plan_follows(world, person, now)
    return moved or len(world.waits[person.id]) > 0


def plan_follows(world: World, person: Person, now: float) -> None:
    """Look anew at what may follow, where anything of the library may."""
    waits = world.waits[person.id]
    if len(waits) > 0:
        rules.plan_follows(person, world.market, world.pushes, waits, now)


def come_or_go(world: World, person: Person, now: float) -> None:
    """A newcomer's day, or the day somebody leaves the category for good."""
    if person.stage == GONE:
        begin(world, person, now)
        write(world, person, now, events.START)
    else:
        enter(world, person, GONE, now)


# --- from stage to stage ----------------------------------------------------------------------


def enter(world: World, person: Person, stage: int, now: float) -> None:
    """Enter a stage: new clocks, new meetings.

    Whoever was to leave the category while they were served leaves now.
    """
    if person.leaves_at <= now:
        stage = GONE
    arrive(world, person, stage, now, 0)
    if person.push_at < now:  # it came while they were in a queue: skipped
        rules.start_pushing(person, world.market, now)
    person.follow_at = max(person.follow_at, now)  # what came due meanwhile comes now
    write(world, person, now, events.ENTER)


def arrive(world: World, person: Person, stage: int, now: float, first: int) -> None:
    """Be at a stage, without a word in the journal; see `rules.plan_meetings` for `first`."""
    rules.count_moved(world.tally, person.stage, stage)
    rules.set_out(person, world.market, stage, now)
    meet_strategy(world, person, now, first)


def meet_strategy(world: World, person: Person, now: float, first: int) -> None:
    """Plan the person's meetings with the touchpoints that run now."""
    meet_at, met = world.meet_at[person.id], world.met[person.id]
    rules.plan_meetings(person, world.market, world.pulls, meet_at, met, now, first)


def step_on(world: World, person: Person, now: float) -> None:
    """The step-on clock has rung, at a stage where only time has to pass."""
    stage = person.stage
    if stage == FIRST_DEAL:
        if rules.tries_first(person, world.market) and not rules.converts(person, world.market):
            decline(world, person, now)
            return
        deal(world, person, now)
        enter(world, person, SATISFACTION, now)
        return
    onward = rules.next_stage(person, world.market, now)
    if stage == SATISFACTION and onward == WITH_RIVAL:
        person.upset = rules.BY_GATE
        onward = leave_or_give_notice(world, person, now)
    if stage == STUDY and onward == WITH_RIVAL:  # they did not think of us
        lose_to_rival(world, person, now)
        return
    if stage == WITH_RIVAL and onward == WITH_RIVAL:
        write(world, person, now, events.RIVAL_DEAL)
        rules.set_need(person, world.market, now)
    enter(world, person, onward, now)


def walk_away(world: World, person: Person, now: float) -> None:
    """The walk-away clock has rung: a trial at stage 10, else the rival or sleep."""
    if person.stage == CURIOSITY:
        try_rival(world, person, now)
    elif person.stage == REPEAT_DEAL and world.market.term > 0.0:
        rules.run_clocks(person, world.market, now)
        notice(world, person, rules.leave_by_walking(person, world.market), now)
    elif rules.leave_by_walking(person, world.market) == WITH_RIVAL:
        lose_to_rival(world, person, now)
    else:
        enter(world, person, DORMANT, now)


def lose_to_rival(world: World, person: Person, now: float) -> None:
    """The journey's next deal is made with somebody else, now (C57, C85)."""
    rules.set_need(person, world.market, now)
    enter(world, person, WITH_RIVAL, now)
    write(world, person, now, events.RIVAL_DEAL)


def give_up(world: World, person: Person, now: float) -> None:
    """A buyer leaves the queue: out of patience, to the rival, or out of the category for good."""
    if person.leaves_at <= now:
        enter(world, person, GONE, now)
    else:
        write(world, person, now, events.RENEGED)
        learn(world, person, now, OUT_OF_QUEUE)
        happens(world, person, now, AFTER_RENEGED)
        lose_to_rival(world, person, now)


def try_rival(world: World, person: Person, now: float) -> None:
    """A customer buys once from a rival and compares (C61-C66)."""
    write(world, person, now, events.TRIAL)
    write(world, person, now, events.RIVAL_DEAL)
    if world.market.term <= 0.0:  # a contract goes on meanwhile
        rules.set_need(person, world.market, now)
    onward = REPEAT_DEAL
    if not rules.comes_back(person, world.market):
        onward = leave_or_give_notice(world, person, now)
    enter(world, person, onward, now)


# --- deals ------------------------------------------------------------------------------------


def deal(world: World, person: Person, now: float) -> tuple[float, float]:
    """Money for a product, and an experience; from now on the firm knows the customer.

    Returns the luck of the gate and of curiosity that follow.
    """
    if world.market.to_manager > 0.0 and rules.finds_new_manager(person, world.market, now):
        write(world, person, now, events.NEW_MANAGER)
    event = events.REPEAT_DEAL if person.deals > 0 else events.FIRST_DEAL
    if event == events.REPEAT_DEAL and rules.upgrades(person, world.market):
        write(world, person, now, events.UPGRADE)
    paid = rules.pay(person, world.market)
    rules.set_need(person, world.market, now)
    if world.market.term > 0.0:
        paid = rules.bind(person, world.market, paid)
    write(world, person, now, event, -1, paid)
    if world.market.may_rest:
        world.last_times[person.id][rules.LAST_DEAL] = now
    become_known(world, person, now, -1)
    learn(world, person, now, AFTER_REPEAT if event == events.REPEAT_DEAL else AFTER_FIRST)
    if world.market.follows:
        happens(world, person, now, AFTER_DEAL)
        if world.market.term > 0.0:
            happens(world, person, now, AFTER_RENEWAL)
        if event == events.FIRST_DEAL:
            happens(world, person, now, AFTER_FIRST_DEAL)
    gate_luck, curious_luck = rules.experience(person, world.market)
    if world.market.failure_rate > 0.0:
        serve(world, person, now)
    return gate_luck, curious_luck


def serve(world: World, person: Person, now: float) -> None:
    """What goes wrong at a deal, who says so, and what is made good."""
    outcome = rules.service(person, world.market)
    if outcome >= rules.FAILS:
        write(world, person, now, events.FAILURE)
        happens(world, person, now, AFTER_FAILURE)
    if outcome >= rules.COMPLAINS:
        write(world, person, now, events.COMPLAINT)
    if outcome == rules.MADE_GOOD:
        write(world, person, now, events.RECOVERED, -1, 0.0 - world.market.recovery_cost)


def deal_again(world: World, person: Person, now: float) -> None:
    """A repeat deal at stage 9, and where it leads."""
    gate_luck, curious_luck = deal(world, person, now)
    if person.leaves_for:  # the notice came too late for this renewal
        enter(world, person, REPEAT_DEAL, now)
        return
    onward = rules.after_repeat_deal(person, world.market, gate_luck, curious_luck)
    if onward == WITH_RIVAL:
        person.upset = rules.BY_GATE
        onward = leave_or_give_notice(world, person, now)
    enter(world, person, onward, now)


# --- contracts --------------------------------------------------------------------------------


def try_out(world: World, person: Person, now: float) -> None:
    """A buyer signs up, to try for nothing where that is offered to who never bought."""
    enter(world, person, FIRST_DEAL, now)
    if person.stage == FIRST_DEAL and rules.tries_first(person, world.market):
        rules.try_product(person, world.market)
        write(world, person, now, events.TRYOUT)
        become_known(world, person, now, -1)
        learn(world, person, now, ON_TRIAL)
        happens(world, person, now, AFTER_TRYOUT)


def decline(world: World, person: Person, now: float) -> None:
    """A free trial ends without a deal: to the rival where one is known, else to sleep."""
    write(world, person, now, events.DECLINED)
    learn(world, person, now, AFTER_DECLINE)
    if person.rival_known:
        lose_to_rival(world, person, now)
    else:
        enter(world, person, DORMANT, now)


def leave_or_give_notice(world: World, person: Person, now: float) -> int:
    """A customer wants to the rival: where to now? Under a contract they stay to its end."""
    if world.market.term <= 0.0:
        return WITH_RIVAL
    notice(world, person, WITH_RIVAL, now)
    return REPEAT_DEAL


def notice(world: World, person: Person, stage: int, now: float) -> None:
    """The contract is to end; see `rules.give_notice`. `stage` is where the person goes then."""
    rules.give_notice(person, world.market, stage, now)
    write(world, person, now, events.NOTICE)
    learn(world, person, now, BOUND)
    happens(world, person, now, AFTER_NOTICE)


def renews(world: World, person: Person, now: float) -> bool:
    """A date of the contract has come. Returns whether it is renewed now, by a deal.

    Else it was a payment, the contract rests, or it has ended.
    """
    if person.to_pay > 0:
        write(world, person, now, events.PAYMENT, -1, rules.pay_on(person, world.market, now))
        learn(world, person, now, BOUND)
        return False
    if person.pausing or person.bound or person.leaves_for == 0:
        person.pausing = person.bound = 0
        return True
    if rules.pauses(person, world.market, now):
        write(world, person, now, events.PAUSE)
        learn(world, person, now, BOUND)
        return False
    learn(world, person, now, CONTRACT_OVER)
    if person.leaves_for == WITH_RIVAL:
        lose_to_rival(world, person, now)
    else:
        enter(world, person, person.leaves_for, now)
    return False


# --- contacts ---------------------------------------------------------------------------------


def meet(world: World, person: Person, now: float) -> tuple[float, float]:
    """The person comes to a pull touchpoint: plan the next time.

    Returns the luck of being captured and of hearing a rival's name.
    """
    k = person.meeting
    touch, meet_at, met = world.pulls[k], world.meet_at[person.id], world.met[person.id]
    met[k] += 1
    gap, capture, rival, _ = rules.contact_block(person, world.market, touch, met[k])
    meet_at[k] = now + exponential(gap) / rules.meeting_rate(person, touch)
    rules.find_next_meeting(person, meet_at)
    return capture, rival


def push(world: World, person: Person, now: float) -> tuple[int, float]:
    """The firm's time to push has come: plan the next, believe, choose what does not rest.

    Returns the push touchpoint (SILENT for none) and the luck of hearing a rival's name.
    """
    gap, seen, off, rival = rules.push_block(person, world.market)
    rules.plan_push(person, world.market, gap, now)
    person.belief = guess(world, person, now, seen, off)
    choice = rules.choose_push(person, world.market)
    if world.market.may_rest:
        choice = send_rested(world, person, choice, now)
    if world.market.limits and choice != SILENT:
        luck = rules.delivery_luck(person, world.market)
        if not takes_place(world, person, now, world.pushes[choice], luck, person.belief):
            choice = SILENT
    return choice, rival


def follow(world: World, person: Person, now: float) -> tuple[int, float]:
    """What was to follow is due: send it if it does not rest; a guess at the stage goes with it.

    Returns the push touchpoint (SILENT for none) and the luck of hearing a rival's name.
    """
    choice, waits = person.following, world.waits[person.id]
    touch = world.pushes[choice]
    seen, off, rival, luck = rules.follow_block(person, world.market, touch, waits)
    rules.wait_anew(touch, waits, now)
    rules.find_next_follow(person, world.pushes, waits, now)
    person.belief = guess(world, person, now, seen, off)
    if world.market.may_rest:
        times = world.last_times[person.id]
        if rules.rests(touch, times, now):
            return SILENT, rival
        rules.keep_time(touch, times, now)
    if not takes_place(world, person, now, touch, luck, person.belief):
        return SILENT, rival
    return choice, rival


def happens(world: World, person: Person, now: float, what: int) -> None:
    """What the firm does after such a thing begins to wait, if it can reach the person."""
    if world.market.follows and person.known and not person.opted_out:
        rules.wait_after(person, world.pushes, world.waits[person.id], what, now)


def takes_place(
    world: World, person: Person, now: float, touch: Touch, luck: float, belief: int
) -> bool:
    """Is there a seat for a contact, money, and is it read? Else it is written down what failed.

    Seat and money go with the asking, where a rep is needed too. Without a seat nothing is sent;
    what is not read costs all the same. `luck` is that of being read, 0 for a pull.
    """
    market = world.market
    if not market.limits:
        return True
    seats = world.sessions[touch.number]
    if touch.seats > 0 and not rules.has_seat(touch, market, seats, now):
        write(world, person, now, events.FULL, touch.number, 0.0, belief)
        turn_away(world, person, now, touch, belief)
        return False
    limited = touch.cost > 0.0 and market.budget < inf
    if limited and not rules.can_pay(touch, market, world.purse, now):
        write(world, person, now, events.BUDGET, touch.number, 0.0, belief)
        turn_away(world, person, now, touch, belief)
        return False
    if luck >= touch.delivered:
        write(world, person, now, events.UNDELIVERED, touch.number, 0.0 - touch.cost, belief)
        return False
    if luck >= touch.delivered * touch.opened:
        rules.press(person, market, touch, now)
        write(world, person, now, events.UNOPENED, touch.number, 0.0 - touch.cost, belief)
        return False
    if touch.seats > 0:
        seats[rules.TAKEN] += 1.0
    return True


def send_rested(world: World, person: Person, choice: int, now: float) -> int:
    """Send the choice, or what is taken where it rests, and keep the time; returns which it was.

    A visit that needs a rep counts from here, where it is booked, even if it is dropped.
    """
    times = world.last_times[person.id]
    choice = rules.choose_rested(person, world.market, world.pushes, choice, times, now)
    if choice != SILENT:
        rules.keep_time(world.pushes[choice], times, now)
    return choice


def touch_person(
    world: World,
    person: Person,
    now: float,
    touch: Touch,
    capture: float,
    rival: float,
    belief: int,
) -> None:
    """One contact and what may follow: a rival named, details captured, an opt-out.

    `belief` is the stage the firm took the person to be at; -1 for a pull. Who has opted out since
    the visit was booked is not seen, and who has left the category is not either.
    """
    if person.stage == GONE or (belief >= 0 and person.opted_out):
        return
    market = world.market
    customers, fresh = 0.0, 1.0
    if touch.social_proof > 0.0:
        customers = world.tally[rules.CUSTOMERS] / world.tally[rules.PRESENT]
    if touch.fades > 0.0:
        fresh = rules.freshness(touch, world.waits[person.id], now)
    if customers > 0.0 or fresh < 1.0:
        rules.contact(person, market, touch, now, customers, fresh)
    else:  # so that a rule of one's own needs to know of neither
        rules.contact(person, market, touch, now)
    write(world, person, now, events.CONTACT, touch.number, 0.0 - touch.cost, belief)
    has_noticed = touch.wins_back > 0.0 and person.leaves_for != 0
    if has_noticed and rules.takes_back(person, market, touch, fresh):
        write(world, person, now, events.STAYS)
        learn(world, person, now, BOUND)
    if rival < touch.names_rival:
        rules.name_rival(person, market, now)
    if capture < touch.capture:
        become_known(world, person, now, touch.number)
    if belief >= 0 and rules.fed_up(person, market, now):
        rules.opt_out(person, market, now)
        write(world, person, now, events.OPT_OUT, touch.number)
        hear_opt_out(world, person, now, touch)
    if person.known:
        take_note(world, person, now, touch, belief)
    if market.follows:
        happens(world, person, now, AFTER_CONTACT + touch.number)
        happens(world, person, now, AFTER_SILENCE)


def become_known(world: World, person: Person, now: float, touch: int) -> None:
    """The firm can reach the person from now on."""
    if not person.known:
        person.known = 1
        write(world, person, now, events.KNOWN, touch)
        begin_file(world, person, now)
        rules.start_pushing(person, world.market, now)
        plan_follows(world, person, now)
        happens(world, person, now, AFTER_KNOWN)


# --- what the firm believes -------------------------------------------------------------------


def guess(world: World, person: Person, now: float, seen: float, off: float) -> int:
    """The stage that the firm takes a person to be at, to whom it is about to go."""
    if not world.market.filters:
        return rules.believe(person, world.market, seen, off)
    live_up_to(world, person, world.chain, now)
    return rules.likeliest(world.beliefs[person.id])


def live_up_to(world: World, person: Person, chain: Sequence[Sequence[float]], now: float) -> None:
    """What the firm believes of a person, and of strangers, lives on up to now."""
    if len(chain) == 0:
        return
    strangers, spare = world.beliefs[len(world.people)], world.beliefs[len(world.people) + 1]
    odds = world.beliefs[person.id]
    if rules.is_followed(odds):
        rules.live_by(odds, spare, chain, rules.powers_of_the_known(chain), now)
    rules.follow_strangers(strangers, spare, chain, world.market, now)


def begin_file(world: World, person: Person, now: float) -> None:
    """The firm knows a person from now on: they stood where any stranger may stand."""
    if len(world.chain) == 0:
        return
    live_up_to(world, person, world.chain, now)
    odds, strangers = world.beliefs[person.id], world.beliefs[len(world.people)]
    rules.set_belief(odds, strangers)
    odds[rules.DAY] = strangers[rules.DAY]
    odds[rules.ASKED] = 0.0


def learn(world: World, person: Person, now: float, row: int) -> None:
    """Something was seen that leaves no doubt: a row of the chain says where it leads."""
    if follows_up_to(world, person, now):
        rules.set_belief(world.beliefs[person.id], world.chain[row])


def ask_for_desk(world: World, person: Person, now: float) -> None:
    """A buyer asks for a rep, who sees that they want to buy."""
    write(world, person, now, events.QUEUE)
    if follows_up_to(world, person, now):
        odds, spare = world.beliefs[person.id], world.beliefs[len(world.people) + 1]
        rules.weigh_chances(odds, spare, world.chain[AT_DESK])


def hold_tender(world: World, person: Person, now: float) -> None:
    """A customer's need goes to whoever bids best."""
    write(world, person, now, events.TENDER)
    learn(world, person, now, AT_TENDER)
    enter(world, person, COMPARISON, now)


def drop(world: World, person: Person, now: float, touch: Touch, belief: int) -> None:
    """No rep had time for a contact; whoever came by themselves has come all the same."""
    write(world, person, now, events.DROPPED, touch.number, 0.0, belief)
    turn_away(world, person, now, touch, belief)


def turn_away(world: World, person: Person, now: float, touch: Touch, belief: int) -> None:
    """Somebody came to a touchpoint that had no room for them: a visit to the firm's records."""
    if belief < 0 and follows_up_to(world, person, now):
        odds, spare = world.beliefs[person.id], world.beliefs[len(world.people) + 1]
        rules.weigh_contact(odds, spare, touch)


def hear_opt_out(world: World, person: Person, now: float, touch: Touch) -> None:
    """Somebody wants no more of this: it was not for where they stand."""
    if follows_up_to(world, person, now):
        odds, spare = world.beliefs[person.id], world.beliefs[len(world.people) + 1]
        rules.weigh_opt_out(odds, spare, world.market, touch)


def follows_up_to(world: World, person: Person, now: float) -> bool:
    """Does the firm keep a belief of this person? Then it lives on up to now."""
    if len(world.chain) == 0 or not rules.is_followed(world.beliefs[person.id]):
        return False
    live_up_to(world, person, world.chain, now)
    return True


def take_note(world: World, person: Person, now: float, touch: Touch, belief: int) -> None:
    """A contact with somebody the firm knows: they came by themselves, they answered."""
    if len(world.chain) == 0:
        return
    live_up_to(world, person, world.chain, now)
    odds, spare = world.beliefs[person.id], world.beliefs[len(world.people) + 1]
    if belief < 0:
        rules.weigh_contact(odds, spare, touch)
    if touch.hears > 0.0:
        answer = rules.hear_answer(person, world.market, touch, odds)
        if answer != SILENT:
            rules.weigh_answer(odds, spare, world.market, answer)


# --- word of mouth ----------------------------------------------------------------------------


def tell_a_friend(world: World, person: Person, now: float) -> int:
    """An advocate tells one acquaintance, whom the word may awake; returns who it was."""
    friend = world.people[rules.choose_friend(person, world.market, now)]
    for _ in range(rules.MOST_TRIES):
        if friend.stage != GONE:
            break
        friend = world.people[rules.choose_friend(person, world.market, now)]
    write(world, person, now, events.TOLD)
    theirs = of_arm(world, friend)
    if friend.stage != GONE and rules.hear(friend, theirs.market, now):
        write(world, friend, now, events.REFERRAL, -1, 0.0 - world.market.referral_bonus)
        enter(theirs, friend, AWARENESS, now)
    return friend.id


def warn_a_friend(world: World, person: Person, now: float, nth: int) -> int:
    """Somebody upset warns an acquaintance; returns who it was."""
    friend = world.people[rules.choose_warned(person, world.market, nth, 0, now)]
    for tried in range(rules.MOST_TRIES):
        if friend.stage != GONE:
            break
        friend = world.people[rules.choose_warned(person, world.market, nth, tried + 1, now)]
    write(world, person, now, events.BAD_WORD)
    if friend.stage != GONE:
        rules.hear_bad(friend, of_arm(world, friend).market, now)
    return friend.id
