"""A visitor's walk through the page, in a real browser."""

import base64
import re
import subprocess
import sys

import pytest

from tests.webserver.browser import CHROMIUM, answer_now, held_back, make, wait_for
from tests.webserver.conftest import ARMS, CLASSES, wait_until
from tests.webserver.pictures import encoded
from webserver.study_files import A_SAMPLE

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium (NOT TESTED: the page)")


def guess(page):
    page.click("#quiz-begin")
    page.wait_for_selector(".questions fieldset")
    for place in range(10):
        page.check(f"input[name=guess-{place}][value=real]")


def answer_quiz(page):
    guess(page)
    page.click("#quiz-place button")
    page.wait_for_selector("#quiz-score")


def violations(page):
    from axe_playwright_python.sync_playwright import Axe

    return [
        (found["id"], [node["html"] for node in found["nodes"]]) for found in Axe().run(page).response["violations"]
    ]


def test_picture_is_made_read_kept_and_brought_back_by_its_link(page, address):
    make(page)
    page.wait_for_selector("#made article")
    assert page.locator("#made .bars tbody tr").count() == len(CLASSES)
    assert page.locator("#made .bars thead th").count() == len(ARMS)
    picture = page.get_attribute("#made figure img", "src")
    page.reload()
    page.wait_for_selector("#chips button")
    page.click("#history .thumb")
    assert page.get_attribute("#made figure img", "src") == picture
    link = page.evaluate("JSON.parse(localStorage['fauxtograph.history'])[0].link")
    page.evaluate("localStorage.clear()")
    page.goto(address.rstrip("/") + link)
    page.wait_for_selector("#made article")
    assert page.get_attribute("#made figure img", "src") == picture
    assert page.locator("#made .notice").count() == 0


def test_link_of_another_model_says_so(page, address):
    page.goto(f"{address}?prompt=a+cat&seed=1&index=0&steps=1&guidance=1&revision=another")
    page.wait_for_selector("#made article")
    assert "another revision" in page.inner_text("#made .notice")


def test_drawing_is_cancelled_and_another_begun(page):
    make(page, steps=50, count=8)
    page.wait_for_selector("#progress-text:has-text('Step')")
    page.click("#cancel")
    page.wait_for_selector("#status:has-text('Cancelled.')")
    page.fill("#count", "1")
    page.fill("#steps", "1")
    page.click("#make-form [type=submit]")
    page.wait_for_selector("#made article")


def test_drawing_that_is_cancelled_before_the_server_has_named_it_is_cancelled(page):
    asked = held_back(page, "**/api/v1/generate")
    make(page, steps=50, count=8)
    page.click("#cancel")
    assert page.inner_text("#progress-text") == "Stopping…"
    assert page.is_disabled("#cancel")
    with page.expect_response("**/api/v1/generate") as answer:
        asked[0].continue_()
    page.wait_for_selector("#status:has-text('Cancelled.')")
    assert page.request.get(f"/api/v1/jobs/{answer.value.json()['id']}").json()["state"] == "cancelled"


def test_page_that_is_left_cancels_its_drawing(page):
    with page.expect_response("**/api/v1/generate") as answer:
        make(page, steps=50, count=8)
    job = f"/api/v1/jobs/{answer.value.json()['id']}"
    page.wait_for_selector("#progress-text:has-text('Step')")
    page.goto("about:blank")
    wait_until(lambda: page.request.get(job).json()["state"] not in ("queued", "running"))
    assert page.request.get(job).json()["state"] == "cancelled"


def test_page_that_is_refused_or_cut_off_at_first_tries_again(chromium, address):
    page = chromium.new_page()
    answers = iter(
        [
            lambda route: route.fulfill(status=429, json={"detail": "too many requests; try again in 2 s"}),
            lambda route: route.fulfill(status=403, json={"detail": "requests from other sites' pages are refused"}),
            lambda route: route.abort(),
        ]
    )
    page.route("**/api/v1/models", lambda route: next(answers, lambda later: later.continue_())(route))
    page.goto(address)
    page.wait_for_selector("#status:has-text('try again in 2 s. The page tries again by itself.')")
    assert page.is_disabled("#make-form [type=submit]")
    page.wait_for_selector("#status:has-text('does not answer')")
    page.wait_for_selector("#chips button")
    page.fill("#prompt", "a cat")
    page.click("#make-form [type=submit]")
    page.wait_for_selector("#made article")
    page.close()


def test_lost_answer_is_no_lost_job(chromium, address):
    page = chromium.new_page()
    page.route("**/events", lambda route: route.fulfill(status=503))
    answers = iter([lambda route: route.abort()])
    page.route(re.compile("/api/v1/jobs/[^/]+$"), lambda route: next(answers, lambda later: later.continue_())(route))
    page.goto(address)
    page.wait_for_selector("#chips button")
    make(page)
    page.wait_for_selector("#made article")
    assert next(answers, None) is None
    page.close()


def test_skip_link_stays_in_the_part_that_is_shown(page):
    page.click("nav a[href='#mistakes']")
    page.wait_for_selector(".matrix")
    page.focus(".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.is_visible("#mistakes")


def test_remix_leaves_no_address_of_the_picture_before(page, address):
    page.goto(f"{address}?prompt=a+cat&seed=3&index=0&steps=1&guidance=1")
    page.wait_for_selector("#made article")
    assert "seed=3" in page.url
    page.click("#made button:has-text('Remix')")
    page.wait_for_selector("#made article:not(:has-text('Seed 3, number 0'))")
    assert "seed" not in page.url


def test_link_that_is_opened_again_is_kept_once(page, address):
    for _ in range(3):
        page.goto("about:blank")
        page.goto(f"{address}?prompt=a+cat&seed=4&index=0&steps=1&guidance=1")
        page.wait_for_selector("#made article")
        page.wait_for_selector("#history .thumb")
    assert page.locator("#history .thumb").count() == 1


def test_remix_while_another_is_drawn_says_so_and_changes_nothing(page):
    make(page, steps=1)
    page.wait_for_selector("#made article")
    page.fill("#count", "8")
    page.fill("#steps", "50")
    page.click("#make-form [type=submit]")
    page.wait_for_selector("#progress-text:has-text('Step')")
    seed = page.input_value("#seed")
    page.click("#made button:has-text('Remix')")
    assert "Another picture is being made" in page.inner_text("#status")
    assert page.input_value("#seed") == seed
    page.click("#cancel")
    page.wait_for_selector("#status:has-text('Cancelled.')")


@pytest.mark.parametrize(("name", "value"), [("seed", "abc"), ("guidance", "Infinity"), ("steps", "")])
def test_link_whose_numbers_are_none_is_not_drawn(page, address, name, value):
    page.goto(f"{address}?prompt=a+cat&{name}={value}")
    page.wait_for_selector(f"#status:has-text('The link’s {name} is “{value}”')")
    assert page.input_value("#prompt") == "a cat"
    assert page.is_hidden("#progress")


@pytest.mark.parametrize(
    "left",
    [
        *("5", '{"a": 1}', "[null]", "["),
        '[{"facts": null, "image": "data:,"}]',
        '[{"facts": null, "image": "data:,", "reading": {"pixels": "data:,", "agreement": {"votes": {}}, "arms": {}}}]',
        '[{"facts": null, "image": "data:,", "reading": {"arms": {"real": {}}}}]',
    ],
)
def test_history_of_something_else_does_not_stop_the_page(page, left):
    page.evaluate("left => localStorage.setItem('fauxtograph.history', left)", left)
    page.reload()
    page.wait_for_selector("#chips button")
    assert page.is_hidden("#history")
    make(page)
    page.wait_for_selector("#made article")
    assert page.locator("#history .thumb").count() == 1


def test_own_photograph_is_cut_and_read(page):
    page.click("nav a[href='#photograph']")
    page.set_input_files("#file", {"name": "own.png", "mimeType": "image/png", "buffer": encoded(size=(80, 40))})
    page.fill("#zoom", "2")
    page.click("#crop button")
    page.wait_for_selector("#read article")
    page.click("#read .choices label:nth-child(2)")
    page.wait_for_selector("#read figcaption:has-text('Grad-CAM')")


@pytest.mark.parametrize("size", [(32, 32), (41, 32), (40, 81), (288, 289)])
def test_small_photograph_is_read_at_its_very_pixels(page, size):
    file = encoded(size=size)
    page.click("nav a[href='#photograph']")
    page.set_input_files("#file", {"name": "own.png", "mimeType": "image/png", "buffer": file})
    page.click("#crop button")
    page.wait_for_selector("#read article")
    answer = page.request.post("/api/v1/classify?pixels=1", data=file, headers={"Content-Type": "image/png"})
    assert page.get_attribute("#read .layers img", "src") == answer.json()["readings"][0]["pixels"]


def test_large_photograph_is_sent_at_288_pixels_a_side(page):
    page.click("nav a[href='#photograph']")
    page.set_input_files("#file", {"name": "own.png", "mimeType": "image/png", "buffer": encoded(size=(400, 300))})
    with page.expect_response("**/classify?**") as answer:
        page.click("#crop button")
    (reading,) = answer.value.json()["readings"]
    assert (reading["width"], reading["height"]) == (288, 288)


def test_same_file_can_be_chosen_again(page):
    page.click("nav a[href='#photograph']")
    page.set_input_files("#file", {"name": "own.png", "mimeType": "image/png", "buffer": encoded()})
    page.wait_for_selector("#crop")
    assert page.input_value("#file") == ""


def test_camera_is_offered_where_there_may_be_one(page, chromium, address):
    page.click("nav a[href='#photograph']")
    assert page.is_visible("label:has(#file)")
    assert page.is_hidden("label:has(#camera)")
    phone = chromium.new_page(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740})
    phone.goto(f"{address}#photograph")
    phone.wait_for_selector("label:has(#camera)")
    phone.close()


def test_what_the_browser_keeps_of_a_photograph_is_said_and_forgotten_when_asked(page):
    page.click("nav a[href='#photograph']")
    assert "This browser keeps a small copy until you press “Forget it all”" in page.inner_text("#photograph .lead")
    page.set_input_files("#file", {"name": "own.png", "mimeType": "image/png", "buffer": encoded()})
    page.click("#crop button")
    page.wait_for_selector("#history .thumb")
    page.click("#forget")
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize(
    ("arms", "served", "verdict"),
    [
        (("real",), "A network, trained on one kind of photographs: real. Served here: that", "The network says cat."),
        (("real", "mixture"), "on two kinds of photographs: real and mixture.", "Both networks say cat."),
        ((*ARMS, "my_own"), "on four kinds of photographs: real, ", "All four networks say cat."),
    ],
)
def test_texts_follow_the_number_of_networks(page, arms, served, verdict):
    def with_arms(route):
        models = route.fetch().json()
        route.fulfill(json={**models, "arms": dict.fromkeys(arms, models["arms"]["real"])})

    page.route("**/api/v1/models", with_arms)
    page.reload()
    page.wait_for_selector(f"#served:has-text('{served}')")
    reading = {"arms": {arm: {} for arm in arms}, "agreement": {"all_agree": True, "votes": {"cat": arms}}}
    assert page.evaluate("async (read) => (await import('/static/card.js')).verdict(read)", reading) == verdict


def test_page_speaks_of_no_number_of_networks_before_it_knows_it(page):
    assert "three" not in page.request.get("/").text()


def test_tour_leads_to_the_report_of_a_study_alone(page):
    page.click("nav a[href='#tour']")
    page.wait_for_selector("#tour a[href='#report']")
    page.route("**/study/transfer", lambda route: route.fulfill(json={**route.fetch().json(), "origin": A_SAMPLE}))
    page.reload()
    page.wait_for_selector("#tour .of-study")
    assert page.locator("#tour a[href='#report']").count() == 0


def test_quiz_is_answered_and_scored(page):
    page.click("nav a[href='#quiz']")
    answer_quiz(page)
    assert "You told 5 of 10 right" in page.inner_text("#quiz-score")


def test_quiz_that_is_sent_twice_is_scored_once_and_again_after_an_error(chromium, address):
    page = chromium.new_page()
    page.goto(f"{address}#quiz")
    guess(page)
    asked = held_back(page, re.compile("/api/v1/quiz/[^/]+$"))
    page.dblclick("#quiz-place button")
    wait_for(page, lambda: asked)
    asked[0].fulfill(status=503, json={"detail": "not now"})
    page.wait_for_selector("#status:has-text('not now')")
    page.dblclick("#quiz-place button")
    wait_for(page, lambda: len(asked) > 1)
    asked[1].continue_()
    page.wait_for_selector("#quiz-score")
    assert len(asked) == 2
    assert page.locator("#quiz-score").count() == 1
    page.close()


def test_heat_map_that_comes_after_another_choice_is_not_shown(page):
    page.click("nav a[href='#photograph']")
    page.set_input_files("#file", {"name": "own.png", "mimeType": "image/png", "buffer": encoded()})
    page.click("#crop button")
    asked = held_back(page, "**/explain?**")
    page.click("#read .choices label:nth-child(2)")
    page.wait_for_selector("#read figcaption:has-text('Asking…')")
    page.click("#read .choices label:nth-child(1)")
    answer_now(page, asked)
    assert page.is_hidden("#read .layers canvas")
    assert page.inner_text("#read .layers + figcaption") == "The 32×32 pixels that the networks see"


@pytest.mark.parametrize("answer", [{}, {"status": 503}])
def test_cell_that_comes_after_another_choice_is_not_shown(chromium, address, answer):
    page = chromium.new_page()
    page.goto(f"{address}#mistakes")
    page.wait_for_selector(".matrix")
    asked = held_back(page, "**/study/cell?**")
    page.locator(".matrix tbody button:enabled").first.click()
    page.select_option("#mistakes select >> nth=0", index=1)
    answer_now(page, asked, **answer)
    assert page.locator("[aria-live]").inner_html() == ""
    page.close()


def test_cell_of_a_confusion_matrix_shows_its_photographs(page):
    page.click("nav a[href='#mistakes']")
    page.wait_for_selector(".matrix")
    button = page.locator(".matrix tbody button:enabled").first
    count = int(button.inner_text())
    button.click()
    page.wait_for_selector("#mistakes .photos img")
    assert page.locator("#mistakes .photos img").count() == count


def test_programs_under_a_picture_make_the_very_picture(page, tmp_path):
    make(page)
    page.wait_for_selector("#made article")
    page.click("#made details:has-text('The same by program') summary")
    shown = page.get_attribute("#made figure img", "src")
    for command, text in zip(
        (["bash", "-e"], [sys.executable]), page.locator("#made pre").all_inner_texts(), strict=True
    ):
        subprocess.run(command, input=text, text=True, cwd=tmp_path, check=True, capture_output=True, timeout=120)
        made = tmp_path / "picture.png"
        assert base64.b64encode(made.read_bytes()).decode() == shown.split(",")[1]
        made.unlink()


def test_setting_that_cannot_be_is_shown_where_it_stands(page):
    page.fill("#prompt", "a cat")
    page.evaluate("document.getElementById('steps').value = 999")
    page.click("#make-form [type=submit]")
    assert page.is_visible("#steps")
    assert page.is_hidden("#progress")


@pytest.mark.parametrize(
    "query", ["prompt=a+cat&seed=1e99", "prompt=a+cat&steps=-3", "prompt=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&steps=0"]
)
def test_link_of_hostile_values_is_refused_in_words(chromium, address, query):
    page = chromium.new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"a link's words ran as a script: {dialog.message}"))
    page.goto(f"{address}?{query}")
    page.wait_for_selector("#status:has-text('should be'), #status:has-text('Input')")
    assert page.locator("#made article").count() == 0
    page.close()


def test_keyboard_alone_makes_a_picture(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "prompt":
            break
    page.keyboard.type("a cat")
    page.keyboard.press("Enter")
    page.wait_for_selector("#made article")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_part_is_accessible(page, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    make(page)
    page.wait_for_selector("#made article")
    for summary in page.locator("#made details summary").all():
        summary.click()
    assert violations(page) == []
    for part in ("photograph", "quiz", "mistakes", "report", "tour"):
        page.click(f"nav a[href='#{part}']")
        page.wait_for_selector(f"#{part} h1")
        if part == "photograph":
            page.set_input_files("#file", {"name": "own.png", "mimeType": "image/png", "buffer": encoded()})
            page.click("#crop button")
            page.wait_for_selector("#read article")
        elif part == "quiz":
            answer_quiz(page)
        elif part == "mistakes":
            page.locator(".matrix tbody button:enabled").first.click()
            page.wait_for_selector("#mistakes .photos img")
        assert violations(page) == []


def test_places_of_messages_are_in_the_page_before_the_messages(page):
    places = page.locator("#status, #progress-text")
    rendered = "places => places.map((place) => [place.checkVisibility(), place.offsetHeight])"
    assert places.evaluate_all(rendered) == [[True, 0], [True, 0]]
    make(page, steps=50, count=8)
    page.wait_for_selector("#progress-text:has-text('Step')")
    page.click("#cancel")
    page.wait_for_selector("#status:has-text('Cancelled.')")
    page.wait_for_selector("#cancel", state="hidden")
    assert page.is_hidden("#progress")
    page.click("#make-form [type=submit]")
    assert places.evaluate_all(rendered)[0] == [True, 0]
    page.click("#cancel")
    page.wait_for_selector("#status:has-text('Cancelled.')")


def test_narrow_screen_needs_no_scrolling_sideways(page):
    page.set_viewport_size({"width": 360, "height": 740})
    make(page)
    page.wait_for_selector("#made article")
    for part in ("make", "photograph", "quiz", "mistakes", "tour"):
        page.click(f"nav a[href='#{part}']")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), part


@pytest.mark.parametrize("part", ["make", "tour"])
def test_picture_that_is_shown_again_begins_on_a_narrow_screen(page, part):
    page.set_viewport_size({"width": 360, "height": 740})
    make(page)
    page.wait_for_selector("#made article")
    page.click(f"nav a[href='#{part}']")
    page.click("#history .thumb")
    page.wait_for_timeout(300)
    assert 0 <= page.locator("#made article").bounding_box()["y"] < 740 / 2


def test_remix_shows_its_progress_on_a_narrow_screen(page):
    page.set_viewport_size({"width": 360, "height": 740})
    make(page)
    page.wait_for_selector("#made article")
    asked = held_back(page, "**/api/v1/generate")
    page.click("#made button:has-text('Remix')")
    wait_for(page, lambda: asked)
    box = page.locator("#progress").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 740


def test_first_paint_is_small_and_asks_no_other_host(chromium, address):
    page = chromium.new_page()
    sizes = []
    page.on("response", lambda response: sizes.append((response.url, len(response.body()))))
    page.goto(address)
    page.wait_for_selector("#chips button")
    assert all(url.startswith(address) for url, _ in sizes)
    assert sum(size for _, size in sizes) < 150_000
    page.close()
