"""The hints under the complaints that people meet most."""

import pytest

from caddylite.adapt.compile import from_caddyfile
from caddylite.errors import ConfigError

CASES = [
    ("reverse_proxy localhost:80", "reverse_proxy:", "braces of a site"),
    ("respond hello", "known directive", "braces of a site"),
    ("@m path /x\nrespond @m 1", "may not be defined globally", "braces of the site"),
    ("{$NO_SUCH_DOMAIN} {\n\trespond 1\n}", "unrecognized global option", "environment variable"),
    (":80 {\n}\n{$NO_SUCH_DOMAIN} {\n\trespond 1\n}", "without any key", "is not set"),
    (":80 {\n\tlayer4 {\n\t}\n}", "unrecognized directive: layer4", "global option"),
    (":80 {\n\temail a@b.c\n}", "unrecognized directive: email", "global option"),
    (":80 {\n\tproxy / localhost:80\n}", "unrecognized directive: proxy", "reverse_proxy"),
    (":80 {\n\thandle {\n\t\tgzip\n\t}\n}", "unrecognized directive: gzip", "encode gzip"),
    (":80 {\n\trespnd 1\n}", "unrecognized directive: respnd", "did you mean 'respond'?"),
    (":80 {\n\t@m pth /x\n}", "http.matchers.pth", "did you mean 'path'?"),
    ("{\n\tautohttps off\n}", "unrecognized global option", "did you mean 'auto_https'?"),
]


@pytest.mark.parametrize(("text", "message", "hint"), CASES)
def test_hint(text: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_caddyfile(text)
    assert caught.value.at is not None
    assert caught.value.hint is not None
    assert hint in caught.value.hint
    if not message.endswith(":"):
        assert message in str(caught.value)
