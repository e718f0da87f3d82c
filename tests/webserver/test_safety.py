"""Who is answered: by the server's own names alone, its own pages, each client within its limit."""

import threading
from contextlib import contextmanager

import pytest
import requests
from flask import Flask

from webserver.deadlines import DeadlineServer
from webserver.problems import install_problems
from webserver.safety import install_safety, names_of
from webserver.settings import PlaygroundConfig
from webserver.token_bucket import TokenBuckets


@pytest.fixture
def ask():
    """Return a function that posts to a server of some settings with some headers, and gives the status."""

    def post(headers, path="/", **settings):
        app = Flask(__name__)
        install_problems(app)
        install_safety(app, TokenBuckets(100), names_of(PlaygroundConfig(**settings)))
        for address in ("/", "/healthz"):
            app.add_url_rule(address, address, lambda: "", methods=["POST"])
        return app.test_client().post(path, headers=headers).status_code

    return post


@pytest.mark.parametrize(
    ("host", "settings", "status"),
    [
        ("127.0.0.1:8000", {}, 200),
        ("LOCALHOST:9000", {}, 200),
        ("[::1]:8000", {"host": "::1"}, 200),
        ("evil.example:8000", {}, 421),
        ("evil.example", {"host": "0.0.0.0"}, 200),
        ("play.example", {"trusted_proxies": 1}, 200),
        ("play.example:8000", {"host": "0.0.0.0", "trusted_hosts": "Play.example, localhost"}, 200),
        ("evil.example", {"host": "0.0.0.0", "trusted_hosts": "play.example"}, 421),
        ("127.0.0.1", {"trusted_hosts": "play.example"}, 421),
    ],
)
def test_server_answers_to_its_own_names(ask, host, settings, status):
    assert ask({"Host": host, "Origin": f"http://{host}"}, **settings) == status


def test_probes_are_answered_by_any_name(ask):
    assert ask({"Host": "10.0.0.7"}, path="/healthz") == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://play.example", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://play.example"}, 403),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({}, 200),
    ],
)
def test_what_the_browser_says_of_a_requests_origin_goes_above_names(ask, headers, status):
    assert ask({"Host": "localhost", **headers}) == status


@contextmanager
def behind_a_proxy(app):
    server = DeadlineServer(app, host="127.0.0.1", port=0, threads=4, largest_request=1_000_000, body_seconds=60)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}/api/v1/"
    finally:
        server.close()


def test_proxys_word_for_its_clients_is_taken_where_it_is_trusted(make_app):
    with behind_a_proxy(make_app(trusted_proxies=1, requests_per_minute=3)) as address:
        asked = [
            requests.get(f"{address}openapi.json", headers={"X-Forwarded-For": f"10.0.0.{client}"}).status_code
            for client in [1] * 4 + [2] * 3
        ]
        own_page = {"Origin": "https://play.example", "X-Forwarded-Host": "play.example"}
        assert requests.post(f"{address}quiz", headers={**own_page, "X-Forwarded-For": "10.0.0.3"}).status_code != 403
    assert asked == [200] * 3 + [429] + [200] * 3


def test_an_ipv6_host_is_one_client_whatever_its_address(make_app):
    clients = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "::ffff:10.0.0.1", "::ffff:10.0.0.2", "10.0.0.1"]
    with behind_a_proxy(make_app(trusted_proxies=1, requests_per_minute=1)) as address:
        asked = [
            requests.get(f"{address}openapi.json", headers={"X-Forwarded-For": client}).status_code
            for client in clients
        ]
    assert asked == [200, 429, 200, 200, 200, 429]


def test_no_word_of_a_proxy_is_taken_where_none_is_trusted(make_app):
    with behind_a_proxy(make_app(requests_per_minute=3)) as address:
        asked = [
            requests.get(f"{address}openapi.json", headers={"X-Forwarded-For": f"10.0.0.{client}"}).status_code
            for client in range(4)
        ]
    assert asked == [200] * 3 + [429]
