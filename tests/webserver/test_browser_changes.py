"""What the page says stays true while things change around it: drawings, tabs, studies, the server, the pointer."""

import re

import pytest

from tests.webserver.browser import CHROMIUM, held_back, make, wait_for
from tests.webserver.pictures import encoded

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium (NOT TESTED: the page)")

NO_STORAGE = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('', 'SecurityError'); }})"


def classified(page):
    page.click("nav a[href='#photograph']")
    page.set_input_files("#file", {"name": "own.png", "mimeType": "image/png", "buffer": encoded()})
    page.click("#crop button")
    page.wait_for_selector("#read article")


def without_events(route):
    """Answer with a stream that ends at once, whereupon the page asks for the job's state."""
    route.fulfill(content_type="text/event-stream", body="")


def frames(page):
    """Return the pictures that the tour's slider goes through."""
    return page.evaluate("import('/static/make.js').then((make) => make.frames)")


def test_drag_in_small_steps_moves_the_square_as_far_as_the_pointer(page):
    page.click("nav a[href='#photograph']")
    page.set_input_files("#file", {"name": "own.png", "mimeType": "image/png", "buffer": encoded(size=(600, 600))})
    page.fill("#zoom", "6")
    box = page.locator("#crop-canvas").bounding_box()
    x, y = box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 0.8 * box["width"], y, steps=150)
    page.mouse.up()
    # The square of 100 pixels has 500 to go.
    assert float(page.input_value("#across")) == pytest.approx(0.5 + 0.8 * 100 / 500, abs=0.011)
    assert float(page.input_value("#down")) == 0.5


def test_picture_that_is_shown_again_stands_under_nothing_said_of_another(page):
    page.route("**/events", without_events)

    def with_answer(route):
        route.fulfill(json={**route.fetch().json(), "answer": "It knows cats."})

    page.route(re.compile("/api/v1/jobs/[^/]+$"), with_answer)
    make(page)
    page.wait_for_selector("#summary:has-text('made')")
    assert page.inner_text("#answer") == "It knows cats."
    page.click("#history .thumb")
    assert page.inner_text("#summary") == page.inner_text("#answer") == ""


def test_remix_before_the_server_is_ready_can_be_cancelled_and_the_link_is_not_forgotten(page):
    make(page, steps=1)
    page.wait_for_selector("#made article")
    page.evaluate(
        "() => { const key = 'fauxtograph.history', kept = JSON.parse(localStorage[key]);"
        " kept[0].facts.steps = 50; localStorage[key] = JSON.stringify(kept); }"
    )
    asked = held_back(page, "**/api/v1/models")
    page.goto("/?prompt=a+frog&seed=1&index=0&steps=1&guidance=1")
    page.click("#history .thumb")
    page.click("#made button:has-text('Remix')")
    page.wait_for_selector("#progress-text:has-text('Step')")
    wait_for(page, lambda: asked)
    asked[0].continue_()
    page.wait_for_selector("#status:has-text('Open the link again')")
    assert page.is_disabled("#make-form [type=submit]")
    page.click("#cancel")
    page.wait_for_selector("#status:has-text('Cancelled.')")
    assert page.is_enabled("#make-form [type=submit]")


def test_nothing_can_be_submitted_before_the_server_is_ready(page):
    make(page, steps=1)
    page.wait_for_selector("#made article")
    held_back(page, "**/api/v1/models")
    page.reload()
    page.click("#history .thumb")
    page.click("#made button:has-text('Remix')")
    page.wait_for_selector("#summary:has-text('made')")
    page.wait_for_selector("#cancel", state="hidden")
    assert page.is_disabled("#make-form [type=submit]")


def test_tour_shows_the_forming_of_the_last_pictures_that_were_finished(page):
    make(page, steps=4)
    page.wait_for_selector("#made article")
    first = frames(page)
    assert 1 <= len(first) <= 4
    page.fill("#steps", "50")
    page.fill("#count", "8")
    page.click("#make-form [type=submit]")
    page.wait_for_selector("#progress-text:has-text('Step')")
    page.click("#cancel")
    page.wait_for_selector("#status:has-text('Cancelled.')")
    assert frames(page) == first


def test_tour_shows_one_round_of_pictures_and_each_step_once_however_often_it_is_told_of(page):
    told = iter([1, 1, 2, 3, 3, 4])

    def tell(route):
        state = {**route.fetch().json(), "steps": 4}
        if state["state"] == "done" and (step := next(told, None)) is not None:
            state |= {"state": "running", "step": step, "preview": f"data:,{step}", "pictures": []}
        elif state["state"] != "done":
            state["preview"] = None
        route.fulfill(json=state)

    page.route("**/events", without_events)
    page.route(re.compile("/api/v1/jobs/[^/]+$"), tell)
    make(page, count=2)
    page.wait_for_selector("#made article")
    assert frames(page) == ["data:,3", "data:,4"]


def test_report_is_asked_for_at_every_sight_of_its_part(page):
    for _ in range(2):
        with page.expect_response("**/report"):
            page.click("nav a[href='#report']")
        page.click("nav a[href='#make']")


def test_domains_on_offer_are_those_of_the_chosen_network(page):
    matrix = [[1, 0], [0, 1]]
    matrices = {"real": {"real": matrix, "synthetic": matrix}, "synthetic": {"synthetic": matrix}}
    study = {"origin": "a study", "classes": ["cat", "frog"], "matrices": matrices}
    page.route("**/study/confusion", lambda route: route.fulfill(json=study))
    page.click("nav a[href='#mistakes']")
    page.select_option("#mistakes select >> nth=0", "synthetic")
    assert page.locator("#mistakes select >> nth=1").locator("option").all_inner_texts() == ["generated"]
    page.select_option("#mistakes select >> nth=0", "real")
    assert page.locator("#mistakes select >> nth=1").locator("option").count() == 2
    assert page.input_value("#mistakes select >> nth=1") == "synthetic"


def test_tour_is_told_with_ones_own_picture_where_the_browser_keeps_nothing(page):
    page.add_init_script(NO_STORAGE)
    page.reload()
    page.wait_for_selector("#chips button")
    make(page)
    page.wait_for_selector("#made article")
    page.click("nav a[href='#tour']")
    page.wait_for_selector("#tour article")
    assert page.locator("#tour .notice").count() == 0
    page.click("#forget")
    assert page.is_hidden("#history")


def test_what_one_tab_forgets_all_forget(page, address):
    classified(page)
    other = page.context.new_page()
    other.goto(address)
    other.click("#forget")
    page.wait_for_selector("#history", state="hidden")


def test_error_in_scoring_a_quiz_is_in_sight_of_who_scored_it(chromium, address):
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{address}#quiz")
    page.click("#quiz-begin")
    page.wait_for_selector(".questions fieldset")
    for place in range(10):
        page.check(f"input[name=guess-{place}][value=real]")
    page.route(re.compile("/api/v1/quiz/[^/]+$"), lambda route: route.fulfill(status=503, json={"detail": "not now"}))
    page.click("#quiz-place button")
    page.wait_for_selector("#status:has-text('not now')")
    assert 0 <= page.locator("#status").bounding_box()["y"] < 740
    page.close()


def test_message_that_stays_the_same_is_said_once(page):
    said = page.evaluate(
        "async () => { const { say } = await import('/static/dom.js'); const heard = new MutationObserver(() => {});"
        " heard.observe(document.getElementById('status'), { childList: true });"
        " say('one'); say('one'); say('two'); return heard.takeRecords().length; }"
    )
    assert said == 2
