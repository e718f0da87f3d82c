"""The API answers as its document says, and errors have one shape."""

import functools
import io
import json
import operator
import re
from threading import Thread
from urllib.parse import parse_qsl

import jsonschema
import numpy as np
import pytest
from PIL import Image

from tests.webserver.conftest import ARMS, wait_until
from tests.webserver.pictures import encoded
from text_to_image.config import GeneratorConfig
from webserver.generation_worker import Drawn
from webserver.openapi import document
from webserver.playground import settings_digest
from webserver.quizzes import Quiz

PNG, JSON = {"Content-Type": "image/png"}, {"Content-Type": "application/json"}


def check(response, path, method):
    """Hold an answer to the document's schema for its path, method and status."""
    operation = document()["paths"][path][method]
    described = operation["responses"][str(response.status_code)]["content"]
    schema = described[response.mimetype]["schema"]
    if response.is_json or response.mimetype == "application/problem+json":
        validator = jsonschema.Draft202012Validator({**schema, "components": document()["components"]})
        validator.validate(json.loads(response.data))
    return json.loads(response.data)


def test_document_names_every_route_and_no_other(app):
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, operations in document()["paths"].items() for method in operations}
    assert described == routes


def test_document_is_valid_json_schema(client):
    served = client.get("/api/v1/openapi.json").json
    assert served == json.loads(json.dumps(document()))
    for schema in served["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_one_photograph_is_read_by_every_arm(client):
    answer = check(
        client.post("/api/v1/classify?nearest=3&pixels=1", data=encoded(), headers=PNG), "/api/v1/classify", "post"
    )
    (reading,) = answer["readings"]
    assert tuple(reading["arms"]) == ARMS
    for arm in reading["arms"].values():
        assert sum(arm["probabilities"].values()) == pytest.approx(1, abs=1e-3)
        assert arm["confidence"] == max(arm["probabilities"].values())
        assert len(arm["nearest"]) == 3
    assert sorted(functools.reduce(operator.iadd, reading["agreement"]["votes"].values(), [])) == sorted(ARMS)


def test_batch_is_read_in_order_as_its_images_are_alone(client):
    files = [encoded(colour=colour) for colour in ("red", "green", "blue")]
    form = {"image": [(io.BytesIO(data), f"{place}.png") for place, data in enumerate(files)]}
    together = check(client.post("/api/v1/classify", data=form), "/api/v1/classify", "post")["readings"]
    alone = [client.post("/api/v1/classify", data=data, headers=PNG).json["readings"][0] for data in files]
    for one, other in zip(together, alone, strict=True):
        for arm in ARMS:
            assert one["arms"][arm]["confidence"] == pytest.approx(other["arms"][arm]["confidence"], abs=2e-3)


def test_heat_map_is_drawn_for_any_arm_and_class(client):
    address = "/api/v1/explain?arm=synthetic&class=frog"
    answer = check(client.post(address, data=encoded(), headers=PNG), "/api/v1/explain", "post")
    assert (answer["arm"], answer["class"]) == ("synthetic", "frog")
    assert max(map(max, answer["heat"])) in (0.0, 1.0)


@pytest.mark.parametrize(
    ("address", "data", "headers", "status"),
    [
        ("/api/v1/classify", b"no picture", PNG, 415),
        ("/api/v1/classify", b"{}", {"Content-Type": "application/json"}, 415),
        ("/api/v1/classify?nearest=9", encoded(), PNG, 400),
        ("/api/v1/classify?nearest=-1", encoded(), PNG, 400),
        ("/api/v1/classify", b"x", {"Content-Type": "multipart/form-data"}, 400),
        ("/api/v1/explain?arm=nobody", encoded(), PNG, 404),
        ("/api/v1/explain?arm=real&class=zebra", encoded(), PNG, 404),
        ("/api/v1/classify", encoded(), {**PNG, "Origin": "https://elsewhere.example"}, 403),
        ("/api/v1/classify", encoded(), {**PNG, "Origin": "http://["}, 403),
        ("/api/v1/classify", encoded(), {**PNG, "Sec-Fetch-Site": "cross-site"}, 403),
        pytest.param("/api/v1/classify", bytes(9_000_000), PNG, 413, id="large"),
        pytest.param("/api/v1/generate", b"{" + b'"0":0,' * 20_000 + b'"1":0}', JSON, 413, id="many keys"),
        ("/api/v1/quiz", b"", {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_wrong_requests_are_problems(client, address, data, headers, status):
    response = client.post(address, data=data, headers=headers)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    check(response, address.split("?")[0], "post")


def test_request_that_is_too_large_is_told_by_what_measure(client):
    assert client.post("/api/v1/classify", data=bytes(9_000_000), headers=PNG).json["detail"].endswith("than 8 MB")
    form = {"image": [(io.BytesIO(b"a"), "a.png") for _ in range(1001)]}
    assert client.post("/api/v1/classify", data=form).json["detail"] == "the form has more than 1000 parts"


@pytest.mark.parametrize(
    ("address", "status"), [("/nowhere", 404), ("/api/v1/jobs/nobody", 404), ("/api/v1/classify", 405)]
)
def test_wrong_addresses_are_problems(client, address, status):
    response = client.get(address)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")


def test_every_answer_has_the_safety_headers_and_no_cookie(client):
    for address in ("/", "/api/v1/models", "/nowhere", "/static/script.js"):
        response = client.get(address)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(("settings", "guidance"), [({}, 1.5), ({"guidance_scale": 3}, 3.0)])
def test_guidance_that_nobody_asks_for_is_the_playgrounds_else_the_generators(make_app, settings, guidance):
    app = make_app(**settings)
    wait_until(lambda: app.extensions["playground"].registry.served is not None)
    assert app.test_client().get("/api/v1/models").json["generator"]["guidance_scale"] == guidance


def test_job_is_drawn_followed_and_read(drawing_client):
    wanted = {"prompt": "a cat", "seed": 5, "first": 3, "count": 2, "steps": 2, "guidance_scale": 1.0}
    job = check(drawing_client.post("/api/v1/generate", json=wanted), "/api/v1/generate", "post")
    events = drawing_client.get(f"/api/v1/jobs/{job['id']}/events").text
    states = [json.loads(line.removeprefix("data: ")) for line in events.splitlines() if line.startswith("data: ")]
    assert states[-1]["state"] == "done"
    assert any(state["preview"] for state in states)
    done = check(drawing_client.get(f"/api/v1/jobs/{job['id']}"), "/api/v1/jobs/{job_id}", "get")
    assert [picture["index"] for picture in done["pictures"]] == [3, 4]
    with Image.open(io.BytesIO(drawing_client.get(done["pictures"][1]["image"]).data)) as image:
        facts = json.loads(image.text["fauxtograph"])
    assert (facts["prompt"], facts["seed"], facts["index"], facts["steps"]) == ("a cat", 5, 4, 2)


def test_link_brings_back_the_very_picture(drawing_client):
    def drawn(**wanted):
        job = drawing_client.post("/api/v1/generate", json={"prompt": "a cat", "steps": 1, "seed": 7, **wanted}).json
        drawing_client.get(f"/api/v1/jobs/{job['id']}/events").get_data()
        pictures = drawing_client.get(f"/api/v1/jobs/{job['id']}").json["pictures"]
        return [Image.open(io.BytesIO(drawing_client.get(picture["image"]).data)).tobytes() for picture in pictures]

    link = drawing_client.post("/api/v1/generate", json={"prompt": "a cat", "steps": 1}).json["id"]
    drawing_client.get(f"/api/v1/jobs/{link}/events").get_data()
    (picture,) = drawing_client.get(f"/api/v1/jobs/{link}").json["pictures"]
    named = dict(parse_qsl(picture["link"].removeprefix("/?")))
    assert named["settings"] == drawing_client.get("/api/v1/models").json["generator"]["settings_digest"]
    together = drawn(first=0, count=3)
    assert drawn(first=2, count=1) == together[2:]
    assert len(set(together)) == 3


def test_other_settings_that_decide_a_picture_have_another_digest(drawing_model):
    digests = [
        settings_digest(GeneratorConfig(model=str(drawing_model), sampler=sampler, steps=steps), "cpu float32")
        for sampler, steps in (("ddim", 3), ("ddim", 4), (None, 3))
    ]
    assert digests[0] == digests[1] != digests[2]


def test_kernel_that_makes_a_picture_small_is_among_what_decides_it(drawing_model):
    digests = {
        settings_digest(GeneratorConfig(model=str(drawing_model), resampling=kernel), "cpu float32")
        for kernel in ("box", "lanczos")
    }
    assert len(digests) == 2


def test_digest_is_of_the_arithmetic_that_is_chosen_not_of_how_it_was_asked_for(app, drawing_client, make_app):
    def digest(services):
        wait_until(lambda: services.queue.model is not None)
        return services.settings_digest

    named = app.extensions["playground"]
    found = make_app(drawing={"dtype": "auto"}).extensions["playground"]
    digests = {services.queue.model["arithmetic"]: digest(services) for services in (named, found) if digest(services)}
    assert digest(named) == settings_digest(named.generator, "cpu float32")
    assert digest(found) == settings_digest(named.generator, found.queue.model["arithmetic"])
    assert settings_digest(named.generator, "cpu float32") != settings_digest(named.generator, "cpu bfloat16")
    assert len(set(digests.values())) == len(digests)


def test_guidance_that_the_model_never_learned_is_refused(app, drawing_client):
    services = app.extensions["playground"]
    wait_until(lambda: services.queue.model is not None)
    assert drawing_client.get("/api/v1/models").json["generator"]["guidance_range"] == [0, 30]
    services.queue.model["guidance_scales"] = (1.0, 3.0)
    assert drawing_client.get("/api/v1/models").json["generator"]["guidance_range"] == [1, 3]
    refused = drawing_client.post("/api/v1/generate", json={"prompt": "a cat", "guidance_scale": 0.5})
    assert (refused.status_code, refused.json["detail"]) == (422, "guidance_scale is 0.5; this model takes 1 to 3")
    assert drawing_client.post("/api/v1/generate", json={"prompt": "a cat", "guidance_scale": 3}).status_code == 202


def test_cancelled_job_frees_the_generator(drawing_client):
    slow = drawing_client.post("/api/v1/generate", json={"prompt": "a cat", "steps": 50, "count": 8}).json
    behind = drawing_client.post("/api/v1/generate", json={"prompt": "a frog", "steps": 1}).json
    assert behind["position"] >= 1
    wait_until(lambda: drawing_client.get(f"/api/v1/jobs/{slow['id']}").json["step"] > 0)
    drawing_client.delete(f"/api/v1/jobs/{slow['id']}")
    wait_until(lambda: drawing_client.get(f"/api/v1/jobs/{behind['id']}").json["state"] == "done")
    stopped = drawing_client.get(f"/api/v1/jobs/{slow['id']}").json
    assert stopped["state"] == "cancelled"
    assert stopped["step"] < stopped["steps"]


def test_finished_pictures_are_read_however_many_photographs_wait(make_app, monkeypatch):
    app = make_app()
    services = app.extensions["playground"]
    monkeypatch.setattr(services.batcher, "_most_waiting", 1)
    wait_until(lambda: services.registry.served is not None)
    drawn = [Drawn(np.zeros((32, 32, 3), np.uint8), index, 0) for index in range(2)]
    assert len(services.read_drawn(drawn)) == 2
    photographs = {"image": [(io.BytesIO(encoded()), f"{place}.png") for place in range(2)]}
    assert app.test_client().post("/api/v1/classify", data=photographs).status_code == 503


def test_last_event_is_of_a_job_that_is_over(make_app, monkeypatch):
    app = make_app()
    services = app.extensions["playground"]
    wait_until(lambda: services.registry.served is not None)
    client = app.test_client()
    job = services.queue.find(client.post("/api/v1/generate", json={"prompt": "a cat", "steps": 4}).json["id"])
    slow = iter(client.get(f"/api/v1/jobs/{job.id}/events").iter_encoded())
    first = next(slow)
    # It ends while this client still reads of its beginning.
    wait_until(lambda: job.is_over, 60)
    last = [first, *slow][-1]
    assert json.loads(last.decode().removeprefix("data: "))["state"] == "done"


def test_events_end_when_the_server_stops(make_app):
    app = make_app()
    services = app.extensions["playground"]
    wait_until(lambda: services.registry.served is not None)
    job = app.test_client().post("/api/v1/generate", json={"prompt": "a cat", "steps": 50, "count": 8}).json
    seen = []

    def follow():
        for event in app.test_client().get(f"/api/v1/jobs/{job['id']}/events").iter_encoded():
            seen.append(event)

    follower = Thread(target=follow, daemon=True)
    follower.start()
    wait_until(lambda: seen)
    services.queue.stop()
    follower.join(60)
    assert not follower.is_alive()


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": ""},
        {"prompt": "  "},
        {"prompt": "a" * 301},
        {"prompt": "two\nlines"},
        {"count": 0},
        {"count": 9},
        {"count": 1.5},
        {"steps": 51},
        {"seed": -1},
        {"seed": 2**40},
        {"guidance_scale": "high"},
        {"guidance_scale": "2"},
        {"guidance_scale": True},
        {"model": "somebody/something"},
        {"first": 10_000_000},
        {"first": 1_000_000, "count": 2},
        {"prompt": "a cat\x07"},
        {"prompt": "a\u2028cat"},
        {"prompt": "\u200b\u00ad"},
    ],
)
def test_what_cannot_be_drawn_is_refused(client, changes):
    response = client.post("/api/v1/generate", json={"prompt": "a cat", **changes})
    assert response.status_code == 422
    assert response.json["detail"].startswith(next(iter(changes)))


@pytest.mark.parametrize(
    ("prompt", "read"),
    [
        ("a\u00a0cat", "a cat"),
        ("a\u3000cat ", "a cat"),
        ("a\u200bcat", "a cat"),
        ("a c\u00adat\u2060", "a cat"),
        ("\U0001f468\u200d\U0001f469 as a photo", "\U0001f468\u200d\U0001f469 as a photo"),
    ],
)
def test_spaces_of_all_kinds_and_invisible_marks_are_no_fault(client, prompt, read):
    job = client.post("/api/v1/generate", json={"prompt": prompt, "first": 1_000_000, "steps": 1})
    assert (job.status_code, job.json["asked"]["prompt"]) == (202, read)
    client.delete(job.headers["Location"])


@pytest.mark.parametrize("address", ["/api/v1/generate", "/api/v1/quiz/{quiz_id}"])
def test_deep_json_is_a_problem(client, app, address):
    quiz = app.extensions["playground"].quizzes.keep(Quiz(np.zeros((10, 32, 32, 3), np.uint8), [True] * 10, []))
    headers = {"Content-Type": "application/json"}
    response = client.post(address.format(quiz_id=quiz), data=b"[" * 60_000, headers=headers)
    assert response.status_code == 422
    assert check(response, address, "post")["status"] == 422


def test_full_queue_says_when_to_come_back(drawing_client):
    answers = [drawing_client.post("/api/v1/generate", json={"prompt": "a cat", "steps": 50}) for _ in range(15)]
    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    for answer in answers:
        if answer.status_code == 202:
            drawing_client.delete(answer.headers["Location"])


def test_guidance_may_be_a_whole_number(client):
    job = client.post("/api/v1/generate", json={"prompt": "a cat", "guidance_scale": 2, "steps": 1})
    assert (job.status_code, job.json["asked"]["guidance_scale"]) == (202, 2.0)
    client.delete(job.headers["Location"])


def test_time_of_what_safety_refuses_is_measured(app, client):
    sample = functools.partial(
        app.extensions["playground"].metrics.registry.get_sample_value,
        "fauxtograph_request_seconds_sum",
        {"view": "quiz.begin"},
    )
    before = sample() or 0.0
    assert client.post("/api/v1/quiz", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert sample() > before


def test_probes_answer(client):
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["ready"]) == (200, True)
    assert b"fauxtograph_requests_total" in client.get("/metrics").data


def test_gaps_and_accuracies_are_the_summarys(app, client):
    address = "/api/v1/study/transfer"
    assert check(client.get(address), address, "get")["status"] == 404
    report = app.extensions["playground"].study.folder / "report"
    report.mkdir(parents=True, exist_ok=True)
    measured = {"mean": 0.7, "ci95": [0.6, 0.8]}
    gap = {"arm": "synthetic", "mean": 0.2, "ci95": [0.1, 0.3]}
    summary = {
        "study": {
            "train_images_per_class": 600,
            "n_seeds": 3,
            "arms": {"real": {"synthetic_share": 0.0}, "synthetic": {"synthetic_share": 1.0}},
        },
        "transfer": {arm: {"real": {"accuracy": measured}} for arm in ("real", "synthetic")},
        "gaps": {
            "synthetic_to_real": {**gap, "home": "real", "domain": "real"},
            "real_to_synthetic": {**gap, "arm": "real", "home": "synthetic", "domain": "synthetic"},
        },
    }
    try:
        (report / "summary.json").write_text(json.dumps(summary))
        answer = check(client.get(address), address, "get")
        (report / "summary.json").write_text("[]")
        assert client.get(address).status_code == 404
    finally:
        (report / "summary.json").unlink()
    assert answer["gaps_on_real"] == {"synthetic": {"mean": 0.2, "low": 0.1, "high": 0.3}}
    assert answer["arms"]["synthetic"]["synthetic_share"] == 1.0
    assert answer["arms"]["real"]["accuracy"]["real"] == {"mean": 0.7, "low": 0.6, "high": 0.8}
