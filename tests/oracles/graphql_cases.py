# SPDX-License-Identifier: Apache-2.0
"""Documents of GraphQL out of a random generator, and damaged ones."""
import random

NAMES = ["a", "b", "user", "query", "mutation", "fragment", "type", "_x", "A1", "true", "null"]
VALUES = ["1", "-2", "0.5", "1e9", "true", "null", "ENUM", '"s"', '""', '"}"', '"\\"{"', '"\\u00e4"', '"""b"""', '"""} \\""" {"""', '""""""', "$v", "[]", "[1, $v]",
          "{}", '{a: 1, b: {c: "x"}}']
IGNORED = [" ", "  ", "\n", ",", "\t", "\r\n", " # { } \" comment\n", "\ufeff"]


class Maker:
    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.fragments: list[str] = []

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def directives(self) -> str:
        return "".join(f" @{self.rng.choice(NAMES)}{self.arguments()}" for _ in range(self.rng.choice([0, 0, 0, 1, 2])))

    def arguments(self) -> str:
        count = self.rng.choice([0, 0, 1, 2])
        return "(" + " ".join(f"{self.rng.choice(NAMES)}: {self.rng.choice(VALUES)}" for _ in range(count)) + ")" if count else ""

    def selection(self, depth: int) -> str:
        what = self.rng.random()
        if what < 0.15:
            name = self.rng.choice(["F", "G", "H"])
            return f"...{name}{self.directives()}"
        if what < 0.3:
            condition = f" on {self.rng.choice(NAMES)}" if self.chance(0.6) else ""
            return f"...{condition}{self.directives()} {self.selections(depth + 1)}"
        alias = f"{self.rng.choice(NAMES)}: " if self.chance(0.3) else ""
        inner = " " + self.selections(depth + 1) if depth < 4 and self.chance(0.3) else ""
        return f"{alias}{self.rng.choice(NAMES)}{self.arguments()}{self.directives()}{inner}"

    def selections(self, depth: int) -> str:
        return "{ " + " ".join(self.selection(depth) for _ in range(1 if depth > 4 else self.rng.randint(1, 4))) + " }"

    def variables(self) -> str:
        if not self.chance(0.3):
            return ""
        one = lambda: (f"${self.rng.choice(NAMES)}: {self.rng.choice(['Int', 'Int!', '[ID!]!', '[[A]]'])}"  # noqa: E731
                       f"{self.rng.choice(['', '', ' = 1', ' = [{a: 2}]'])}{self.rng.choice(['', ' @d'])}")
        return "(" + " ".join(one() for _ in range(self.rng.randint(1, 3))) + ")"

    def definition(self) -> str:
        if self.chance(0.25):
            return f"fragment {self.rng.choice(['F', 'G', 'H'])} on {self.rng.choice(NAMES)}{self.directives()} {self.selections(0)}"
        if self.chance(0.25):
            return self.selections(0)
        name = self.rng.choice(["", " P", " Q", " query"])
        return f"{self.rng.choice(['query', 'mutation', 'subscription'])}{name}{self.variables()}{self.directives()} {self.selections(0)}"

    def document(self) -> str:
        return self.rng.choice(["", " ", "# x\n"]) + " ".join(self.definition() for _ in range(self.rng.choice([1, 1, 1, 2, 3])))

    def damaged(self, text: str) -> str:
        for _ in range(self.rng.choice([1, 1, 2])):
            at = self.rng.randrange(len(text) + 1)
            what = self.rng.randrange(4)
            if what == 0:
                text = text[:at] + text[at + self.rng.choice([1, 1, 3]):]
            elif what == 1:
                text = text[:at] + self.rng.choice(['"', "{", "}", "(", ")", ":", "...", "@", "$", "!", "1", "x", "on", "\\", '"""', "#", "\n", "|", "&", "é", "\0"]) + text[at:]
            elif what == 2:
                text = text[:at]
            else:
                text = text[:at] + text[at:at + 10] + text[at:]
        return text

    def case(self) -> tuple[str, bytes]:
        text = "".join(self.rng.choice(IGNORED) if c == " " and self.chance(0.2) else c for c in self.document())
        if self.chance(0.4):
            text = self.damaged(text)
        named = self.chance(0.4)
        return ("N", (self.rng.choice(["P", "Q", "query", "no"]) + "\n" + text).encode()) if named else ("D", text.encode())
