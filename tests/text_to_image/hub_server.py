"""A small Hugging Face hub on loopback: models by revision, files by range, and the faults that real networks have.

It speaks what the hub's client asks: `/api/models/ID[/revision/REV]`, `/api/models/ID/tree/REV` and
`/ID/resolve/REV/PATH`. As on the hub, weights are redirected to another host (`localhost` here), which must see no
token.
"""

import hashlib
import json
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Seen:
    """A request for a file's content, as the server saw it."""

    path: str
    range: str | None
    authorization: str | None


@dataclass
class HubServer:
    """The models it serves, the faults it is to make, and what it was asked.

    Attributes:
        folders: (model, commit) to the folder with that commit's files.
        branches: (model, branch) to commit.
        tokens: gated models, each with the token that opens it.
        cuts: file paths, each with how its next transfer ends half-way: "close", "reset", or "hold" (nothing more
            comes until the server stops).
        busy: status codes to answer the next requests with whose path contains the key.
        seen: requests for content; `holding` is set once a transfer is held.
    """

    folders: dict[tuple[str, str], Path] = field(default_factory=dict)
    branches: dict[tuple[str, str], str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    cuts: dict[str, str] = field(default_factory=dict)
    busy: dict[str, list[int]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    requests: int = 0
    holding: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "HubServer":
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def add(self, model: str, commit: str, folder: Path, branch: str = "main") -> None:
        """Serve a folder as a model's commit, and let a branch point to it."""
        self.folders[model, commit] = folder
        self.branches[model, branch] = commit

    def fetched(self) -> Counter:
        """Return how often each file's content was asked for."""
        return Counter(request.path for request in self.seen)


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, *_) -> None:
        pass

    def _answer(self, with_body: bool) -> None:
        self.hub.requests += 1
        path = unquote(urlsplit(self.path).path)
        for part, statuses in self.hub.busy.items():
            if part in path and statuses:
                return self._refuse(statuses.pop(0), "", "busy")
        words = path.strip("/").split("/")
        if words[0] == "weights":
            return self._send_file(words[1] + "/" + words[2], words[3], "/".join(words[4:]), with_body)
        if words[:2] == ["api", "models"]:
            return self._send_listing("/".join(words[2:4]), words[4:])
        if words[2:3] != ["resolve"]:
            return self._refuse(404, "", "Not found")
        model, revision, file = "/".join(words[:2]), words[3], "/".join(words[4:])
        if not self._open_to_all(model):
            return None
        commit = self._commit(model, revision)
        if commit is None:
            return None
        if not (self.hub.folders[model, commit] / file).is_file():
            return self._refuse(404, "EntryNotFound", "Entry not found", {"X-Repo-Commit": commit})
        if file.endswith(".safetensors"):
            return self._redirect_to_weights(model, commit, file)
        return self._send_file(model, commit, file, with_body)

    def _commit(self, model: str, revision: str) -> str | None:
        if not any(served == model for served, _ in self.hub.folders):
            self._refuse(401, "RepoNotFound", "Repository not found")
            return None
        commit = self.hub.branches.get((model, revision), revision)
        if (model, commit) not in self.hub.folders:
            self._refuse(404, "RevisionNotFound", "Invalid rev id")
            return None
        return commit

    def _open_to_all(self, model: str) -> bool:
        token = self.hub.tokens.get(model)
        given = self.headers.get("Authorization")
        if token is None or given == f"Bearer {token}":
            return True
        self._refuse(403 if given else 401, "GatedRepo", f"Access to model {model} is restricted.")
        return False

    def _send_listing(self, model: str, words: list[str]) -> None:
        revision = words[1] if len(words) > 1 else "main"
        commit = self._commit(model, revision)
        if commit is None:
            return
        folder = self.hub.folders[model, commit]
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        if words[:1] == ["tree"]:
            answer = [
                {
                    "type": "file",
                    "path": str(path.relative_to(folder)),
                    "size": path.stat().st_size,
                    "oid": _digest(path),
                }
                for path in files
            ]
        else:
            siblings = [{"rfilename": str(path.relative_to(folder))} for path in files]
            answer = {"id": model, "modelId": model, "sha": commit, "siblings": siblings, "tags": [], "downloads": 0}
        self._send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"}, True)

    def _redirect_to_weights(self, model: str, commit: str, file: str) -> None:
        path = self.hub.folders[model, commit] / file
        headers = {
            "Location": f"http://localhost:{self.hub.port}/weights/{model}/{commit}/{file}",
            "X-Repo-Commit": commit,
            "X-Linked-Etag": f'"{_digest(path)}"',
            "X-Linked-Size": str(path.stat().st_size),
            # The hub offers its other protocol for weights, which this server does not speak.
            "X-Xet-Hash": _digest(path),
            "X-Xet-Refresh-Route": f"{self.hub.endpoint}/api/models/{model}/xet-read-token/{commit}",
        }
        self._send(302, b"", headers, False)

    def _send_file(self, model: str, commit: str, file: str, with_body: bool) -> None:
        path = self.hub.folders[model, commit] / file
        content = path.read_bytes()
        wanted = self.headers.get("Range")
        headers = {"ETag": f'"{_digest(path)}"', "X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        status, first = 200, 0
        if wanted:
            status, first = 206, int(wanted.removeprefix("bytes=").rstrip("-"))
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        if with_body:
            self.hub.seen.append(Seen(file, wanted, self.headers.get("Authorization")))
            if file in self.hub.cuts:
                return self._send_half(status, content[first:], headers, self.hub.cuts.pop(file))
        self._send(status, content[first:], headers, with_body)
        return None

    def _send_half(self, status: int, content: bytes, headers: dict[str, str], end: str) -> None:
        self._send_head(status, len(content), headers)
        self.wfile.write(content[: len(content) // 2])
        self.wfile.flush()
        if end == "hold":
            self.hub.holding.set()
            self.hub.stopped.wait()
        if end == "reset":
            self.hub.stopped.wait(0.3)  # else the reset could overtake the half that was sent
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # The handler's own streams hold the socket too; detached from it, closing resets it at once.
            socket.socket(fileno=self.connection.detach()).close()
        self.close_connection = True

    def _refuse(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        answer = {"Content-Type": "application/json", "X-Error-Message": message, **(headers or {})}
        if code:
            answer["X-Error-Code"] = code
        self._send(status, json.dumps({"error": message}).encode(), answer, self.command == "GET")

    def _send(self, status: int, body: bytes, headers: dict[str, str], with_body: bool) -> None:
        self._send_head(status, len(body), headers)
        if with_body:
            self.wfile.write(body)

    def _send_head(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
