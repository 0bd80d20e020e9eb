"""The doors fuzzed: whatever comes in is read, and reads the same again, or is refused with an error of ours.

The targets are those of `fuzz_targets`. A seeded mutator drives them at every size; at the largest, atheris
does as well, which lets the code that is reached guide it. It ends its process when it is done, so each has
one of its own: ``python -m tests.campaigns.fuzzing TARGET RUNS FOLDER``.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.campaigns.campaign import Outcome
from tests.campaigns.fuzz_targets import Target, entered, raw_pint, targets
from tests.campaigns.scrambling import scrambled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.campaigns.campaign import Size

TITLE = "whatever comes in at a door is read, and reads the same again, or is refused with an error of ours"
SIZES: Mapping[Size, Mapping[str, int]] = {
    "smoke": {"runs": 3000},
    "ci": {"runs": 50_000},
    "release": {"runs": 50_000, "guided": 5_000_000},
}
LONGEST_SECONDS = 1.0
_THOUSAND = 1000
_ENOUGH = 10
"""Faults of one target that are told; the next ones are most often the same."""
_DONE = re.compile(r"Done (\d+) runs? in (\d+) second")
_READ = re.compile(r"read (\d+)")


def run(runs: int, guided: int = 0, seed: int = 1) -> Outcome:
    """Drive the targets by mutations, and *guided* times by atheris."""
    outcome = Outcome()
    with TemporaryDirectory() as folder:
        made = targets(Path(folder))
        for target in made:
            _drive(target, max(runs * target.share // _THOUSAND, 20), seed, outcome)
        if guided and find_spec("atheris") is None:
            outcome.wrong.append("atheris is not installed: install the dependency group fuzz")
        elif guided:
            _see(outcome)
            for target in made:
                _guide(target.name, guided * target.share // _THOUSAND, outcome)
    return outcome


def control() -> Outcome:
    """Fuzz pint instead of our doors."""
    outcome = Outcome()
    _drive(raw_pint(), 500, 1, outcome)
    return outcome


def _drive(target: Target, runs: int, seed: int, outcome: Outcome) -> None:
    """Send mutations of the seeds to a target."""
    rng = random.Random(f"{seed} {target.name}")
    seeds = list(target.seeds)
    for number in range(runs):
        data = _mutated(rng, seeds, list(target.pieces))[: target.longest]
        said = ""
        started = time.process_time()
        try:
            outcome.count("read", entered(target, data))
        except Exception as error:  # noqa: BLE001  # which is what is looked for
            said = f"{error!r:.300}"
        outcome.count("runs")
        seconds = time.process_time() - started
        if seconds > LONGEST_SECONDS:
            said += f" took {seconds:.1f} s"
        if said:
            outcome.wrong.append(f"{target.name}, run {number} of seed {seed}: {data!r:.300} {said}")
            if len(outcome.wrong) >= _ENOUGH:
                return


def _mutated(rng: random.Random, seeds: list[bytes], pieces: list[str]) -> bytes:
    """Return a seed with something wrong in it: bytes, characters, or a value of a document."""
    data = rng.choice(seeds)
    match rng.randrange(4):
        case 0:
            spoilt = bytearray(data)
            for _ in range(rng.randint(1, 4)):
                place = rng.randrange(len(spoilt) + 1)
                spoilt[place : place + rng.randrange(3)] = rng.randbytes(rng.randrange(3))
            return bytes(spoilt)
        case 1:
            other = rng.choice(seeds)
            return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]
        case 2:
            start = data.find(b"{")
            with suppress(ValueError, RecursionError):
                document = json.loads(data[max(start, 0) :])
                return (
                    data[: max(start, 0)] + json.dumps(_changed(rng, document), ensure_ascii=False).encode()
                )
    text = scrambled(data.decode("utf-8", "surrogateescape"), pieces, rng)
    return text.encode("utf-8", "surrogatepass" if "\ud800" in text else "surrogateescape")


def _changed(rng: random.Random, value: Any) -> Any:
    """Return a value of JSON with one value in it left out, doubled, or replaced."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        name = rng.choice(list(value))
        if rng.random() < 0.15:
            return {key: one for key, one in value.items() if key != name}
        return value | {rng.choice((name, name, name, "x", "amount")): _changed(rng, value[name])}
    if isinstance(value, list) and value and rng.random() < 0.8:
        place = rng.randrange(len(value))
        inner = [_changed(rng, value[place])] * rng.choice((0, 1, 1, 1, 2))
        return [*value[:place], *inner, *value[place + 1 :]]
    return rng.choice(_OTHERS)


_OTHERS: tuple[Any, ...] = (
    *(None, True, 0, -1, 5, 10**9, "", " ", "x", "P-1", "2025-03", "5 mg", "1 mL", "10/3 mg", "2 %", "other"),
    *(
        [],
        ["x"],
        {},
        {"amount": "5 mg"},
        {"amount": "5 mg", "written": "5.0 mg"},
        {"id": "x"},
        "\u0301",
        "\U0001f489",
    ),
)


def _see(outcome: Outcome) -> None:
    """Say so where atheris does not find what is there to be found."""
    seen = Outcome()
    _guide(raw_pint().name, 20_000, seen)
    if not seen.wrong:
        outcome.wrong.append("atheris finds no fault in pint, so it sees nothing")


def _guide(name: str, runs: int, outcome: Outcome) -> None:
    """Let atheris drive a target in a process of its own."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.campaigns.fuzzing", name, str(runs), folder]
        ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        done = _DONE.search(ended.stderr)
        if ended.returncode or done is None or int(done[1]) < runs:
            crashes = [path.read_bytes() for path in Path(folder).glob("found-*")]
            outcome.wrong.append(f"{name}, guided: {crashes!r:.500} {_last_words(ended)}")
        else:
            outcome.count("guided runs", int(done[1]))
            outcome.count("guided seconds", int(done[2]))


def _last_words(ended: subprocess.CompletedProcess[str]) -> str:
    told = [
        line for line in ended.stderr.splitlines() if "Error" in line or "SUMMARY" in line or "ALARM" in line
    ]
    return " | ".join(told[-3:]) or ended.stderr[-300:]


def _fuzz(name: str, runs: str, folder: str) -> None:
    """Let atheris drive a target until it is done; it ends the process."""
    atheris: Any = import_module("atheris")  # which has no types
    work = Path(folder)
    made = {target.name: target for target in (*targets(work), raw_pint())}
    target = made[name]
    corpus = work / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(target.seeds):
        (corpus / str(number)).write_bytes(seed)
    words = work / "words"
    words.write_text("".join(f'"{_escaped(piece)}"\n' for piece in target.pieces))

    def one_input(data: bytes) -> None:
        started = time.process_time()
        entered(target, data)
        if time.process_time() - started > LONGEST_SECONDS:
            raise TimeoutError

    atheris.instrument_all()
    flags = (f"-runs={runs}", "-seed=1", f"-max_len={target.longest}", "-timeout=60", "-rss_limit_mb=4096")
    places = (f"-dict={words}", f"-artifact_prefix={work}/found-", str(corpus))
    atheris.Setup([sys.argv[0], *flags, *places], one_input)
    atheris.Fuzz()


def _escaped(piece: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in piece.encode())


if __name__ == "__main__":
    _fuzz(*sys.argv[1:])
