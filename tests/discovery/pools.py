# SPDX-License-Identifier: Apache-2.0
"""What has been made at a service, by kind: each as the parameters that a path to it takes, those of what it is in among them."""


class Pools:
    def __init__(self, driver):
        self.driver = driver
        self.random = driver.random
        self.there: dict[str, list[dict]] = {}
        self.lost = 0.06  # how often something is asked that is not there

    def add(self, kind: str, **parameters):
        self.there.setdefault(kind, []).append(parameters)

    def one(self, kind: str) -> dict:
        return self.random.choice(self.there[kind])

    def values(self, kind: str, name: str) -> list:
        return [one[name] for one in self.there[kind]]

    def make(self, kind: str, within: str | None, method: str, path: str, count: int, *, name: str = "id", member=("id",), fixed=None, **more):
        """Asks for `count` of them, each within one of another kind, and keeps those that were made. Members of `fixed` may be made of
        the parameters of the one it is within."""
        for _ in range(count):
            inside = dict(self.one(within)) if within else {}
            answer = self.driver.call(method, path, fixed=filled(fixed if fixed is not None else {}, inside), **inside, **more)
            found = answer.get(*member)
            if found is not None:
                self.add(kind, **inside, **{name: found})
        if kind not in self.there:
            raise AssertionError(f"{method} {path}: none could be made: {answer.status} {answer.body[:300]!r}")

    def ask(self, kind: str, *operations: tuple[str, str], times: int = 0, fixed=None, **more):
        """Operations on ones of a kind; now and then the last parameter is of none. Of what ends with a parameter more than of what
        stands below it."""
        for method, path in operations:
            operation = self.driver.document.operations[method, path]
            order = self.random.sample(self.there[kind], len(self.there[kind]))
            for turn in range(times or (22 if path.endswith("}") else 10)):
                one = dict(order[turn % len(order)])
                names = [name for name in operation.path_parameters() if name in one]
                if names and self.random.random() < self.lost:
                    one[names[-1]] = 10**6 + self.random.randrange(10**6) if isinstance(one[names[-1]],
                        int) else f"missing{self.random.randrange(99)}"
                body = {"fixed": filled(fixed or {}, one)} if operation.body is not None and "raw" not in more and "body" not in more else {}
                self.driver.call(method, path, **{**one, **body, **more})

    def each(self, kind: str, method: str, path: str, most: int = 22, *, fixed=None, **more):
        """Once for each, and so what takes them away."""
        operation = self.driver.document.operations[method, path]
        for one in self.random.sample(self.there[kind], min(most, len(self.there[kind]))):
            body = {"fixed": filled(fixed or {}, one)} if operation.body is not None and "raw" not in more and "body" not in more else {}
            self.driver.call(method, path, **{**one, **body, **more})

    def take(self, kind: str, method: str, path: str, most: int = 22, **more):
        """As `each`; they are not there any more."""
        for _ in range(min(most, len(self.there[kind]))):
            one = self.there[kind].pop(self.random.randrange(len(self.there[kind])))
            self.driver.call(method, path, **{**one, **more})


def filled(fixed: dict, one: dict) -> dict:
    return {name: value(one) if callable(value) else value for name, value in fixed.items()}
