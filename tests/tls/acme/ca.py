"""A CA in memory: it checks every signature and nonce, and can be made to misbehave."""

import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from caddylite.tls.acme.client import Answer
from caddylite.tls.acme.jws import b64, unb64
from caddylite.tls.signing import new_key, sign_intermediate, sign_root

ROOT = "https://ca.test"
ERROR = "urn:ietf:params:acme:error:"


def problem(status: int, kind: str, detail: str = "no", *fields: tuple[str, str]) -> Answer:
    body = json.dumps({"type": ERROR + kind, "detail": detail, "status": status}).encode()
    return Answer(status, (("Content-Type", "application/problem+json"), *fields), body)


class CA:
    """``look(kind, identifier, token, proof)`` validates; it says what is wrong, or "".

    ``script`` holds answers (or exceptions) that come before any other, for paths that contain
    their key. ``asked`` is what was asked for.
    """

    def __init__(self, clock: Callable[[], float], root: str = ROOT) -> None:
        self.clock, self.root = clock, root
        self.look: Callable[..., str] = lambda *_: ""
        self.script: dict[str, deque[Any]] = {}
        self.asked: list[tuple[str, str]] = []
        self.said: list[tuple[str, Any]] = []
        self.nonces: set[str] = set()
        self.accounts: dict[str, ec.EllipticCurvePublicKey] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.mac_keys: dict[str, str] = {}
        self.kinds = ("http-01", "tls-alpn-01")
        self.lifetime = 90 * 86400.0
        self.extra: dict[str, Any] = {}  # for the directory
        self.window: tuple[float, float] | None = None
        self.slow = 0  # looks before anything is finished
        self.certificates: dict[str, bytes] = {}
        self.alternates: list[bytes] = []
        self.key, self.above = new_key(), new_key()
        begin, end = clock() - 86400, clock() + 10 * 365 * 86400
        self.top = sign_root("Fake Root", self.above, begin, end)
        self.middle = sign_intermediate("Fake CA", self.key, begin, end, self.top, self.above)

    def plan(self, path: str, *answers: Any) -> None:
        self.script.setdefault(path, deque()).extend(answers)

    def count(self, part: str) -> int:
        return sum(part in path for _, path in self.asked)

    # Requests.

    async def __call__(
        self, method: str, url: str, body: bytes | None = None, content_type: str = ""
    ) -> Answer:
        assert url.startswith(self.root), url
        path = url.removeprefix(self.root)
        self.asked.append((method, path))
        for part, answers in self.script.items():
            if part in path and answers:
                answer = answers.popleft()
                if isinstance(answer, Exception):
                    raise answer
                return self._with_nonce(answer)
        if body is None:
            return self._with_nonce(self._get(method, path))
        assert content_type == "application/jose+json"
        return self._with_nonce(self._post(url, path, json.loads(body)))

    def _with_nonce(self, answer: Answer) -> Answer:
        if answer.get("Replay-Nonce"):
            return answer
        nonce = f"n{len(self.asked)}"
        self.nonces.add(nonce)
        return Answer(answer.status, (*answer.fields, ("Replay-Nonce", nonce)), answer.body)

    def _get(self, method: str, path: str) -> Answer:
        if path == "/dir":
            names = ("newNonce", "newAccount", "newOrder")
            return self._json({**{n: f"{self.root}/{n}" for n in names}, **self.extra})
        if path == "/newNonce":
            assert method == "HEAD"
            return Answer(200)
        if path.startswith("/ari/") and self.window is not None:
            start, end = (_text(t) for t in self.window)
            window = {"suggestedWindow": {"start": start, "end": end}}
            return self._json(window, ("Retry-After", "3600"))
        return Answer(404)

    def _json(self, value: Any, *fields: tuple[str, str], status: int = 200) -> Answer:
        fields = (("Content-Type", "application/json"), *fields)
        return Answer(status, fields, json.dumps(value).encode())

    def _post(self, url: str, path: str, jws: dict[str, str]) -> Answer:
        head = json.loads(unb64(jws["protected"]))
        if head["nonce"] not in self.nonces:
            return problem(400, "badNonce")
        self.nonces.remove(head["nonce"])
        assert head["url"] == url
        key = _public(head["jwk"]) if "jwk" in head else self.accounts.get(head["kid"])
        if key is None:
            return problem(400, "accountDoesNotExist")
        signed = f"{jws['protected']}.{jws['payload']}".encode()
        signature = unb64(jws["signature"])
        numbers = [int.from_bytes(signature[i : i + 32], "big") for i in (0, 32)]
        key.verify(encode_dss_signature(*numbers), signed, ec.ECDSA(hashes.SHA256()))
        payload = json.loads(unb64(jws["payload"])) if jws["payload"] else None
        self.said.append((path, payload))
        _, what, *rest = path.split("/")
        return getattr(self, f"_{what.lower()}")(payload, head, *rest)

    def _newaccount(self, payload: Any, head: Any) -> Answer:
        key = _public(head["jwk"])
        known = next((a for a, k in self.accounts.items() if k == key), None)
        if known is None and payload.get("onlyReturnExisting"):
            return problem(400, "accountDoesNotExist")
        if known is None and self.mac_keys and not self._bound(payload, head):
            return problem(403, "externalAccountRequired")
        assert payload.get("onlyReturnExisting") or payload["termsOfServiceAgreed"]
        where = known or f"{self.root}/account/{len(self.accounts)}"
        self.accounts[where] = key
        facts = {"status": "valid", "contact": payload.get("contact", [])}
        return self._json(facts, ("Location", where), status=201)

    def _bound(self, payload: Any, head: Any) -> bool:
        jws = payload.get("externalAccountBinding")
        if jws is None:
            return False
        protected = json.loads(unb64(jws["protected"]))
        assert protected["url"] == head["url"]
        assert json.loads(unb64(jws["payload"])) == head["jwk"]
        secret = unb64(self.mac_keys[protected["kid"]])
        signed = f"{jws['protected']}.{jws['payload']}".encode()
        return hmac.digest(secret, signed, hashlib.sha256) == unb64(jws["signature"])

    def _neworder(self, payload: Any, head: Any) -> Answer:
        number = str(len(self.orders))
        self.orders[number] = {
            "payload": payload, "status": "pending", "authz": "pending", "looks": 0,
            "account": head["kid"], "chosen": None, "error": None,
        }  # fmt: skip
        return self._order(None, head, number, status=201)

    def _order(self, payload: Any, head: Any, number: str, status: int = 200) -> Answer:
        order = self.orders[number]
        if order["status"] == "processing":
            order["looks"] += 1
            if order["looks"] > self.slow:
                order["status"] = "valid"
        said = {
            "status": order["status"],
            "authorizations": [f"{self.root}/authz/{number}"],
            "finalize": f"{self.root}/finalize/{number}",
        }
        if order["status"] == "valid":
            said["certificate"] = f"{self.root}/cert/{number}"
        return self._json(said, ("Location", f"{self.root}/order/{number}"), status=status)

    def _authz(self, payload: Any, head: Any, number: str) -> Answer:
        order = self.orders[number]
        if payload == {"status": "deactivated"}:
            order["authz"] = "deactivated"
        if order["chosen"] and order["authz"] == "pending":
            order["looks"] += 1
            if order["looks"] > self.slow:
                self._validate(order, number)
        identifier = order["payload"]["identifiers"][0]
        challenges = []
        for kind in self.kinds:
            url = f"{self.root}/challenge/{number}/{kind}"
            one = {"type": kind, "url": url, "token": f"t{number}"}
            if order["error"] and kind == order["chosen"]:
                one |= {"status": "invalid", "error": order["error"]}
            challenges.append(one)
        wildcard = identifier["value"].startswith("*.")
        said = {"identifier": {**identifier, "value": identifier["value"].removeprefix("*.")}}
        said |= {"status": order["authz"], "challenges": challenges, "wildcard": wildcard}
        return self._json(said)

    def _challenge(self, payload: Any, head: Any, number: str, kind: str) -> Answer:
        assert payload == {}
        self.orders[number]["chosen"] = kind
        return self._json({"type": kind, "url": head["url"], "token": f"t{number}"})

    def _validate(self, order: dict[str, Any], number: str) -> None:
        key = self.accounts[order["account"]]
        proof = f"t{number}.{_thumbprint(key)}"
        value = order["payload"]["identifiers"][0]["value"]
        why = self.look(order["chosen"], value, f"t{number}", proof)
        order["looks"] = 0
        if why:
            kind, _, detail = why.partition(" ")
            order["error"] = {"type": ERROR + kind, "detail": detail, "status": 400}
        order["authz"] = "invalid" if why else "valid"
        order["status"] = "invalid" if why else "ready"

    def _finalize(self, payload: Any, head: Any, number: str) -> Answer:
        order = self.orders[number]
        assert order["status"] == "ready", order
        csr = x509.load_der_x509_csr(unb64(payload["csr"]))
        order["status"], order["looks"] = "processing", 0
        begin = datetime.fromtimestamp(int(self.clock()), UTC)
        end = begin + timedelta(seconds=self.lifetime)
        if order["payload"].get("notAfter"):
            end = datetime.fromisoformat(order["payload"]["notAfter"])
        names = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        self.certificates[number] = self._sign(names, csr.public_key(), begin, end)
        return self._order(None, head, number)

    def _sign(self, names: Any, key: Any, begin: datetime, end: datetime) -> bytes:
        known = self.middle.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        leaf = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.middle.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
            .add_extension(names, critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known), False
            )
            .sign(self.key, hashes.SHA256())
        )
        return leaf.public_bytes(Encoding.PEM) + self.middle.public_bytes(Encoding.PEM)

    def _cert(self, payload: Any, head: Any, number: str, *more: str) -> Answer:
        links = tuple(
            ("Link", f'<{self.root}/cert/{number}/{i}>;rel="alternate"')
            for i in range(len(self.alternates))
        )
        pem = self.certificates[number] + (self.alternates[int(more[0])] if more else b"")
        return Answer(200, (("Content-Type", "application/pem-certificate-chain"), *links), pem)


def _public(jwk: dict[str, str]) -> ec.EllipticCurvePublicKey:
    x, y = (int.from_bytes(unb64(jwk[n]), "big") for n in "xy")
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    n = key.public_numbers()
    x, y = (b64(v.to_bytes(32, "big")) for v in (n.x, n.y))
    text = f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'
    return b64(hashlib.sha256(text.encode()).digest())


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
