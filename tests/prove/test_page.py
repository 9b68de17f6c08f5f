"""The page in a real browser: conversations, faults, the keyboard, small screens, and no JavaScript at all."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from bot.messages import brief_floor, floor, too_fast, too_long
from bot.settings import ROOT
from tests.prove.steps import (
    CRISIS,
    DESKTOP,
    FOCUSED,
    MESSAGES,
    PHONE,
    Visit,
    aloud,
    choice,
    expect_accessible,
    expect_no_sideways_scroll,
    expect_replies,
    expect_whole_numbers,
    floors,
    kept,
    leave_button,
    no_wait,
    on_server,
    open_guide,
    replies,
    say,
    sent_by,
    take,
    turn_after,
    wait_gone,
)

pytestmark = pytest.mark.prove

# A conversation.


def test_what_is_written_is_answered_and_the_focus_stays(visit: Visit) -> None:
    page = open_guide(visit)

    turn_after(page, lambda: say(page, "hello"))

    expect_replies(page, 2)
    expect(page.locator(".words")).to_have_text(["hello"])
    expect(page.locator("#words")).to_be_focused()
    expect(page.locator("#words")).to_have_value("")


def test_a_reply_is_announced_in_short_and_the_log_is_silent(visit: Visit) -> None:
    page = open_guide(visit)

    turn = turn_after(page, lambda: say(page, "hello"))

    expect(page.locator("#announce")).to_have_text(
        re.compile("^New reply: " + re.escape(turn["messages"][0]["text"][:40]))
    )
    expect(page.locator("#announce")).to_have_role("status")  # which is polite
    expect(page.locator("#log")).to_have_attribute("aria-live", "off")


def test_a_crisis_shows_the_floor_first_in_view_and_announces_all_of_it(visit: Visit) -> None:
    page = open_guide(visit)

    turn = turn_after(page, lambda: say(page, CRISIS["en"]))

    expect(floors(page)).to_have_count(1)
    expect(replies(page).last.locator("> :not(.unseen)").first).to_have_class("floor")
    expect(floors(page).get_by_role("link", name="Call 9 8 8")).to_be_in_viewport(ratio=1)
    expect(page.locator("#announce")).to_have_text("New reply: " + aloud(turn["messages"][0]["text"]))
    expect(page.locator(".bar:visible").get_by_role("link", name="9 1 1")).to_be_visible()


def test_a_pressed_choice_is_marked_said_and_answered(visit: Visit) -> None:
    page = open_guide(visit)
    pressed = choice(page, "region").element_handle()
    assert pressed

    turn_after(page, lambda: choice(page, "region").click())

    assert "You chose" in pressed.inner_text()
    expect(page.locator(".words")).to_have_text(["What my province or territory has"])
    expect(choice(page, "region_ab")).to_be_visible()


def test_a_reload_shows_the_replies_again_and_nothing_the_person_wrote(visit: Visit) -> None:
    page = open_guide(visit)
    turn_after(page, lambda: say(page, "hello"))
    turn_after(page, lambda: choice(page, "region").click())

    page.reload()

    expect_replies(page, 3)
    expect(page.locator(".said")).to_have_count(0)
    assert "hello" not in page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
    turn_after(page, lambda: say(page, "Alberta"))
    expect_replies(page, 4)


def test_the_other_language_is_one_press_away_and_changes_everything(visit: Visit) -> None:
    page = open_guide(visit)

    turn = turn_after(page, lambda: page.locator("#language").click())

    assert turn["locale"] == "fr"
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("h1:visible")).to_have_text(re.compile("^Comment pouvons-nous"))
    expect(replies(page).last).to_contain_text("français")
    expect(page.locator(".bar:visible .dialled").first).to_have_text("Appel 9-8-8")
    expect(page.locator(".private:visible .lines")).to_contain_text("24 heures")
    expect(page).to_have_url(re.compile(r"/\?locale=fr$"))
    expect(page.locator(".controls a").first).to_have_attribute("href", re.compile(r"/directory\?locale=fr$"))
    turn_after(page, lambda: page.locator("#language").click())
    expect(page.locator("h1:visible")).to_have_text("How can we help you?")


def test_starting_over_is_said_and_answered_with_the_menu(visit: Visit) -> None:
    page = open_guide(visit, "/?locale=fr")
    turn_after(page, lambda: say(page, "bonjour"))

    turn_after(page, lambda: page.get_by_role("button", name="Recommencer").first.click())

    expect(page.locator(".words").last).to_have_text("Recommencer")
    expect(replies(page).last.locator('[data-choice="crisis"]')).to_be_visible()


def test_a_wrong_number_is_reported_once_and_only_by_its_resource(visit: Visit) -> None:
    page = open_guide(visit)
    turn_after(page, lambda: choice(page, "talk").click())
    card = page.locator("#log .card").filter(has_text="Hope for Wellness")
    report = card.locator(".report").last

    with page.expect_response("**/webhooks/web/reports") as reported:
        report.click()

    assert reported.value.ok
    assert reported.value.request.post_data_json == {"slug": "hope-for-wellness"}
    expect(report).to_have_text("Thank you. We will check it.")
    expect(report).to_be_focused()
    expect(report).to_have_attribute("aria-disabled", "true")


def test_deleting_ends_the_conversation_there_and_begins_another(visit: Visit, server: Any) -> None:
    page = open_guide(visit)
    turn_after(page, lambda: say(page, CRISIS["en"]))
    old = kept(page)
    assert on_server(server.url, old) == 200

    page.get_by_role("button", name="Delete this conversation").first.click()

    expect(page.locator("#log .note")).to_have_text("Deleted. Here is a fresh start.")
    expect_replies(page, 1)
    expect(page.locator("#log .said, #log .floor")).to_have_count(0)
    assert kept(page)["conversation"] != old["conversation"]
    wait_gone(server.url, old)


#: What a person writes in a whole conversation, and what they press: #value.
WHOLE = {
    "en": "hello; #talk; #talk_grief; what is there in Alberta; #physician; #physician_program; #change_region; "
    "#region_ns",
    "fr": "bonjour; #connect; #connect_elders; quelles sont les lignes de crise en Ontario; #text_only; #menu; "
    "#physician; #physician_program; #change_region; #region_qc",
}


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_whole_conversation_leads_through_branches_to_numbers(visit: Visit, locale: str) -> None:
    page = open_guide(visit, f"/?locale={locale}")
    steps = WHOLE[locale].split("; ")
    topics: list[str] = []
    dialled: list[str] = []
    for step in steps:
        turn = turn_after(page, partial(take, page, step))
        assert turn["locale"] == locale
        topics.append(turn["topic"])
        dialled += replies(page).last.locator('a.contact[href^="tel:"]').evaluate_all("all => all.map(a => a.href)")

    assert len(set(topics)) >= 3, topics
    assert len(set(dialled)) >= 4, dialled
    assert all(re.fullmatch(r"tel:(\+1\d{10}|\d{3})", href) for href in dialled), dialled
    expect_replies(page, len(steps) + 1)


@pytest.mark.parametrize(("locale", "words"), [("en", "what is 9-1-1"), ("fr", "je veux appeler le 9-1-1")])
def test_emergency_services_print_9_1_1(visit: Visit, locale: str, words: str) -> None:
    page = open_guide(visit, f"/?locale={locale}")

    turn = turn_after(page, lambda: say(page, words))

    cards = [card for message in turn["messages"] for card in message.get("resources", [])]
    assert "emergency-911" in [card["slug"] for card in cards]
    link = replies(page).last.locator('a[href="tel:911"].contact')
    expect(link).to_have_text(re.compile(r"9-1-1$"))
    expect(link).to_have_accessible_name(re.compile(r"9 1 1$"))


# What breaks on the way.


def test_a_lost_conversation_begins_again_and_the_message_is_answered(visit: Visit, server: Any, watch: Any) -> None:
    watch.expect("status of 404")
    page = open_guide(visit)
    turn_after(page, lambda: say(page, "hello"))
    lost = kept(page)
    on_server(server.url, lost, "DELETE")

    turn_after(page, lambda: say(page, "Alberta"))

    expect_replies(page, 3)
    assert kept(page)["conversation"] != lost["conversation"]


def test_a_crisis_in_a_lost_conversation_shows_the_floor_once(visit: Visit, server: Any, watch: Any) -> None:
    watch.expect("status of 404")
    page = open_guide(visit)
    on_server(server.url, kept(page), "DELETE")

    say(page, CRISIS["en"])

    expect(replies(page).last.locator(".choice").first).to_be_visible()
    expect(floors(page)).to_have_count(1)


def test_a_receipt_shows_the_floor_and_the_turn_does_not_double_it(visit: Visit) -> None:
    page = open_guide(visit)
    page.route(MESSAGES, no_wait)

    with page.expect_response(MESSAGES) as receipt:
        say(page, CRISIS["en"])

    assert receipt.value.status == 202
    expect(floors(page)).to_have_count(1)
    expect(replies(page).last.locator(".choice").first).to_be_visible()
    expect(floors(page)).to_have_count(1)


def test_a_receipt_shows_its_floor_beside_what_stands_there_already(visit: Visit, watch: Any) -> None:
    watch.expect("status of 503")
    page = open_guide(visit)
    sent = sent_by(page)
    held: list[Route] = []

    def refuse_then_take(route: Route) -> None:
        if len(sent) == 1:
            problem = {"status": 503, "messages": [brief_floor("en").to_dict()]}
            route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(problem))
        else:
            receipt = {"id": sent[0]["id"], "seq": 1, "messages": [floor("en").to_dict()]}
            route.fulfill(status=202, json=receipt)

    page.route(MESSAGES, refuse_then_take)
    page.route(re.compile("/(events|turns)"), lambda route: held.append(route))
    say(page, CRISIS["en"])

    expect(floors(page)).to_have_count(1)
    expect(floors(page).get_by_role("link", name="Call 9 8 8")).to_be_in_viewport(ratio=1)
    expect(page.locator("#announce")).to_have_text(aloud(floor("en").text))


def test_an_ordinary_turn_also_comes_by_the_events_and_once(visit: Visit) -> None:
    page = open_guide(visit)
    page.route(MESSAGES, no_wait)

    say(page, "hello")
    expect_replies(page, 2)
    say(page, "what can you do")
    expect_replies(page, 3)
    expect(replies(page).last.locator(".choice").first).to_be_visible()

    page.unroute(MESSAGES)
    turn_after(page, lambda: say(page, "hello"))
    expect_replies(page, 4)


def test_four_seconds_of_silence_bring_a_notice_with_the_floor(visit: Visit) -> None:
    page = open_guide(visit, prepare=lambda page: page.clock.install(time=0))
    page.clock.pause_at(3600)
    held: list[Route] = []
    page.route(MESSAGES, lambda route: held.append(route))
    say(page, CRISIS["en"])

    page.clock.fast_forward(3900)
    expect(page.locator("#log .typing")).to_have_count(1)
    expect(floors(page)).to_have_count(0)
    page.clock.fast_forward(100)

    expect(floors(page)).to_have_count(1)
    expect(replies(page).last).to_contain_text("This is taking longer than it should")
    page.clock.fast_forward(50)
    expect(page.locator("#announce")).to_have_text(
        re.compile("^This is taking longer.*: Call 9 8 8, Text 9 8 8, Call 1, 8 5 5, 2 4 2, 3 3 1 0, .*Call 9 1 1$")
    )
    expect(floors(page).get_by_role("link", name="Call 9 8 8")).to_be_in_viewport(ratio=1)
    page.clock.resume()
    held[0].continue_()
    expect(replies(page).last.locator(".choice").first).to_be_visible()
    expect(replies(page).last).not_to_contain_text("This is taking longer")
    expect(floors(page)).to_have_count(1)


def test_whoever_writes_behind_a_hanging_message_does_not_wait_for_it(visit: Visit) -> None:
    page = open_guide(visit)
    seen: list[tuple[dict[str, Any], str | None]] = []
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        seen.append((route.request.post_data_json or {}, route.request.headers.get("prefer")))
        if len(seen) == 1:
            held.append(route)
        else:
            route.continue_()

    page.route(MESSAGES, hold_the_first)
    with page.expect_request(MESSAGES):
        say(page, "hello")
    say(page, CRISIS["en"])

    expect_replies(page, 3)
    expect(replies(page).last.locator(".choice").first).to_be_visible()
    expect(floors(page)).to_have_count(1)
    assert [body["text"] for body, _ in seen] == ["hello", "hello", CRISIS["en"]]
    assert seen[0][0]["id"] == seen[1][0]["id"]
    assert [prefer is None for _, prefer in seen[:2]] == [False, True]


def test_a_crisis_behind_a_stopped_engine_shows_the_floor_at_once(visit: Visit, own_server: Any) -> None:
    page = open_guide(visit, at=own_server.url)
    engine = own_server.engine_pid()
    os.kill(engine, signal.SIGSTOP)
    try:
        with page.expect_request(MESSAGES):
            say(page, "hello")
        began = time.monotonic()
        say(page, CRISIS["en"])
        expect(replies(page).last.locator(".floor")).to_be_visible()
        assert time.monotonic() - began < 2.5  # not the channel's three seconds, nor the page's own four
    finally:
        os.kill(engine, signal.SIGCONT)
    expect(replies(page).last.locator(".choice").first).to_be_visible()
    expect(replies(page).last.locator(".floor")).to_have_count(1)


def test_what_is_written_offline_is_sent_once_and_in_order_when_back(visit: Visit, watch: Any) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED")
    page = open_guide(visit)
    sent = sent_by(page)
    page.context.set_offline(True)

    say(page, "hello")
    say(page, CRISIS["en"])
    expect(page.locator(".status-line").first).to_contain_text("You seem to be offline")
    expect(replies(page).last.locator(".floor")).to_be_visible()  # on its own, after a few seconds of silence
    page.context.set_offline(False)

    expect(replies(page).last.locator(".choice").first).to_be_visible()
    expect_replies(page, 3)
    expect(page.locator(".status-line:not(:empty)")).to_have_count(0)
    expect(replies(page).last.locator(".floor")).to_have_count(1)
    by_id = {body["id"]: body["text"] for body in sent}
    assert list(by_id.values()) == ["hello", CRISIS["en"]]


def test_a_passing_refusal_shows_its_messages_and_is_tried_again(visit: Visit, watch: Any) -> None:
    watch.expect("status of 503")
    page = open_guide(visit)
    sent = sent_by(page)

    def refuse_twice(route: Route) -> None:
        if len(sent) > 2:
            route.continue_()
            return
        problem = {"title": "Something is down on our side", "status": 503, "messages": [floor("en").to_dict()]}
        route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(problem))

    page.route(MESSAGES, refuse_twice)
    say(page, CRISIS["en"])

    expect(floors(page)).to_have_count(1)
    expect(page.locator(".status-line")).to_contain_text("Not sent yet")
    expect(replies(page).last.locator(".choice").first).to_be_visible()
    expect(floors(page)).to_have_count(1)
    expect(page.locator(".status-line")).to_be_empty()
    assert len(sent) == 3
    assert len({body["id"] for body in sent}) == 1


def test_while_a_message_is_tried_again_nobody_is_asked_to_send_it_again(visit: Visit, watch: Any) -> None:
    watch.expect("status of 429")
    page = open_guide(visit)
    sent = sent_by(page)

    def refuse_once(route: Route) -> None:
        if len(sent) > 1:
            route.continue_()
            return
        problem = {"status": 429, "messages": [too_fast("en").to_dict(), brief_floor("en").to_dict()]}
        headers = {"Retry-After": "5"}
        route.fulfill(status=429, content_type="application/problem+json", headers=headers, body=json.dumps(problem))

    page.route(MESSAGES, refuse_once)
    say(page, "hello")

    expect(page.locator(".status-line")).to_contain_text("Not sent yet")
    expect(replies(page).last).to_contain_text(brief_floor("en").text)
    assert too_fast("en").text not in page.locator("#log").inner_text()  # now, and not only once it is answered
    expect(replies(page).last.locator(".choice").first).to_be_visible()
    expect(page.locator("#log")).not_to_contain_text(brief_floor("en").text)


def test_a_date_to_wait_for_does_not_make_the_page_ask_without_a_pause(visit: Visit, watch: Any) -> None:
    watch.expect("status of 429")
    page = open_guide(visit)
    sent = sent_by(page)
    headers = {"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}
    page.route(MESSAGES, lambda route: route.fulfill(status=429, headers=headers, body="Too many"))
    say(page, "hello")
    expect(page.locator(".status-line")).to_contain_text("Not sent yet")

    page.wait_for_timeout(2000)

    assert len(sent) <= 4


@pytest.mark.parametrize("status", [400, 405, 413, 415])
def test_a_final_refusal_that_is_not_the_guides_own_shows_the_floor(visit: Visit, watch: Any, status: int) -> None:
    watch.expect(f"status of {status}")
    page = open_guide(visit)
    page.route(
        MESSAGES, lambda route: route.fulfill(status=status, content_type="text/html", body="<h1>Not allowed</h1>")
    )

    say(page, CRISIS["en"])

    expect(page.locator(".status-line")).to_contain_text("could not be sent")
    expect(floors(page)).to_have_count(1)
    expect(floors(page).get_by_role("link", name="Call 9 8 8")).to_be_in_viewport(ratio=1)
    expect(page.locator("#announce")).to_contain_text("Call 9 8 8, Text 9 8 8")


@pytest.mark.parametrize("start", ["hello ", "I want to die "])
def test_a_final_refusal_shows_the_numbers_and_lets_the_person_go_on(visit: Visit, watch: Any, start: str) -> None:
    watch.expect("status of 413")
    page = open_guide(visit)
    sent = sent_by(page)

    # Longer than the page allows to be typed, and than the channel takes.
    page.locator("#words").evaluate("(field, words) => { field.value = words }", start + "a " * 40000)
    page.locator("#words").press("Enter")

    expect(replies(page).last).to_contain_text(brief_floor("en").text if start == "hello " else floor("en").text)
    expect(page.locator(".status-line")).to_have_text(re.compile("could not be sent.*shorter parts"))
    expect(page.locator("#log")).not_to_contain_text(too_long("en").text)
    turn_after(page, lambda: say(page, "hello"))
    assert len(sent) == 2


def test_a_failed_start_shows_the_floor_and_recovers(visit: Visit, watch: Any) -> None:
    watch.expect("ERR_FAILED")

    def cut_off(page: Page) -> None:
        page.clock.install(time=0)
        page.route("**/webhooks/**", lambda route: route.abort())

    page = visit("/", prepare=cut_off, viewport=PHONE)
    page.clock.fast_forward(4000)
    expect(page.locator("#starting .floor")).to_be_visible()
    expect(page.locator("#starting").get_by_role("link", name="Call 9 8 8")).to_be_visible()
    expect(page.locator("#starting").get_by_role("link", name="All resources")).to_be_visible()
    say(page, "hello")
    expect(page.locator(".status-line")).to_contain_text("Not sent yet")

    page.unroute("**/webhooks/**")
    page.clock.fast_forward(16000)

    expect_replies(page, 2)
    expect(page.locator("#starting")).to_be_hidden()
    expect(page.locator(".status-line")).to_be_empty()


# Leaving.


@pytest.mark.parametrize("way", ["button", "shift"])
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_leaving_quickly_goes_elsewhere_and_leaves_nothing(
    visit: Visit, server: Any, watch: Any, way: str, locale: str
) -> None:
    elsewhere = f"https://www.canada.ca/{locale}.html"
    watch.expect(elsewhere)
    page = open_guide(visit, f"/?locale={locale}")
    page.route(re.compile("^https://"), lambda route: route.fulfill(content_type="text/html", body="<h1>Weather</h1>"))
    turn_after(page, lambda: say(page, CRISIS["en"]))
    conversation = kept(page)

    if way == "button":
        leave_button(page).click()
    else:
        for _ in range(3):
            page.keyboard.press("Shift")

    expect(page).to_have_url(elsewhere)
    wait_gone(server.url, conversation)
    page.goto(server.url + "/directory")
    assert page.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize("way", ["button", "shift"])
def test_leaving_from_the_directory_deletes_the_conversation_too(
    visit: Visit, server: Any, watch: Any, way: str
) -> None:
    watch.expect("https://www.canada.ca/")
    page = open_guide(visit)
    page.route(re.compile("^https://"), lambda route: route.fulfill(content_type="text/html", body="<h1>Weather</h1>"))
    turn_after(page, lambda: say(page, CRISIS["en"]))
    conversation = kept(page)
    page.locator(".top:visible").get_by_role("link", name="All resources").click()
    expect(page).to_have_url(re.compile("/directory"))
    expect(leave_button(page)).to_have_attribute("title", re.compile("deletes the conversation"))

    if way == "button":
        leave_button(page).click()
    else:
        for _ in range(3):
            page.keyboard.press("Shift")

    expect(page).to_have_url(re.compile("canada.ca"))
    wait_gone(server.url, conversation)


def test_going_back_after_leaving_elsewhere_brings_no_words_back(
    visit: Visit, server: Any, watch: Any, remembering: Any
) -> None:
    watch.expect("https://www.canada.ca/")
    page = open_guide(visit, inside=remembering)
    turn_after(page, lambda: say(page, "hello"))
    old = kept(page)
    page.evaluate("addEventListener('pageshow', ({persisted}) => { window.cameBack = persisted })")
    page.goto(server.url + "/directory")
    page.route(re.compile("^https://"), lambda route: route.fulfill(content_type="text/html", body="<h1>Weather</h1>"))
    leave_button(page).click()
    expect(page).to_have_url(re.compile("canada.ca"))
    wait_gone(server.url, old)

    page.evaluate("history.back()")

    expect(page).to_have_url(server.url + "/")
    page.wait_for_function("() => window.cameBack")
    expect_replies(page, 1)
    expect(page.locator(".said")).to_have_count(0)
    assert kept(page)["conversation"] != old["conversation"]


def test_going_back_where_nothing_was_deleted_finds_everything_as_it_was(
    visit: Visit, server: Any, remembering: Any
) -> None:
    page = open_guide(visit, inside=remembering)
    turn_after(page, lambda: say(page, "hello"))
    old = kept(page)
    page.evaluate("addEventListener('pageshow', ({persisted}) => { window.cameBack = persisted })")
    page.goto(server.url + "/directory")

    page.evaluate("history.back()")

    page.wait_for_function("() => window.cameBack")
    expect(page.locator(".words")).to_have_text(["hello"])
    turn_after(page, lambda: say(page, "Alberta"))
    assert kept(page)["conversation"] == old["conversation"]


def test_going_back_does_not_return_to_the_guide(visit: Visit, server: Any, watch: Any) -> None:
    watch.expect("https://www.canada.ca/")
    page = visit("/directory")
    page.goto(server.url + "/")
    expect(page.locator("#log .choice").first).to_be_visible()
    page.route(re.compile("^https://"), lambda route: route.fulfill(content_type="text/html", body="<h1>Weather</h1>"))
    leave_button(page).click()
    expect(page).to_have_url(re.compile("canada.ca"))

    page.go_back()

    expect(page).to_have_url(server.url + "/directory")


def test_capital_letters_do_not_leave(visit: Visit) -> None:
    page = open_guide(visit)
    page.locator("#words").focus()

    for letter in "ABCD":
        page.keyboard.press(f"Shift+{letter}")

    expect(page.locator("#words")).to_have_value("ABCD")
    expect(page.locator("#words")).to_be_visible()
    expect(page).to_have_title("How can we help you?")


# The keyboard.


def test_shift_and_enter_start_a_new_line(visit: Visit) -> None:
    page = open_guide(visit)
    page.locator("#words").focus()
    page.keyboard.type("one")

    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")

    expect(page.locator("#words")).to_have_value("one\ntwo")
    expect(page.locator(".said")).to_have_count(0)


def test_a_conversation_is_held_with_the_keyboard_alone(visit: Visit) -> None:
    page = open_guide(visit)

    def tab_to(selector: str, key: str = "Tab") -> None:
        for _ in range(60):
            page.keyboard.press(key)
            seen = page.evaluate(
                f"() => {{ const style = getComputedStyle({FOCUSED});"
                "return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 }"
            )
            assert seen, "the focus cannot be seen"
            if page.evaluate(f"selector => ({FOCUSED}).matches(selector)", selector):
                return
        raise AssertionError(f"the {key} key does not lead to {selector}")

    tab_to(".skip")
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_focused()
    tab_to('.choice[data-choice="talk"]', "Shift+Tab")
    turn = turn_after(page, lambda: page.keyboard.press("Enter"))
    assert turn["topic"] == "talk"
    tab_to("a.dial")
    tab_to('.choice[data-choice="connect"]')
    turn_after(page, lambda: page.keyboard.press("Space"))
    tab_to("#words")
    page.keyboard.type("Alberta")
    turn_after(page, lambda: page.keyboard.press("Enter"))
    expect(page.locator("#words")).to_be_focused()
    page.keyboard.type("hello")
    tab_to(".send")
    turn_after(page, lambda: page.keyboard.press("Enter"))


# Small screens, large screens, paper, and no JavaScript.


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_narrow_screen_does_not_scroll_sideways_and_the_bar_stays_slim(visit: Visit, locale: str, width: int) -> None:
    page = open_guide(visit, f"/?locale={locale}", viewport={"width": width, "height": 640})
    expect_no_sideways_scroll(page)
    for words in (CRISIS[locale], "Ontario", "physician health program"):
        turn_after(page, partial(say, page, words))
        expect_no_sideways_scroll(page)
        expect_whole_numbers(page)
    # Three lines of the smallest size that can be pressed.
    assert page.locator(".bar:visible").evaluate("bar => bar.offsetHeight") <= 3 * 44
    for number in page.locator(".bar:visible .dialled:visible").all():
        assert number.evaluate("link => link.getClientRects().length") == 1


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_no_printed_number_of_the_directory_is_torn(visit: Visit, locale: str, width: int) -> None:
    page = visit(f"/directory?locale={locale}", viewport={"width": width, "height": 640})
    expect_no_sideways_scroll(page)
    lines = expect_whole_numbers(page)
    whole = "1-855-554-HEAL (1-855-554-4325)"
    assert ([whole] if width > 1000 else whole.split()) in lines


@pytest.mark.parametrize("path", ["/", "/?locale=fr", "/directory"])
def test_without_javascript_the_numbers_stand_there(visit: Visit, path: str) -> None:
    page = visit(path, viewport=PHONE, java_script_enabled=False)
    locale: Any = "fr" if "fr" in path else "en"

    section = page.locator("main .floor:visible").first
    expect(section).to_contain_text(re.sub(r"\s+", " ", brief_floor(locale).text))
    for card in floor(locale).resources:
        for contact in card.contacts:
            link = section.locator(f'a.contact[href="{contact.href}"]')
            expect(link).to_be_visible()
            expect(link).to_have_text(contact.label)
    expect(page.locator(".leave:visible")).to_have_attribute("href", re.compile("^https://www.canada.ca/"))
    expect(page.locator(".leave:visible")).not_to_have_attribute("title", re.compile("."))
    if path != "/directory":
        expect(page.locator("main .note a[href^='/directory']")).to_be_visible()
        expect(page.locator("form, button").locator("visible=true")).to_have_count(0)
    expect_no_sideways_scroll(page)


def test_paper_shows_numbers_and_addresses_and_nothing_to_press(visit: Visit) -> None:
    page = visit("/directory?locale=fr", viewport={"width": 720, "height": 1000})
    page.emulate_media(media="print")

    expect(page.locator(".floor .dial").first).to_be_visible()
    expect(page.locator("#hope-for-wellness .print-only").first).to_have_text("https://www.hopeforwellness.ca")
    expect(page.locator(".printed-on")).to_be_visible()
    expect(page.locator(".leave, .controls, .filter, .report, .status, .as-of").locator("visible=true")).to_have_count(
        0
    )
    colours = page.locator(".bar, .floor, .dial").evaluate_all(
        "all => [...new Set(all.map(one => getComputedStyle(one).backgroundColor))]"
    )
    assert colours == ["rgba(0, 0, 0, 0)"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_axe_finds_nothing_wrong_with_a_conversation(visit: Visit, locale: str, width: int, scheme: str) -> None:
    page = open_guide(visit, f"/?locale={locale}", viewport={"width": width, "height": 900}, color_scheme=scheme)
    expect_accessible(page)
    turn_after(page, lambda: say(page, CRISIS[locale]))
    expect_accessible(page)
    turn_after(page, lambda: say(page, "Alberta"))
    turn_after(page, lambda: say(page, "bonjour" if locale == "fr" else "hello"))
    turn_after(page, lambda: choice(page, "university").click())
    expect_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_wrong_with_the_directory(visit: Visit, width: int, scheme: str) -> None:
    for path in ("/directory", "/directory?locale=fr&region=ON"):
        expect_accessible(visit(path, viewport={"width": width, "height": 900}, color_scheme=scheme))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=lambda size: f"{size['width']}x{size['height']}")
def test_the_numbers_are_in_view_on_every_screen(visit: Visit, size: dict[str, int]) -> None:
    """Also keeps pictures of a start, a crisis and a province in var/screenshots, for people to look at."""
    folder = ROOT / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    page = open_guide(visit, viewport=size)

    def look(name: str) -> None:
        for number in ("Call 9 8 8", "Text 9 8 8"):
            expect(page.locator(".bar:visible").get_by_role("link", name=number)).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("textbox")).to_be_in_viewport(ratio=1)
        expect_no_sideways_scroll(page)
        page.screenshot(path=folder / f"{name}-{size['width']}x{size['height']}.png")

    look("start")
    turn_after(page, lambda: say(page, CRISIS["en"]))
    expect(floors(page).get_by_role("link", name="Call 9 8 8")).to_be_in_viewport(ratio=1)
    look("crisis")
    turn_after(page, lambda: say(page, "what is there in Alberta"))
    expect(page.locator("#log .said").last).to_be_in_viewport(ratio=1)
    look("region")
