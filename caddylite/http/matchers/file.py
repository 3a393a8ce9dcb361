"""The ``file`` matcher."""

from typing import Any, Final, Self

import msgspec

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import InvalidConfiguration
from caddylite.http.matching import RequestMatcher, Test
from caddylite.registry import module

#: How a file is chosen among those that are tried.
POLICIES: Final = (
    "first_exist",
    "first_exist_fallback",
    "smallest_size",
    "largest_size",
    "most_recently_modified",
)


@module("http.matchers.file")
class File(RequestMatcher, frozen=True):
    """Matches if one of the files exists below the root; a path that ends in ``/`` is a directory.

    Syntax::

        file [<files...>] {
            root <path>
            try_files <files...>
            try_policy <policy>
            split_path <delimiters...>
        }

    The policies are ``first_exist``, ``first_exist_fallback`` (the last file is not looked for),
    ``smallest_size``, ``largest_size`` and ``most_recently_modified``. What is found is in the
    placeholders ``{file_match.relative}``, ``absolute``, ``type`` and ``remainder``. ``=404``
    among the files ends the request with that status.
    """

    file_system: str = msgspec.field(name="fs", default="")
    root: str = ""
    try_files: tuple[str, ...] = ()
    try_policy: str = ""
    split_path: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read files and options; the files of several lines are one list."""
        root = policy = ""
        files: list[str] = []
        delimiters: list[str] = []
        while d.next():
            files += d.args()
            for option in d.block():
                if option == "root":
                    root = d.arg()
                elif option == "try_files":
                    files += d.args()
                    if not files:
                        raise d.arg_err()
                elif option == "try_policy":
                    policy = d.arg()
                elif option == "split_path":
                    delimiters = d.some_args()
                else:
                    raise d.err(f"unrecognized subdirective: {option}")
        return cls("", root, tuple(files), policy, tuple(delimiters))

    def prepare(self, cx: Any) -> Test:
        """Refuse an unknown policy; the rest depends on the request."""
        from caddylite.http.file_choice import FileChoice

        if self.try_policy and self.try_policy not in POLICIES:
            raise InvalidConfiguration(f"unknown try policy {self.try_policy}")
        return FileChoice(
            root=self.root or "{http.vars.root}",
            file_system=self.file_system or "{http.vars.fs}",
            files=self.try_files or ("{http.request.uri.path}",),
            policy=self.try_policy or "first_exist",
            delimiters=self.split_path,
        ).match
