"""Findings in an editor: a language server with diagnostics, over stdin and stdout.

It needs pygls (``pip install 'caddylite[lsp]'``), and lints what is in the editor, also before it
is saved.
"""

from importlib.metadata import version
from pathlib import PurePath
from typing import Final
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from caddylite.testing.lint import Finding, lint

_SEVERITIES: Final = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}


def make_server() -> LanguageServer:
    """Return a server that publishes diagnostics when a file is opened, changed or saved."""
    server = LanguageServer("caddylite", version("caddylite"))

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: LanguageServer, params: types.DidOpenTextDocumentParams) -> None:
        publish(ls, params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: LanguageServer, params: types.DidChangeTextDocumentParams) -> None:
        publish(ls, params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: LanguageServer, params: types.DidSaveTextDocumentParams) -> None:
        publish(ls, params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: LanguageServer, params: types.DidCloseTextDocumentParams) -> None:
        _send(ls, params.text_document.uri, [])

    return server


def publish(server: LanguageServer, uri: str) -> None:
    """Lint a document as it is in the editor, and send what was found."""
    document = server.workspace.get_text_document(uri)
    _send(server, uri, diagnostics(document.source, uri), document.version)


def _send(
    server: LanguageServer, uri: str, found: list[types.Diagnostic], number: int | None = None
) -> None:
    params = types.PublishDiagnosticsParams(uri=uri, diagnostics=found, version=number)
    server.text_document_publish_diagnostics(params)


def diagnostics(text: str, uri: str) -> list[types.Diagnostic]:
    """Return what is to be said about a text; what is in imported files is left out."""
    path = unquote(urlsplit(uri).path)
    is_json = PurePath(path).suffix == ".json"
    found = lint(text, path, is_caddyfile=not is_json)
    lines = text.split("\n")
    return [_diagnostic(f, lines) for f in found if f.at is None or f.at.file == path]


def _diagnostic(finding: Finding, lines: list[str]) -> types.Diagnostic:
    """Mark the line from the place on (positions count UTF-16 units, from 0)."""
    row = min(finding.line, len(lines)) - 1
    line = lines[row].rstrip()
    column = min(finding.column - 1, len(line))
    start, end = (len(part.encode("utf-16-le")) // 2 for part in (line[:column], line))
    return types.Diagnostic(
        range=types.Range(types.Position(row, start), types.Position(row, max(end, start + 1))),
        message=f"{finding.title}: {finding.why}\n→ {finding.todo}",
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        source="caddylite",
    )
