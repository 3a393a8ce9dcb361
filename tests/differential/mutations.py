"""Changes a Caddyfile in one or two places, so that it is slightly wrong or says something else."""

from random import Random

_EXTRAS = (
    "{", "}", "x", '"', "@y", "#", "{$NO}", "{$NO:a b}", "import nope", "*", "/x", "0", "-1", "5s",
    "off", "{path}", "<<E", "\\", "`", ",", "@a", "respond", "not", "{block}", "{args[0]}", ":80",
)  # fmt: skip


def broken(text: str, rng: Random) -> str:
    """Change one line or one word of a text."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    words = lines[at].split(" ")
    spot = rng.randrange(len(words))
    match rng.randrange(11):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[rng.randrange(len(lines))])
        case 2:
            del words[spot]
            lines[at] = " ".join(words)
        case 3 | 4:
            words.insert(spot, rng.choice(_EXTRAS))
            lines[at] = " ".join(words)
        case 5:
            lines[at] += rng.choice((" extra", " {", " }", " \\", " # comment", " {\n}"))
        case 6:
            lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
        case 7:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        case 8:
            words[spot] += rng.choice('x{}:/*",0')
            lines[at] = " ".join(words)
        case 9:
            words[spot] = rng.choice(_EXTRAS)
            lines[at] = " ".join(words)
        case _:
            extra = (
                "import snip",
                "import nope",
                "import snip a b",
                "@x",
                "respond",
                "tls internal",
                "log",
            )
            lines.insert(at, rng.choice(extra))
    return "\n".join(lines)


def mutated(text: str, rng: Random) -> str:
    """Change a text in one place, or in two."""
    text = broken(text, rng)
    return broken(text, rng) if rng.random() < 0.3 else text


# ruff: noqa: E501
