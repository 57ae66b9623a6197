"""Services on loopback that behave like 企业微信, 钉钉, 飞书 and a gateway: with their limits and moods."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY, SECRET = "693a91f6-7xxx-4bc4", "SEC/abc+def=1"


@dataclass
class Asked:
    """One request as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        said = json.loads(self.body)
        assert isinstance(said, dict)
        return said


#: What a service may do instead of answering: say nothing, close the line, answer what nobody understands.
SILENCE, HANG_UP, GARBAGE, HALF = "silence", "hang up", "garbage", "half an answer"


@dataclass
class Service:
    """A service's mind: what it was asked, what it took, and what it does next instead of its job."""

    asked: list[Asked] = field(default_factory=list)
    #: For one request each: a mood, or (status, headers, body).
    moods: deque[str | tuple[int, dict[str, str], str]] = field(default_factory=deque)
    taken: list[str] = field(default_factory=list)
    #: How many it takes before it finds them too many.
    patience: int = 10_000

    def judge(self, asked: Asked) -> dict[str, Any]:
        """The answer of a service that is in order."""
        raise NotImplementedError


class Wecom(Service):
    def judge(self, asked: Asked) -> dict[str, Any]:
        if asked.path != "/cgi-bin/webhook/send" or asked.query != {"key": KEY}:
            return {"errcode": 93000, "errmsg": "invalid webhook url, hint: [1700000000]"}
        if len(self.taken) >= self.patience:
            return {"errcode": 45009, "errmsg": "api freq out of limit"}
        text = asked.json["text"]["content"]
        if len(text.encode()) > 2048:
            return {"errcode": 40058, "errmsg": "text.content exceed max length 2048. invalid Request Parameter"}
        self.taken.append(text)
        return {"errcode": 0, "errmsg": "ok"}


class Dingtalk(Service):
    def judge(self, asked: Asked) -> dict[str, Any]:
        if asked.path != "/robot/send" or asked.query.get("access_token") != KEY:
            return {"errcode": 300005, "errmsg": "token is not exist"}
        stamp = asked.query.get("timestamp", "")
        digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        if asked.query.get("sign") != base64.b64encode(digest).decode() or len(stamp) != 13:
            return {"errcode": 310000, "errmsg": "sign not match, more: [https://open.dingtalk.com]"}
        if len(self.taken) >= self.patience:
            return {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
        if len(asked.body) > 20_000:
            return {"errcode": 40035, "errmsg": "不合法的参数"}
        self.taken.append(asked.json["text"]["content"])
        return {"errcode": 0, "errmsg": "ok"}


class Feishu(Service):
    def judge(self, asked: Asked) -> dict[str, Any]:
        if asked.path != f"/open-apis/bot/v2/hook/{KEY}":
            return {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}
        said = asked.json
        digest = hmac.new(f"{said.get('timestamp')}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
        if said.get("sign") != base64.b64encode(digest).decode() or len(said["timestamp"]) != 10:
            return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
        if len(self.taken) >= self.patience:
            return {"code": 11232, "msg": "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"}
        if len(asked.body) > 20 * 1024:
            return {"code": 9499, "msg": "Bad Request"}
        self.taken.append(said["content"]["text"])
        return {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}


class Gateway(Service):
    """A department's own: takes what is signed with the secret, and one key of one office once."""

    def judge(self, asked: Asked) -> dict[str, Any]:
        head = asked.headers
        signed = head["x-zeren-timestamp"].encode() + b"." + asked.body
        wanted = "sha256=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(head["x-zeren-signature"], wanted):
            self.moods.appendleft((401, {}, "signature"))
            return {}
        if (key := f"{asked.json['office']} {asked.json['key']}") not in self.taken:
            self.taken.append(key)
        return {"queued": True}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        headers = {key.lower(): value for key, value in self.headers.items()}
        self.service.asked.append(asked := Asked(url.path, query, headers, body))
        if not self.service.moods:
            answer = json.dumps(self.service.judge(asked), ensure_ascii=False)
            if not self.service.moods:
                return self._say(200, {}, answer)
        mood = self.service.moods.popleft()
        if isinstance(mood, tuple):
            return self._say(*mood)
        self._misbehave(mood)

    def _misbehave(self, mood: str) -> None:
        self.close_connection = True
        if mood == SILENCE:
            with suppress(OSError):
                self.connection.recv(1)  # until the other side gives up
        elif mood == GARBAGE:
            self._say(200, {"Connection": "close"}, "<html>502 网关</html>")
        elif mood == HALF:
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"errco')
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    def _say(self, status: int, headers: dict[str, str], text: str) -> None:
        content = text.encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the screen."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, address: Any) -> None:
        """A client that hung up is no news."""


@contextmanager
def answering(service: Service) -> Iterator[str]:
    """The service's address while it runs."""
    handler = type("Handler", (_Handler,), {"service": service})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
