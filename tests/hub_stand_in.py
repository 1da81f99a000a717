"""A small server that speaks what the Hub's client speaks, repositories, files by range, uploads and commits, and breaks on order."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "hf_a_token_of_the_stand_in"
LARGE = (".safetensors", ".pth", ".png")  # files that the Hub keeps as LFS objects
Files = dict[str, bytes]


@dataclass
class Repo:
    """Commits by hash, and the branches and tags that point to them."""

    private: bool = False
    commits: dict[str, Files] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)

    def commit(self, files: Files, branch: str = "main") -> str:
        parts = [f"{len(self.commits)}".encode(), *(part for name in sorted(files) for part in (name.encode(), files[name]))]
        oid = hashlib.sha1(b"\0".join(parts), usedforsecurity=False).hexdigest()
        self.commits[oid] = files
        self.branches[branch] = oid
        return oid

    def find(self, revision: str) -> str | None:
        return self.branches.get(revision, revision if revision in self.commits else None)


@dataclass
class Fault:
    """What becomes of the next `times` requests that fit: an answer of `status`, or its body cut after `cut` bytes."""

    request: str  # regular expression of "METHOD /path"
    status: int = 200
    cut: int | None = None
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)


class HubStandIn:
    """The server's state, for tests to fill and to look at. `requests` are "METHOD /path", with the Range where there was one."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.objects: Files = {}
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.tokens: set[tuple[str, str]] = set()  # (host, header)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.storage = f"http://localhost:{self._server.server_port}"  # large files lie on another host, which must see no token
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, name: str, files: Files, private: bool = False) -> str:
        self.repos[name] = Repo(private)
        return self.repos[name].commit(files)

    def files(self, name: str, revision: str = "main") -> Files:
        repo = self.repos[name]
        return repo.commits[repo.find(revision) or ""]

    def fault(self, line: str) -> Fault | None:
        found = next((fault for fault in self.faults if fault.times and re.search(fault.request, line)), None)
        if found:
            found.times -= 1
        return found


class _Handler(BaseHTTPRequestHandler):
    hub: HubStandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._serve()

    do_GET = do_POST = do_PUT = do_HEAD  # noqa: N815

    def _serve(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "chunked" in (self.headers.get("Transfer-Encoding") or ""):
            self.body = b"".join(iter(self._chunk, b""))
        self.path = unquote(urlsplit(self.path).path)
        wanted = self.headers.get("Range")
        line = f"{self.command} {self.path}" + (f" {wanted}" if wanted else "")
        self.hub.requests.append(line)
        if token := self.headers.get("Authorization"):
            self.hub.tokens.add((self.headers["Host"].partition(":")[0], token))
        self.broken = self.hub.fault(line)
        if self.broken and self.broken.cut is None:
            return self._answer(self.broken.status, {"error": "as ordered"}, self.broken.headers)
        for pattern, act in ROUTES:
            if match := re.fullmatch(pattern, f"{self.command} {self.path}"):
                return act(self, **match.groupdict())
        return self._answer(404, {"error": f"no route for {line}"})

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline(), 16)
        piece = self.rfile.read(size)
        self.rfile.readline()
        return piece

    def _answer(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            cut = self.broken.cut if self.broken else None
            self.wfile.write(body[:cut])
            if cut is not None:
                self.close_connection = True

    def _repo(self, name: str, revision: str | None = None) -> tuple[Repo, str] | None:
        """Return the repository and the commit that is meant, or answer why not."""
        repo = self.hub.repos.get(name)
        token = self.headers.get("Authorization")
        if token not in (None, f"Bearer {TOKEN}"):
            self._answer(401, {"error": "invalid"}, {"X-Error-Message": "Invalid credentials in Authorization header"})
        elif repo is None or (repo.private and token is None):
            self._answer(404 if token else 401, {"error": "not found"}, {"X-Error-Code": "RepoNotFound"})
        elif (commit := repo.find(revision or "main")) is None:
            self._answer(404, {"error": "no revision"}, {"X-Error-Code": "RevisionNotFound"})
        else:
            return repo, commit
        return None

    def _writes(self) -> bool:
        allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if not allowed:
            self._answer(401, {"error": "log in"}, {"X-Error-Message": "Invalid username or password."})
        return allowed

    def info(self, name: str, revision: str | None = None) -> None:
        if found := self._repo(name, revision):
            repo, commit = found
            self._answer(200, {"id": name, "sha": commit, "private": repo.private, "siblings": [], "tags": []})

    def tree(self, name: str, revision: str) -> None:
        if found := self._repo(name, revision):
            repo, commit = found
            self._answer(200, [_entry(path, content) for path, content in repo.commits[commit].items()])

    def resolve(self, name: str, revision: str, path: str) -> None:
        found = self._repo(name, revision)
        if not found:
            return None
        repo, commit = found
        content = repo.commits[commit].get(path)
        if content is None:
            return self._answer(404, {"error": "no file"}, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit})
        headers = {"X-Repo-Commit": commit, "ETag": f'"{_blob(content)}"'}
        if path.endswith(LARGE):
            digest = hashlib.sha256(content).hexdigest()
            self.hub.objects[digest] = content
            large = {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(len(content)), "Location": f"{self.hub.storage}/cdn/{digest}"}
            return self._answer(302, b"", {**headers, **large})
        return self._piece(content, headers)

    def cdn(self, digest: str) -> None:
        self._piece(self.hub.objects[digest], {"ETag": f'"{digest}"'})

    def _piece(self, content: bytes, headers: dict[str, str]) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if not wanted:
            return self._answer(200, content, {**headers, "Accept-Ranges": "bytes"})
        start = int(wanted[1])
        end = int(wanted[2] or len(content) - 1)
        return self._answer(206, content[start : end + 1], {**headers, "Content-Range": f"bytes {start}-{end}/{len(content)}"})

    def create(self) -> None:
        if not self._writes():
            return None
        wish = json.loads(self.body)
        name = f"{wish['organization'] or 'ada'}/{wish['name']}"
        if name in self.hub.repos:
            return self._answer(409, {"error": "You already created this model repo", "url": f"{self.hub.url}/{name}"})
        self.hub.add(name, {".gitattributes": b"*.safetensors filter=lfs\n"}, wish.get("visibility") == "private")
        return self._answer(200, {"url": f"{self.hub.url}/{name}", "name": name})

    def branch(self, name: str, revision: str) -> None:
        if self._writes() and (found := self._repo(name)):
            repo, commit = found
            self._answer(409 if revision in repo.branches else 201, {})
            repo.branches.setdefault(revision, commit)

    def yaml(self) -> None:
        self._answer(200, {"errors": [], "warnings": []})

    def preupload(self, name: str, revision: str) -> None:
        if self._writes() and (found := self._repo(name, revision)):
            there = found[0].commits[found[1]]
            paths = [record["path"] for record in json.loads(self.body)["files"]]
            modes = {path: "lfs" if path.endswith(LARGE) else "regular" for path in paths}
            oids = {path: _entry(path, there[path]).get("lfs", _entry(path, there[path]))["oid"] for path in paths if path in there}
            answer = [{"path": p, "uploadMode": modes[p], "shouldIgnore": False, "oid": oids.get(p)} for p in paths]
            self._answer(200, {"files": answer})

    def batch(self, name: str) -> None:
        if self._writes() and self._repo(name):
            objects: list[dict[str, Any]] = [{"oid": wish["oid"], "size": wish["size"]} for wish in json.loads(self.body)["objects"]]
            for record in objects:
                if record["oid"] not in self.hub.objects:
                    record["actions"] = {"upload": {"href": f"{self.hub.storage}/upload/{record['oid']}"}}
            self._answer(200, {"transfer": "basic", "objects": objects})

    def upload(self, digest: str) -> None:
        assert hashlib.sha256(self.body).hexdigest() == digest
        self.hub.objects[digest] = self.body
        self._answer(200, b"")

    def commit(self, name: str, revision: str) -> None:
        if not (self._writes() and (found := self._repo(name, revision))):
            return
        repo, head = found
        files = dict(repo.commits[head])
        for line in map(json.loads, self.body.splitlines()):
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.objects[value["oid"]]
            elif line["key"] == "deletedFile":
                del files[value["path"]]
        oid = repo.commit(files, revision)
        self._answer(200, {"success": True, "commitOid": oid, "commitUrl": f"{self.hub.url}/{name}/commit/{oid}"})


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()


def _entry(path: str, content: bytes) -> dict[str, Any]:
    """Return a file as the tree lists it; an LFS file has its pointer's hash and its content's."""
    entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": _blob(content)}
    if path.endswith(LARGE):
        entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 132}
    return entry


_NAME, _REVISION = r"(?P<name>[^/]+/[^/]+)", r"(?P<revision>[^/]+)"
ROUTES = (
    (rf"GET /api/(models|datasets)/{_NAME}", _Handler.info),
    (rf"GET /api/(models|datasets)/{_NAME}/revision/{_REVISION}", _Handler.info),
    (rf"GET /api/(models|datasets)/{_NAME}/tree/{_REVISION}", _Handler.tree),
    (rf"(HEAD|GET) /(datasets/)?{_NAME}/resolve/{_REVISION}/(?P<path>.+)", _Handler.resolve),
    (r"(HEAD|GET) /cdn/(?P<digest>\w+)", _Handler.cdn),
    (r"POST /api/repos/create", _Handler.create),
    (rf"POST /api/models/{_NAME}/branch/{_REVISION}", _Handler.branch),
    (r"POST /api/validate-yaml", _Handler.yaml),
    (rf"POST /api/models/{_NAME}/preupload/{_REVISION}", _Handler.preupload),
    (rf"POST /{_NAME}\.git/info/lfs/objects/batch", _Handler.batch),
    (r"PUT /upload/(?P<digest>\w+)", _Handler.upload),
    (rf"POST /api/models/{_NAME}/commit/{_REVISION}", _Handler.commit),
)
