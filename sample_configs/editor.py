"""What an editor sees of a config through `caddylite lsp`: `python sample_configs/editor.py FILE`.

An editor is a client of the Language Server Protocol: JSON-RPC messages over a pipe, each behind
its length. This one opens a file and prints what the server thinks of it.
"""

import json
import subprocess
import sys
from pathlib import Path


def say(server, **message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    server.stdin.flush()


def hear(server):
    size = 0
    while line := server.stdout.readline().strip():
        name, _, value = line.partition(b":")
        size = int(value) if name.lower() == b"content-length" else size
    return json.loads(server.stdout.read(size))


def main(file):
    document = {
        "uri": Path(file).resolve().as_uri(), "languageId": "caddyfile", "version": 1,
        "text": Path(file).read_text(),
    }  # fmt: skip
    with subprocess.Popen(
        ["caddylite", "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        hello = {"processId": None, "rootUri": None, "capabilities": {}}
        say(server, id=1, method="initialize", params=hello)
        hear(server)
        say(server, method="initialized", params={})
        say(server, method="textDocument/didOpen", params={"textDocument": document})
        while (heard := hear(server)).get("method") != "textDocument/publishDiagnostics":
            pass
        for found in heard["params"]["diagnostics"]:
            start, end = found["range"]["start"], found["range"]["end"]
            print(f"{start['line']}:{start['character']}-{end['character']}  {found['code']}")
            print(found["message"])
        say(server, id=2, method="shutdown")
        hear(server)
        say(server, method="exit")


if __name__ == "__main__":
    main(sys.argv[1])
