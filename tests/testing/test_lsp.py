"""The language server, asked by pygls' own client over a pipe."""

import asyncio
import sys

import pytest

pytest.importorskip("pygls", reason="pygls is not installed (extra lsp)")

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from caddylite.testing.lsp import diagnostics

BAD = "{\n\tlayer4 {\n\t\t:443 {\n\t\t\t@a tls sni not x\n\t\t\troute @a {\n\t\t\t\techo\n"
BAD += "\t\t\t}\n\t\t}\n\t}\n}\n"
URI = "file:///tmp/some%20where/Caddyfile"


def test_places_count_from_zero():
    (found,) = diagnostics(BAD, URI)
    assert (found.range.start.line, found.range.start.character) == (3, 6)
    assert found.range.end.character == len("\t\t\t@a tls sni not x")
    assert found.code == "L4012"
    assert found.severity == types.DiagnosticSeverity.Error
    assert "→ write: not tls sni x" in found.message


def test_places_count_utf_16_units():
    text = BAD.replace("\t\t\t@a tls", "\t\t\t@\U0001f600 tls").replace(
        "route @a", "route @\U0001f600"
    )
    (found,) = diagnostics(text, URI)
    assert found.range.start.character == 7


def test_json_is_read_by_its_name():
    (found,) = diagnostics("{", "file:///a/caddy.json")
    assert found.code == "L4001"


async def _session():
    client = LanguageClient("test", "1")
    got: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def received(params: types.PublishDiagnosticsParams) -> None:
        got.put_nowait(params)

    await client.start_io(sys.executable, "-m", "caddylite.cli.main", "lsp")
    answer = await client.initialize_async(
        types.InitializeParams(capabilities=types.ClientCapabilities(), process_id=None)
    )
    client.initialized(types.InitializedParams())
    document = types.TextDocumentItem(URI, "caddyfile", 1, BAD)
    client.text_document_did_open(types.DidOpenTextDocumentParams(document))
    first = await asyncio.wait_for(got.get(), 20)
    mended = BAD.replace("tls sni not x", "tls sni x")
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(2, URI),
            [types.TextDocumentContentChangeWholeDocument(mended)],
        )
    )
    second = await asyncio.wait_for(got.get(), 20)
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    return answer, first, second


def test_an_editor_sees_a_finding_come_and_go():
    answer, first, second = asyncio.run(_session())
    assert answer.server_info.name == "caddylite"
    assert (first.uri, [d.code for d in first.diagnostics]) == (URI, ["L4012"])
    assert not second.diagnostics
    assert second.version == 2
