"""The account that packages and requests belong to: its host, its API key, and the client of the library for them."""

from __future__ import annotations

import json
import os
from typing import Any, ClassVar

from ..client import Client
from ._calls import Failure, Json, Kept, failing_as, route


class Account:
    """A host with the API key and secret of an account."""

    API_URL: ClassVar[str] = "/api/v2.0"
    #: Failed requests are made again for half a minute, about as long as the official client repeats a part of a file.
    CLIENT_OPTIONS: dict[str, Any] = {"retry_window_ms": 30_000}
    BASE_URL: str | None = None
    API_KEY: str | None = None
    API_SECRET: str | None = None

    def __init__(self, url: str, api_key: str, api_secret: str) -> None:
        self.BASE_URL = url.rstrip("/") + self.API_URL
        self.API_KEY, self.API_SECRET = api_key, api_secret
        self._client: Kept[Client] = Kept()

    def __repr__(self) -> str:
        return f"<SendSafely {self.BASE_URL}>"

    def client(self) -> Client:
        """The Client of libsendsafely behind this object, for what only that has."""
        host = (self.BASE_URL or "")[:-len(self.API_URL)]
        # Where programs on the official client have named their certificate authorities, if they had to.
        ca_bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        options = {"ca_bundle": ca_bundle, **self.CLIENT_OPTIONS}
        return self._client.get(lambda: Client(host, self.API_KEY or "", self.API_SECRET or "", **options),
                                host, self.API_KEY, self.API_SECRET, options)

    def _request(self, method: str, path: str, body: Any = None) -> Json:
        """The service's answer, whether it is a refusal or not."""
        answer: Json = json.loads(self.client().request(method, path, None if body is None else json.dumps(body)))
        return answer

    def _ask(self, failure: Failure, method: str, template: str, *ids: object, body: Any = None) -> Json:
        with failing_as(failure):
            answer = self._request(method, route(template, *ids), body)
        if answer.get("response") != "SUCCESS":
            raise failure(answer.get("message") or answer.get("response"))
        return answer
