"""A real server among clients that never read, hang up, send nonsense or all come at once: it answers the others."""

import json
import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psutil
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.webserver.conftest import wait_until
from tests.webserver.pictures import encoded

THREADS = 8
MEGABYTE = 2**20
ONCE = {"Connection": "close"}


class Server:
    """A playground in a process of its own; `port` and `url` say where."""

    def __init__(self, process):
        self._process = process
        line = process.stdout.readline()
        self.port = int(re.search(r":(\d+)/", line).group(1))
        self.url = f"http://127.0.0.1:{self.port}"

    def memory_bytes(self):
        """Return the resident memory of the server and its drawing process."""
        server = psutil.Process(self._process.pid)
        return sum(process.memory_info().rss for process in [server, *server.children(recursive=True)])

    def start_job(self, **changes):
        return requests.post(
            f"{self.url}/api/v1/generate", json={"prompt": "a cat", **changes}, timeout=60, headers=ONCE
        )

    def classifies(self):
        headers = {"Content-Type": "image/png"}
        answer = requests.post(f"{self.url}/api/v1/classify", data=encoded(), headers=headers, timeout=60)
        return answer.status_code == 200

    def is_idle(self, job):
        return requests.get(self.url + job.headers["Location"], timeout=60).json()["state"] not in ("queued", "running")


@pytest.fixture(scope="module")
def server(shipped, drawing_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    config = {
        "classes": ["cat", "frog"],
        "generator": {"model": str(drawing_model), "steps": 2, "image_size": 64, "dtype": "float32"},
        "playground": {
            "port": 0,
            "threads": THREADS,
            "results": str(folder),
            "shipped_classifiers": str(shipped),
            "requests_per_minute": 1_000_000,
            "jobs_per_minute": 1_000_000,
        },
    }
    (folder / "config.yaml").write_text(json.dumps(config))  # JSON is YAML
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "webserver", "--config", str(folder / "config.yaml")],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        try:
            served = Server(process)
            wait_until(lambda: requests.get(f"{served.url}/readyz", timeout=60).json()["ready"])
            job = served.start_job()
            wait_until(lambda: served.is_idle(job))
            yield served
        finally:
            process.terminate()
            process.wait(60)


def connection_that_asks(server, text):
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall(text.encode())
    return connection


def test_clients_that_never_read_or_never_finish_asking_keep_nobody_waiting(server):
    slow = server.start_job(steps=50, count=8)
    with ExitStack() as open_connections:
        for _ in range(3 * THREADS):
            follow = f"GET {slow.headers['Location']}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            open_connections.enter_context(connection_that_asks(server, follow))
            half = "POST /api/v1/classify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\nhalf"
            open_connections.enter_context(connection_that_asks(server, half))
        assert requests.get(f"{server.url}/healthz", timeout=60).status_code == 200
        assert all(server.classifies() for _ in range(5))
    requests.delete(server.url + slow.headers["Location"], timeout=60)
    wait_until(lambda: server.is_idle(slow))


def test_idle_connections_are_closed_and_keep_nobody_out(server):
    with ExitStack() as open_connections:
        for _ in range(850):
            open_connections.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        assert server.classifies()
        idle = open_connections.enter_context(connection_that_asks(server, "GET /healthz HTTP/1.1\r\n"))
        idle.settimeout(120)
        assert idle.recv(1000) == b""


def test_clients_that_hang_up_give_their_place_back(server):
    slow = server.start_job(steps=50, count=8)
    events = server.url + slow.headers["Location"] + "/events"
    for _ in range(2 * THREADS):
        # A place is given back when the server next writes to who is gone, which is when the job takes its next step.
        wait_until(lambda: _follow_and_hang_up(events) == 200)
    requests.delete(server.url + slow.headers["Location"], timeout=60)
    wait_until(lambda: server.is_idle(slow))


def _follow_and_hang_up(events):
    with requests.get(events, stream=True, timeout=60) as response:
        return response.status_code


def test_five_hundred_jobs_at_once_leave_a_server_that_draws(server):
    before = server.memory_bytes()
    with ThreadPoolExecutor(50) as clients:
        answers = list(clients.map(lambda _: server.start_job(steps=1), range(500)))
    assert {answer.status_code for answer in answers} == {202, 503}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers if answer.status_code == 503)
    accepted = [answer for answer in answers if answer.status_code == 202]
    wait_until(
        lambda: all(
            requests.get(server.url + job.headers["Location"]).status_code == 404 or server.is_idle(job)
            for job in accepted[-8:]
        )
    )
    assert server.memory_bytes() - before < 200 * MEGABYTE
    job = server.start_job(steps=1)
    wait_until(lambda: server.is_idle(job))
    assert requests.get(server.url + job.headers["Location"], timeout=60).json()["state"] == "done"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def request_keys(app):
    """Return the keys of a request for pictures, as the OpenAPI document names them."""
    document = app.test_client().get("/api/v1/openapi.json").json
    return sorted(document["components"]["schemas"]["GenerateRequest"]["properties"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_json_is_accepted_or_refused_by_a_problem(client, request_keys, data):
    known = st.dictionaries(st.sampled_from(request_keys), JSON)
    body = data.draw(known | JSON)
    response = client.post("/api/v1/generate", data=json.dumps(body), headers={"Content-Type": "application/json"})
    assert response.status_code in (202, 400, 422, 503)
    if response.status_code != 202:
        assert response.content_type == "application/problem+json"
        assert response.json["status"] == response.status_code


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "PUT"]), path=st.text(max_size=40), body=st.binary(max_size=200)
)
def test_any_address_is_answered_without_a_server_error(client, method, path, body):
    for under in ("/", "/api/v1/", "/api/v1/jobs/", "/api/v1/classify"):
        response = client.open(under + requests.utils.quote(path, safe=""), method=method, data=body)
        assert response.status_code < 500 or response.status_code == 503


def test_prompts_on_offer_are_from_all_over_their_set(make_app):
    app = make_app(drawing={"prompts": {"set": "colours"}})
    wait_until(lambda: app.extensions["playground"].registry.served is not None)
    offered = app.test_client().get("/api/v1/models").json["prompts"]
    assert [prompt.split()[5] for prompt in offered] == ["cat"] * 4 + ["frog"] * 4
    assert offered[0] == "a photo of a brown cat on the ground"
    assert len({prompt.split()[4] for prompt in offered[:4]}) > 1
    assert len(set(offered)) == 8


def test_public_use_knows_the_classes_prompts_alone(make_app):
    app = make_app(classes_only=True)
    wait_until(lambda: app.extensions["playground"].registry.served is not None)
    client = app.test_client()
    allowed = client.get("/api/v1/models").json["prompts"]
    assert client.post("/api/v1/generate", json={"prompt": allowed[0]}).status_code == 202
    refused = client.post("/api/v1/generate", json={"prompt": "a cat in a red hat"})
    assert refused.status_code == 403
    assert all(prompt in refused.json["detail"] for prompt in allowed)
    assert "readonly" in client.get("/").text
