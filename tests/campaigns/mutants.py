"""Change the code a little, see whether a test notices: ``python -m tests.campaigns.mutants --package log``.

A mutant is the last commit with one small change in a function of one package: another operator, a constant
one larger, an argument left out, ``None`` assigned, a text in other letters. mutmut's own operators make
them, by its own rules of what is left alone (type hints, documentation, decorators, ``len`` and
``isinstance``), with three differences, for here a whole file is changed and no function is wrapped:
properties and other decorated functions are changed too, the type that a ``cast`` names is a type hint, and
what Python reads as the same is no mutant.

The tests run once to see which of them cover which lines, and how long each takes. Then each mutant is put
into a copy of the tree, and a process of its own runs the tests that cover its lines, and those in the
folder of the package, for what one test leaves to be remembered is covered by that test alone. They run
until one fails, those of the package and the quick ones first, up to ``--budget`` seconds of tests. A
mutant is *killed* when a test fails or the process dies, *timed out* when the tests take ten times as long
as they did, and two minutes more (which counts as noticed), and else it *survived*, and its change is
printed. What the blocks in the documentation notice is not counted.

``--sample 300 --seed 1`` takes that many at random, the same ones each time; the 95 % interval (Wilson) is
for it. ``--keep FOLDER`` keeps what was recorded, and what became of each mutant, so that a run that was
cut off goes on; delete it when code or tests have changed. ``--tests`` says which tests there are, and
mutants named by their digits run alone: ``--package amounts --tests tests/amounts 1f3a9c02``.

Needs the group ``fuzz``. It is no campaign of ``python -m tests.campaigns``: it tests the tests.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import hashlib
import io
import itertools
import json
import math
import os
import random
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import attrs
import libcst
from coverage import CoverageData
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

from tests.campaigns.covering import CHOSEN, TIMES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SOURCE = "src/mesococktail"
_LEFT_ALONE = {"len", "isinstance", "cast"}
_SIMPLE = (libcst.Name, libcst.BaseNumber, libcst.BaseString)
_SLOW_SECONDS = 0.2
"""A test above it runs after the quicker ones."""
_START_SECONDS = 120
"""What a process may need before its first test."""
_PATIENCE = 10
_SURVIVED = "survived"
"""Times as long as they took may the tests of a mutant run."""


@attrs.frozen
class Change:
    """One node of a file, and what takes its place."""

    path: str
    module: libcst.Module = attrs.field(repr=False)
    node: libcst.CSTNode = attrs.field(repr=False)
    by: libcst.CSTNode = attrs.field(repr=False)
    lines: range
    """Those of its statement."""
    function: range
    """Those of its function: of some statements no line is seen to run."""


@attrs.frozen
class Mutant:
    """A file with one change."""

    path: str
    lines: range
    function: range
    before: str = attrs.field(repr=False)
    after: str = attrs.field(repr=False)

    @property
    def diff(self) -> str:
        """What was changed."""
        before, after = self.before.splitlines(), self.after.splitlines()
        return "\n".join([*difflib.unified_diff(before, after, lineterm="", n=0)][2:])

    @property
    def id(self) -> str:
        """Digits that name it for as long as its file stays as it is."""
        return hashlib.sha256(f"{self.path}\n{self.diff}".encode()).hexdigest()[:8]


def changes_of(path: str, code: str) -> Iterator[Change]:
    """Yield every change that the operators make in the functions of a file."""
    wrapper = MetadataWrapper(libcst.parse_module(code))
    places = wrapper.resolve(PositionProvider)
    for node, lines, function in _nodes(wrapper.module, places, range(0), range(0)):
        for kind, operator in mutation_operators:
            for by in operator(node) if isinstance(node, kind) else ():
                yield Change(path, wrapper.module, node, by, lines, function)


def _nodes(
    node: libcst.CSTNode, places: Mapping[libcst.CSTNode, CodeRange], lines: range, function: range
) -> Iterator[tuple[libcst.CSTNode, range, range]]:
    """Yield what may be changed, with the lines of its statement and of its function."""
    match node:
        case libcst.Annotation() | libcst.Decorator():
            return
        case libcst.Call(func=libcst.Name(value=name)) if name in _LEFT_ALONE:
            return
        case libcst.Param(default=libcst.BaseExpression() as default) if not isinstance(default, _SIMPLE):
            return
    place = places.get(node)
    if place is not None and isinstance(node, libcst.BaseStatement | libcst.BaseSmallStatement):
        first, last = place.start.line, place.end.line
        if isinstance(node, libcst.FunctionDef) and not function:
            function = range(first, last + 1)
        if isinstance(node, libcst.BaseCompoundStatement):
            below = node.cases[0] if isinstance(node, libcst.Match) else node.body
            last = max(first, places[below].start.line - 1)
        lines = range(first, last + 1)
    if function:
        yield node, lines, function
    for child in node.children:
        yield from _nodes(child, places, lines, function)


def made(changes: Sequence[Change]) -> Iterator[Mutant]:
    """Yield the mutants of changes: each once, and none that says the same as the file or cannot be read."""
    seen: set[tuple[str, str]] = set()
    for change in changes:
        before = change.module.code
        after = libcst.ensure_type(change.module.deep_replace(change.node, change.by), libcst.Module).code
        with suppress(SyntaxError):
            compile(after, change.path, "exec", dont_inherit=True)
            said = ast.dump(ast.parse(after))
            if said != ast.dump(ast.parse(before)) and (change.path, said) not in seen:
                seen.add((change.path, said))
                yield Mutant(change.path, change.lines, change.function, before, after)


def copied(to: Path) -> Path:
    """Put the last commit into a folder."""
    packed = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(to, filter="data")
    return to


def started(tree: Path, *command: str, **environment: str) -> subprocess.Popen[bytes]:
    """Run a module of Python on a tree, not on what is installed; all that it starts can be ended with it."""
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree / "src")} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


_PYTEST = ("pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-p", "tests.campaigns.covering")


@attrs.frozen
class Recorded:
    """Which tests cover which lines, and what each takes."""

    seconds: Mapping[str, float]
    covering: Mapping[str, Mapping[int, Sequence[str]]]

    @classmethod
    def of(cls, folder: Path, tests: Sequence[str]) -> Recorded:
        """Read what was recorded in a folder, or record it there. A test that fails as it is, is left out."""
        times, lines = folder / "times.json", folder / "coverage"
        if not times.exists():
            tree = copied(folder / "recorded")
            command = ("coverage", "run", f"--data-file={lines}", "-m", *_PYTEST, *tests)
            if started(tree, *command, **{TIMES: str(times)}).wait():
                print("some tests fail without any mutant, and are left out")
        data = CoverageData(str(lines))
        data.read()
        covering = {
            name[name.index(SOURCE) :]: data.contexts_by_lineno(name) for name in data.measured_files()
        }
        taken = json.loads(times.read_text(encoding="utf-8"))
        return cls({name: each for name, each in taken.items() if name.startswith("tests/")}, covering)

    def chosen(self, mutant: Mutant, own: str, budget: float) -> list[str]:
        """Return the tests that may notice a mutant, in the order in which they are run."""
        covering = self.covering.get(mutant.path, {})
        for lines in (mutant.lines, mutant.function):
            found = {name for line in lines for name in covering.get(line, ())} & self.seconds.keys()
            if found:
                break

        def turn(name: str) -> tuple[object, ...]:
            slow = self.seconds[name] > _SLOW_SECONDS
            return name not in found, slow, _file(name), self.seconds[name]

        tests = sorted(found | {name for name in self.seconds if name.startswith(own)}, key=turn)
        spent = itertools.accumulate(self.seconds[name] for name in tests)
        return [name for name, until in zip(tests, spent, strict=True) if until <= budget]

    def outcome(self, mutant: Mutant, tree: Path, own: str, budget: float) -> str:
        """Put a mutant into a tree, run tests on it, those of its package first, and take it out again."""
        file, became = tree / mutant.path, _SURVIVED
        chosen = self.chosen(mutant, own, budget)
        _write(file, mutant.after)
        for near in (True, False):
            tests = [name for name in chosen if name.startswith(own) is near]
            if tests and became == _SURVIVED:
                became = self._ran(tree, tests)
        _write(file, mutant.before)
        return became

    def _ran(self, tree: Path, tests: Sequence[str]) -> str:
        chosen = tree / "chosen.json"
        chosen.write_text(json.dumps(tests), encoding="utf-8")
        run = started(tree, *_PYTEST, "-x", *sorted(set(map(_file, tests))), **{CHOSEN: str(chosen)})
        try:
            failed = run.wait(_START_SECONDS + _PATIENCE * sum(self.seconds[name] for name in tests))
        except subprocess.TimeoutExpired:
            return "timed out"
        else:
            return "killed" if failed else _SURVIVED
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
            run.wait()


def _file(test: str) -> str:
    return test.partition("::")[0]


def _write(file: Path, code: str) -> None:
    """Write a module, and forget what Python has kept of it: it goes by size and second."""
    file.write_text(code, encoding="utf-8")
    for kept in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
        kept.unlink()


def wilson(killed: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a proportion."""
    z, share = 1.96, killed / of
    middle, spread = share + z * z / (2 * of), z * math.sqrt((share * (1 - share) + z * z / (4 * of)) / of)
    return (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the mutants that are asked for, run them and say what became of them."""
    asked = _parser().parse_args(arguments)
    own = f"tests/{asked.package}/"
    became: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(asked.jobs) as pool:
        folder = Path(asked.keep or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        recorded = Recorded.of(folder, asked.tests)
        copies = [copied(Path(temporary) / f"copy{job}") for job in range(asked.jobs)]
        free: SimpleQueue[Path] = SimpleQueue()
        for tree in copies:
            free.put(tree)
        changes = list(_changes(copies[0], asked.package))
        number = len(changes)
        if asked.sample is not None:
            random.Random(asked.seed).shuffle(changes)

        kept = folder / "outcomes.jsonl"
        known = dict(map(json.loads, kept.read_text(encoding="utf-8").splitlines())) if kept.exists() else {}

        def run(mutant: Mutant) -> tuple[Mutant, str]:
            if mutant.id in known:
                return mutant, known[mutant.id]
            tree = free.get()
            try:
                return mutant, recorded.outcome(mutant, tree, own, asked.budget)
            finally:
                free.put(tree)

        plain = changes[0].module.code
        unchanged = Mutant(changes[0].path, range(0), range(0), plain, plain)
        if run(unchanged)[1] != _SURVIVED:
            raise SystemExit("the tests fail without any mutant")
        mutants = itertools.islice(made(changes), asked.sample)
        for mutant, outcome in pool.map(
            run, (one for one in mutants if not asked.ids or one.id in asked.ids)
        ):
            became[outcome] += 1
            if mutant.id not in known:
                with kept.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps([mutant.id, outcome]) + "\n")
            if outcome == _SURVIVED:
                print(
                    f"survived {mutant.id} {mutant.path}:{mutant.lines.start}",
                    mutant.diff,
                    sep="\n",
                    flush=True,
                )
    total, noticed = became.total(), became["killed"] + became["timed out"]
    low, high = wilson(noticed, total)
    print(f"{asked.package}: {number} changes, seed {asked.seed}; {total} mutants: {dict(became)}")
    print(f"noticed {noticed / total:.1%}, 95 % interval {low:.1%} to {high:.1%}")
    return 0


def _changes(tree: Path, package: str) -> Iterator[Change]:
    for path in sorted((tree / SOURCE / package).rglob("*.py")):
        yield from changes_of(str(path.relative_to(tree)), path.read_text(encoding="utf-8"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.mutants")
    parser.add_argument("ids", nargs="*", help="the mutants to run; all of them or the sample when left out")
    parser.add_argument("--package", required=True, help="amounts, cocktails, records, log ...")
    parser.add_argument("--sample", type=int, help="how many, at random; all of them when left out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--budget", type=float, default=60, help="seconds of tests for one mutant")
    parser.add_argument(
        "--tests", nargs="+", default=[], help="where the tests are; everywhere when left out"
    )
    parser.add_argument("--keep", type=Path, help="a folder that keeps what was recorded")
    return parser


if __name__ == "__main__":
    sys.exit(main())
